"""A link as a QR code, for a poster or a phone."""

from __future__ import annotations

import io

from tellapart.errors import DeployError


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
        file, kind="svg", scale=scale, border=4, dark="#000", light="#fff", xmldecl=False, title="QR code"
    )
    return file.getvalue().decode()
