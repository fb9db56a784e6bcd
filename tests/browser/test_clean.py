"""The Clean page as a person uses it: findings, decisions by key, mouse and finger, undo, windows, what comes next."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cleaning import begin_anew, clean_page, drag, grid, place, standing
from driving import DRAWN, LAPTOP, PHONE, Studio, Tab, wait_for
from playwright.sync_api import Page, expect
from studios import OneServer
from tellapart.clean import open_review
from tellapart.store.journal import Remove
from tellapart.store.project import open_project

Open = Callable[..., Tab]
Start = Callable[[Path], Studio]


@dataclass(frozen=True)
class Cleaning:
    """The Clean page in a tab, on a project of samples that tests may change."""

    tab: Tab
    project_dir: Path

    @property
    def page(self) -> Page:
        return self.tab.page


@pytest.fixture(scope="module")
def opened(
    looked_at: Path, one_server: OneServer, open_shared_tab: Open, tmp_path_factory: pytest.TempPathFactory
) -> Cleaning:
    """One page for the tests of this module that are at a laptop."""
    own = Path(shutil.copytree(looked_at / "leaves", tmp_path_factory.mktemp("clean") / "leaves"))
    tab = open_shared_tab()
    clean_page(tab, one_server.on(own))
    return Cleaning(tab, own)


@pytest.fixture
def cleaning(opened: Cleaning, one_server: OneServer) -> Cleaning:
    """That page as it opened, whatever the test before has done."""
    one_server.on(opened.project_dir)  # where a reload looks
    opened.tab.look(LAPTOP)
    begin_anew(opened.page, opened.project_dir)
    return opened


def test_planted_flaws_are_found_and_decided_by_keyboard_only(
    cleaning: Cleaning, planted: list[tuple[str, str]]
) -> None:
    page, project_dir = cleaning.page, cleaning.project_dir
    cleaning.tab.picture("clean", (1180, 900))
    with open_project(project_dir) as project:
        found = {project.manifest.picture(one.image_id).original_name for one in open_review(project).queue()}
    kinds = ("wrong label", "near-duplicate", "dark", "blurred")
    wanted = [path for name, path in planted if name in kinds]
    missed = [path for path in wanted if not any(path.endswith(name) for name in found)]
    assert len(missed) <= len(wanted) // 3, missed

    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowDown")  # nothing else has the focus: the arrows lead into the grid
    expect(place(page, 0)).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement, '::after').boxShadow") != "none"
    page.keyboard.press("d")
    expect(place(page, 0)).to_contain_text("removed")
    expect(place(page, 1)).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="removed")).to_be_visible()
    expect(place(page, 1).locator(".ta-name")).not_to_be_empty()
    digit = "2" if place(page, 1).locator(".ta-name").inner_text() != "ginkgo" else "3"
    page.keyboard.press(digit)
    expect(place(page, 1)).to_contain_text({"2": "now: ginkgo", "3": "now: maple"}[digit])
    page.keyboard.press("k")
    expect(place(page, 2)).to_contain_text("kept")
    page.keyboard.press("r")
    page.get_by_role("combobox", name="New label").fill("as")
    page.get_by_role("combobox", name="New label").press_sequentially("h")
    page.keyboard.press("Enter")
    expect(place(page, 3)).to_contain_text("now: ash")
    page.keyboard.press("s")
    page.keyboard.press("x")
    expect(place(page, 5)).to_contain_text("none of these")
    wait_for(lambda: len(standing(project_dir)) == 6)
    before = standing(project_dir)
    expect(page.get_by_text(re.compile(r"\d+ decisions?: "))).to_be_visible()

    page.keyboard.press("u")
    expect(place(page, 5)).not_to_contain_text("none of these")
    expect(place(page, 5)).to_be_focused()
    page.keyboard.press("u")
    wait_for(lambda: len(standing(project_dir)) == len(before) - 2)
    page.reload()
    page.get_by_role("tab", name=re.compile("Clean")).click()
    expect(place(page, 0).locator("img[src]")).to_be_visible()
    place(page, 0).focus()
    page.keyboard.press("Shift+U")
    page.keyboard.press("Control+y")
    wait_for(lambda: standing(project_dir) == before)
    page.get_by_role("button", name="more").click()
    expect(page.get_by_role("button", name="redo")).to_be_disabled()
    page.get_by_role("button", name="more").click()
    for _ in before:
        page.keyboard.press("u")
    wait_for(lambda: standing(project_dir) == [])
    expect(page.get_by_role("button", name="undo", exact=True)).to_be_disabled()


def test_windows_open_by_key_and_follow(cleaning: Cleaning) -> None:
    page = cleaning.page
    place(page, 0).focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="All keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(place(page, 0)).to_be_focused()
    page.keyboard.press("n")
    expect(page.get_by_role("region", name="Most similar").locator("li")).to_have_count(6)
    expect(page.get_by_role("status").filter(has_text="Most similar:")).to_be_visible()
    page.keyboard.press("n")
    alike = page.get_by_role("region", name="Most similar")
    expect(alike).to_be_hidden()
    place(page, 2).hover()  # in sight since the focus went to its row: nothing scrolls under the mouse
    expect(alike.locator("li")).to_have_count(6)
    page.mouse.move(0, 0)
    expect(alike).to_be_hidden()
    page.keyboard.press("Enter")
    large = page.get_by_role("dialog", name="Picture")
    expect(large.locator("> img")).to_be_visible()
    expect(large.get_by_role("meter").first).to_be_visible()
    cleaning.tab.picture("clean-large", (1180, 860))
    first = large.locator("> img").get_attribute("src")
    page.keyboard.press("ArrowRight")
    expect(large.locator("> img")).not_to_have_attribute("src", first or "")
    page.keyboard.press("k")
    page.keyboard.press("Escape")
    expect(place(page, 1)).to_contain_text("kept")
    expect(place(page, 2)).to_be_focused()


def test_several_pictures_at_once_by_keys_and_mouse(cleaning: Cleaning) -> None:
    page, project_dir = cleaning.page, cleaning.project_dir
    place(page, 0).click()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_text("3 selected")).to_be_visible()
    place(page, 4).click(modifiers=["ControlOrMeta"])
    expect(page.locator('[role="option"][aria-selected="true"]')).to_have_count(4)
    page.get_by_role("button", name="remove", exact=True).click()
    for position in (0, 1, 2, 4):
        expect(place(page, position)).to_contain_text("removed")
    expect(place(page, 3)).not_to_contain_text("removed")
    wait_for(lambda: standing(project_dir) == 4 * ["remove"])
    page.get_by_role("button", name="undo", exact=True).click()
    wait_for(lambda: standing(project_dir) == [])

    drag(page, place(page, 0), place(page, 2), {"x": 20, "y": 20}, {"x": 30, "y": 60})
    expect(page.locator('[role="option"][aria-selected="true"]')).to_have_count(3)
    page.keyboard.press("Escape")
    expect(page.locator('[role="option"][aria-selected="true"]')).to_have_count(0)
    first = page.locator(f'.ta-tile[data-key="{place(page, 0).get_attribute("data-key")}"]')
    page.keyboard.press("a")
    page.keyboard.press("k")
    wait_for(lambda: len(standing(project_dir)) > 5)
    page.keyboard.press("t")
    # what the model doubts only now may still be there; where nothing is left, nothing is drawn anew
    expect(first).to_be_hidden()
    page.get_by_role("button", name="undo", exact=True).click()
    wait_for(lambda: standing(project_dir) == [])
    expect(place(page, 5)).to_be_visible()


def test_chosen_pictures_that_left_the_page_are_not_decided_about(cleaning: Cleaning) -> None:
    """Chosen below what is in sight, then removed by somebody else: the grid is ranked anew without them."""
    page, project_dir = cleaning.page, cleaning.project_dir
    page.get_by_role("radio", name=re.compile("every picture")).click()
    with open_project(project_dir) as project:
        n = project.manifest.n_pictures()
        expect(grid(page)).to_have_attribute("aria-label", re.compile(f": {n}$"))
        place(page, 0).focus()
        page.keyboard.press("a")
        expect(page.get_by_text(f"{n} selected").first).to_be_visible()
        gone = open_review(project).kept()[-1]  # the last on the page
        project.journal.decide(Remove(gone))
        expect(page.get_by_text(f"1 of {n} selected pictures are no longer on the page.")).to_be_visible()
        page.keyboard.press("k")
        wait_for(lambda: len(standing(project_dir)) == n)
        assert project.manifest.picture(gone).mark is None

        page.keyboard.press("End")
        page.keyboard.press("Control+Space")
        expect(page.get_by_text("1 selected").first).to_be_visible()
        page.keyboard.press("Control+Home")
        expect(place(page, 0)).to_be_focused()
        before = len(project.journal.entries())
        (*_, last) = [one for one in open_review(project).kept() if one != gone]
        project.journal.decide(Remove(last))
        expect(page.get_by_text("1 of 1 selected picture is no longer on the page.")).to_be_visible()
        page.keyboard.press("s")
        expect(page.get_by_text("Nothing was decided").first).to_be_visible()
        assert len(project.journal.entries()) == before + 1
        page.keyboard.press("s")  # now about the picture that has the focus
        wait_for(lambda: len(project.journal.entries()) == before + 2)


def test_what_is_in_sight_stays_where_it_is(cleaning: Cleaning) -> None:
    page, project_dir = cleaning.page, cleaning.project_dir
    names = [place(page, i).get_attribute("data-key") for i in range(5)]
    place(page, 1).focus()
    page.keyboard.press("d")
    wait_for(lambda: standing(project_dir) == ["remove"])
    expect(page.get_by_text(re.compile("1 decision: "))).to_be_visible()
    page.wait_for_function(DRAWN)
    assert [place(page, i).get_attribute("data-key") for i in range(5)] == names
    page.get_by_role("button", name="tidy").click()
    expect(place(page, 1)).not_to_have_attribute("data-key", names[1] or "")


def test_next_trains_with_one_press(cleaning: Cleaning) -> None:
    page = cleaning.page
    expect(page.get_by_role("tab", name=re.compile(r"Clean \d+"))).to_be_visible()
    page.get_by_role("button", name="Next: train").click()
    expect(page.get_by_role("heading", name=re.compile("% wrong: "))).to_be_visible()


# how far the left and the right edge of the line of filters are faded, as "0 1"
FADED = """() => ["::before", "::after"].map(
  (edge) => getComputedStyle(document.querySelector(".ta-lid"), edge).opacity).join(" ")"""

# whether the first three pictures lie side by side, and the fourth below them
THREE_IN_A_ROW = """() => {
  const top = (n) => document.querySelector(`.ta-tile[aria-posinset="${n}"]`)?.getBoundingClientRect().top;
  return top(1) === top(2) && top(2) === top(3) && top(3) < top(4);
}"""


def test_a_phone_has_three_columns_and_large_buttons(
    project_dir: Path, start_studio: Start, open_tab: Open
) -> None:
    tab = open_tab(PHONE)
    page = clean_page(tab, start_studio(project_dir))
    tab.picture("clean-phone-dark", PHONE, "dark")
    filters = page.locator(".ta-lid")
    assert page.evaluate(FADED) == "0 1", "more filters are on the right"
    filters.evaluate("(line) => line.scrollTo(line.scrollWidth, 0)")
    page.wait_for_function(f"({FADED})() === '1 0'")
    filters.evaluate("(line) => line.scrollTo(0, 0)")
    remove = page.get_by_role("button", name="remove", exact=True)
    for scheme in ("light", "dark"):
        tab.look(PHONE, scheme)
        page.wait_for_function(DRAWN)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), scheme
        page.wait_for_function(THREE_IN_A_ROW)
        box = remove.bounding_box()
        assert box and box["height"] >= 44 and box["y"] + box["height"] <= PHONE[1], scheme
    place(page, 0).tap()
    remove.tap()
    expect(place(page, 0)).to_contain_text("removed")
    large = page.get_by_role("dialog", name="Picture")
    place(page, 2).tap()
    expect(place(page, 2)).to_be_focused()
    expect(large).to_be_hidden()
    place(page, 2).tap()  # a second tap opens it, and presses nothing in it
    expect(large.get_by_role("heading").first).to_be_visible()
    large.get_by_role("button", name="keep").tap()
    expect(place(page, 2)).to_contain_text("kept")
    expect(large).to_be_visible()
    large.get_by_role("button", name="close").tap()
    expect(large).to_be_hidden()
    page.get_by_role("button", name="undo", exact=True).click()
    expect(place(page, 2)).not_to_contain_text("kept")
    page.get_by_role("button", name="more").click()
    expect(page.get_by_role("button", name="none of these")).to_be_visible()
