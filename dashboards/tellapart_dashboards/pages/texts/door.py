"""Texts in the studio: what a table of texts is made of, and the page of a project."""

from __future__ import annotations

from pathlib import Path

from tellapart_dashboards.pages.kinds.offers import OfferChoice, SourceOffer
from tellapart_dashboards.pages.kinds.things import ThingsPage


def offer(source: Path) -> SourceOffer:
    """What the file or folder seems to hold."""
    from tellapart.errors import IntakeError
    from tellapart.texts.columns import find_columns
    from tellapart.texts.reading import table_rows_of

    if source.is_dir():
        return SourceOffer("A folder of texts for each label.")
    rows = table_rows_of(source)
    columns = tuple(dict.fromkeys(title for cell in rows[0] if (title := cell.strip())))
    text = label = problem = ""
    try:
        found = find_columns(rows, None, None, source.name)
        if not found.has_header:
            return SourceOffer(f"{len(rows):,} texts with labels, without titles.")
        text, label = found.text_title, found.label_title
    except IntakeError:
        problem = "Choose the column with the texts, and the one with the labels."
    choices = (
        OfferChoice("text_column", "Texts", columns, text),
        OfferChoice("label_column", "Labels", columns, label),
    )
    return SourceOffer(f"A table of texts: {len(rows) - 1:,} rows.", choices, problem)


def make(root: Path, source: Path, chosen: dict[str, str]) -> None:
    """A project of the texts. chosen: text_column and label_column, by their titles."""
    from tellapart.texts import new_project

    new_project(root, source, chosen.get("text_column") or None, chosen.get("label_column") or None)


def opened(root: Path) -> ThingsPage:
    """The parts of its page."""
    from tellapart_dashboards.pages.texts.page import texts_page

    return texts_page(root)
