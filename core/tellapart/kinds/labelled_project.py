"""LabelledProject: things with labels as a project, and what a person decides about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from tellapart import atomic_files
from tellapart.errors import ProjectError
from tellapart.kinds.decisions import ThingDecision, wait_for_lock
from tellapart.kinds.kind_project import KindProject
from tellapart.kinds.thing_file import read_things, thing_lines
from tellapart.label_names import clean_label, label_order
from tellapart.store.sqlite.database_errors import disk_reason
from tellapart.words.near_names import did_you_mean


@dataclass(frozen=True)
class LabelledThing:
    """A thing of a project. thing_id: of what it holds, so that it stays the same when it is read again. label: as it
    stands after all decisions; given_label: as it was read. decided: what a person did with it last, "" for nothing."""

    thing_id: str
    label: str
    given_label: str
    decided: str = field(default="", kw_only=True)

    is_removed = property(lambda self: self.decided == "remove", doc="Whether it is out of the project.")


Thing = TypeVar("Thing", bound=LabelledThing)


def added_sentence(noun: str, n_added: int, n_there: int) -> str:
    """What became of more things: "2 texts added; 1 was there already."."""
    things, were = f"{noun}{'s' * (n_added != 1)}", "was" if n_there == 1 else "were"
    return f"{n_added:,} {things} added; {n_there:,} {were} there already."


def counted_labels(things: Iterable[LabelledThing]) -> dict[str, int]:
    """How many of these things each label has, labels in their order."""
    counts = Counter(one.label for one in things)
    return {label: counts[label] for label in sorted(counts, key=label_order)}


class LabelledProject(KindProject, Generic[Thing]):
    """An open project of things with labels.

    Args:
        thing_of: makes a thing of its record, see `read_things`.
    Raises:
        ProjectError: its things cannot be read.
    """

    def __init__(self, root: Path, thing_of: Callable[[dict[str, Any]], Thing]):
        self.root = root
        self._thing_of = thing_of
        self._read = self._read_again()

    @property
    def _given(self) -> list[Thing]:
        """The things as they were read, in their order; another program may have added some."""
        if _stamp(self._path) not in (self._read[0], None):  # what was read stands where the file is gone
            self._read = self._read_again()
        return self._read[1]

    @property
    def _path(self) -> Path:
        return self.root / self.kind.given_name

    def _read_again(self) -> tuple[tuple[int, int] | None, list[Thing]]:
        """A stamp of the file from before it was read, and what it holds."""
        return _stamp(self._path), read_things(self._path, self._thing_of)

    def things(self, with_removed: bool = False) -> list[Thing]:
        """The things as they stand, in the order in which they were read."""
        last, labels = self.decisions.standing()
        things = [
            replace(one, label=labels.get(one.thing_id, one.label), decided=last[one.thing_id].action)
            if one.thing_id in last
            else one
            for one in self._given
        ]
        return things if with_removed else [one for one in things if not one.is_removed]

    def label_counts(self) -> dict[str, int]:
        """How many things each label has, labels in their order."""
        return counted_labels(self.things())

    def _take_in(self, records_of: Callable[[list[Thing]], Iterable[Mapping[str, Any]]]) -> int:
        """How many things were put behind those that are there; one program does so at a time.

        Args:
            records_of: the new ones, by those that are there.
        Raises:
            ProjectError: the disk does not take them; the project is as it was.
        """
        path, lock = self._path, self.root / ".adding"
        try:
            with lock.open("ab") as file:
                wait_for_lock(file, lock)
                atomic_files.drop_left_parts(self.root)
                records = list(records_of(self._read_again()[1]))
                known = path.read_bytes()
                between = b"\n" if known and not known.endswith(b"\n") else b""  # an editor may leave it out
                atomic_files.write_bytes(path, known + between + thing_lines(records))
        except OSError as error:
            raise ProjectError(disk_reason(self.root, error)) from error
        return len(records)

    def _checked(self, decisions: Sequence[ThingDecision]) -> list[ThingDecision]:
        """Labels are cleaned.

        Raises:
            ProjectError: a thing is not of this project. IntakeError: a new label is no label.
        """
        known, noun = {one.thing_id for one in self._given}, self.kind.noun
        for one in decisions:
            if one.thing_id not in known:
                raise ProjectError(
                    f"{self.name} has no {noun} {one.thing_id!r}.{did_you_mean(one.thing_id, known)} "
                    f"The findings name each {noun}."
                )
        return [
            replace(one, label=clean_label(one.label) if one.action == "relabel" else "") for one in decisions
        ]


def _stamp(path: Path) -> tuple[int, int] | None:
    """Another one as soon as the file was written; None where it is gone."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
