"""ThingKind: a kind of things as the command line, notebooks, worker and studio see it. KINDS: all there are."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from tellapart.errors import ProjectError
from tellapart.progress import Doing, Progress, Step, silent

# Adding a kind is a line here: a module with a KIND, which imports nothing heavy. The first has what no other knows; of
# the others that know a source, the last has it, since it is the more particular one.
KINDS = (
    "tellapart.kinds.pictures.kind",
    "tellapart.texts.kind",
    "tellapart.tables.kind",
    "tellapart.ratings.kind",
    "tellapart.outlines.kind",
)
_MOST_BYTES = 2**20  # of a head that is looked at


def _nothing(_place: Path) -> bool:
    return False


@dataclass(frozen=True)
class ThingKind:
    """One kind of things. Modules are named here, and imported when they are asked for.

    name: of the kind, and of its commands and pages. model_name: the file that makes a folder a bundle.
    verbs_at: what notebooks import all names of. It has `new_project`, `open_project`, `train`, `load_predictor`, and
    `open_review`, which gives the findings that apply.
    commands_at: "module:name" of a typer app; "" for the one whose commands need no name before them.
    studio_at: the door of its pages, see `pages/kinds/doors.py` there; "" where it has none.
    is_source: whether a file or a folder that `new` is given holds such things, by a cheap look at it. It may raise
    what a look at the disk raises.
    """

    name: str
    model_name: str
    verbs_at: str
    commands_at: str = ""
    studio_at: str = ""
    is_source: Callable[[Path], bool] = _nothing

    @property
    def head_name(self) -> str:
        """The file that makes a folder a project, written last."""
        return f"tellapart-{self.name}.json"

    def owns(self, place: Path) -> bool:
        """Whether this is a project of such things, a bundle that learned from them, or that bundle's file."""
        try:
            if place.name == self.model_name or (place / self.model_name).is_file():
                return True
            return (place / self.head_name).is_file()
        except (OSError, ValueError):  # longer than a name may be, or with a NUL
            return False

    def facts(self, root: Path) -> str:
        """What a project holds, in a few words, without opening it: "texts from reviews.csv".

        Raises:
            ProjectError: it cannot be opened.
        """
        source = ""
        with (
            contextlib.suppress(OSError, ValueError, TypeError, AttributeError, RecursionError),  # damaged
            (root / self.head_name).open("rb") as file,
        ):
            source = str(json.loads(file.read(_MOST_BYTES)).get("source", ""))[:200]
        return f"{self.name} from {source}" if source else self.name

    def copy(self, root: Path, target: Path, progress: Progress = silent) -> None:
        """Copy a project to a new folder. Links, and what is just being written, are left out.

        Raises:
            ProjectError: it cannot be read, or the disk does not take the copy.
            Cancelled: from `progress`.
        """
        from tellapart.store.sqlite.database_errors import disk_reason

        progress(0, 0, Doing(Step.COPYING, f"Copying {root.name}"))
        try:
            shutil.copytree(root, target, ignore=_left_out)
        except OSError as error:  # shutil.Error is one
            raise ProjectError(disk_reason(target.parent, error)) from error

    def verbs(self) -> Any:
        """What notebooks have, see `verbs_at`."""
        return imported(self.verbs_at)

    def commands(self) -> Any:
        """The typer app."""
        return imported(self.commands_at)


def imported(place: str) -> Any:
    """What "module" or "module:name" names."""
    module, _, name = place.partition(":")
    found = import_module(module)
    return getattr(found, name) if name else found


def kinds() -> list[ThingKind]:
    """All of them, in the table's order."""
    return [imported(f"{module}:KIND") for module in KINDS]


def kind_of_project(root: Path) -> ThingKind | None:
    """What a folder is a project of; None where it is none."""
    for kind in kinds():  # the first leads: a project of pictures is one whatever else lies in it
        if (root / kind.head_name).is_file():
            return kind
    from tellapart.store.project import is_project  # takes its time

    return kinds()[0] if is_project(root) else None  # its database was put aside


def kind_of_source(place: Path) -> ThingKind:
    """What a file or a folder holds, by cheap looks; pictures where nothing else knows it."""
    first, *others = kinds()
    for kind in reversed(others):
        with contextlib.suppress(OSError, ValueError, RuntimeError):  # a name that is none, ~nobody
            if kind.is_source(place.expanduser()):
                return kind
    return first


def _left_out(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name.startswith(".") or (Path(folder) / name).is_symlink()]
