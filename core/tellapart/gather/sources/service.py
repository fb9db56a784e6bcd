"""A web service asked politely: one question at a time, pauses kept across processes, answers remembered on disk."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tellapart import atomic_files
from tellapart.errors import AddressError, BrokenError, LimitedError, RefusedError
from tellapart.store.manifest import Manifest
from tellapart.store.service_turns import put_off_turn, take_turn
from tellapart.web.client import Line
from tellapart.web.failures import NetworkFailure, in_words
from tellapart.web.retry import backoff_s, retry_after_s
from tellapart.web.transport import NETWORK_ERRORS, failure_of

MAX_ANSWER_BYTES = 20 * 2**20
N_TRIES = 3
_MAX_REDIRECTS = 3
_PATIENCE_S = 10.0  # a longer pause is told, and the next source goes on
_NO_WORD_S = 60.0  # the pause after a 429 that does not name one
_FRESH_S = 7 * 24 * 3600.0


def _as_sent(_: str) -> int:
    """The status of an answer that came with 200, whatever it says."""
    return 200


class AnswerCache:
    """Answers of services as files, by everything that was asked. They may be thrown away at any time."""

    def __init__(self, folder: Path):
        self._folder = folder

    def get(self, asked: Any) -> Any:
        """The answer, or None where there is none of the last seven days."""
        try:
            kept = json.loads(self._path(asked).read_text("utf-8"))
            return (
                kept["answer"]
                if kept["asked"] == asked and 0 <= time.time() - kept["at"] < _FRESH_S
                else None
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, asked: Any, answer: Any) -> None:
        """Remember an answer; a disk that does not take it is told by what is written next."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            atomic_files.write_json(self._path(asked), {"asked": asked, "at": time.time(), "answer": answer})
        except OSError:
            return

    def _path(self, asked: Any) -> Path:
        key = sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
        return self._folder / f"{key[:32]}.json"


class Service:
    """One service at one base address.

    gap_s: at least that long between two questions, whichever process of this project asks.
    """

    def __init__(
        self,
        title: str,
        base_url: str,
        line: Line,
        manifest: Manifest,
        cache: AnswerCache,
        gap_s: float = 1.0,
    ):
        self.title = title
        self.base_url = base_url.rstrip("/")
        self.cache = cache
        self.line = line
        self._manifest = manifest
        self._gap_s = gap_s
        self._host = urlsplit(base_url).netloc

    def json(
        self,
        path: str,
        params: Mapping[str, str],
        is_right: Callable[[dict[str, Any]], bool],
        status_meant: Callable[[str], int] = _as_sent,
    ) -> dict[str, Any]:
        """The JSON object that answers, if it has the right form; from the cache where it was asked before.

        status_meant: of the text of an answer with the status 200, for a service that gives its errors that one, too.

        Raises:
            SourceError: limited, refused or broken, in words.
        """
        asked = {"url": self.base_url + path, "params": dict(params)}
        answer = self.cache.get(asked)
        if isinstance(answer, dict):
            return answer
        try:
            answer = json.loads(self.text(path, params, None, status_meant))
        except ValueError as error:
            raise BrokenError(f"{self.title} sent something that is not JSON. Try again later.") from error
        if not isinstance(answer, dict) or not is_right(answer):
            raise BrokenError(
                f"{self.title} sent an answer that tellapart does not understand; the service may have "
                "changed. Update tellapart, or choose another source."
            )
        self.cache.put(asked, answer)
        return answer

    def text(
        self,
        path: str,
        params: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        status_meant: Callable[[str], int] = _as_sent,
    ) -> str:
        """The text that answers, never from the cache. status_meant: see `json`.

        Raises:
            SourceError: limited, refused or broken, in words.
        """
        return self.line.wait_for(self._ask(self.base_url + path, params, headers or {}, status_meant))

    async def _ask(
        self,
        url: str,
        params: Mapping[str, str],
        headers: Mapping[str, str],
        status_meant: Callable[[str], int],
    ) -> str:
        for attempt in range(N_TRIES):
            await self._wait_for_turn()
            try:
                status, answered, text = await self._answer(url, params, headers)
            except AddressError as error:
                raise BrokenError(f"{self.title} cannot be searched: {error}.") from error
            except NETWORK_ERRORS as error:
                failure = failure_of(error)
                if attempt == N_TRIES - 1 or failure is NetworkFailure.NAME_UNKNOWN:
                    raise BrokenError(
                        f"{self.title} does not answer: {in_words(failure)}. Is this computer offline?"
                    ) from error
                await asyncio.sleep(backoff_s(attempt, self._gap_s / 2))
                continue
            status = status_meant(text) if status == 200 else status
            if status < 500 and status != 429:
                self._check(status, text)
                return text
            if not self._is_put_off(status, answered, attempt) and attempt < N_TRIES - 1:
                await asyncio.sleep(backoff_s(attempt, self._gap_s / 2))
        raise BrokenError(f"{self.title} has a problem of its own (it answers {status}). Try again later.")

    async def _wait_for_turn(self) -> None:
        wait_s = take_turn(self._manifest, self._host, self._gap_s, _PATIENCE_S)
        if wait_s > _PATIENCE_S:
            raise self._limited(wait_s)
        await asyncio.sleep(wait_s)

    def _is_put_off(self, status: int, headers: Mapping[str, str], attempt: int) -> bool:
        """Whether the answer names a pause, which the next turn of this service waits for."""
        wait_s = retry_after_s(headers)
        if wait_s is None and status == 429:
            wait_s = _NO_WORD_S
        if wait_s is None:
            return False
        put_off_turn(self._manifest, self._host, wait_s)
        if wait_s > _PATIENCE_S or (status == 429 and attempt == N_TRIES - 1):
            raise self._limited(wait_s)
        return True

    def _limited(self, wait_s: float) -> LimitedError:
        return LimitedError(
            f"{self.title} asks for a pause of {wait_s:.0f} s. Gather again after that.", wait_s
        )

    def _check(self, status: int, text: str) -> None:
        if status == 200:
            return
        said = " ".join(_detail(text).split())[:200]
        if status in (401, 403):
            raise RefusedError(f"{self.title} refuses our requests ({status}{': ' if said else ''}{said}).")
        raise BrokenError(
            f"{self.title} did not understand the request ({status}{': ' if said else ''}{said})."
        )

    async def _answer(
        self, url: str, params: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[int, httpx.Headers, str]:
        response = await self._send(
            self.line.client.build_request("GET", url, params=dict(params), headers=dict(headers))
        )
        for _ in range(_MAX_REDIRECTS):
            if response.next_request is None:
                break
            await response.aclose()
            response = await self._send(response.next_request)
        body = bytearray()
        try:
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    raise BrokenError(f"{self.title} sent an answer without end.")
        finally:
            await response.aclose()
        return response.status_code, response.headers, body.decode("utf-8", errors="replace")

    async def _send(self, request: httpx.Request) -> httpx.Response:
        self.line.guard.check_url(str(request.url))
        return await self.line.client.send(request, stream=True)


def _detail(text: str) -> str:
    """What a service says about an error: plain text, or the words in {"detail": …}, {"error": …}; not a web page."""
    try:
        said = json.loads(text)
    except ValueError:
        return "" if text.lstrip().startswith("<") else text
    while isinstance(said, (dict, list)) and said:
        if isinstance(said, dict):
            parts = [said[key] for key in ("detail", "error", "message") if key in said]
            said = (parts or [*said.values()])[0]
        else:
            said = said[0]
    return str(said or "")
