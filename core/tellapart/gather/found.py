"""A file that may be a picture, where it was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from tellapart.images import PICTURE_SUFFIXES


@dataclass(frozen=True)
class Found:
    """A file that may be a picture. `name` is its path below the place; `read` gives its bytes or raises ImageError.

    has_place: False where the name leads elsewhere, so that it says nothing about folders.
    """

    name: str
    read: Callable[[], bytes]
    has_place: bool = True

    @property
    def parts(self) -> tuple[str, ...]:
        """Folders and file name."""
        return PurePosixPath(self.name).parts

    @property
    def suffix(self) -> str:
        """The ending of its name in small letters, with the dot."""
        return PurePosixPath(self.name).suffix.lower()

    @property
    def is_picture_by_name(self) -> bool:
        """Whether its ending is that of a picture; its content may be something else."""
        return self.suffix in PICTURE_SUFFIXES
