"""Polite fetching of pictures: several at once, few from one server, with limits, waits and at most three tries.

What comes is written beside, looked at as a picture whatever its name and header say, and renamed when it is whole.
"""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx

from tellapart.errors import AddressError, ImageError, ProjectError, RefusalCode
from tellapart.pictures.images import PictureFacts, inspect
from tellapart.pictures.kinds.unread import kind_of_name, with_name
from tellapart.store.sqlite.database_errors import disk_reason
from tellapart.web.client import Line
from tellapart.web.failures import NetworkFailure, in_words
from tellapart.web.retry import backoff_s, retry_after_s
from tellapart.web.transport import NETWORK_ERRORS, failure_of

# What these ask for; see facts about each in its source. Others get `n_per_host`.
GENTLE_HOSTS = {"wikimedia.org": 1, "openverse.org": 1, "inaturalist.org": 1}
_REDIRECTS = (301, 302, 303, 307, 308)
_MAX_REDIRECTS = 5
_MAX_DEAD = 3  # times in a row that a server could not be reached, before its other pictures are given up
_ACCEPT = "image/jpeg,image/png,image/webp,image/*;q=0.8,*/*;q=0.1"


@dataclass(frozen=True)
class FetchLimits:
    """How much, how many and how long.

    n_at_once, n_per_host: pictures on their way, in all and from one server; per host is a matter of politeness.
    max_bytes, min_side_px: of one picture. total_s: for one try from request to last byte. n_tries: at most.
    patience_s: the longest pause a server may ask for; with a longer one its picture is given up.
    """

    n_at_once: int = 16
    n_per_host: int = 4
    max_bytes: int = 30 * 2**20
    min_side_px: int = 64
    total_s: float = 60.0
    n_tries: int = 3
    backoff_s: float = 0.5
    patience_s: float = 10.0


@dataclass(frozen=True)
class Fetched:
    """A whole picture: its file waits at `path`."""

    path: Path
    image_id: str
    n_bytes: int
    facts: PictureFacts


@dataclass(frozen=True)
class NotFetched:
    """Why there is no picture, as a code, which is the candidate's fate, and in words.

    dead_host: its server, where that cannot even be connected to; else "".
    """

    fate: RefusalCode
    reason: str
    dead_host: str = ""


class _TryError(Exception):
    """A try that failed. wait_s: what the server asks for; None where another try makes no sense."""

    def __init__(self, reason: str, wait_s: float | None = None, dead_host: str = ""):
        super().__init__(reason)
        self.wait_s = wait_s
        self.dead_host = dead_host


class _Host:
    def __init__(self, name: str, n_at_once: int):
        self.name = name
        self.gate = asyncio.Semaphore(n_at_once)
        self.not_before = 0.0  # on the loop's clock
        self.n_dead = 0


class Downloads:
    """Fetches pictures into a folder, over a line."""

    def __init__(self, line: Line, folder: Path, limits: FetchLimits):
        self._line = line
        self._folder = folder
        self.limits = limits
        self._hosts: dict[str, _Host] = {}
        self._gate = asyncio.Semaphore(limits.n_at_once)
        self._lookers = ThreadPoolExecutor(min(4, os.cpu_count() or 2), thread_name_prefix="look at pictures")

    def close(self) -> None:
        """Give up looking at what has come."""
        self._lookers.shutdown(wait=False, cancel_futures=True)

    async def fetch(self, urls: Sequence[str]) -> Fetched | NotFetched:
        """The picture at the first of these addresses that can be reached.

        Raises:
            ProjectError: the disk does not take it.
        """
        for url in urls:
            outcome = await self._fetch_one(url)
            if isinstance(outcome, Fetched) or outcome.fate is not RefusalCode.UNREACHABLE:
                break
        return outcome

    async def _fetch_one(self, url: str) -> Fetched | NotFetched:
        part = self._folder / f"{uuid.uuid4().hex}.part"
        try:
            for attempt in range(self.limits.n_tries):
                try:
                    image_id, n_bytes = await self._follow(url, part)
                    return await self._look_at(part, image_id, n_bytes)
                except _TryError as error:
                    is_last = attempt == self.limits.n_tries - 1
                    if is_last or error.wait_s is None:
                        return NotFetched(RefusalCode.UNREACHABLE, str(error), error.dead_host)
                    pause = max(error.wait_s, backoff_s(attempt, self.limits.backoff_s))
                    await asyncio.sleep(pause)
        except AddressError as error:
            return NotFetched(RefusalCode.NOT_ALLOWED, str(error))
        except ImageError as error:
            return NotFetched(RefusalCode.UNREADABLE, with_name(error, urlsplit(url).path))
        except OSError as error:
            raise ProjectError(disk_reason(self._folder, error)) from error
        finally:
            part.unlink(missing_ok=True)
        raise AssertionError("the last try returns")

    async def _follow(self, url: str, part: Path) -> tuple[str, int]:
        """Go where the address leads, looking at every step of the way; the picture's hash and size."""
        for _ in range(_MAX_REDIRECTS + 1):
            self._line.guard.check_url(url)
            host = self._host(url)
            async with host.gate, self._gate:
                await self._pause(host)
                try:
                    answer = await asyncio.wait_for(self._request(url, part, host), self.limits.total_s)
                except asyncio.TimeoutError as error:
                    raise _TryError(f"the download took longer than {self.limits.total_s:.0f} s") from error
            if not isinstance(answer, str):
                return answer
            try:
                url = urljoin(url, answer)
            except ValueError as error:
                raise AddressError(f"it redirected to {answer[:80]!r}, which is not a web address") from error
        raise _TryError(f"it redirected more than {_MAX_REDIRECTS} times")

    async def _pause(self, host: _Host) -> None:
        wait_s = host.not_before - asyncio.get_running_loop().time()
        if wait_s > self.limits.patience_s:
            raise _TryError(f"its server asks for a pause of {wait_s:.0f} s")
        if host.n_dead >= _MAX_DEAD:
            raise _TryError("its server cannot be reached", dead_host=host.name)
        await asyncio.sleep(max(0.0, wait_s))

    async def _request(self, url: str, part: Path, host: _Host) -> str | tuple[str, int]:
        """Where a redirect leads, or the hash and size of what was written to `part`."""
        try:
            # identity: what comes is what counts against the limit, however well it was packed
            request = self._line.client.build_request(
                "GET", url, headers={"Accept": _ACCEPT, "Accept-Encoding": "identity"}
            )
            response = await self._line.client.send(request, stream=True)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as error:
            raise AddressError(f"not a web address ({error})") from error
        except NETWORK_ERRORS as error:
            host.n_dead += 1
            failure = failure_of(error)
            wait_s = (
                None if failure is NetworkFailure.NAME_UNKNOWN else 0.0
            )  # the next answer would be the same
            raise _TryError(in_words(failure), wait_s, dead_host=host.name) from error
        host.n_dead = 0
        try:
            if response.status_code in _REDIRECTS and "location" in response.headers:
                return response.headers["location"]
            self._check_status(response, host)
            return await self._write(response, part)
        except NETWORK_ERRORS as error:
            raise _TryError(in_words(failure_of(error)), 0.0) from error
        finally:
            await response.aclose()

    def _check_status(self, response: httpx.Response, host: _Host) -> None:
        status = response.status_code
        if status == 200:
            return
        if status != 429 and status < 500:
            raise _TryError(f"its server answers {status}")
        wait_s = retry_after_s(response.headers)
        if wait_s is not None:
            host.not_before = asyncio.get_running_loop().time() + wait_s
            if wait_s > self.limits.patience_s:
                raise _TryError(f"its server answers {status} and asks for a pause of {wait_s:.0f} s")
        raise _TryError(f"its server answers {status}", wait_s or 0.0)

    async def _write(self, response: httpx.Response, part: Path) -> tuple[str, int]:
        limit, digest, n_bytes = self.limits.max_bytes, sha256(), 0
        kind = kind_of_name(response.url.path)
        too_large = (
            kind.reason
            if kind
            else f"more than the {limit / 2**20:.0f} MB that a picture from the web may have"
        )
        if int(response.headers.get("content-length") or 0) > limit:
            raise ImageError(too_large)
        with part.open("wb") as file:
            async for chunk in response.aiter_raw():
                n_bytes += len(chunk)
                if n_bytes > limit:
                    raise ImageError(too_large)
                digest.update(chunk)
                file.write(chunk)
        return digest.hexdigest(), n_bytes

    async def _look_at(self, part: Path, image_id: str, n_bytes: int) -> Fetched | NotFetched:
        facts = await asyncio.get_running_loop().run_in_executor(self._lookers, inspect, part)
        smallest = self.limits.min_side_px
        if min(facts.width, facts.height) < smallest:
            return NotFetched(
                RefusalCode.TOO_SMALL,
                f"{facts.width} × {facts.height} pixels; at least {smallest} × {smallest} are needed",
            )
        path = part.with_suffix(facts.suffix)
        part.replace(path)
        return Fetched(path, image_id, n_bytes, facts)

    def _host(self, url: str) -> _Host:
        parts = urlsplit(url)
        if parts.netloc not in self._hosts:
            domain = ".".join((parts.hostname or "").split(".")[-2:])
            n_at_once = GENTLE_HOSTS.get(domain, self.limits.n_per_host)
            self._hosts[parts.netloc] = _Host(parts.netloc, n_at_once)
        return self._hosts[parts.netloc]
