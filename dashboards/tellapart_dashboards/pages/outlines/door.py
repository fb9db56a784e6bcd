"""Outlines in the studio: what a folder of pictures with masks is made of, and the page of a project."""

from __future__ import annotations

from pathlib import Path

from tellapart_dashboards.pages.kinds.offers import OfferChoice, SourceOffer
from tellapart_dashboards.pages.kinds.things import ThingsPage

_MOST_NAMED = 8


def offer(source: Path) -> SourceOffer:
    """What the folder seems to hold, with what would be left out of it."""
    from tellapart.outlines.reading import read_outlines

    from tellapart_dashboards.app.wording import count, listed

    table = read_outlines(source)
    names = [one.name for one in table.classes.classes]
    said = (
        f"{count(len(table.pictures), 'picture')} with masks, {count(len(names), 'class', 'classes')}: "
        f"{listed(names, _MOST_NAMED)}."
    )
    choice = OfferChoice("void", "Counts for nothing", tuple(names), unchosen="– what is called so –")
    return SourceOffer(said, (choice,), " ".join(table.notes))


def make(root: Path, source: Path, chosen: dict[str, str]) -> None:
    """A project of the pictures. chosen: void, the name of the class that counts for nothing, "" for the usual ones."""
    from tellapart.outlines import new_project

    new_project(root, source, chosen.get("void") or None)


def opened(root: Path) -> ThingsPage:
    """The parts of its page."""
    from tellapart_dashboards.pages.outlines.page import outlines_page

    return outlines_page(root)
