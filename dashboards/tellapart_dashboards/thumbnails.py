"""Small JPEGs of a project's pictures, made on threads, kept in its cache."""

from __future__ import annotations

import asyncio
import contextlib
import os
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tellapart.errors import ImageError
from tellapart.images import thumbnail_jpeg


class Thumbnails:
    """Thumbnails whose shorter side is side_px; cache/ may be thrown away at any time."""

    def __init__(self, project_dir: Path, side_px: int = 160) -> None:
        self.project_dir = project_dir
        self.side_px = side_px
        self.folder = project_dir / "cache" / f"thumbnails-{side_px}"

    def one(self, image_id: str, path: str) -> bytes:
        """The JPEG, or b"" when the picture cannot be read (any more)."""
        cached = self.folder / image_id[:2] / f"{image_id}.jpg"
        with contextlib.suppress(OSError):
            return cached.read_bytes()
        try:
            jpeg = thumbnail_jpeg(self.project_dir / path, self.side_px)
        except ImageError:
            return b""
        with contextlib.suppress(OSError):  # a full disk costs only the cache
            cached.parent.mkdir(parents=True, exist_ok=True)
            part = cached.with_name(f"{uuid.uuid4().hex}.part")
            part.write_bytes(jpeg)
            part.replace(cached)
        return jpeg

    async def many(self, pictures: Sequence[tuple[str, str]]) -> list[bytes]:
        """The JPEGs of (image_id, path) pairs, in order, without blocking the page."""
        return await asyncio.to_thread(self._many, pictures)

    def _many(self, pictures: Sequence[tuple[str, str]]) -> list[bytes]:
        with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
            return list(pool.map(lambda picture: self.one(*picture), pictures))
