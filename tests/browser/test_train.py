"""Training thoroughly as a person does it: paused, resumed, cancelled, beside quick, compared, deleted, brought back."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from axe import assert_accessible
from driving import PHONE, Studio, Tab
from playwright.sync_api import Page, expect
from waiting_worker import HOLD, HOLD_LEARNING

Open = Callable[..., Tab]
Start = Callable[[Path], Studio]

pytest.importorskip("torch", reason="torch is not installed (light path): pip install 'tellapart[torch]'")


@pytest.fixture
def root(trained_project: Path, tmp_path: Path) -> Path:
    """The leaves with one quick training, for one test."""
    return Path(shutil.copytree(trained_project, tmp_path / "leaves"))


def open_details(page: Page) -> None:
    page.get_by_role("button", name="Details").click()


def choose(page: Page, recipe: str) -> None:
    page.get_by_role("radiogroup", name="How thoroughly to train").get_by_role(
        "radio", name=re.compile(recipe)
    ).click()


@pytest.mark.slow
def test_thorough_is_paused_resumed_cancelled_compared_deleted_and_brought_back(
    root: Path, start_studio: Start, open_tab: Open
) -> None:
    studio, tab = start_studio(root), open_tab()
    page = tab.open(studio.url)
    open_details(page)
    choose(page, "Thorough")
    expect(page.get_by_text("measured on a few of your pictures")).to_be_visible()
    (root / HOLD).touch()
    page.get_by_role("button", name="Train again", exact=True).click()
    expect(page.get_by_role("progressbar", name="Training")).to_be_visible()
    page.reload()
    expect(page.get_by_role("progressbar", name="Training")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    (root / HOLD).unlink()
    expect(page.get_by_role("heading", name="Thorough training is paused")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Thorough training is paused")).to_be_visible()
    open_details(page)

    (root / HOLD).touch()
    rows = page.locator(".ta-runs tbody tr")
    expect(rows.first).to_contain_text(re.compile("paused.*nothing of it is kept"))  # it had not yet begun
    rows.first.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("progressbar", name="Training")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    (root / HOLD).unlink()
    expect(page.get_by_text("Stopped. Finished work is saved.")).to_be_visible()

    (root / HOLD_LEARNING).touch()
    choose(page, "Thorough")
    page.get_by_role("button", name="Train again", exact=True).click()
    expect(page.get_by_text(re.compile(r"about \d+ (s|min)"))).not_to_have_count(0)
    expect(page.get_by_role("heading", name="How it learns")).to_be_visible(timeout=600_000)
    expect(page.get_by_role("img", name=re.compile("^Loss. Network [123] of 3, epoch"))).to_be_visible()
    watching = open_tab()
    other = watching.open(studio.url)
    expect(other.get_by_role("img", name=re.compile("^Loss. Network [123] of 3, epoch"))).to_be_visible()
    (root / HOLD_LEARNING).unlink()
    expect(page.get_by_role("heading", name="Quick and thorough")).to_be_visible(timeout=600_000)
    expect(page.get_by_role("heading", name="How it learns")).to_be_hidden()
    page.get_by_role("button", name="How it learned").click()
    expect(page.locator(".ta-closer").get_by_text("Network 3 of 3, epoch 4 of 4")).to_be_visible()
    for chart in ("Loss", "Error", "Learning rate"):
        expect(page.get_by_role("img", name=re.compile(f"^{chart}"))).to_be_visible()
    page.get_by_role("button", name="The curves as a table").last.click()
    expect(page.get_by_role("region", name="How it learned").get_by_role("row")).to_have_count(16)
    watching.leave()
    expect(rows).to_have_count(4)
    expect(rows.nth(1)).to_contain_text("stopped")
    choose(page, "Quick")
    page.get_by_role("button", name="Train again", exact=True).click()
    expect(rows).to_have_count(5)

    second = open_tab()
    other = second.open(studio.url)
    expect(other.locator(".ta-runs tbody tr")).to_have_count(5)
    open_details(other)
    rows.first.get_by_role("button", name="Rename").click()
    page.get_by_role("textbox", name="Name of").fill("again <quick>")
    page.keyboard.press("Enter")
    expect(page.get_by_role("rowheader", name="again <quick>")).to_be_visible()
    expect(other.get_by_role("rowheader", name="again <quick>")).to_be_visible()

    page.get_by_role("checkbox", name="Compare again <quick>").check()
    rows.nth(1).get_by_role("checkbox").check()
    expect(page.get_by_role("heading", name="Compared")).to_be_visible()
    expect(page.get_by_text(re.compile("better|no difference|Neither")).last).to_be_visible()
    page.get_by_role("button", name="Error (95 % interval)").click()
    expect(page.get_by_role("columnheader", name="Error (95 % interval)")).to_have_attribute(
        "aria-sort", "ascending"
    )
    assert_accessible(page, "Train")
    page.get_by_role("region", name="Trainings").scroll_into_view_if_needed()
    tab.picture("train-runs", (1180, 1500))
    tab.picture("train-runs-phone-dark", PHONE, "dark")

    page.get_by_role("button", name="Delete again <quick>").click()
    expect(rows).to_have_count(4)
    expect(other.locator(".ta-runs tbody tr")).to_have_count(4)
    other.get_by_text("In the trash (1)").click()
    other.get_by_role("button", name="Bring back: again <quick>").click()
    expect(page.get_by_role("rowheader", name="again <quick>")).to_be_visible()
    page.reload()
    expect(rows).to_have_count(5)
