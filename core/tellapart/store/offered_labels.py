"""Labels that a page offered a while ago: whether they are still there when somebody takes one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from tellapart.errors import ProjectError
from tellapart.store.journal import Decision, Relabel
from tellapart.store.manifest import Manifest


def check_offered(manifest: Manifest, decisions: Iterable[Decision], offered: Collection[str]) -> None:
    """Whether the labels that were offered are still there: somebody may have renamed one meanwhile.

    Raises:
        ProjectError: a decision gives a label that was offered and has no pictures any more.
    """
    wanted = {one.label for one in decisions if isinstance(one, Relabel)} & set(offered)
    if not wanted:
        return
    counts = manifest.label_counts()
    for label in sorted(wanted):
        if not counts.get(label):
            raise ProjectError(
                f"The label {label!r} has no pictures any more: it was renamed or emptied elsewhere in "
                "the meantime. Nothing was decided. Choose another label, or the same one again to "
                "create it."
            )


def said_of_missing(paths: Sequence[str]) -> list[str]:
    """What to say of pictures that were decided about and are not where they belong, by their paths."""
    return [
        f"{path} is no longer in its folder. The decision is saved and applies when the file is back."
        for path in paths
    ]
