"""Small JPEGs of a project's pictures, made on threads, kept in its cache."""

from __future__ import annotations

import asyncio
import contextlib
import os
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tellapart.errors import ImageError
from tellapart.pictures.images import thumbnail_jpeg
from tellapart.safe_paths import path_inside

from tellapart_dashboards.app.event_loop import soon

_VERSION = 2  # raise it when the pixels of any thumbnail change; 1 kept comments


class Thumbnails:
    """Thumbnails whose shorter side is side_px; cache/ may be thrown away at any time."""

    def __init__(self, project_dir: Path, side_px: int = 160) -> None:
        self.project_dir = project_dir
        self.side_px = side_px
        self.folder = project_dir / "cache" / f"thumbnails-{side_px}-{_VERSION}"

    def one(self, image_id: str, path: str) -> bytes:
        """The JPEG, or b"" when the picture cannot be read (any more)."""
        try:
            cached = path_inside(self.folder, f"{image_id[:2]}/{image_id}.jpg")
            with contextlib.suppress(OSError):
                return cached.read_bytes()
            jpeg = thumbnail_jpeg(path_inside(self.project_dir, path), self.side_px)
        except (ImageError, OSError):
            return b""
        with contextlib.suppress(OSError):  # a full disk costs only the cache
            cached.parent.mkdir(parents=True, exist_ok=True)
            part = cached.with_name(f"{uuid.uuid4().hex}.part")
            part.write_bytes(jpeg)
            part.replace(cached)
        return jpeg

    async def many(self, pictures: Sequence[tuple[str, str]]) -> list[bytes]:
        """The JPEGs of (image_id, path) pairs, in order, without blocking the page."""
        return await asyncio.to_thread(self.each, pictures)

    def each(self, pictures: Sequence[tuple[str, str]]) -> list[bytes]:
        """The same right here, for whoever is on a thread."""
        with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
            return list(pool.map(lambda picture: self.one(*picture), pictures))


Wanted = tuple[int, str, str]  # the page's number for a picture, image_id, path


class ThumbnailSupply:
    """Thumbnails in the order somebody looks at them: a new list takes the place of the old one, so what was scrolled
    past costs nothing any more. send: gets the shorter side, the numbers and the JPEGs of a few pictures at once."""

    AT_ONCE = 8  # pictures in one message, far below a megabyte
    N_WORKERS = max(1, min(4, os.cpu_count() or 1))

    def __init__(self, send: Callable[[int, list[int], list[bytes]], None]) -> None:
        self._send = send
        self._wanted: deque[Wanted] = deque()
        self._n_working = 0

    async def want(self, thumbnails: Thumbnails, pictures: Sequence[Wanted]) -> None:
        """Nothing; these are on their way, and nothing else."""
        self._wanted = deque(pictures)
        self._thumbnails = thumbnails
        n_new = min(self.N_WORKERS - self._n_working, -(-len(self._wanted) // self.AT_ONCE))
        self._n_working += max(0, n_new)
        await asyncio.gather(*(soon(self._work()) for _ in range(n_new)))

    async def _work(self) -> None:
        try:
            while self._wanted:
                some = [self._wanted.popleft() for _ in range(min(self.AT_ONCE, len(self._wanted)))]
                thumbnails = self._thumbnails
                jpegs = await asyncio.to_thread(_jpegs, thumbnails, some)
                self._send(thumbnails.side_px, [number for number, _, _ in some], jpegs)
        finally:
            self._n_working -= 1


def _jpegs(thumbnails: Thumbnails, pictures: Sequence[Wanted]) -> list[bytes]:
    return [thumbnails.one(image_id, path) for _, image_id, path in pictures]
