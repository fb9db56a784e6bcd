"""Renaming, merging and dropping a label, apart from its pictures: its place among the wanted labels, its searches.

A line of the journal like a decision, in one batch with the decisions about its pictures, undone and redone with them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, Literal

from tellapart.errors import ProjectError
from tellapart.store import searches
from tellapart.store.manifest import Manifest

_WANTED = "wanted"  # setting of a project: [{"label", "query"}] in the order they were added
RENAME: Final = "rename label"
MERGE: Final = "merge label"
DROP: Final = "drop label"


@dataclass(frozen=True)
class LabelChange:
    """What becomes of a label. new: the name it gets, or the label it goes into; None where it is dropped."""

    kind: Literal["rename label", "merge label", "drop label"]
    label: str
    new: str | None = None


def wanted_rows(manifest: Manifest) -> list[dict[str, str]]:
    """The labels that somebody listed, {"label", "query"}, then the others that have pictures, without words. One whose
    pictures all lie in the trash went with them, unless somebody wrote what to search for, or pictures of it wait."""
    gone = manifest.dropped_labels() - searches.held_labels(manifest)
    listed = [row for row in _listed(manifest) if row["query"] or row["label"] not in gone]
    known = {row["label"] for row in listed}
    counts = manifest.label_counts()
    return [
        *listed,
        *({"label": label, "query": ""} for label, n in counts.items() if n and label not in known),
    ]


def keep_wanted(manifest: Manifest, rows: list[dict[str, str]]) -> None:
    """Keep which labels are wanted, in this order."""
    manifest.set_setting(_WANTED, rows)


def carry_out(manifest: Manifest, change: LabelChange) -> tuple[dict[str, Any], dict[str, Any]]:
    """The journal's before and after of the change, which is done. Call inside a transaction, before the pictures
    of the label change."""
    unlisted = _list_all(manifest)
    rows = _listed(manifest)
    place = _place(rows, change.label)
    query = "" if place is None else rows[place]["query"]
    before = {"label": change.label, "query": query, "place": place, "unlisted": unlisted}
    moved = [] if change.new is None else searches.relabel(manifest, change.label, change.new)
    after = {"label": change.new, "gatherings": moved}
    _put(manifest, change.kind, change.label, change.new)
    return before, after


def take_back(manifest: Manifest, kind: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Undo the change; whatever else was listed since stays. Call inside a transaction."""
    searches.put_label(manifest, after["gatherings"], before["label"])
    if kind == RENAME:
        _put(manifest, RENAME, after["label"], before["label"])
    rows = _listed(manifest)
    if before["place"] is not None and _place(rows, before["label"]) is None:
        rows.insert(before["place"], {"label": before["label"], "query": before["query"]})
    unlisted = before.get("unlisted", ())
    keep_wanted(manifest, [row for row in rows if row["query"] or row["label"] not in unlisted])


def carry_out_again(manifest: Manifest, kind: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Do the change once more. Call inside a transaction."""
    _list_all(manifest)
    if after["label"] is not None:
        searches.put_label(manifest, after["gatherings"], after["label"])
    _put(manifest, kind, before["label"], after["label"])


def _put(manifest: Manifest, kind: str, label: str, new: str | None) -> None:
    """The label's row gets the new name where it is renamed and the name is free, else it goes."""
    rows = _listed(manifest)
    place = _place(rows, label)
    if place is None:
        return
    if kind == RENAME and new is not None and _place(rows, new) is None:
        rows[place] = {"label": new, "query": rows[place]["query"]}
    else:
        del rows[place]
    keep_wanted(manifest, rows)


def _list_all(manifest: Manifest) -> list[str]:
    """The labels that had pictures and were not listed; they are now, so that each stays in its place."""
    rows = wanted_rows(manifest)
    unlisted = [row["label"] for row in rows[len(_listed(manifest)) :]]
    keep_wanted(manifest, rows)
    return unlisted


def _listed(manifest: Manifest) -> list[dict[str, str]]:
    return list(manifest.setting(_WANTED, []))


def _place(rows: list[dict[str, str]], label: str) -> int | None:
    return next((place for place, row in enumerate(rows) if row["label"] == label), None)


def check_offered(manifest: Manifest, labels: Collection[str]) -> None:
    """Whether labels that a page offered, and somebody chose, are still there: one may have been renamed meanwhile.

    Raises:
        ProjectError: one has no pictures any more.
    """
    counts = manifest.label_counts() if labels else {}
    for label in sorted(labels):
        if not counts.get(label):
            raise ProjectError(
                f"The label {label!r} has no pictures any more: it was renamed or emptied elsewhere in "
                "the meantime. Nothing was decided. Choose another label, or the same one again to "
                "create it."
            )
