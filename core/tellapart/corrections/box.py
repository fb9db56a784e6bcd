"""CorrectionBox: a folder that corrections are dropped into, by several processes at once, and that never fills a disk.

corrections.jsonl holds a line each, pictures/ a JPEG each. A line is there whole or not at all, and after its picture.
"""

from __future__ import annotations

import os
import shutil
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tellapart import atomic_files
from tellapart.corrections.correction import Correction, parsed
from tellapart.errors import CorrectionError
from tellapart.file_lock import try_lock

LINES, PICTURES = "corrections.jsonl", "pictures"
_PATIENCE_S, _LOOK_EVERY_S = 10.0, 0.02
_LEAST_FREE = 200 * 2**20  # bytes that the disk keeps for others


@dataclass(frozen=True)
class BoxLimits:
    """How many corrections a box holds, and how many bytes their pictures may have together."""

    n: int = 2000
    n_bytes: int = 256 * 2**20


@dataclass(frozen=True)
class _Contents:
    """What is in a box. state: of its file of lines, by which a change is noticed; n_bytes: of the pictures."""

    state: tuple[int, int, int] = (0, 0, 0)
    keys: frozenset[str] = frozenset()
    n_bytes: int = 0


class CorrectionBox:
    """The box in that folder, which is made with the first correction."""

    def __init__(self, folder: Path, limits: BoxLimits = BoxLimits()):  # frozen
        self._folder, self._limits = folder, limits
        self._lines = folder / LINES
        self._known = _Contents()

    def put(self, correction: Correction, jpeg: bytes) -> bool:
        """Keep a correction; False where the same one was there.

        Raises:
            CorrectionError: the box is full, or the disk is, or takes nothing.
        """
        correction = correction.of(jpeg)
        try:
            (self._folder / PICTURES).mkdir(parents=True, exist_ok=True)
            with self._locked():
                contents = self._contents()
                if correction.key in contents.keys:
                    return False
                self._check_room(contents, len(jpeg))
                picture = self._folder / PICTURES / f"{correction.picture}.jpg"
                is_new = not picture.exists()
                if is_new:
                    atomic_files.write_bytes(picture, jpeg)
                try:
                    self._append(correction.line().encode() + b"\n")
                except OSError:
                    if is_new:
                        picture.unlink(missing_ok=True)
                    raise
            return True
        except OSError as error:
            reason = error.strerror or str(error)
            raise CorrectionError(f"The correction cannot be kept: {reason}. Nothing was saved.") from error

    def __iter__(self) -> Iterator[tuple[Correction, Path]]:
        """Each correction with its picture, oldest first; lines that cannot be read are passed over."""
        for line in self._raw().splitlines():
            try:
                correction = parsed(line)
            except CorrectionError:
                continue
            yield correction, self._folder / PICTURES / f"{correction.picture}.jpg"

    def write_zip(self, file: IO[bytes]) -> int:
        """Write all of it as a zip; how many corrections are in it."""
        n, pictures = 0, set()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            lines = []
            for correction, picture in self:
                if not picture.is_file():
                    continue
                lines.append(correction.line())
                if correction.picture not in pictures:
                    pictures.add(correction.picture)
                    archive.writestr(f"{PICTURES}/{picture.name}", picture.read_bytes())
                n += 1
            archive.writestr(LINES, "".join(f"{line}\n" for line in lines))
        return n

    def _contents(self) -> _Contents:
        """What is there now; read again only where it has changed."""
        if self._state() != self._known.state:
            keys, files = set(), {}
            for correction, picture in self:
                keys.add(correction.key)
                files[picture] = picture.stat().st_size if picture.is_file() else 0
            self._known = _Contents(self._state(), frozenset(keys), sum(files.values()))
        return self._known

    def _state(self) -> tuple[int, int, int]:
        try:
            status = self._lines.stat()
        except FileNotFoundError:
            return (0, 0, 0)
        return (status.st_ino, status.st_size, status.st_mtime_ns)

    def _check_room(self, contents: _Contents, n_bytes: int) -> None:
        if len(contents.keys) >= self._limits.n or contents.n_bytes + n_bytes > self._limits.n_bytes:
            raise CorrectionError(
                f"There is no room for another correction: {len(contents.keys):,} are kept. Whoever shares the app has "
                "to take them out of its folder first."
            )
        if shutil.disk_usage(self._folder).free < _LEAST_FREE:
            raise CorrectionError(
                "The correction cannot be kept: the disk is nearly full. Nothing was saved."
            )

    def _raw(self) -> bytes:
        try:
            return self._lines.read_bytes()
        except FileNotFoundError:
            return b""

    def _append(self, line: bytes) -> None:
        # without a buffer, which would be written once more when the file is closed
        with self._lines.open("ab", buffering=0) as file:
            before = file.tell()
            left = memoryview(self._end_of_torn(before) + line)
            try:
                while left:
                    left = left[file.write(left) :]
                os.fsync(file.fileno())
            except OSError:
                file.truncate(before)
                raise

    def _end_of_torn(self, size: int) -> bytes:
        """What ends a line that a killed process left open."""
        if not size:
            return b""
        with self._lines.open("rb") as file:
            file.seek(size - 1)
            return b"" if file.read(1) == b"\n" else b"\n"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        until = time.monotonic() + _PATIENCE_S
        with (self._folder / ".lock").open("ab") as file:
            while not try_lock(file):
                if time.monotonic() > until:
                    raise CorrectionError("The correction cannot be kept now: others are being. Try again.")
                time.sleep(_LOOK_EVERY_S)
            yield
