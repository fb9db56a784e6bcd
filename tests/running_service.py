"""A real service in a process of its own, and how to ask it: plain sockets where the request itself is odd."""

from __future__ import annotations

import http.client
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE_S = 300.0  # a busy machine is slow, not wrong
OURS = (sys.executable, "-m", "tellapart.service")


@dataclass(frozen=True)
class Reply:
    """What came back. json: the body where it is JSON, else None."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """Of the error."""
        return str(self.json["error"]["code"])


@dataclass
class RunningService:
    """A process that answers. log: its lines so far."""

    process: subprocess.Popen[str]
    port: int
    log: list[dict[str, Any]] = field(default_factory=list)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        """One request on a connection of its own; underscores in the names of headers stand for "-"."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def predict(self, data: bytes, **headers: str) -> Reply:
        """One picture as a raw body."""
        return self.ask("POST", "/predict", data, **{"Content_Type": "application/octet-stream", **headers})

    def predict_many(self, pictures: Sequence[bytes], **headers: str) -> Reply:
        """Many pictures as multipart."""
        kind, body = multipart(pictures)
        return self.ask("POST", "/predict", body, **{"Content_Type": kind, **headers})

    def raw(self, request: bytes) -> bytes:
        """What the service says to bytes that may be no request, until it hangs up, gently or not."""
        found = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S) as connection:
            try:
                connection.sendall(request)
                while piece := connection.recv(65536):
                    found += piece
            except ConnectionError:
                pass
        return found

    def logged(self, n: int, is_wanted: Callable[[dict[str, Any]], object]) -> list[dict[str, Any]]:
        """Such lines of its log, once there are n: a line comes after the answer that it is about."""
        until = time.monotonic() + PATIENCE_S
        while len(found := [line for line in list(self.log) if is_wanted(line)]) < n:
            assert time.monotonic() < until, self.log
            time.sleep(0.02)
        return found

    def stop(self, how: int = signal.SIGTERM) -> int:
        """Its exit status, after a signal."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(PATIENCE_S)


def multipart(pictures: Sequence[bytes], names: Sequence[str] = ()) -> tuple[str, bytes]:
    """Content-Type and body. names: of the files, as they are; "picture" for those left."""
    boundary = uuid.uuid4().hex
    parts = []
    for i, data in enumerate(pictures):
        name = names[i] if i < len(names) else "picture"
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="pictures"; filename="{name}"\r\n\r\n'
        parts.append(head.encode() + data + b"\r\n")
    return f"multipart/form-data; boundary={boundary}", b"".join(parts) + f"--{boundary}--\r\n".encode()


@contextmanager
def running_service(
    *arguments: object,
    command: Sequence[object] = OURS,
    cwd: Path | None = None,
    is_any_port: bool = True,
    **environment: str,
) -> Iterator[RunningService]:
    """A service, once it answers; killed at the end of the block. is_any_port: else the command names one."""
    words = [*command, *arguments, *(("--port", 0) if is_any_port else ())]
    process = subprocess.Popen(
        [str(one) for one in words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", cwd=cwd,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
    )  # fmt: skip
    try:
        first = _first_line(process)
        service = RunningService(process, int(first["url"].rpartition(":")[2]), [first])
        reader = threading.Thread(target=_read, args=(process, service.log), daemon=True)
        reader.start()
        yield service
    finally:
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


def _first_line(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None and process.stderr is not None
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        ready, _, _ = select.select([process.stdout], [], [], 0.5)
        if ready:
            line = process.stdout.readline()
            if not line:
                break
            found: dict[str, Any] = json.loads(line)
            if found.get("event") == "listening":
                return found
    process.kill()
    raise AssertionError(f"it does not answer: {process.stderr.read()[-3000:]}")


def _read(process: subprocess.Popen[str], log: list[dict[str, Any]]) -> None:
    assert process.stdout is not None
    with process.stdout as lines:
        for line in lines:
            log.append(json.loads(line))
