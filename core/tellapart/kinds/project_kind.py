"""ProjectKind: how the project folders of one kind are called, and what is done alike in all of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from tellapart import atomic_files
from tellapart.errors import BundleError, ProjectError
from tellapart.kinds.new_folder import new_folder
from tellapart.store.files.newest import newest_with
from tellapart.words.commands import typed

_DAMAGED = (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True)
class ProjectKind:
    """The folders of one kind of project.

    name: the kind in the project's head, "texts". title, things, noun: in sentences, "no project of {title}", "your
    {things} are in ...", "no {noun} of that name". noun, label_noun: what a thing, and what it can be given, are called
    in JSON. relabelled: what is said of a thing that was given another {label}. head_name: the file that makes a folder
    such a project, written last. given_name: where the things lie. model_name: a bundle's file. learned: what training
    makes. made_from: what `new` takes. newest_format: of projects, that can be read.
    """

    name: str
    title: str
    things: str
    noun: str
    head_name: str
    given_name: str
    model_name: str
    label_noun: str = "label"
    relabelled: str = "relabel to {label!r}"
    learned: str = "classifier"
    made_from: str = "FILE.csv"
    newest_format: int = 1

    def is_project(self, root: Path | str) -> bool:
        """Whether a folder is a project of this kind."""
        return (Path(root) / self.head_name).is_file()

    @contextmanager
    def created(self, root: Path, head: Mapping[str, Any]) -> Iterator[Path]:
        """A folder to be filled in the block; at its end it is the project, there as a whole or not at all.

        Args:
            root: as `vacant` gives it. head: what the kind keeps beside its name, format and time.
        Raises:
            ProjectError: the folder holds something already, or the disk does not take it.
        """
        own = {
            "format": self.newest_format,
            "kind": self.name,
            "created": datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z"),
        }
        with new_folder(root, ProjectError) as folder:
            yield folder
            atomic_files.write_json(folder / self.head_name, {**own, **head})

    def head(self, root: Path) -> dict[str, Any]:
        """What the head of a project says.

        Raises:
            ProjectError: there is no project, it is damaged, or of a newer version.
        """
        if not self.is_project(root):
            raise ProjectError(
                f"{root} is no project of {self.title}. Make one: tellapart new DIR --from {typed(self.made_from)}"
            )
        try:
            head = dict(json.loads((root / self.head_name).read_bytes()))
            made_in = int(head["format"])
        except _DAMAGED as error:
            raise self.damaged(root) from error
        if made_in > self.newest_format:
            raise ProjectError(
                f"{root} has format {made_in}; this tellapart reads up to {self.newest_format}. Update tellapart: "
                "pip install -U tellapart"
            )
        return head

    def damaged(self, root: Path) -> ProjectError:
        """What is raised where the head of a project says something impossible."""
        return ProjectError(
            f"{root / self.head_name} is damaged. Your {self.things} are in {root / self.given_name}."
        )

    def newest_bundle(self, root: Path) -> Path | None:
        """The folder of what was trained last in a project; None when there is nothing."""
        return newest_with(root / "bundles", self.model_name)

    def bundle_of(self, place: Path) -> Path:
        """The bundle itself, or the newest one of a project.

        Raises:
            BundleError: the project has none yet.
            ProjectError: it is damaged, or of a newer version.
        """
        if not self.is_project(place):
            return place
        self.head(place)
        newest = self.newest_bundle(place)
        if newest is None:
            raise BundleError(
                f"{place} has no trained {self.learned} yet. Train it first: tellapart train {typed(place)}"
            )
        return newest


def absolute(root: Path | str) -> Path:
    """A folder as all messages name it."""
    return Path(root).expanduser().absolute()


def vacant(root: Path | str) -> Path:
    """A folder that holds nothing, or is not there yet.

    Raises:
        ProjectError: it holds something.
    """
    root = absolute(root)
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise ProjectError(f"{root} exists and is not empty. Choose a new folder name.")
    return root
