"""What a kind offers to notebooks (`tellapart.texts` and its likes), as far as the shared commands call it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from tellapart.kinds.kind_project import KindProject
    from tellapart.kinds.thing_review import ThingReview
    from tellapart.progress import Progress


class Trained(Protocol):
    """The result of a training, whatever was trained."""

    @property
    def bundle_dir(self) -> Path:
        """Where it lies."""

    def sentences(self) -> list[str]:
        """What a person has to know, in words."""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""


class KindDoor(Protocol):
    """What a kind offers to notebooks: `tellapart.texts` and its likes."""

    def open_project(self, root: Path, /) -> Any:
        """The project in a folder."""

    def train(self, project: Any, progress: Progress, /) -> Trained:
        """What was trained of it, in a new bundle."""


class ProjectDoor(Protocol):
    """What opens the projects of a kind whose things are decided about."""

    def open_project(self, root: Path, /) -> KindProject:
        """The project in a folder."""


class DecidedDoor(ProjectDoor, KindDoor, Protocol):
    """The same, of a kind whose training takes nothing but a project."""


class ReviewDoor(DecidedDoor, Protocol):
    """The same of a kind whose things have labels, which may be wrong."""

    def open_review(self, project: Any, progress: Progress, /) -> ThingReview[Any, Any]:
        """What may be wrong with them."""
