"""What axe-core finds on every page and in the states that a person meets, by day and by night: nothing.

Also at twice the size of letters: half the window holds the page without scrolling sideways."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from axe import assert_accessible
from driving import DRAWN, LAPTOP, PHONE, Studio, Tab
from playwright.sync_api import Page, expect
from tellapart.store.project import create_project

Open = Callable[..., Tab]
Start = Callable[[Path], Studio]
STEPS = ("Gather", "Clean", "Train", "Classify", "Share")
ZOOMED = (640, 400)  # a laptop's window at 200 %


def go_to(page: Page, step: str) -> None:
    page.get_by_role("tab", name=step).click()
    expect(page.get_by_role("tab", name=step)).to_have_attribute("aria-selected", "true")
    expect(page.locator(".ta-main h1:visible").first).to_be_visible()
    expect(page.get_by_text("Loading the model …")).to_be_hidden()
    page.wait_for_function(DRAWN)


@pytest.fixture(scope="module")
def page_of_leaves(
    one_server: object,
    trained_project: Path,
    open_shared_tab: Open,
    tmp_path_factory: pytest.TempPathFactory,
) -> Tab:
    root = tmp_path_factory.mktemp("accessible") / "leaves"
    shutil.copytree(trained_project, root)
    tab = open_shared_tab()
    tab.open(one_server.on(root).url)  # type: ignore[attr-defined]
    return tab


@pytest.mark.parametrize("step", STEPS)
def test_every_step_of_a_trained_project(page_of_leaves: Tab, step: str) -> None:
    tab, page = page_of_leaves, page_of_leaves.page
    tab.look(LAPTOP)
    go_to(page, step)
    assert_accessible(page, step)
    tab.look(PHONE)
    page.wait_for_function(DRAWN)
    assert_accessible(page, f"{step} on a phone")
    for size in (ZOOMED, PHONE):
        tab.look(size)
        page.wait_for_function(DRAWN)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (step, size)
    tab.look(LAPTOP)


def test_what_is_folded_away(page_of_leaves: Tab) -> None:
    tab, page = page_of_leaves, page_of_leaves.page
    tab.look(LAPTOP)
    for step in ("Gather", "Train", "Share"):
        go_to(page, step)
        for fold in page.locator(".ta-fold:visible").all():
            fold.click()
        page.wait_for_function(DRAWN)
        assert_accessible(page, f"{step}, opened")


def test_answers_with_all_that_they_open(page_of_leaves: Tab, leaves: Path, tmp_path: Path) -> None:
    tab, page = page_of_leaves, page_of_leaves.page
    tab.look(LAPTOP)
    go_to(page, "Classify")
    (tmp_path / "text.jpg").write_text("bread and milk")
    area = page.get_by_role("group", name="Pictures to classify")
    files = [*sorted((leaves / "oak").glob("*.jpg"))[:2], tmp_path / "text.jpg"]
    area.locator('input[aria-label="Files"]').set_input_files(files)
    expect(page.locator(".ta-answer")).to_have_count(3)
    page.get_by_role("button", name="Why?").first.click()
    expect(page.locator(".ta-why figure img")).to_be_visible()
    page.get_by_role("button", name="it is …").first.click()
    assert_accessible(page, "answers")


def test_an_empty_project(tmp_path: Path, start_studio: Start, open_tab: Open) -> None:
    create_project(tmp_path / "empty").close()
    tab = open_tab()
    page = tab.open(start_studio(tmp_path / "empty").url)
    for step in STEPS:
        go_to(page, step)
        assert_accessible(page, f"{step}, empty")
    tab.look(PHONE)
    for step in STEPS:
        go_to(page, step)
        assert_accessible(page, f"{step}, empty, on a phone")
