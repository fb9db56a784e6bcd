"""A server of files on this machine that can do what real ones do: break off, refuse, change their mind, forget ranges."""

from __future__ import annotations

import hashlib
import threading
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

_CHUNK = 1 << 16


class FileServer:
    """Serves bytes by name while the block runs.

    requests: the headers of each request, names in lower case. breaks: how many answers stop half way. status, statuses:
    what is answered, always, or to the next requests. has_range: whether it continues files. shift: how far from
    the asked place a continued answer begins. marks: "etag", "date" or "none". hold_at: how much of the file is sent
    before it waits for `let_go`; None for all.
    """

    def __init__(self, files: dict[str, bytes]):
        self.files = dict(files)
        self.requests: list[dict[str, str]] = []
        self.n_bytes_sent = 0
        self.breaks, self.status, self.shift = 0, 200, 0
        self.hold_at: int | None = None
        self._may_go_on = threading.Condition()
        self.statuses: list[int] = []
        self.retry_after: str | None = None
        self.has_range, self.marks = True, "etag"
        self._changed_at = 1_700_000_000
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(next(iter(self.files.values()))).hexdigest()[:16]}"'

    @property
    def date(self) -> str:
        return formatdate(self._changed_at, usegmt=True)

    def change(self, name: str, content: bytes) -> None:
        self.files[name] = content
        self._changed_at += 1000

    def let_go(self) -> None:
        """Send on, also whatever comes from now on."""
        with self._may_go_on:
            self.hold_at = None
            self._may_go_on.notify_all()

    def wait_for_leave(self, place: int) -> None:
        with self._may_go_on:
            self._may_go_on.wait_for(lambda: self.hold_at is None or place < self.hold_at)

    def __enter__(self) -> FileServer:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.let_go()
        self._server.shutdown()
        self._server.server_close()


def _handler(files: FileServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = {name.lower(): value for name, value in self.headers.items()}
            files.requests.append(asked)
            status = files.statuses.pop(0) if files.statuses else files.status
            content = files.files.get(self.path.rsplit("/", 1)[-1])
            if status != 200 or content is None:
                self.send_response(404 if content is None else status)
                if files.retry_after:
                    self.send_header("Retry-After", files.retry_after)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self._send(content, self._start(asked))

        def _start(self, asked: dict[str, str]) -> int:
            mark = {"etag": files.etag, "date": files.date, "none": None}[files.marks]
            if not files.has_range or "range" not in asked or asked.get("if-range", mark) != mark:
                return 0
            return int(asked["range"].removeprefix("bytes=").removesuffix("-"))

        def _send(self, content: bytes, start: int) -> None:
            if start >= len(content) > 0 and start:
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(content)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            body = content[start + files.shift if start else 0 :]
            self.send_response(206 if start else 200)
            if start:
                first = start + files.shift
                self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
            if files.marks == "etag":
                self.send_header("ETag", files.etag)
            elif files.marks == "date":
                self.send_header("Last-Modified", files.date)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if files.breaks:
                files.breaks -= 1
                body = body[: len(body) // 2]
            try:
                for place in range(0, len(body), _CHUNK):
                    files.wait_for_leave(start + place)
                    files.n_bytes_sent += len(body[place : place + _CHUNK])
                    self.wfile.write(body[place : place + _CHUNK])
            except OSError:
                pass  # the client has hung up

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Handler
