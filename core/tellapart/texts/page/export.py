"""export_text_page: one classifier of texts as one HTML file that opens from disk and asks nobody for anything."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html import escape
from pathlib import Path

import tellapart
from tellapart import atomic_files
from tellapart.deploy import html as picture_page
from tellapart.deploy.accent import accent_css
from tellapart.deploy.appearance import Appearance
from tellapart.deploy.html.linking import linked
from tellapart.deploy.html.packing import json_in_html
from tellapart.errors import DeployError
from tellapart.store.sqlite.database_errors import disk_reason
from tellapart.texts.model import TextModel
from tellapart.texts.model_file import read_model, record_of

TITLE = "What kind of text is it?"
_HERE = Path(__file__).parent
_STYLE = Path(picture_page.__file__).parent / "page.css"  # the looks of every exported page
_PART = re.compile(r"\{\{(\w+)\}\}")
_MARK = b'<meta name="generator" content="tellapart '  # by which a page of ours is known
# Widths of bars are set by the script, one property at a time, which no style policy forbids.
_POLICY = (
    "default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; img-src data:; form-action 'none'; "
    "base-uri 'none'"
)
_MOST_LISTED = 12


def export_text_page(
    bundle: Path | str, out: Path | str, title: str = "", about: str = "", *, force: bool = False
) -> Path:
    """One HTML file at `out` that answers for a pasted text as the bundle does, with the words that speak for it.

    Args:
        title, about: above the page and below that, at most 120 and 2,000 characters; the usual ones unless given.
        force: replace a page that tellapart made; nothing else is replaced.
    Raises:
        BundleError: the bundle cannot be used; see `read_model`.
        DeployError: `out` is there, is no .html, or cannot be written; a text is too long.
    """
    target = Path(out).expanduser().absolute()
    _check_free(target, force)
    page = _page(read_model(Path(bundle).expanduser()), Appearance(title or TITLE, about))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        atomic_files.write_bytes(target, page.encode())
    except OSError as error:
        raise DeployError(disk_reason(target.parent, error)) from error
    return target


def _check_free(target: Path, force: bool) -> None:
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
            f"{target} is not what tellapart made of a classifier, so it is not replaced, --force or not. Choose "
            "another name."
        )


def _page(model: TextModel, looks: Appearance) -> str:
    style = _STYLE.read_text("utf-8") + (_HERE / "texts.css").read_text("utf-8") + accent_css(looks.accent)
    script = linked(_HERE / "main.js")
    listed = ", ".join(model.labels[:_MOST_LISTED]) + (" …" if len(model.labels) > _MOST_LISTED else "")
    record = {**record_of(model), "measured": {}}  # the page says it in words
    parts = {
        "policy": _POLICY.format(script=_hash(script), style=_hash(style)),
        "version": tellapart.__version__,
        "title": escape(looks.title),
        "lead": escape(looks.about or f"It tells apart: {listed}."),
        "about": "".join(f"<li>{escape(one)}</li>" for one in facts(model)),
        "style": style,
        "script": script,
        "model": json_in_html(record),
    }
    template = (_HERE / "page.html").read_text("utf-8")
    return _PART.sub(lambda found: parts[found[1]], template)


def facts(model: TextModel) -> list[str]:
    """What the page says about the classifier, a sentence each."""
    said = [f"Labels: {', '.join(model.labels)}."]
    one = model.measured
    n, n_wrong, majority = one.get("n"), one.get("n_wrong"), one.get("baselines")
    if isinstance(n, int) and isinstance(n_wrong, int) and n > 0:
        said.append(
            f"{n_wrong} of {n} texts wrong ({n_wrong / n:.1%}), each judged by a classifier that learned from others."
        )
    if isinstance(majority, dict) and isinstance(majority.get("majority"), float):
        said.append(f"Always guessing the most common label: {majority['majority']:.1%} wrong.")
    said.append("It counts words, pairs of words and pieces of words; it does not understand what is meant.")
    return said


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()
