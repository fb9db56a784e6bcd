"""GitHub in small, on this machine: its interface for tokens and repositories, and git's own HTTP server behind a token."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType

from tellapart.deploy.publishing.services import Services
from tellapart.web.addresses import AddressGuard

TOKEN, LOGIN = "ghp_secret0123456789", "maria"


class GitHubServer:
    """Serves while the block runs. status: what the interface answers instead, for instance 403; refuses_push: as a
    protected branch does. log: "METHOD path" of each request."""

    def __init__(self, root: Path):
        self.root = root
        self.status: int | None = None
        self.refuses_push = False
        self.log: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        address = f"http://127.0.0.1:{self._server.server_port}"
        self.services = Services(f"{address}/api", f"{address}/git", AddressGuard(may_be_local=True))

    def repository(self, owner: str, name: str) -> Path:
        return self.root / owner / f"{name}.git"

    def make(self, owner: str, name: str) -> Path:
        folder = self.repository(owner, name)
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", folder], check=True)
        subprocess.run(["git", "-C", folder, "config", "http.receivepack", "true"], check=True)
        if self.refuses_push:
            hook = folder / "hooks" / "pre-receive"
            hook.write_text("#!/bin/sh\necho 'protected branch hook declined' >&2\nexit 1\n")
            hook.chmod(0o755)
        return folder

    def __enter__(self) -> GitHubServer:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(server: GitHubServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            server.log.append(f"{self.command} {self.path.partition('?')[0]}")
            body = self._body()
            if self.path.startswith("/git/"):
                self._git(body)
            else:
                self._api(body)

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            found = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                found += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return found

        def _api(self, body: bytes) -> None:
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                self._json(401, {"message": "Bad credentials"})
            elif server.status:
                self._json(server.status, {"message": "no"})
            elif self.path == "/api/user":
                self._json(200, {"login": LOGIN})
            elif self.path == "/api/user/repos":
                name = json.loads(body)["name"]
                if server.repository(LOGIN, name).exists():
                    taken = {"resource": "Repository", "field": "name", "code": "custom"}
                    self._json(422, {"message": "Validation failed", "errors": [taken]})
                else:
                    server.make(LOGIN, name)
                    self._json(201, {"name": name})
            else:
                self._json(404, {"message": "Not Found"})

        def _json(self, status: int, value: object) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _git(self, body: bytes) -> None:
            wanted = "Basic " + base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
            if self.headers.get("Authorization") != wanted:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="git"')
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            path, _, query = self.path.removeprefix("/git").partition("?")
            environment = {
                **os.environ, "GIT_PROJECT_ROOT": str(server.root), "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path,
                "QUERY_STRING": query, "REQUEST_METHOD": self.command, "REMOTE_USER": LOGIN,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            }  # fmt: skip
            done = subprocess.run(
                ["git", "http-backend"], input=body, env=environment, capture_output=True, check=False
            )
            head, _, rest = done.stdout.partition(b"\r\n\r\n")
            fields = [line.partition(": ")[::2] for line in head.decode().splitlines()]
            status = next((int(value.split()[0]) for name, value in fields if name == "Status"), 200)
            self.send_response(status)
            for name, value in fields:
                if name != "Status":
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(rest)))
            self.end_headers()
            self.wfile.write(rest)

    return Handler
