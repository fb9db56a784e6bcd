"""Exported app folders at work: served by the real Voila as their README says, with the program that lies in them."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from chromium import leaves_the_computer
from playwright.sync_api import Browser, Dialog, Error, Page, expect

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
from voila_server import PATIENCE_S, ServedApp, served

__all__ = ["PATIENCE_S", "AppTab", "ServedApp", "app_tab", "served", "unpacked_program"]
HOSTILE = "<script>alert(1)</script> {{ 7*7 }} \"q\" '`b`' --- ](x) ${HOME} $x$"
HOSTILE_LABELS = ["<img src=x onerror=alert(1)>", '"] | {{7*7}} --- `a`', "# [x](javascript:alert(1)) ünï"]
HOSTILE_CREDITS = "# Credits\n\n<script>alert(2)</script> **bold** [site](<https://example.org/a>)\n\n| a | b |\n|---|---|\n| <b>x</b> | y |\n"


def unpacked_program(folder: Path, place: Path) -> dict[str, str]:
    """The environment in which Python runs the program of an app's folder, and Voila its template, from `place`."""
    zipfile.ZipFile(next(folder.glob("*.whl"))).extractall(place)
    (data,) = place.glob("*.data/data/share/jupyter")
    return {"PYTHONPATH": str(place), "JUPYTER_PATH": str(data)}


@dataclass
class AppTab:
    """A visitor's tab. foreign: addresses of others it asked for; errors: what it logged, and every dialog."""

    page: Page
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_S * 1000)
        self.page.on(
            "request",
            lambda request: self.foreign.append(request.url) if leaves_the_computer(request.url) else None,
        )
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", self._on_dialog)
        self.page.on(
            "console",
            lambda said: self.errors.append(said.text) if "Security Policy" in said.text else None,
        )

    def open(self, url: str) -> AppTab:
        """The app once its uploader is in sight."""
        self.page.goto(url)
        self.page.locator(".ta-upload").wait_for()
        return self

    def choose(self, *files: Path | dict[str, object]) -> None:
        """What a visitor does who presses the button and picks files."""
        with self.page.expect_file_chooser() as chooser:
            self.page.get_by_role("button", name="Choose pictures").click()
        chooser.value.set_files(list(files))  # type: ignore[arg-type]

    def answers(self, n: int) -> list[str]:
        """The texts of the answers, newest batch first, once there are n."""
        expect(self.page.locator(".ta-answer")).to_have_count(n, timeout=PATIENCE_S * 1000)
        return self.page.locator(".ta-answer").all_inner_texts()

    def _on_dialog(self, dialog: Dialog) -> None:
        if dialog.type == "beforeunload":  # JupyterLab's own question whether to leave an unsaved notebook
            dialog.accept()
        else:
            self.errors.append(dialog.message)
            dialog.dismiss()


@contextmanager
def app_tab(browser: Browser, size: tuple[int, int] = (1280, 800), scheme: str = "light") -> Iterator[AppTab]:
    """A tab in a fresh profile; afterwards it has asked nobody else for anything and logged no error."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
        has_touch=size[0] < 600,
        permissions=["camera"],
    )
    tab = AppTab(context.new_page())
    yield tab
    with suppress(Error):  # the answer to its question may come after the page is gone
        tab.page.goto("about:blank")
    context.close()
    assert (tab.foreign, tab.errors) == ([], [])
