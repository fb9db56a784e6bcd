"""export_text_page: one classifier of texts as one HTML file that opens from disk and asks nobody for anything."""

from __future__ import annotations

from html import escape
from pathlib import Path

from tellapart.deploy.appearance import Appearance
from tellapart.deploy.html.one_file import check_free, error_facts, put_together, write_page
from tellapart.deploy.html.packing import json_in_html
from tellapart.texts.model import TextModel
from tellapart.texts.model_file import read_model, record_of

TITLE = "What kind of text is it?"
_HERE = Path(__file__).parent
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
        DeployError: `out` is there, is no .html, or cannot be written; a text is too long, the classifier too large.
    """
    target = Path(out).expanduser().absolute()
    check_free(target, force)
    page = _page(read_model(Path(bundle).expanduser()), Appearance(title or TITLE, about))
    write_page(target, page, "Train with fewer labels")
    return target


def _page(model: TextModel, looks: Appearance) -> str:
    listed = ", ".join(model.labels[:_MOST_LISTED]) + (" …" if len(model.labels) > _MOST_LISTED else "")
    record = {**record_of(model), "measured": {}}  # the page says it in words
    parts = {
        "title": escape(looks.title),
        "lead": escape(looks.about or f"It tells apart: {listed}."),
        "about": "".join(f"<li>{escape(one)}</li>" for one in facts(model)),
        "model": json_in_html(record),
    }
    return put_together(_HERE, "texts.css", looks.accent, parts)


def facts(model: TextModel) -> list[str]:
    """What the page says about the classifier, a sentence each."""
    return [
        f"Labels: {', '.join(model.labels)}.",
        *error_facts(model.measured, "texts"),
        "It counts words, pairs of words and pieces of words; it does not understand what is meant.",
    ]
