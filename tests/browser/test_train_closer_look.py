"""A closer look at a training, and the views of a picture, as a person looks at them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from axe import assert_accessible
from driving import DRAWN, LAPTOP, PHONE, Studio, Tab
from playwright.sync_api import expect
from waiting_worker import HOLD

Open = Callable[..., Tab]
Start = Callable[[Path], Studio]


@pytest.fixture
def root(trained_project: Path, tmp_path: Path) -> Path:
    """The leaves with one quick training, for one test."""
    return Path(shutil.copytree(trained_project, tmp_path / "leaves"))


def assert_looks_right(tab: Tab, what: str) -> None:
    """Nothing is wider than the window, on a laptop and a phone; everybody can use it, in light and dark."""
    for size in (LAPTOP, PHONE):
        tab.look(size)
        tab.page.wait_for_function(DRAWN)
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    for scheme in ("light", "dark"):
        tab.look(LAPTOP, scheme)
        assert_accessible(tab.page, f"Train, {what}, {scheme}")


def test_a_threshold_is_slid_and_one_picture_is_seen_nine_ways(
    root: Path, start_studio: Start, open_tab: Open
) -> None:
    studio, tab = start_studio(root), open_tab()
    page = tab.open(studio.url)
    page.get_by_role("button", name="Details").click()
    page.get_by_role("button", name="Answer only when sure").click()
    said = page.get_by_role("status").filter(has_text="held-out picture")
    expect(said).to_contain_text("Answers 100 %")
    slider = page.get_by_role("slider", name="Answer only from this certainty on")
    slider.focus()
    page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "99 %")
    expect(said).not_to_contain_text("Answers 100 %")
    expect(page.get_by_role("img", name=re.compile("^Precision against coverage"))).to_be_visible()
    expect(page.get_by_role("region", name="Each label at this certainty")).to_be_visible()
    for title in ("What its probabilities are worth", "Where it is weaker"):
        page.get_by_role("button", name=title).click()
    expect(page.get_by_role("img", name="Reliability of oak")).to_be_visible()
    expect(page.get_by_role("button", name="How it learned")).to_be_hidden()

    page.get_by_role("button", name="Views of a picture, nine ways").click()
    views = page.locator(".ta-nine img")
    expect(views).to_have_count(9)
    before = views.first.get_attribute("src")
    turn = page.get_by_role("slider", name="Turn, either way")
    turn.focus()
    page.keyboard.press("End")
    expect(views.first).not_to_have_attribute("src", before or "")
    expect(page.get_by_role("button", name="As usual")).to_be_visible()
    assert_looks_right(tab, "details")

    page.reload()
    page.get_by_role("button", name="Details").click()
    page.get_by_role("button", name="Views of a picture, nine ways").click()
    expect(page.get_by_role("slider", name="Turn, either way")).to_have_attribute("aria-valuetext", "45°")


def test_what_more_pictures_would_bring_is_measured_cancelled_and_there_after_a_reload(
    root: Path, start_studio: Start, open_tab: Open
) -> None:
    studio, tab = start_studio(root), open_tab()
    page = tab.open(studio.url)
    page.get_by_role("button", name="Details").click()
    (root / HOLD).touch()
    page.get_by_role("button", name="Find out").click()
    expect(page.get_by_role("progressbar", name="Measuring")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Details").click()
    expect(page.get_by_role("progressbar", name="Measuring")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    (root / HOLD).unlink()
    expect(page.get_by_text("Stopped. Finished work is saved.")).to_be_visible()

    page.get_by_role("button", name="Find out").click()
    chart = page.get_by_role("img", name=re.compile("as many pictures"))
    expect(chart).to_be_visible()
    expect(page.get_by_text("Stopped. Finished work is saved.")).to_be_hidden()
    labels = page.get_by_role("region", name="What more pictures would bring")
    expect(labels.get_by_role("row", name=re.compile("^oak"))).to_be_visible()
    page.get_by_role("button", name="The curve as a table").click()
    expect(page.get_by_role("region", name="Learning curve")).to_be_visible()
    assert_looks_right(tab, "more pictures")
    page.reload()
    page.get_by_role("button", name="Details").click()
    expect(chart).to_be_visible()
