"""From pictures to answers, as a person does it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from driving import PHONE, Studio, Tab
from make_data import draw_shape
from playwright.sync_api import Page, expect
from tellapart.store.project import create_project
from waiting_worker import HOLD

Open = Callable[..., Tab]
Start = Callable[[Path], Studio]


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    create_project(tmp_path / "leaves-project").close()
    return tmp_path / "leaves-project"


def give(page: Page, group: str, files: object, kind: str = "Files") -> None:
    """Choose files or a folder, as the dialog would."""
    area = page.get_by_role("group", name=group)
    area.locator(f'input[aria-label="{kind}"]').set_input_files(files)  # type: ignore[arg-type]


def test_from_pictures_to_answers(empty: Path, leaves: Path, start_studio: Start, open_tab: Open) -> None:
    studio = start_studio(empty)
    tab = open_tab()
    page = tab.open(studio.url)
    expect(page.get_by_role("heading", name="Gather pictures")).to_be_visible()
    give(page, "Add pictures", leaves, kind="Folder")
    expect(page.get_by_text(re.compile(r"\d+ files, \d+ added"))).to_be_visible()  # all are in
    expect(page.get_by_role("heading", name=re.compile(r"\d+ pictures, 4 labels"))).to_be_visible()
    expect(page.get_by_role("tab", name=re.compile("Gather"))).to_contain_text(re.compile(r"\d\d"))

    page.get_by_role("button", name="Next: clean").click()
    expect(page.get_by_role("button", name="Next: train")).to_be_visible()
    page.get_by_role("tab", name="Train").click()
    (empty / HOLD).touch()
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("progressbar", name="Training")).to_be_visible()
    page.reload()
    expect(page.get_by_role("progressbar", name="Training")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    (empty / HOLD).unlink()
    expect(page.get_by_role("heading", name=re.compile("% wrong: "))).to_be_visible()
    page.get_by_text("How this was measured").click()
    expect(page.get_by_text("always guessing the most common label")).to_be_visible()
    page.get_by_text("How this was measured").click()
    expect(page.get_by_role("tab", name=re.compile("Train"))).to_contain_text("% wrong")
    expect(page.locator(".ta-matrix table")).to_be_visible()
    expect(page.get_by_text("Finding out what would help most")).to_be_hidden()
    tab.picture("train")
    tab.picture("train-dark", scheme="dark")

    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("heading", name="What is in the picture?")).to_be_visible()
    some = {"maple": 1, "oak": 4, "ginkgo": 1}
    pictures = [sorted((leaves / label).glob("*.jpg"))[n] for label, n in some.items()]
    draw_shape("ring", np.random.default_rng(2), 256).save(empty.parent / "a ring.png")
    pictures.append(empty.parent / "a ring.png")
    give(page, "Pictures to classify", pictures)
    answers = page.locator(".ta-answer")
    expect(answers).to_have_count(4)
    expect(answers.first.locator(".ta-share")).to_have_count(3)
    tab.picture("classify")
    tab.picture("classify-phone-dark", PHONE, "dark")


def test_pictures_come_in_whatever_happens_to_them(
    empty: Path, leaves: Path, tmp_path: Path, start_studio: Start, open_tab: Open
) -> None:
    tab = open_tab(size=PHONE, scheme="dark")
    tab.page.clock.install()
    tab.page.add_init_script(SWALLOW_ONE_PIECE)
    page = tab.open(start_studio(empty).url)
    a_lost_piece_is_sent_again(page, empty, tmp_path)
    bad_files_get_a_sentence_and_good_ones_go_in(page, next((leaves / "oak").glob("*.jpg")), tmp_path)
    a_zip_goes_in(page, leaves, tmp_path)


def bad_files_get_a_sentence_and_good_ones_go_in(page: Page, good: Path, folder: Path) -> None:
    (folder / "text.jpg").write_text("bread, milk, bears", "utf-8")
    (folder / "empty.jpg").write_bytes(b"")
    # beside the one that waits already
    give(page, "Add pictures", [good, folder / "text.jpg", folder / "empty.jpg"])
    expect(page.get_by_text("4 pictures wait for a label")).to_be_visible()
    page.get_by_label("Label for these pictures").fill("<b>oak</b>")
    page.get_by_role("button", name="Add 4 pictures").click()
    expect(page.get_by_text("3 files, 1 added, 2 refused")).to_be_visible()
    page.get_by_text("2 files not added: see why").click()
    expect(page.get_by_text("empty.jpg: empty file")).to_be_visible()
    expect(page.get_by_text("text.jpg: not a picture")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("four.jpg: not a picture")
    expect(page.get_by_role("listitem", name="<b>oak</b>")).to_be_visible()
    expect(page.get_by_text("at least one other thing")).to_be_visible()


def a_zip_goes_in(page: Page, leaves: Path, folder: Path) -> None:
    with zipfile.ZipFile(folder / "leaves.zip", "w") as archive:
        for label in ("birch", "ginkgo", "maple", "oak"):
            for path in sorted((leaves / label).glob("*.jpg"))[:5]:
                archive.write(path, path.relative_to(leaves.parent))
    give(page, "Add pictures", folder / "leaves.zip")
    expect(page.get_by_text(re.compile("20 files, .* added"))).to_be_visible()


def a_lost_piece_is_sent_again(page: Page, project_dir: Path, folder: Path) -> None:
    """The wire swallows one piece; the page asks where the kernel is and goes on from there. It is no picture."""
    data = bytes(range(256)) * 4096 * 4  # 4 MiB
    (folder / "four.jpg").write_bytes(data)
    page.evaluate("window.isLossy = true")
    give(page, "Add pictures", folder / "four.jpg")
    page.wait_for_function("window.nSwallowed === 1")
    page.clock.fast_forward(UPLOAD_PATIENCE_MS)
    expect(page.get_by_text("1 picture waits for a label")).to_be_visible()
    arrived = list((project_dir / "cache" / "uploads").rglob("four.jpg"))
    assert [path.read_bytes() == data for path in arrived] == [True]


UPLOAD_PATIENCE_MS = 21_000  # a little more than a page waits for the answer to a piece
SWALLOW_ONE_PIECE = """
  const send = WebSocket.prototype.send;
  let n = 0;
  WebSocket.prototype.send = function (data) {
    const size = data.byteLength ?? data.size ?? data.length;
    if (window.isLossy && size > 1e6 && ++n === 2) {
      window.nSwallowed = 1;
      return;
    }
    return send.call(this, data);
  };
"""
