"""MistakeDesk: the held-out pictures that a training got wrong, to be looked at and decided about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from tellapart_dashboards.app.pictures.decisions import PictureDesk, labels_with_keys
from tellapart_dashboards.app.thumbnails import Thumbnails
from tellapart_dashboards.pages.train.scores import answer_badge


class MistakeDesk(PictureDesk):
    """A desk that knows what the training said of its mistakes, where its run did not keep all answers."""

    _said_there: Mapping[str, dict[str, float]] = MappingProxyType({})  # image_id -> label -> probability

    def begin(self, mistakes: Sequence[dict[str, Any]]) -> None:
        """These are the mistakes of the training that is shown, each with the label it had then."""
        self._said_there = {one["image_id"]: {one["predicted"]: one["confidence"]} for one in mistakes}
        self.shown({one["image_id"]: one["label"] for one in mistakes})

    def probs(self, image_id: str) -> dict[str, float]:
        return super().probs(image_id) or self._said_there.get(image_id, {})

    def drawn(self, mistakes: Sequence[dict[str, Any]], thumbnails: Thumbnails) -> tuple[Any, ...]:
        """Thumbnails, captions, badges, marks, numbers and labels to offer first of these. For a thread."""
        keys = [int(key) for key in self.keys_of(one["image_id"] for one in mistakes)]
        tiles = self.tiles(keys)
        paths = {image_id: path for _, image_id, path in self.pictures(keys)}  # files move with their labels
        jpegs = thumbnails.each(
            [(one["image_id"], paths.get(one["image_id"], one["path"])) for one in mistakes]
        )
        badges = [answer_badge(one) for one in mistakes]
        captions = [one["label"] for one in mistakes]
        return (
            jpegs,
            captions,
            badges,
            [one["mark"] for one in tiles],
            keys,
            [one["suggested"] for one in tiles],
        )


def mistake_keys(labels: Collection[str], mistakes: Sequence[dict[str, Any]]) -> list[str]:
    """The labels that have a digit key: of many those that are mixed up most."""
    n_of = Counter(name for one in mistakes for name in (one["label"], one["predicted"]))
    return labels_with_keys(labels, n_of)
