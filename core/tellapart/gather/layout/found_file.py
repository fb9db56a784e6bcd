"""A file that may be a picture, where it was found."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from tellapart.pictures.images import PICTURE_SUFFIXES


@dataclass(frozen=True)
class Found:
    """A file that may be a picture. `name` is its path below the place; `read` gives its bytes or raises ImageError.

    has_place: False where the name leads elsewhere, so that it says nothing about folders.
    """

    name: str
    read: Callable[[], bytes]
    has_place: bool = True

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """Folders and file name."""
        return PurePosixPath(self.name).parts

    @cached_property
    def suffix(self) -> str:
        """The ending of its name in small letters, with the dot."""
        return os.path.splitext(self.name)[1].lower()  # noqa: PTH122  ten times faster, for all of 100,000 files

    @cached_property
    def stem(self) -> str:
        """The file's name without its ending, however it is written in capitals."""
        return os.path.splitext(self.parts[-1])[0].casefold()  # noqa: PTH122

    @property
    def is_picture_by_name(self) -> bool:
        """Whether its ending is that of a picture; its content may be something else."""
        return self.suffix in PICTURE_SUFFIXES
