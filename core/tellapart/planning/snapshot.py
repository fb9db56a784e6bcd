"""Where a project stood when a training began, and how much of what it would learn is different now."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from tellapart.store.manifest import is_member
from tellapart.store.project import Project


@dataclass(frozen=True)
class ProjectSnapshot:
    """journal: the number of its last line; picture: of the picture that came last; 0 where there is none."""

    journal: int
    picture: int

    def to_json(self) -> dict[str, int]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: Any) -> ProjectSnapshot | None:
        """Back from JSON; None where there is none, as in results of older versions."""
        try:
            return cls(int(record["journal"]), int(record["picture"]))
        except (KeyError, TypeError, ValueError):
            return None


def snapshot(project: Project) -> ProjectSnapshot:
    """Where the project stands. What is written while it is read counts as a change.

    Raises:
        ProjectError: the database cannot be read.
    """
    last = project.journal.entries(limit=1)
    return ProjectSnapshot(last[0].number if last else 0, project.manifest.last_number())


def n_changes(project: Project, since: ProjectSnapshot) -> int:
    """How many pictures a training would now see otherwise: added, removed, brought back, or under another label.
    What was undone, kept as it is or marked "not sure" is no change.

    Raises:
        ProjectError: the database cannot be read.
    """
    manifest, journal = project.manifest, project.journal
    newcomers = manifest.newcomers(since.picture)
    new = {image_id for image_id, *_ in newcomers}
    before: dict[str, str | None] = {}
    for entry in journal.entries_after(since.journal):
        if entry.image_id not in new:
            at_first = entry.before
            before.setdefault(
                entry.image_id, _taught(at_first["label"], at_first["state"], at_first.get("mark"))
            )
    standings = manifest.standings(list(before))
    now = {image_id: _taught(label, state, mark) for image_id, label, state, mark in standings}
    n_added = sum(_taught(label, state, mark) is not None for _, label, state, mark in newcomers)
    n_other = sum(taught != now.get(image_id) for image_id, taught in before.items())
    return n_added + n_other


def _taught(label: str, state: str, mark: str | None) -> str | None:
    """The label that a training learns from the picture, None where it learns nothing."""
    return label if is_member(state, mark) else None
