"""JSON lines: those of a text, and those of files that grow while they are read, where nothing is read twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def lines_of(text: str) -> list[str]:
    """The lines of JSON lines; a line separator (U+2028) and its likes may stand in a string, and end none."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def line_of(value: Any) -> bytes:
    """A value as one of them. Half characters, as names of files may have, become escapes."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


class JsonLines:
    """The complete lines of a file that somebody else appends to.

    n_bytes_read: what was read from the disk so far.
    """

    def __init__(self, path: Path):
        self._path = path
        self._offset = 0
        self.n_bytes_read = 0

    def new(self) -> list[dict[str, Any]]:
        """The lines that came since the last call; one still being written is left for the next time.

        [] for a file that cannot be read. A file that became shorter is another one, and is read from its start.
        """
        try:
            with self._path.open("rb") as file:
                if file.seek(0, 2) < self._offset:
                    self._offset = 0
                file.seek(self._offset)
                data = file.read()
        except OSError:
            return []
        self.n_bytes_read += len(data)
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        return [line for line in map(_parsed, whole.splitlines()) if line is not None]


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        return dict(json.loads(line))
    except (ValueError, TypeError, RecursionError):
        return None  # cut by a kill; the next line is whole again
