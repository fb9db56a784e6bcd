"""The other side of the wire of an upload: what a page sends, and what it hears."""

from __future__ import annotations

from typing import Any

from tellapart_dashboards.widgets.upload.upload import Receiver

ANNOUNCE = {"t": "announce", "batch": "b1", "files": [{"id": 0, "path": "a.jpg", "size": 6}]}


class Page:
    """A page that uploads a batch."""

    def __init__(self, receiver: Receiver, batch: str = "b1") -> None:
        self.receiver, self.batch = receiver, batch

    def announce(self, **sizes: int) -> dict[str, Any] | None:
        files = [{"id": i, "path": path, "size": size} for i, (path, size) in enumerate(sizes.items())]
        return self.receiver.receive(
            {"t": "announce", "batch": self.batch, "files": files, "more": False}, []
        )

    def piece(self, number: int, offset: int, data: bytes) -> dict[str, Any]:
        """The answer about this file, or the refusal of all."""
        pieces = [{"id": number, "off": offset, "size": len(data)}]
        message = {"t": "pieces", "batch": self.batch, "n": 1, "pieces": pieces}
        answer = self.receiver.receive(message, [memoryview(data)] if data else []) or {}
        return answer["files"][0] if "files" in answer else answer

    def say(self, kind: str, **more: Any) -> dict[str, Any] | None:
        return self.receiver.receive({"t": kind, "batch": self.batch, **more}, [])


def whole(batch: str = "b1", **files: bytes) -> tuple[dict[str, Any], list[memoryview]]:
    """A small batch as the page sends it."""
    listed = [{"id": i, "path": path, "size": len(data)} for i, (path, data) in enumerate(files.items())]
    return {"t": "whole", "batch": batch, "files": listed}, [memoryview(one) for one in files.values() if one]
