"""The real Chromium that tests drive. Nothing in it can leave this computer."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

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


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, until the end. Have it per module: Playwright's event loop runs as long, and other tests start
    loops of their own."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        except Error as error:
            pytest.fail(f"{NO_BROWSER}\n{str(error).splitlines()[0]}", pytrace=False)
        yield browser
        browser.close()


def leaves_the_computer(address: str) -> bool:
    """Whether a page asked another computer for it. (To stop that by a route would turn the browser's cache off.)"""
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and parts.hostname != "127.0.0.1"
