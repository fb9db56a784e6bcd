"""Labels that a person may have meant to be one: they differ in capitals, in the form of Unicode, or in spaces."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

from tellapart.errors import IntakeError
from tellapart.label_names import clean_label, name_key


def spelling_notes(labels: Collection[str], known: Collection[str]) -> list[str]:
    """A sentence for each group of names that look like one label.

    Args:
        labels: as they stand in folders or tables of a place.
        known: those of the project.
    """
    spelt: dict[str, set[str]] = {}  # as kept -> as written
    for written in [*labels, *known]:
        try:
            spelt.setdefault(clean_label(written), set()).add(written)
        except IntakeError:
            continue  # each of its pictures is refused with that reason
    notes = [
        f"{_listed(written)} were merged into one label, {label!r}: they differ only in spaces or Unicode "
        "form."
        for label, written in sorted(spelt.items())
        if len({unicodedata.normalize("NFC", one) for one in written}) > 1
    ]
    alike: dict[str, set[str]] = {}
    for label in spelt:
        alike.setdefault(name_key(label), set()).add(label)
    for group in alike.values():
        if len(group) > 1 and not group <= set(known):
            has = sorted(group & set(known))
            here = f" The project already has {_listed(has)}." if has else ""
            notes.append(
                f"The labels {_listed(group)} differ only in capital letters and were kept apart. Should "
                f"they be one?{here}"
            )
    return notes


def _listed(names: Collection[str]) -> str:
    return " and ".join(repr(name) for name in sorted(names))
