"""Whether the classifier's own doubts chose which labels were corrected: then its score on them is no longer blind."""

from __future__ import annotations

from collections.abc import Collection

from tellapart.store.journal import Entry, Journal
from tellapart.store.manifest import NONE_OF_THESE


def guidance_note(journal: Journal, checked: Collection[str]) -> str | None:
    """A sentence for whoever reads the held-out error; None where no decision that stands was guided.

    Args:
        checked: image_ids of the held-out pictures.
    """
    relabelled, set_aside = set(), set()
    for entry in journal.decided().about_pictures:
        if not entry.is_guided:
            continue
        if entry.kind == "relabel" and entry.image_id in checked:
            relabelled.add(entry.image_id)
        elif _is_set_aside(entry) and entry.image_id not in checked:
            set_aside.add(entry.image_id)
    if not relabelled and not set_aside:
        return None
    parts = []
    if relabelled:
        parts.append(f"{len(relabelled)} of the {len(checked)} held-out pictures were relabelled")
    if set_aside:
        parts.append(f"{len(set_aside)} picture(s) were set aside")
    return (
        f"{' and '.join(parts)} after the model disagreed with their labels. Because the model chose which "
        "labels were reviewed, its true error is probably somewhat higher. To measure it, use pictures "
        "labelled without the model's help."
    )


def _is_set_aside(entry: Entry) -> bool:
    return entry.kind == "remove" or (entry.kind == "mark" and entry.after["mark"] == NONE_OF_THESE)
