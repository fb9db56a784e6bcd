"""The kinds that have pages in the studio. Adding one is a line here: its door, which imports nothing heavy itself."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from tellapart.errors import ProjectError

from tellapart_dashboards.pages.kinds.offers import SourceOffer
from tellapart_dashboards.pages.kinds.things import ThingsPage
from tellapart_dashboards.pages.ratings import door as ratings
from tellapart_dashboards.pages.tables import door as tables
from tellapart_dashboards.pages.texts import door as texts


class StudioDoor(Protocol):
    """What the studio asks of a kind. All of it takes its time: it is for a thread."""

    NAME: str

    def offer(self, source: Path) -> SourceOffer:
        """What a file or a folder seems to hold, and what can be chosen before a project is made of it."""

    def make(self, root: Path, source: Path, chosen: dict[str, str]) -> object:
        """The project is there; chosen: by the keys of the offer's choices."""

    def opened(self, root: Path) -> ThingsPage:
        """Its page's parts; the project is open."""


DOORS: tuple[StudioDoor, ...] = (ratings, tables, texts)


def door_of(kind: str) -> StudioDoor:
    """The door of a kind.

    Raises:
        ProjectError: the studio has none.
    """
    for door in DOORS:
        if kind == door.NAME:
            return door
    raise ProjectError(
        f"The studio has no page for {kind} yet. Use the command line: tellapart {kind} --help"
    )
