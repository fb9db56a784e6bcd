"""What visitors of an app said of a project's pictures: kept beside them, one setting for each, never trusted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

from tellapart.store.manifest import Manifest

_PREFIX = "visitor/"
_MOST = 50  # words about one picture


@dataclass(frozen=True)
class VisitorWord:
    """key: by which the same word is known again. kind: "label", "none of these" or "other"; said: the label, or the
    visitor's own words. answered, probability, none_of_these: what the model said. at: when; model: which one."""

    key: str
    kind: str
    said: str
    answered: str
    probability: float
    none_of_these: bool
    at: str
    model: str

    def told(self) -> str:
        """What the visitor said, inside a sentence."""
        return "none of these" if self.kind == "none of these" else f"‘{self.said}’"

    def answer(self) -> str:
        """What the model said, inside a sentence."""
        return "none of these" if self.none_of_these else f"‘{self.answered}’"


def visitor_words(manifest: Manifest) -> dict[str, tuple[VisitorWord, ...]]:
    """image_id -> what visitors said of it, oldest first; what cannot be read is left out."""
    rows = manifest.rows(
        "SELECT name, value FROM settings WHERE name >= ? AND name < ?", [_PREFIX, "visitor0"]
    )
    found = {name.removeprefix(_PREFIX): _words(value) for name, value in rows}
    return {image_id: words for image_id, words in found.items() if words}


def keep_words(manifest: Manifest, words: Iterable[tuple[str, VisitorWord]]) -> None:
    """Keep what was said of pictures: (image_id, word), those of one picture after one another.

    Raises:
        ProjectError: the project cannot be written.
    """
    known: dict[str, list[Any]] = {}
    for image_id, word in words:
        if image_id not in known:
            known[image_id] = [
                asdict(one) for one in _words(json.dumps(manifest.setting(_PREFIX + image_id)))
            ]
        known[image_id] = [*known[image_id], asdict(word)][-_MOST:]
    with manifest.transaction():
        for image_id, several in known.items():
            manifest.set_setting(_PREFIX + image_id, several)


def _words(value: str) -> tuple[VisitorWord, ...]:
    try:
        return tuple(_word(one) for one in json.loads(value) or ())
    except (ValueError, TypeError, KeyError):
        return ()


def _word(record: Any) -> VisitorWord:
    values = {field.name: record[field.name] for field in fields(VisitorWord)}
    kinds: dict[str, type | tuple[type, ...]] = {"probability": (float, int), "none_of_these": bool}
    if any(not isinstance(value, kinds.get(name, str)) for name, value in values.items()):
        raise TypeError("not as this program writes it")
    return VisitorWord(**values)
