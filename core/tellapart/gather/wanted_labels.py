"""What a person wants to tell apart: labels with the words to search for, kept with the project before it has pictures.

Renaming, merging and removing a label are decisions about all its pictures at once: one batch of the journal, undone in
one step by whoever undoes next, on any page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from tellapart.errors import IntakeError
from tellapart.label_names import clean_label, name_key
from tellapart.store.journal import Relabel, Remove
from tellapart.store.label_changes import DROP, MERGE, RENAME, LabelChange, keep_wanted, wanted_rows
from tellapart.store.project import Project


@dataclass(frozen=True)
class Wanted:
    """A label, and what to search for; query "" stands for the label itself."""

    label: str
    query: str = ""

    @property
    def words(self) -> str:
        """What is searched for."""
        return self.query or self.label


def wanted_labels(project: Project) -> list[Wanted]:
    """In the order they were added, then the other labels that have pictures."""
    return [Wanted(**row) for row in wanted_rows(project.manifest)]


def add_wanted(project: Project, text: str) -> list[str]:
    """The labels that are new, from names separated by commas or line ends: "grizzly, black bear, teddy".

    Raises:
        IntakeError: no name, or one that cannot be a label.
    """
    names = [clean_label(name) for name in text.replace("\n", ",").split(",") if name.strip()]
    if not names:
        raise IntakeError("No name given. Enter what you want to tell apart: grizzly, black bear, teddy")
    rows = wanted_labels(project)
    taken = {name_key(row.label) for row in rows}
    added = []
    for name in names:
        if name_key(name) not in taken:
            taken.add(name_key(name))
            added.append(name)
    _keep(project, [*rows, *map(Wanted, added)])
    return added


def set_query(project: Project, label: str, query: str) -> None:
    """Keep the words to search for; those that say just the label are kept as none."""
    query = " ".join(query.split())
    row = Wanted(label, "" if query == label else query)
    _keep(project, [row if one.label == label else one for one in wanted_labels(project)])


def rename_label(project: Project, label: str, new: str) -> int:
    """The number of pictures that have another label now.

    Raises:
        IntakeError: `new` cannot be a label, or another label has that name: merging is a step of its own.
    """
    new = clean_label(new)
    rows = wanted_labels(project)
    for other in (row.label for row in rows if row.label != label):
        if name_key(other) == name_key(new):
            raise IntakeError(
                f"There is already a label {other!r}. Choose another name, or merge {label!r} into it."
            )
    if new == label:
        return 0
    decisions = [Relabel(image_id, new) for image_id in _all_of(project, label)]
    return project.journal.decide(*decisions, change=LabelChange(RENAME, label, new))


def merge_label(project: Project, label: str, into: str) -> int:
    """The number of pictures that moved to the other label.

    Raises:
        IntakeError: `into` is no label of the project, or the label itself.
    """
    rows = wanted_labels(project)
    if into == label or into not in {row.label for row in rows}:
        raise IntakeError(f"{label!r} cannot be merged into {into!r}. Choose another label of this project.")
    decisions = [Relabel(image_id, into) for image_id in _all_of(project, label)]
    return project.journal.decide(*decisions, change=LabelChange(MERGE, label, into))


def remove_label(project: Project, label: str) -> int:
    """The number of pictures that lie in the trash now; they can be restored."""
    decisions = [Remove(one.image_id) for one in project.manifest.pictures(label=label)]
    return project.journal.decide(*decisions, change=LabelChange(DROP, label))


def _all_of(project: Project, label: str) -> list[str]:
    return [image_id for image_id, of, _, _ in project.manifest.standings() if of == label]


def _keep(project: Project, rows: Sequence[Wanted]) -> None:
    keep_wanted(project.manifest, [asdict(row) for row in rows])
