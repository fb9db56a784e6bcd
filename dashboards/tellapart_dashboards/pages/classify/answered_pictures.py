"""AnsweredPictures: the files of pictures that were answered, as long as their answers are in sight."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable
from pathlib import Path


class AnsweredPictures:
    """Files below `root` by the number of their answer, up to `most_bytes`: the oldest leave first. Thread-safe."""

    def __init__(self, root: Path, most_bytes: int) -> None:
        self._root, self._most_bytes = root, most_bytes
        self._lock = threading.Lock()
        self._files: dict[int, tuple[Path, int]] = {}  # with their bytes, oldest first
        self._n_bytes = 0
        self._folders: set[Path] = set()

    def path(self, number: int) -> Path | None:
        """The picture of that answer, None where it is not kept."""
        with self._lock:
            return self._files[number][0] if number in self._files else None

    def keep(self, number: int, path: Path, n_bytes: int) -> None:
        """Keep this one, and let the oldest go where they are too many. For a thread."""
        old = []
        with self._lock:
            self._folders.add(path.parent)
            self._files[number] = path, n_bytes
            self._n_bytes += n_bytes
            while self._n_bytes > self._most_bytes and len(self._files) > 1:
                old.append(self._taken_out(next(iter(self._files))))
        _unlink(old)

    def drop(self, path: Path) -> None:
        """Delete a picture that is not kept at all. For a thread."""
        with self._lock:
            self._folders.add(path.parent)
        _unlink([path])

    def let_go(self, numbers: Iterable[int] | None = None) -> list[Path]:
        """The files of these answers, or of all, which are not kept any more: give them to `remove`."""
        with self._lock:
            gone = list(self._files) if numbers is None else [one for one in numbers if one in self._files]
            return [self._taken_out(number) for number in gone]

    def remove(self, files: Iterable[Path]) -> None:
        """Delete them, and the folders that are empty without them. For a thread."""
        _unlink(files)
        with self._lock:
            folders = list(self._folders)
        for folder in folders:
            for one in (folder, *folder.parents):
                if one == self._root or self._root not in one.parents:
                    break
                with contextlib.suppress(OSError):  # others of it still wait
                    one.rmdir()
        with self._lock:
            self._folders.difference_update(one for one in folders if not one.is_dir())

    def _taken_out(self, number: int) -> Path:
        path, n_bytes = self._files.pop(number)
        self._n_bytes -= n_bytes
        return path


def _unlink(files: Iterable[Path]) -> None:
    for path in files:
        with contextlib.suppress(OSError):
            path.unlink()
