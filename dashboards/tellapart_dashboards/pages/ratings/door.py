"""Ratings in the studio: what a table of ratings is made of, and the page of a project."""

from __future__ import annotations

from pathlib import Path

from tellapart_dashboards.pages.kinds.offers import SourceOffer
from tellapart_dashboards.pages.kinds.things import ThingsPage


def offer(source: Path) -> SourceOffer:
    """What the file seems to hold."""
    from tellapart.ratings.reading import read_ratings

    table = read_ratings(source)
    low, high = table.scale
    said = (
        f"{len(table.stars):,} ratings from {low:g} to {high:g}, of {len(table.item_names):,} items by "
        f"{len(table.user_names):,} users."
    )
    return SourceOffer(said)


def make(root: Path, source: Path, chosen: dict[str, str]) -> None:
    """A project of the ratings; nothing is chosen."""
    from tellapart.ratings import new_project

    new_project(root, source)


def opened(root: Path) -> ThingsPage:
    """The parts of its page."""
    from tellapart_dashboards.pages.ratings.page import ratings_page

    return ratings_page(root)
