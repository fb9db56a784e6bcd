"""What would help most, in the browser: three rows after a training, and each button leads where it says."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from axe import assert_accessible
from cleaning import grid
from driving import PHONE, Studio, Tab
from playwright.sync_api import expect
from tellapart.advice import Advice, AdviceKind, Advised, Basis
from tellapart.advice.keeping import keep_advice
from tellapart.learning.gains.error_gain import ErrorGain
from tellapart.runs import latest
from tellapart.store.project import open_project

Open = Callable[..., Tab]
Start = Callable[[Path], Studio]
N = 5


@pytest.fixture
def root(trained_project: Path, tmp_path: Path) -> Path:
    """Trained leaves, with advice of each kind that leads to another page."""
    root = Path(shutil.copytree(trained_project, tmp_path / "leaves"))
    with open_project(root) as project:
        oaks = tuple(one.image_id for one in project.manifest.pictures("oak")[:N])
    run = latest(root, "train")
    assert run is not None
    gain = ErrorGain(0.02, 0.01, 0.03, 0.99)
    keep_advice(run.run_dir, Advised(run.run_id, (
        Advice(AdviceKind.CHECK_LABELS, gain, Basis.OWN_PICTURES, 1, N, n_wrong=3, labels=("oak",), image_ids=oaks),
        Advice(AdviceKind.ADD_PICTURES, gain, Basis.OWN_PICTURES, 5, 60, 12, 4, labels=("ginkgo",), n_then=12),
        Advice(AdviceKind.TRAIN_THOROUGHLY, ErrorGain(0.02, 0.0, 0.04, 0.9), Basis.OUR_SETS, 1),
    )))  # fmt: skip
    return root


def test_each_suggestion_leads_where_it_says(root: Path, start_studio: Start, open_tab: Open) -> None:
    tab = open_tab()
    page = tab.open(start_studio(root).url)
    expect(page.get_by_role("heading", name="What would help most")).to_be_visible()
    rows = page.locator(".ta-advice-row")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text(f"Check {N} doubtful labels")
    expect(rows.nth(0)).to_contain_text("1 to 3 fewer of 100 wrong")
    expect(rows.nth(2)).to_contain_text("up to 4 fewer of 100 wrong")
    expect(rows.nth(2).get_by_role("button", name="Start")).to_be_visible()
    assert_accessible(page, "Train")
    tab.picture("train-advice")
    tab.picture("train-advice-phone-dark", PHONE, "dark")
    tab.look(PHONE)
    for box in rows.all():
        left, right = (box.locator("> *").nth(i).bounding_box() for i in (0, 2))
        assert left and right and right["x"] + right["width"] <= PHONE[0], "the button is whole in sight"
    tab.look()

    rows.nth(0).get_by_role("button", name="Check them").click()
    expect(page.get_by_text(f"{N} pictures from Train.")).to_be_visible()
    expect(grid(page)).to_have_attribute("aria-label", re.compile(f": {N}$"))
    page.get_by_role("tab", name=re.compile("Train")).click()
    page.get_by_role("button", name="Add pictures").click()
    expect(page.get_by_role("textbox", name="Search words for ginkgo")).to_be_focused()
    page.get_by_role("tab", name=re.compile("Train")).click()
    page.get_by_role("button", name="Check them").click()
    expect(page.get_by_text(f"{N} pictures from Train.")).to_be_visible()
    assert tab.errors == [] and tab.foreign == []


def test_a_phone_is_told_of_no_keys(root: Path, start_studio: Start, open_tab: Open) -> None:
    studio, mouse, phone = start_studio(root), open_tab(), open_tab(PHONE)
    keys = mouse.open(studio.url).get_by_text("Its keys work at once")
    expect(keys).to_be_visible()
    mouse.leave()
    page = phone.open(studio.url)
    expect(page.get_by_text("Press a picture to see it large.")).to_be_visible()
    expect(page.get_by_text("Its keys work at once")).to_be_hidden()
    page.get_by_role("tab", name="Clean").click()
    page.get_by_role("button", name="more", exact=True).click()
    expect(page.get_by_role("button", name="select all")).to_be_visible()
    expect(page.get_by_role("button", name="all keys")).to_be_hidden()
    expect(page.locator(".ta-cleaner kbd").locator("visible=true")).to_have_count(0)
