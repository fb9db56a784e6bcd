"""An exported page in the real browser: what it asks for, what it says, what it answers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import FilePayload, Page

PATIENCE_S = 200.0  # a page on a busy machine is slow, not wrong
_DONE = (
    "tellapart.answers.entries.length >= {n} && tellapart.answers.entries.every((one) => one.file === null)"
)
_ANSWERS = """tellapart.answers.entries.map(({ name, said, answer, row }) => (
  { name, said, text: row.innerText, probabilities: answer?.probabilities, novelty: answer?.novelty }))"""
# as it was when it opened; the next press of Tab leads to its first button
_ANEW = """(() => {
  if (tellapart.camera.stream !== null) tellapart.camera.stop();
  tellapart.answers.clear();
  delete navigator.mediaDevices.getUserMedia;
  document.getElementById("camera-refusal").textContent = "";
  for (const one of document.querySelectorAll("details")) one.open = false;
  scrollTo(0, 0);
})()"""


@dataclass
class HtmlPage:
    """A tab. requests: addresses it asked for, without the blobs it makes itself; errors: what it logged."""

    page: Page
    address: str = ""
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_S * 1000)
        self.page.on("request", lambda request: self._note(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.page.on("dialog", lambda dialog: self.errors.append(f"dialog: {dialog.message}"))

    def open(self, file: Path, is_ready: bool = True) -> None:
        """The page from disk, once it can answer. is_ready: wait for that."""
        self.address = file.as_uri()
        self.page.goto(self.address)
        if is_ready:
            self.page.locator("html[data-ready]").wait_for(state="attached")

    def answers(self, files: Sequence[Path | FilePayload]) -> list[dict[str, Any]]:
        """What the page says of files that are chosen now, in their order, and of those before."""
        n = self.page.evaluate("tellapart.answers.entries.length")
        self.page.set_input_files("#files", list(files))  # type: ignore[arg-type]
        self.wait_until(_DONE.format(n=n + len(files)))
        return list(self.page.evaluate(_ANSWERS))

    def begin_anew(self) -> None:
        """The page as it was when it could first answer, large and light, whatever was done to it since."""
        self.look((1280, 720))
        self.page.evaluate(_ANEW)
        self.page.locator("h1").click()

    def look(self, size: tuple[int, int], scheme: str = "light") -> None:
        """Nothing; the page is as large and as light as that from now on."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]

    def wait_until(self, expression: str) -> None:
        """Nothing; it is true in the page, or the test fails. The page's policy forbids Playwright's own way."""
        give_up_at = time.monotonic() + PATIENCE_S
        while not self.page.evaluate(expression):
            assert time.monotonic() < give_up_at, f"it did not come about: {expression}"
            self.page.wait_for_timeout(50)

    def _note(self, url: str) -> None:
        if not url.startswith(("blob:", "data:")):
            self.requests.append(url)
