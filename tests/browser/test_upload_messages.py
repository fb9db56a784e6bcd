"""What the upload's page says and when: its own JavaScript in the browser, the real receiver behind, no kernel between."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from files_there import files_in
from playwright.sync_api import Browser, Page, expect
from tellapart_dashboards.widgets import BUILT
from tellapart_dashboards.widgets.upload.upload import Receiver, UploadedFile, UploadLimits

PIECE = 1024
NO_ANSWER = "The page gets no answer. Reload it and upload again."
WIRE = """async ([code, traits]) => {
  document.body.innerHTML = "<div id=place></div>";
  const widget = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  const takers = new Set();
  const model = {
    get: (name) => traits[name], set() {}, save_changes() {},
    on: (name, taker) => { takers.add(taker); }, off: (name, taker) => { takers.delete(taker); },
    send: async (content, _callbacks, buffers = []) => {
      const texts = buffers.map((one) => btoa(String.fromCharCode(...new Uint8Array(one))));
      const answer = await window.tell(content, texts);
      if (answer) takers.forEach((take) => take(answer));
    },
  };
  window.leave = widget.default.render({ model, el: document.querySelector("#place") });
}"""
# whatever the page reads of files is read by then, and sent
READS = "async () => { for (let n = 0; n < 50; n++) await new Blob(['x']).arrayBuffer(); }"
TRAITS = {
    "accessible_name": "Pictures", "takes_folders": False, "is_for_visitors": True, "accept": "*",
    "piece_bytes": PIECE, "timeout_s": 20,
}  # fmt: skip


class Wire:
    """Between the page and the receiver. said: kinds of all messages, in order; lost, unanswered: how many of the next
    ones of a kind never arrive, or get no answer back."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page, self.folder = page, folder
        self.batches: list[list[UploadedFile]] = []
        self.receiver = Receiver(folder, lambda _, files: self.batches.append(files))
        self.said: list[str] = []
        self.lost: dict[str, int] = {}
        self.unanswered: dict[str, int] = {}

    def tell(self, message: dict[str, Any], buffers: list[str]) -> dict[str, Any] | None:
        kind = message["t"]
        self.said.append(kind)
        if self.lost.get(kind):
            self.lost[kind] -= 1
            return None
        answer = self.receiver.receive(message, [base64.b64decode(one) for one in buffers])
        if self.unanswered.get(kind):
            self.unanswered[kind] -= 1
            return None
        return answer

    def give(self, **sizes: int) -> None:
        files = [
            {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": bytes([n + 1]) * size}
            for n, (name, size) in enumerate(sizes.items())
        ]
        self.page.get_by_label("Files").set_input_files(files)  # type: ignore[arg-type]

    def is_silent_after(self, *said: str) -> None:
        """The page has said this and waits in vain for an answer."""
        self.wait(lambda: self.said == [*said])
        self.page.clock.fast_forward(21_000)

    def arrived(self) -> dict[str, int]:
        return {file.name: file.path.stat().st_size for files in self.batches for file in files}

    def wait(self, until: Callable[[], object]) -> None:
        for _ in range(600):
            if until():
                return
            self.page.wait_for_timeout(20)  # only Playwright's own waiting takes the page's messages in
        raise AssertionError(self.said)


@pytest.fixture
def wire(browser: Browser, tmp_path: Path) -> Iterator[Wire]:
    page = browser.new_page()
    page.clock.install()
    wire = Wire(page, tmp_path / "uploads")
    page.expose_function("tell", wire.tell)
    page.evaluate(WIRE, [(BUILT / "upload.js").read_text("utf-8"), TRAITS])
    yield wire
    page.close()


def status(wire: Wire) -> Any:
    return expect(wire.page.get_by_role("status"))


def test_a_small_batch_is_one_message(wire: Wire) -> None:
    wire.give(one=500, empty=0, two=524)
    wire.wait(lambda: wire.batches)
    assert wire.said == ["whole"] and wire.arrived() == {"one.jpg": 500, "empty.jpg": 0, "two.jpg": 524}
    status(wire).to_have_text("")
    wire.give(more=PIECE + 1)
    wire.wait(lambda: len(wire.batches) == 2)
    assert wire.said[1:] == ["announce", "pieces", "pieces", "end"]


@pytest.mark.parametrize("fate", ["lost", "unanswered"])
def test_a_small_batch_that_is_lost_is_sent_once_more_and_added_once(wire: Wire, fate: str) -> None:
    setattr(wire, fate, {"whole": 1})
    wire.give(one=500)
    wire.is_silent_after("whole")
    wire.wait(lambda: wire.said == ["whole", "whole"])
    status(wire).to_have_text("")
    wire.give(two=10)
    wire.wait(lambda: len(wire.batches) == 2)
    assert wire.arrived() == {"one.jpg": 500, "two.jpg": 10} and wire.said == ["whole"] * 3


def test_who_gets_no_answer_is_told_so(wire: Wire) -> None:
    wire.lost = {"whole": 2}
    wire.give(one=500)
    wire.is_silent_after("whole")
    wire.is_silent_after("whole", "whole")
    status(wire).to_have_text(NO_ANSWER)
    wire.wait(lambda: wire.said == ["whole", "whole", "abort"])
    assert not wire.batches


@pytest.mark.parametrize("size", [500, 3 * PIECE, 20 * PIECE])
def test_what_is_refused_says_why_and_leaves_nothing(wire: Wire, size: int) -> None:
    wire.receiver._limits = UploadLimits(1, 400, "Choose fewer at a time.")
    wire.give(one=size)
    status(wire).to_contain_text("Choose fewer at a time.")
    wire.wait(lambda: wire.said[-1] == "abort")
    assert not wire.batches and not files_in(wire.folder)
    wire.receiver._limits = UploadLimits(1, 10**6, "")
    wire.give(two=size)
    wire.wait(lambda: wire.batches)
    assert wire.arrived() == {"two.jpg": size}, "the page goes on"


def test_pieces_of_a_batch_within_the_window_wait_for_no_answer(wire: Wire) -> None:
    wire.unanswered = {"announce": 1}
    wire.give(one=3 * PIECE)
    wire.is_silent_after("announce", "pieces", "pieces", "pieces")
    status(wire).to_have_text(NO_ANSWER)
    wire.wait(lambda: wire.said[-1] == "abort")
    assert "end" not in wire.said and not wire.batches and not files_in(wire.folder)


def test_no_more_than_the_window_is_on_its_way(wire: Wire) -> None:
    wire.unanswered = {"announce": 1}
    wire.give(one=5 * PIECE)
    wire.is_silent_after("announce")
    status(wire).to_have_text(NO_ANSWER)
    wire.wait(lambda: wire.said == ["announce", "abort"])
    wire.said.clear()
    wire.lost = {"pieces": 4}
    wire.give(two=9 * PIECE)
    wire.wait(lambda: len(wire.said) == 5)
    wire.page.evaluate(READS)
    wire.is_silent_after("announce", *["pieces"] * 4)  # the fifth waits for an answer
    wire.wait(lambda: wire.batches)
    assert wire.arrived() == {"two.jpg": 9 * PIECE}


def test_who_leaves_in_the_middle_adds_nothing(wire: Wire) -> None:
    wire.lost = {"pieces": 10**6}
    wire.give(one=9 * PIECE)
    wire.wait(lambda: wire.said.count("pieces") == 4)
    wire.page.evaluate("window.leave()")
    wire.page.clock.fast_forward(21_000)
    wire.wait(lambda: wire.said[-1] == "abort")
    assert not wire.batches and not files_in(wire.folder)
