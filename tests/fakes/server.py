"""A small server on this computer that writes down what it was asked and follows a script."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]


@dataclass(frozen=True)
class Answer:
    """What is sent back. cut_at: hang up after that many bytes. slow_s: before anything is said."""

    body: bytes = b""
    status: int = 200
    kind: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    cut_at: int | None = None
    slow_s: float = 0.0
    endless: bool = False


def json_answer(value: object, status: int = 200, **headers: object) -> Answer:
    named = tuple((name.replace("_", "-"), str(value)) for name, value in headers.items())
    return Answer(json.dumps(value).encode(), status, headers=named)


class Fake(ThreadingHTTPServer):
    """script: ok, empty, limited, refused, trouble, nonsense, html, strange, slow or cut; a list is gone through once.

    hold_after: so many requests are answered, further ones wait for `let_go`.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    retry_after = "600"
    latency_s = 0.0
    hold_after: int | None = None

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[Asked] = []
        self.script: str | list[str] = "ok"
        self._closing = threading.Event()
        self.n_answered = 0
        self._n_waiting = 0
        self._may_go_on = threading.Condition()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def let_go(self):
        """Answer whoever waits, and everyone from now on."""
        with self._may_go_on:
            self.hold_after = None
            self._may_go_on.notify_all()
            self._may_go_on.wait_for(lambda: not self._n_waiting)

    def wait_for_leave(self):
        """Nothing; the request may be answered now."""
        with self._may_go_on:
            self._n_waiting += 1
            self._may_go_on.wait_for(lambda: self.hold_after is None or self.n_answered < self.hold_after)
            self._n_waiting -= 1
            self.n_answered += 1
            self._may_go_on.notify_all()

    def close(self):
        self._closing.set()
        self.let_go()
        self.shutdown()
        self.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def answer(self, asked: Asked) -> Answer:
        """What the service says when it is well."""
        raise NotImplementedError

    def empty(self, asked: Asked) -> Answer:
        """What it says when it finds nothing."""
        raise NotImplementedError

    def limited(self) -> Answer:
        return json_answer(
            {"detail": "Request was throttled. Expected available in 42 seconds."},
            429,
            Retry_After=self.retry_after,
        )

    def refused(self) -> Answer:
        return json_answer({"detail": "not allowed"}, 403)

    def scripted(self, asked: Asked) -> Answer:
        script = self.script
        if isinstance(script, list):
            script = script.pop(0) if script else "ok"
        if script == "ok":
            return self.answer(asked)
        if script == "cut":
            whole = self.answer(asked)
            return Answer(whole.body, whole.status, whole.kind, cut_at=len(whole.body) // 2)
        return {
            "empty": lambda: self.empty(asked),
            "limited": self.limited,
            "refused": self.refused,
            "trouble": lambda: Answer(b"Bad gateway", 502, "text/plain"),
            "nonsense": lambda: Answer(b'{"results": [{"id": 3,'),
            "html": lambda: Answer(b"<!doctype html><title>Sorry</title>", 200, "text/html"),
            "strange": lambda: json_answer({"something": ["else", 1, None], "results": 7, "query": 3}),
            "slow": lambda: Answer(slow_s=60),
        }[script]()

    def paths(self) -> list[str]:
        return [one.path for one in self.asked]

    def handle_error(self, request, client_address):
        """Clients hang up; that is what many of the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Fake

    def do_GET(self):
        split = urlsplit(self.path)
        asked = Asked(
            "GET", split.path, dict(parse_qsl(split.query, keep_blank_values=True)), dict(self.headers)
        )
        self.server.asked.append(asked)
        answer = self.server.scripted(asked)
        self.server.wait_for_leave()
        time.sleep(self.server.latency_s)
        if answer.slow_s and self.server._closing.wait(answer.slow_s):
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        if not answer.endless:
            self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers:
            self.send_header(name, value)
        self.end_headers()
        if answer.endless:
            self.close_connection = True
            while not self.server._closing.wait(0.02):
                self.wfile.write(answer.body)
            return
        self.wfile.write(answer.body[: answer.cut_at])
        if answer.cut_at is not None:
            self.close_connection = True

    def log_message(self, *_):
        """Quiet."""
