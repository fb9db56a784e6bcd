"""Strips: a few small pictures of each label, drawn anew only where they have changed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from tellapart.store.manifest import Picture

from tellapart_dashboards.app.pictures.decisions import PictureDesk
from tellapart_dashboards.app.thumbnails import Thumbnails

N_THUMBNAILS = 6  # per label


class Strips:
    """The first pictures of labels, known to a desk, so that they can be opened and decided about."""

    def __init__(self, desk: PictureDesk, thumbnails: Thumbnails) -> None:
        self._desk = desk
        self._thumbnails = thumbnails
        self._found: dict[
            str, tuple[int, list[Picture]]
        ] = {}  # label -> how many there were, the first of them

    async def drawn(self, counts: Mapping[str, int], before: Mapping[str, Any]) -> dict[str, Any]:
        """Label -> {"keys", "jpegs"}, see `LabelRows`; counts: label -> pictures; before: those drawn last."""
        found = await asyncio.to_thread(self._look, counts)
        strips = {}
        for label, (_, pictures) in found.items():
            keys = self._desk.shown({one.image_id: label for one in pictures})
            strip = before.get(label, {})
            if strip.get("keys") != keys:
                jpegs = await self._thumbnails.many([(one.image_id, one.path) for one in pictures])
                strip = {"keys": keys, "jpegs": jpegs}
            strips[label] = strip
        self._found = found
        return strips

    def _look(self, counts: Mapping[str, int]) -> dict[str, tuple[int, list[Picture]]]:
        """What is there now, looked up where the number has changed or a picture has gone elsewhere. For a thread."""
        manifest, before = self._desk.project.manifest, self._found
        shown = [one.image_id for _, pictures in before.values() for one in pictures]
        kept = {row[0]: row[1] for row in manifest.standings(shown) if row[2] == "kept"}
        found = {}
        for label, n in counts.items():
            n_before, pictures = before.get(label, (-1, []))
            if n != n_before or any(kept.get(one.image_id) != label for one in pictures):
                pictures = manifest.pictures(label, limit=N_THUMBNAILS)
            found[label] = n, pictures
        return found
