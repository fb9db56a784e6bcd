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
    expect(page.get_by_role("heading", name=re.compile(r"of \d+ wrong"))).to_be_visible()
    expect(page.get_by_text("always guessing the most common label")).to_be_visible()
    expect(page.locator(".ta-matrix table")).to_be_visible()
    tab.picture("train")
    tab.picture("train-dark", scheme="dark")

    page.get_by_role("tab", name="Classify").click()
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


def test_bad_files_get_a_sentence_and_good_ones_go_in(
    empty: Path, leaves: Path, tmp_path: Path, start_studio: Start, open_tab: Open
) -> None:
    (tmp_path / "text.jpg").write_text("bread, milk, bears", "utf-8")
    (tmp_path / "empty.jpg").write_bytes(b"")
    good = next((leaves / "oak").glob("*.jpg"))
    page = open_tab(size=PHONE, scheme="dark").open(start_studio(empty).url)
    give(page, "Add pictures", [good, tmp_path / "text.jpg", tmp_path / "empty.jpg"])
    expect(page.get_by_text("3 pictures wait for a label")).to_be_visible()
    page.get_by_label("Label for these pictures").fill("<b>oak</b>")
    page.get_by_role("button", name="Add 3 pictures").click()
    expect(page.get_by_text("3 files, 1 added, 2 refused")).to_be_visible()
    page.get_by_text("2 files not added: see why").click()
    expect(page.get_by_text("empty.jpg: empty file")).to_be_visible()
    expect(page.get_by_text("text.jpg: not a picture")).to_be_visible()
    expect(page.get_by_role("listitem", name="<b>oak</b>")).to_be_visible()
    expect(page.get_by_text("at least one other thing")).to_be_visible()


def test_a_zip_goes_in(
    empty: Path, leaves: Path, tmp_path: Path, start_studio: Start, open_tab: Open
) -> None:
    with zipfile.ZipFile(tmp_path / "leaves.zip", "w") as archive:
        for path in sorted(leaves.rglob("*.jpg"))[:20]:
            archive.write(path, path.relative_to(leaves.parent))
    page = open_tab().open(start_studio(empty).url)
    give(page, "Add pictures", tmp_path / "leaves.zip")
    expect(page.get_by_text(re.compile("20 files, .* added"))).to_be_visible()


def test_a_lost_piece_is_sent_again(empty: Path, tmp_path: Path, start_studio: Start, open_tab: Open) -> None:
    """The wire swallows one piece; the page asks where the kernel is and goes on from there."""
    tab = open_tab()
    tab.page.clock.install()
    tab.page.add_init_script(SWALLOW_ONE_PIECE)
    page = tab.open(start_studio(empty).url)
    data = bytes(range(256)) * 4096 * 4  # 4 MiB
    (tmp_path / "four.jpg").write_bytes(data)
    give(page, "Add pictures", tmp_path / "four.jpg")
    page.wait_for_function("window.nSwallowed === 1")
    page.clock.fast_forward(UPLOAD_PATIENCE_MS)
    expect(page.get_by_text("1 picture waits for a label")).to_be_visible()
    arrived = list((empty / "cache" / "uploads").rglob("four.jpg"))
    assert [path.read_bytes() == data for path in arrived] == [True]


UPLOAD_PATIENCE_MS = 21_000  # a little more than a page waits for the answer to a piece
SWALLOW_ONE_PIECE = """
  const send = WebSocket.prototype.send;
  let n = 0;
  WebSocket.prototype.send = function (data) {
    const size = data.byteLength ?? data.size ?? data.length;
    if (size > 1e6 && ++n === 2) {
      window.nSwallowed = 1;
      return;
    }
    return send.call(this, data);
  };
"""
