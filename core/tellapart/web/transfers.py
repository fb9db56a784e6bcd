"""Files from a server: streamed to disk, continued after a break, or after the death of the program, and checked."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from tellapart import atomic_files
from tellapart.errors import DownloadError
from tellapart.file_lock import try_lock
from tellapart.web.retry import retry_after_s

if TYPE_CHECKING:
    import httpx

CHUNK_BYTES = 1 << 18
WAITS_S = (1.0, 3.0, 6.0)  # before each further attempt, when a transfer broke off
_BUSY = (429, 502, 503, 504)
_LONGEST_WAIT_S = 60.0

Report = Callable[[int, int], None]


@dataclass(frozen=True)
class Checks:
    """What a file has to be. Unknown parts are None; where all are, only the transfer itself was watched.

    md5_first_mib: of its first 2**20 bytes, as fastai's list has it.
    """

    n_bytes: int | None = None
    sha256: str | None = None
    md5: str | None = None
    md5_first_mib: str | None = None

    def problem(self, path: Path) -> str | None:
        """Why the file is not the wanted one, in words; None when it is."""
        if self.n_bytes is not None and path.stat().st_size != self.n_bytes:
            return f"it has {path.stat().st_size:,} bytes instead of {self.n_bytes:,}"
        for name, wanted in (("sha256", self.sha256), ("md5", self.md5)):
            if wanted and (found := _digest(path, name)) != wanted:
                return f"its {name} is {found} instead of {wanted}"
        if self.md5_first_mib:
            with path.open("rb") as file:
                found = hashlib.md5(file.read(2**20), usedforsecurity=False).hexdigest()
            if found != self.md5_first_mib:
                return f"the md5 of its first MiB is {found} instead of {self.md5_first_mib}"
        return None


def fetch_file(url: str, destination: Path, checks: Checks, limit_bytes: int, report: Report) -> Path:
    """The file at `destination`, as it lies there already or downloaded; there whole and checked, or not at all.

    What came until a break, a stop or a kill stays beside it, ending in ".part", and the next call goes on from there
    where the server still has the same file.

    Args:
        limit_bytes: more than this is refused.
        report: called with the bytes done and the bytes in all.
    Raises:
        DownloadError: it cannot be reached, breaks off again and again, or is not what `checks` want.
        OSError: the disk does not take it.
    """
    if destination.is_file():
        if checks.problem(destination) is None:
            return destination
        destination.unlink()
    destination.parent.mkdir(parents=True, exist_ok=True)
    part = destination.with_name(f".{destination.name}.part")
    with alone(part) as file:
        memory = _Memory(part.with_name(f"{part.name}.json"), url)
        if_range = memory.recall()
        if if_range is None:
            file.truncate(0)
        was_continued = file.seek(0, os.SEEK_END) > 0
        fetch_into(file, url, limit_bytes, report, if_range, memory.remember)
        file.flush()
        problem = checks.problem(part)
        if problem and was_continued:  # the halves may be of two versions: once more, from the start
            file.truncate(0)
            file.seek(0)
            fetch_into(file, url, limit_bytes, report, None, memory.remember)
            file.flush()
            problem = checks.problem(part)
        memory.forget()
        if problem:
            file.truncate(0)
            raise DownloadError(f"the download is not the expected file: {problem}")
        os.fsync(file.fileno())
        if os.name != "nt":  # where an open file can be renamed, nobody gets hold of it in between
            atomic_files.replace(part, destination)
    if os.name == "nt":
        atomic_files.replace(part, destination)
    return destination


def fetch_into(
    file: IO[bytes],
    url: str,
    limit_bytes: int,
    report: Report,
    if_range: str | None = None,
    started: Callable[[str | None], None] = lambda version: None,
) -> None:
    """Write all of `url` into `file`, from its present place on; after a break go on where it stopped.

    Args:
        if_range: which version of the file the present bytes are of, as `started` was told; "" when nobody knows.
        started: called with the version's mark (ETag or date; None where there is none) before the first byte comes.
    Raises:
        DownloadError: the reason, without the file's name.
    """
    import httpx  # 0.1 s that classifying does without

    timeout = httpx.Timeout(30.0, connect=10.0)
    transfer = _Transfer(file, limit_bytes, report, if_range, started)
    with httpx.Client(timeout=timeout, follow_redirects=True) as client:
        for wait_s in (*WAITS_S, None):
            try:
                with client.stream("GET", url, headers=transfer.headers()) as response:
                    transfer.receive(response)
                return
            except httpx.HTTPStatusError as error:
                status = error.response.status_code
                if status not in _BUSY or wait_s is None:
                    raise DownloadError(f"the server answers {status}") from error
                time.sleep(_wanted_wait_s(error.response, wait_s))
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
                raise DownloadError("it cannot be reached (is this computer offline?)") from error
            except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
                raise DownloadError(f"the address is not a web address ({error})") from error
            except (httpx.HTTPError, _StartOverError) as error:  # broken off or stalled
                if wait_s is None:
                    raise DownloadError(f"the transfer broke off {len(WAITS_S) + 1} times") from error
                time.sleep(wait_s)


class _StartOverError(Exception):
    """The server has another file than the one that was begun."""


@dataclass
class _Transfer:
    """One file on its way, over as many attempts as it takes."""

    file: IO[bytes]
    limit_bytes: int
    report: Report
    if_range: str | None
    started: Callable[[str | None], None]

    def headers(self) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity"}
        if start := self.file.tell():
            headers["Range"] = f"bytes={start}-"
            if self.if_range:
                headers["If-Range"] = self.if_range
        return headers

    def receive(self, response: httpx.Response) -> None:
        start = self.file.tell()
        if (
            response.status_code == 416
            and start
            and response.headers.get("content-range") == f"bytes */{start}"
        ):
            self.report(start, start)
            return  # it was whole already
        if response.status_code == 416:
            self._from_the_start()
            raise _StartOverError
        response.raise_for_status()
        if response.status_code != 206 or not _continues(response, start):
            if response.status_code == 206:
                self._from_the_start()
                raise _StartOverError
            self._from_the_start()  # the server does not continue
            self.if_range = response.headers.get("etag") or response.headers.get("last-modified")
            if self.if_range and self.if_range.startswith("W/"):
                self.if_range = response.headers.get("last-modified")  # If-Range takes no weak mark
            self.started(self.if_range)
        length = response.headers.get("content-length")
        expected = self.file.tell() + int(length) if length and length.isdigit() else None
        for chunk in response.iter_bytes(CHUNK_BYTES):
            self.file.write(chunk)
            if self.file.tell() > self.limit_bytes:
                raise DownloadError(f"it is larger than the allowed {self.limit_bytes / 1e6:.0f} MB")
            self.report(self.file.tell(), max(expected or 0, self.file.tell()))

    def _from_the_start(self) -> None:
        self.file.seek(0)
        self.file.truncate()


def _continues(response: httpx.Response, start: int) -> bool:
    said = response.headers.get("content-range")
    return said is None or said.startswith(f"bytes {start}-")


def _wanted_wait_s(response: httpx.Response, wait_s: float) -> float:
    said_s = retry_after_s(response.headers)
    return wait_s if said_s is None else min(said_s, _LONGEST_WAIT_S)


@dataclass(frozen=True)
class _Memory:
    """A small file beside the part: which address and which version of the file its bytes are of."""

    path: Path
    url: str

    def recall(self) -> str | None:
        """The version's mark, "" where the server gave none; None when the part is of something else."""
        try:
            known = json.loads(self.path.read_text("utf-8"))
            return str(known["version"] or "") if known["url"] == self.url else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def remember(self, version: str | None) -> None:
        atomic_files.write_json(self.path, {"url": self.url, "version": version})

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)


@contextlib.contextmanager
def alone(part: Path) -> Iterator[IO[bytes]]:
    """The part, open for reading and writing, while no other process has it; a lock ends with the process."""
    handle = os.open(part, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
    with os.fdopen(handle, "r+b") as file:
        if not try_lock(file):  # where the disk knows no locks, the checks at the end still hold
            raise DownloadError("another program is downloading it right now; wait until it finishes")
        if os.name != "nt" and not _is_still_there(part, file):
            raise DownloadError("another program has just finished downloading it; try again")
        yield file


def _is_still_there(part: Path, file: IO[bytes]) -> bool:
    try:
        return os.path.samestat(part.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _digest(path: Path, name: str) -> str:
    digest = hashlib.new(name, usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
