"""Doors of the kinds to the studio: modules that the table of kinds names, which import nothing heavy themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, cast, runtime_checkable

from tellapart.errors import ProjectError
from tellapart.kinds.kind import ThingKind, imported, kinds

from tellapart_dashboards.app.page_frame import Frame
from tellapart_dashboards.pages.kinds.offers import SourceOffer


class OpenedPage(Protocol):
    """An open project, with all that its page needs."""

    def fill(self, frame: Frame, root: Path, /) -> None:
        """Have the frame show it."""


class StudioDoor(Protocol):
    """What the studio asks of a kind. All of it takes its time: it is for a thread."""

    def offer(self, source: Path) -> SourceOffer:
        """What a file or a folder seems to hold, and what can be chosen before a project is made of it.

        Raises:
            IntakeError: nothing can be made of it.
        """

    def opened(self, root: Path) -> OpenedPage:
        """The project's page."""


@runtime_checkable
class FromFileDoor(StudioDoor, Protocol):
    """The same of a kind whose projects are made of a file or a folder, as a whole."""

    def make(self, root: Path, source: Path, chosen: dict[str, str]) -> object:
        """The project is there; chosen: by the keys of the offer's choices."""


def door_of(kind: ThingKind) -> StudioDoor:
    """The door of a kind.

    Raises:
        ProjectError: the studio has none.
    """
    if not kind.studio_at:
        raise ProjectError(
            f"The studio has no page for {kind.name} yet. Use the command line: tellapart {kind.name} --help"
        )
    return cast(StudioDoor, imported(kind.studio_at))


def doors_from_files() -> dict[str, FromFileDoor]:
    """Kind -> its door, of those whose projects are made of a file."""
    doors = {kind.name: door_of(kind) for kind in reversed(kinds()) if kind.studio_at}
    return {name: door for name, door in doors.items() if isinstance(door, FromFileDoor)}
