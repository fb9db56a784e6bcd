"""Driving the real studio: a running server, a tab of the real browser."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from chromium import leaves_the_computer
from playwright.sync_api import Browser, BrowserContext, Page

# both at once: what a slow machine lets go late is a burst of the camera
SHORT_PRESS = """shutter => ["keydown", "keyup"].forEach((name) => shutter.dispatchEvent(new KeyboardEvent(name, { key: " " })))"""

PATIENCE_MS = 120_000  # a page on a busy machine is slow, not wrong
SCREENSHOTS = Path(__file__).parents[2] / "docs" / "images"
LAPTOP, PHONE = (1280, 800), (390, 844)

# for `wait_for_function`: no other page is being opened, and two frames later everything that had come is drawn
DRAWN = """() => !document.querySelector('.ta-steps[data-opening]')
  && new Promise(then => requestAnimationFrame(() => requestAnimationFrame(() => then(true))))"""

_KERNEL = re.compile(r"/api/kernels/([0-9a-f-]+)/channels")


def wait_for(is_so: Callable[[], bool], timeout_s: float = 200) -> None:
    """Nothing; it is so, or the test fails. For what is on the disk or a process, where no page event tells of it."""
    give_up_at = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < give_up_at, "it did not come about"
        time.sleep(0.05)


@dataclass
class Studio:
    """A running studio. `url` carries the token."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def at(self, notebook: str) -> str:
        """The address of another page."""
        return self.url.replace("studio.ipynb", notebook)

    def is_running(self) -> bool:
        return self.process.poll() is None

    def end(self) -> None:
        """Nothing; the server is gone, and so are its kernels."""
        children = psutil.Process(self.process.pid).children(recursive=True) if self.is_running() else []
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for child in children:
            with contextlib.suppress(psutil.Error):  # one that ended with the server
                child.kill()

    def kernels(self) -> list[psutil.Process]:
        """One process per open page."""
        found = []
        for child in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):  # one that is just ending
                if "page_kernel" in " ".join(child.cmdline()):
                    found.append(child)
        return found


@dataclass
class Tab:
    """A page, with the addresses of other hosts it asked for and the errors it logged."""

    page: Page
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    _kernels: set[str] = field(default_factory=set)  # of the studio's pages that were open here

    def __post_init__(self) -> None:
        self.page.on("websocket", lambda socket: self._note_kernel(socket.url))
        self.page.on("request", lambda request: self._note_address(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self._note_refusal(message.text))

    def open(self, url: str) -> Page:
        """The page once its first heading is there."""
        self.page.goto(url)
        self.page.locator(".ta-main h1").first.wait_for()
        return self.page

    def leave(self) -> None:
        """Go elsewhere, as closing the tab does: the page's last request ends its kernel, which is waited for."""
        # else that request waits for a handler of a page that is gone
        self.page.unroute_all(behavior="ignoreErrors")
        self.page.goto("about:blank")
        assert not psutil.wait_procs(self._kernel_processes(), timeout=200)[1], "a page's kernel lives on"

    def look(self, size: tuple[int, int] = LAPTOP, scheme: str = "light") -> None:
        """Nothing; the page is as large and as light as that from now on."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]

    def _note_address(self, address: str) -> None:
        if leaves_the_computer(address):
            self.foreign.append(address)

    def _note_refusal(self, text: str) -> None:
        if "Security Policy" in text:
            self.errors.append(text)

    def _note_kernel(self, address: str) -> None:
        if "/voila/" in self.page.url:  # those of JupyterLab live on
            self._kernels.update(_KERNEL.findall(address))

    def _kernel_processes(self) -> list[psutil.Process]:
        """Those of this tab's pages that have not ended."""
        files = [f"kernel-{kernel}.json" for kernel in self._kernels]
        found = []
        for process in psutil.process_iter() if files else []:
            with contextlib.suppress(psutil.Error):  # one that is just ending
                line = " ".join(process.cmdline())
                if any(file in line for file in files):
                    found.append(process)
        return found

    def picture(self, name: str, size: tuple[int, int] = (1180, 960), scheme: str = "light") -> None:
        """Keep what is in sight as docs/images/<name>.png, when asked to; the page is as before afterwards."""
        if not os.environ.get("TELLAPART_SCREENSHOTS"):
            return
        before = self.page.viewport_size
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        self.page.evaluate("window.scrollTo(0, 0)")
        self.page.mouse.move(0, 0)  # where it lights nothing up
        self.page.wait_for_timeout(600)  # thumbnails settle
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        if before is not None:
            self.page.set_viewport_size(before)


class Profiles:
    """Profiles of a browser: one with a touch screen and one without, in which the second page finds the program of the
    first; and fresh ones.

    kept: those two, once there are any, for whoever comes next."""

    def __init__(self, browser: Browser, kept: dict[str, BrowserContext], patience_ms: float) -> None:
        self._browser = browser
        self._kept = kept
        self._patience_ms = patience_ms
        self._fresh: list[BrowserContext] = []

    def of(self, has_touch: bool, is_fresh: bool = False) -> BrowserContext:
        """A profile. is_fresh: that nobody has used, without the studio's cookie."""
        name = "touch" if has_touch else "mouse"
        if not is_fresh and name in self._kept:
            return self._kept[name]
        made = self._browser.new_context(has_touch=has_touch, reduced_motion="reduce")
        made.set_default_timeout(self._patience_ms)
        if is_fresh:
            self._fresh.append(made)
        else:
            self._kept[name] = made
        return made

    def end(self) -> None:
        """Nothing; the fresh ones are closed."""
        for context in self._fresh:
            context.close()


@contextlib.contextmanager
def opening_tabs(profiles: Profiles) -> Iterator[Callable[..., Tab]]:
    """Makes tabs, which know nothing of an earlier test; afterwards none has asked another host for anything."""
    tabs: list[Tab] = []

    def make(size: tuple[int, int] = LAPTOP, scheme: str = "light", is_fresh: bool = False) -> Tab:
        tab = Tab(profiles.of(size == PHONE, is_fresh).new_page())
        tab.look(size, scheme)
        tabs.append(tab)
        return tab

    yield make
    for tab in tabs:
        tab.leave()
    for tab in tabs:
        context = tab.page.context
        tab.page.close()
        if not context.pages:  # else one that a whole module shares needs them
            context.clear_cookies()  # all that our pages keep in a profile
    foreign = [address for tab in tabs for address in tab.foreign]
    assert not foreign, f"requests were to leave the computer: {foreign}"
    errors = [error for tab in tabs for error in tab.errors]
    assert not errors, errors
