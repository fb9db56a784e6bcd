"""A server with latency: Bing's index and the pictures that it names, in a process of its own.

python benchmarks/gather_server.py PICTURES KILOBYTES LATENCY_MS prints its port and serves until it is ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
from PIL import Image

PAGE_SIZE = 35


@contextlib.contextmanager
def running(n_pictures: int, kilobytes: int, latency_ms: int) -> Iterator[str]:
    """The base address of a server that runs inside the block."""
    command = [sys.executable, str(Path(__file__)), str(n_pictures), str(kilobytes), str(latency_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = process.stdout.readline().strip() if process.stdout else ""
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def picture_bytes(kilobytes: int) -> bytes:
    """A JPEG of about that size, as photographs on the web are: 800 × 600, with grain."""
    rng = np.random.default_rng(0)
    coarse = Image.fromarray(rng.integers(0, 256, (9, 12, 3), np.uint8)).resize(
        (800, 600), Image.Resampling.BICUBIC
    )
    pixels = np.asarray(coarse, np.int16) + rng.normal(0, 9, (600, 800, 1)).astype(np.int16)
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    for quality in range(95, 20, -5):
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality)
        if buffer.tell() <= kilobytes * 1000:
            break
    return buffer.getvalue()


class Server:
    """Answers from memory; every picture differs from the next in a comment at its end."""

    def __init__(self, n_pictures: int, kilobytes: int, latency_s: float):
        self._n_pictures = n_pictures
        self._latency_s = latency_s
        data = picture_bytes(kilobytes)
        self._picture = data + b"\0" * (kilobytes * 1000 - len(data) - 8)
        self.port = 0

    async def serve(self) -> None:
        """Print the port, then answer for ever."""
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, backlog=256)
        self.port = server.sockets[0].getsockname()[1]
        print(self.port, flush=True)
        await server.serve_forever()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                await asyncio.sleep(self._latency_s)
                kind, body = self._answer(head.split(" ")[1])
                is_last = "connection: close" in head.lower()
                writer.write(
                    f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
                    f"Connection: {'close' if is_last else 'keep-alive'}\r\n\r\n".encode()
                )
                writer.write(body)
                await writer.drain()
                if is_last:
                    break
        writer.close()

    def _answer(self, target: str) -> tuple[str, bytes]:
        parts = urlsplit(target)
        if parts.path == "/images/async":
            first = int(parse_qs(parts.query)["first"][0])
            start = max(0, first - 1)
            items = [self._item(number) for number in range(start, min(start + PAGE_SIZE, self._n_pictures))]
            return "text/html", "".join(items).encode()
        number = int(Path(parts.path).stem)
        return "image/jpeg", self._picture + number.to_bytes(8, "big")

    def _item(self, number: int) -> str:
        told = {"murl": f"http://127.0.0.1:{self.port}/picture/{number}.jpg", "t": f"Bear {number}"}
        return f'<a class="iusc" m="{html.escape(json.dumps(told, separators=(",", ":")))}"></a>'


if __name__ == "__main__":
    asyncio.run(Server(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) / 1000).serve())
