"""A page of one HTML file that asks nobody for anything: where it may be written, and how its parts come together.

For what is trained of other kinds of things. An `engine` runs networks in a page that cannot do the arithmetic itself;
the page of pictures (`export.py`) has a worker besides.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import tellapart
from tellapart import atomic_files
from tellapart.deploy.accent import accent_css
from tellapart.deploy.html.linking import linked
from tellapart.errors import DeployError
from tellapart.store.sqlite.database_errors import disk_reason
from tellapart.words.percents import tenths

MOST_BYTES = 64 * 2**20  # of a page; a phone has to hold it several times over
_STYLE = Path(__file__).parent / "page.css"  # the looks of every exported page
_PART = re.compile(r"\{\{(\w+)\}\}")
_MARK = b'<meta name="generator" content="tellapart '  # by which a page of ours is known
# Widths of bars and colours of classes are set by the script, one property at a time, which no style policy forbids.
_POLICY = (
    "default-src 'none'; script-src 'sha256-{script}'{engine}; style-src 'sha256-{style}'; img-src {images}data:; "
    "connect-src 'none'; form-action 'none'; base-uri 'none'"
)


def check_free(target: Path, force: bool) -> None:
    """Nothing, where a page may be written there.

    Raises:
        DeployError: it is no .html, or there already; with `force` only what is no page of ours is in the way.
    """
    if target.is_dir() or target.suffix.lower() not in (".html", ".htm"):
        raise DeployError(
            f"{target} is no name for a web page. Give one that ends in .html, such as page.html."
        )
    if not target.exists():
        return
    if not force:
        raise DeployError(f"{target} exists. Choose another name, or replace it (--force).")
    try:
        with target.open("rb") as file:
            is_ours = _MARK in file.read(4096)
    except OSError as error:
        raise DeployError(disk_reason(target.parent, error)) from error
    if not is_ours:
        raise DeployError(
            f"{target} is not a page that tellapart made, so it is not replaced, --force or not. Choose another name."
        )


def put_together(folder: Path, style: str, accent: str, parts: Mapping[str, str], engine: str = "") -> str:
    """The page of page.html in the folder, with what main.js and all it imports do; parts: escaped already.

    Args:
        style: name of its own style sheet, which follows that of all pages. accent: as six hex digits. engine: the
            script that runs networks, before the page's own; the page may then show pictures of its visitor.
    Raises:
        DeployError: the engine would end the script in the page.
    """
    css = _STYLE.read_text("utf-8") + (folder / style).read_text("utf-8") + accent_css(accent)
    script = f"{engine}\n{linked(folder / 'main.js')}" if engine else linked(folder / "main.js")
    if "</script" in script or "<!--" in script:
        raise DeployError(
            "onnxruntime-web holds what would end a script. Leave --runtime out, or give the right one."
        )
    running, images = (" 'wasm-unsafe-eval' blob:", "blob: ") if engine else ("", "")
    whole = {
        **parts,
        "policy": _POLICY.format(script=_hash(script), style=_hash(css), engine=running, images=images),
        "version": tellapart.__version__,
        "style": css,
        "script": script,
    }
    template = (folder / "page.html").read_text("utf-8")
    return _PART.sub(lambda found: whole[found[1]], template)


def error_facts(measured: Mapping[str, Any], things: str) -> list[str]:
    """What a classifier was found to be worth, a sentence each; things: "texts" for instance."""
    said = []
    n, n_wrong, majority = measured.get("n"), measured.get("n_wrong"), measured.get("baselines")
    if isinstance(n, int) and isinstance(n_wrong, int) and n > 0:
        said.append(
            f"{n_wrong} of {n} {things} wrong ({tenths(n_wrong / n)}), each judged by a classifier that learned from "
            "others."
        )
    if isinstance(majority, dict) and isinstance(majority.get("majority"), float):
        said.append(f"Always guessing the most common label: {tenths(majority['majority'])} wrong.")
    return said


def write_page(target: Path, page: str, smaller: str) -> None:
    """The file, as a whole or not at all.

    Args:
        smaller: what makes such a page smaller, "Train with fewer labels" for instance.
    Raises:
        DeployError: it is too large, or the disk does not take it.
    """
    if len(page) > MOST_BYTES:
        raise DeployError(
            f"The page would have {len(page) / 2**20:,.0f} MB; at most {MOST_BYTES >> 20} MB open on a phone. "
            f"{smaller}, or share the bundle (tellapart export)."
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        atomic_files.write_bytes(target, page.encode())
    except OSError as error:
        raise DeployError(disk_reason(target.parent, error)) from error


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()
