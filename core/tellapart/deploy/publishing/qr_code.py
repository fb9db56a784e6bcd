"""A link as a QR code, for a poster or a phone."""

from __future__ import annotations

import io
from pathlib import Path

from tellapart.errors import DeployError
from tellapart.store.files.own_files import check_own, has_in_head

_OURS = "tellapart-qr"  # class of the drawing, by which one that was written before is known


def qr_svg(link: str, scale: float = 4.0) -> str:
    """SVG without a size of its own beyond `scale` pixels a module, dark on white, with the quiet zone around it.

    Raises:
        DeployError: the package segno is not installed, or the link is too long for a code.
    """
    try:
        import segno
    except ImportError as error:
        raise DeployError(
            "QR codes need the package segno, which is not installed. Install it: pip install segno"
        ) from error
    try:
        code = segno.make(link, error="m", micro=False)
    except segno.DataOverflowError as error:
        raise DeployError(
            f"The link has {len(link):,} characters; a QR code holds fewer. Shorten it."
        ) from error
    file = io.BytesIO()
    code.save(
        file, kind="svg", scale=scale, border=4, dark="#000", light="#fff", xmldecl=False, title="QR code",
        svgclass=_OURS,
    )  # fmt: skip
    return file.getvalue().decode()


def check_code_file(path: Path) -> None:
    """Nothing, where a code may be written there.

    Raises:
        DeployError: somebody else's file is there.
    """
    check_own(path, has_in_head(rf'<svg [^>]*class="{_OURS}"'.encode()), "QR code of tellapart", DeployError)
