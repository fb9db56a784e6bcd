"""export_table_page: one classifier of rows as a form in one HTML file that opens from disk and asks nobody."""

from __future__ import annotations

from html import escape
from pathlib import Path

from tellapart.deploy.appearance import Appearance
from tellapart.deploy.html.one_file import check_free, error_facts, put_together, write_page
from tellapart.deploy.html.packing import json_in_html
from tellapart.tables.columns import TableColumn
from tellapart.tables.model import TableModel
from tellapart.tables.model_file import read_model, record_of
from tellapart.tables.trees import Trees

_HERE = Path(__file__).parent
_MOST_LISTED = 12


def export_table_page(
    bundle: Path | str, out: Path | str, title: str = "", about: str = "", *, force: bool = False
) -> Path:
    """One HTML file at `out` with a field for each column that counts, and the answer live as the bundle gives it.

    Args:
        title, about: above the page and below that, at most 120 and 2,000 characters; the usual ones unless given.
        force: replace a page that tellapart made; nothing else is replaced.
    Raises:
        BundleError: the bundle cannot be used; see `read_model`.
        DeployError: `out` is there, is no .html, or cannot be written; a text is too long, the classifier too large.
    """
    target = Path(out).expanduser().absolute()
    check_free(target, force)
    model = read_model(Path(bundle).expanduser())
    page = _page(model, Appearance(title or f"Which {model.target[:80]} is it?", about))
    write_page(target, page, "Train with fewer kinds of answers")
    return target


def sensitive_titles(model: TableModel) -> list[str]:
    """Of the columns about who people are that it asks for."""
    return [one.title for one in asked_for(model) if one.is_sensitive]


def asked_for(model: TableModel) -> list[TableColumn]:
    """The columns that have a say in an answer."""
    used = [one.column for one in model.features]
    if not isinstance(model.scorer, Trees):
        return used
    asked = set(model.scorer.feature.tolist())
    return [one for at, one in enumerate(used) if at in asked]


def _page(model: TableModel, looks: Appearance) -> str:
    record = {**record_of(model), "measured": {}}  # the page says it in words
    sensitive = sensitive_titles(model)
    listed = ", ".join(model.labels[:_MOST_LISTED]) + (" …" if len(model.labels) > _MOST_LISTED else "")
    parts = {
        "title": escape(looks.title),
        "lead": escape(looks.about or f"Fill in what you know. It tells apart: {listed}."),
        "notice": _notice(sensitive),
        "target": escape(model.target),
        "about": "".join(f"<li>{escape(one)}</li>" for one in facts(model)),
        "model": json_in_html(record),
        "sensitive": json_in_html(sensitive),
    }
    return put_together(_HERE, "form.css", looks.accent, parts)


def _notice(sensitive: list[str]) -> str:
    if not sensitive:
        return ""
    said = (
        f"It asks who people are ({', '.join(sensitive)}). Look twice before an answer decides about anybody."
    )
    return f'<p class="obstacle">{escape(said)}</p>'


def facts(model: TableModel) -> list[str]:
    """What the page says about the classifier, a sentence each."""
    asked = asked_for(model)
    titles = ", ".join(one.title for one in asked[:_MOST_LISTED]) + (
        " …" if len(asked) > _MOST_LISTED else ""
    )
    how = "boosted trees" if isinstance(model.scorer, Trees) else "a linear classifier"
    return [
        f"Answers: {', '.join(model.labels)}.",
        f"It is told {len(asked)} column{'s' * (len(asked) != 1)} ({titles}) and answers with {how}.",
        *error_facts(model.measured, "rows"),
        "What goes together with an answer need not be its cause.",
        "What is not filled in counts as missing; no value is made up for it.",
    ]
