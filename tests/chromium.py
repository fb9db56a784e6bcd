"""The real Chromium that tests drive. Nothing in it can leave this computer."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Playwright, sync_playwright

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]  # fmt: skip
NO_BROWSER = (
    "No Chromium was found, and browser tests are never skipped. Run `make test` (it installs one), or "
    "`python -m playwright install chromium`, or install the package chromium, or set TELLAPART_CHROMIUM to "
    "one; to leave these tests out on purpose: pytest -m 'not browser'."
)


def executable() -> str | None:
    """The Chromium of this computer; None for Playwright's own."""
    found = os.environ.get("TELLAPART_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    return found or None


class OneBrowser:
    """One Chromium for all modules of this process, which saves a start each: they borrow it one after the other.

    Playwright's event loop is the thread's running one only while it is lent, so that other tests can start theirs.
    """

    def __init__(self) -> None:
        self._playwright: Playwright | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._browser: Browser | None = None
        self.kept: dict[str, BrowserContext] = {}  # profiles that later modules use again

    @contextmanager
    def lent(self) -> Iterator[Browser]:
        """The browser; a new one where the one before has crashed."""
        if self._playwright is None:
            self._playwright = sync_playwright().start()
            self._loop = asyncio.get_running_loop()
        asyncio._set_running_loop(self._loop)  # as Playwright itself does after each of its calls
        try:
            if self._browser is None or not self._browser.is_connected():
                self._browser = _launched(self._playwright)
                self.kept.clear()
            yield self._browser
        finally:
            asyncio._set_running_loop(None)

    def end(self) -> None:
        """Nothing; the browser is gone."""
        if self._playwright is not None:
            asyncio._set_running_loop(self._loop)
            if self._browser is not None:
                self._browser.close()
            self._playwright.stop()
            asyncio._set_running_loop(None)


def _launched(playwright: Playwright) -> Browser:
    try:
        return playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
    except Error as error:
        pytest.fail(f"{NO_BROWSER}\n{str(error).splitlines()[0]}", pytrace=False)


def leaves_the_computer(address: str) -> bool:
    """Whether a page asked another computer for it. (To stop that by a route would turn the browser's cache off.)"""
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and parts.hostname != "127.0.0.1"
