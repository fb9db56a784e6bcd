"""The download: the file that is offered, in pieces, and no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tellapart_dashboards.widgets.download.download import MAX_BYTES, Download


async def test_a_download_sends_the_offered_file_in_pieces_and_nothing_else(tmp_path: Path) -> None:
    data = bytes(range(256)) * 6000
    (tmp_path / "app.html").write_bytes(data)
    download = Download()
    sent: list[tuple[dict[str, Any], list[bytes]]] = []
    download.send = lambda content, buffers=None: sent.append((content, buffers or []))  # type: ignore[method-assign,assignment]
    await download.receive({"t": "ask", "off": 0})
    assert sent.pop()[0]["t"] == "refused", "nothing is offered"
    download.offer(tmp_path / "app.html")
    got = b""
    while len(got) < len(data):
        await download.receive({"t": "ask", "off": len(got), "file": "/etc/passwd"})
        ((content, (piece,)),) = sent
        sent.clear()
        assert content == {"t": "piece", "off": len(got), "total": len(data)} and len(piece) <= 2**20
        got += piece
    assert got == data
    for strange in (
        {"t": "ask", "off": -1},
        {"t": "ask", "off": "0"},
        {"t": "give"},
        {"t": "ask", "off": MAX_BYTES + 1},
    ):
        await download.receive(strange)
    assert sent == []
    (tmp_path / "app.html").unlink()
    await download.receive({"t": "ask", "off": 0})
    assert "cannot be read" in sent.pop()[0]["reason"]
    with (tmp_path / "large.zip").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    download.offer(tmp_path / "large.zip")
    await download.receive({"t": "ask", "off": 0})
    assert "too large" in sent.pop()[0]["reason"]
