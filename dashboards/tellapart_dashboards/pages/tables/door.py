"""Tables in the studio: what a table is made of, and the page of a project of its rows."""

from __future__ import annotations

from pathlib import Path

from tellapart_dashboards.pages.kinds.offers import OfferChoice, SourceOffer
from tellapart_dashboards.pages.kinds.things import ThingsPage

_MOST_LISTED = 12  # columns


def offer(source: Path) -> SourceOffer:
    """What the file seems to hold, and which column is to be told."""
    from tellapart.errors import IntakeError
    from tellapart.tables.columns import find_target, recognised
    from tellapart.tables.reading import titled_rows

    from tellapart_dashboards.app.wording import listed

    titles, rows = titled_rows(source)
    target = problem = ""
    try:
        target = titles[find_target(titles, rows, None, source.name)]
    except IntakeError:
        problem = "Choose the column that is to be told from the others."
    kinds = [
        f"{title} ({recognised(title, [row[at] for row in rows]).kind})" for at, title in enumerate(titles)
    ]
    said = f"A table of things: {len(rows):,} rows, {len(titles):,} columns: {listed(kinds, _MOST_LISTED)}."
    return SourceOffer(said, (OfferChoice("target", "To be told", tuple(titles), target),), problem)


def make(root: Path, source: Path, chosen: dict[str, str]) -> None:
    """A project of the rows. chosen: target, by its title."""
    from tellapart.tables import new_project

    new_project(root, source, chosen.get("target") or None)


def opened(root: Path) -> ThingsPage:
    """The parts of its page."""
    from tellapart_dashboards.pages.tables.page import tables_page

    return tables_page(root)
