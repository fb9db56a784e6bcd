"""The lessons in Voila: each by keyboard, without anything for axe-core to find, on a laptop and a phone, by day and night."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from axe import assert_accessible
from driving import DRAWN, LAPTOP, PHONE, Studio, Tab
from playwright.sync_api import Locator, Page, expect
from studios import OneServer
from tellapart.store.project import create_project

Open = Callable[..., Tab]
HEADINGS = {
    "Baseline": "3 or 7? Begin with a baseline",
    "Descent": "Seven steps downhill",
    "Overfit": "Learned, or learned by heart?",
    "Feedback": "When answers become data",
}


@pytest.fixture(scope="module")
def studio(one_server: OneServer, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    root = tmp_path_factory.mktemp("lessons") / "empty"
    create_project(root).close()
    return one_server.on(root)


@pytest.fixture(scope="module")
def lessons(studio: Studio, open_shared_tab: Open) -> Tab:
    tab = open_shared_tab()
    began = time.monotonic()
    tab.open(studio.at("learn_baseline.ipynb"))
    print(f"A lesson is open after {time.monotonic() - began:.1f} s")  # noqa: T201
    return tab


def opened(tab: Tab, name: str) -> Page:
    """The page with that lesson in sight, reached by keyboard."""
    page = tab.page
    tab.look(LAPTOP)
    page.get_by_role("tab", name=name).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=HEADINGS[name])).to_be_visible()
    return page


def said(page: Page, words: str) -> Locator:
    """Where the page says it."""
    return page.locator(".ta-told:visible").filter(has_text=re.compile(words)).first


def press(page: Page, name: str, key: str = "Enter") -> None:
    page.get_by_role("button", name=name).focus()
    page.keyboard.press(key)


def slide(page: Page, name: str, *keys: str) -> None:
    page.get_by_role("slider", name=name).focus()
    for key in keys:
        page.keyboard.press(key)


def unfold_and_look(tab: Tab, name: str) -> None:
    """The questions unfold by keyboard; then nothing is wrong for axe-core, and nothing sticks out."""
    page = tab.page
    questions = page.locator("summary:visible")
    expect(questions).to_have_count(3)
    for question in questions.all():
        question.focus()
        page.keyboard.press("Enter")
    expect(page.locator(".ta-question[open] p:visible")).to_have_count(3)
    for size in (LAPTOP, PHONE):
        tab.look(size)
        page.wait_for_function(DRAWN)
        assert_accessible(page, f"{name} {size[0]}")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), size
        if folder := os.environ.get("TELLAPART_LOOK"):
            for scheme in ("light", "dark"):
                tab.look(size, scheme)
                page.wait_for_function(DRAWN)
                page.screenshot(path=Path(folder) / f"{name}-{size[0]}-{scheme}.png", full_page=True)
    tab.look(LAPTOP)
    for question in questions.all():
        question.press("Enter")


def test_baseline(lessons: Tab) -> None:
    page = opened(lessons, "Baseline")
    slide(page, "Pictures of each kind to average", "Home")
    expect(page.get_by_text("Averaged: 1 of each kind")).to_be_visible()
    slide(page, "Pictures of each kind to average", "End")
    expect(page.get_by_text("Averaged: 100 of each kind")).to_be_visible()
    lessons.picture("lesson-baseline-phone-dark", PHONE, "dark")
    page.get_by_role("radio", name="L1").focus()
    page.keyboard.press("ArrowRight")
    expect(said(page, "L2 distance to the mean 3")).to_be_visible()
    press(page, "Next mistake")
    expect(said(page, "Wrong: it was drawn as a")).to_be_visible()
    slide(page, "Favour “7” by", "ArrowRight")
    expect(said(page, "the loss (falls|rises) by")).to_be_visible()
    assert page.evaluate("[...document.images].every((one) => one.complete && one.naturalWidth === 28)")
    unfold_and_look(lessons, "Baseline")


def test_descent(lessons: Tab) -> None:
    page = opened(lessons, "Descent")
    press(page, "Too large: 8", "Space")
    expect(said(page, "Step 7 of 7.*too large")).to_be_visible()  # at once, for who wants less motion
    walk = page.get_by_role("group", name="Steps down the curve")
    walk.get_by_role("button", name="Play").press("Enter")
    pause = walk.get_by_role("button", name="Pause")
    expect(pause).to_be_focused()
    pause.press("Enter")
    expect(walk.get_by_role("button", name="Play")).to_be_focused()
    expect(said(page, "Step 7 of 7")).to_be_hidden()
    walk.get_by_role("slider", name="Step").press("End")
    expect(said(page, "Step 7 of 7")).to_be_visible()
    page.get_by_role("radio", name="About right").focus()
    page.keyboard.press("ArrowRight")
    expect(said(page, "After 7 of 7 steps: loss")).to_be_visible()
    press(page, "The code, side by side")
    expect(page.locator("pre:visible")).to_have_count(2)
    unfold_and_look(lessons, "Descent")
    press(page, "The code, side by side")


def test_the_steps_play_by_themselves_where_motion_is_welcome(lessons: Tab) -> None:
    page = opened(lessons, "Descent")
    page.emulate_media(reduced_motion="no-preference")
    press(page, "About right: 0.7")
    walk = page.get_by_role("group", name="Steps down the curve")
    expect(walk.get_by_role("button", name="Pause")).to_be_visible()
    expect(said(page, "Step 7 of 7: .*first dip")).to_be_visible()
    expect(walk.get_by_role("button", name="Play")).to_be_visible()
    page.emulate_media(reduced_motion="reduce")


def test_overfit(lessons: Tab) -> None:
    page = opened(lessons, "Overfit")
    slide(page, "Degree of the curve", "End")
    expect(said(page, "Degree 9: error 0.00")).to_be_visible()
    expect(page.get_by_role("heading", name="Two errors")).to_be_hidden()
    press(page, "Show the held-out points", "Space")
    expect(said(page, "Too bendy")).to_be_visible()
    expect(page.get_by_role("heading", name="Two errors")).to_be_visible()
    slide(page, "Degree of the curve", "Home")
    expect(said(page, "Too stiff")).to_be_visible()
    slide(page, "Degree of the curve", *["ArrowRight"] * 3)
    lessons.picture("lesson-overfit")
    unfold_and_look(lessons, "Overfit")
    press(page, "Draw other points")
    expect(page.get_by_role("heading", name="Two errors")).to_be_hidden()


def test_feedback_and_on_to_the_studio(lessons: Tab) -> None:
    page = opened(lessons, "Feedback")
    expect(said(page, "too many of 100 patrols are in the north")).to_be_visible()
    unfold_and_look(lessons, "Feedback")
    slide(page, "Reported by residents", "End")
    slide(page, "How strongly patrols follow the records", "Home")
    expect(said(page, "On average the patrols are where the incidents are")).to_be_visible()
    back = page.get_by_role("button", name="Back to the first: Baseline")
    back.focus()  # which brings it in sight, far down
    assert page.evaluate("window.scrollY > 100")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=HEADINGS["Baseline"])).to_be_in_viewport()
    assert page.evaluate("window.scrollY") == 0, "a lesson begins at its top"
    expect(page.get_by_role("link", name="open the studio").and_(page.locator(":visible"))).to_have_attribute(
        "href", "studio.ipynb"
    )


@pytest.mark.slow
def test_from_the_projects_to_a_lesson_and_back(studio: Studio, open_tab: Open) -> None:
    page = open_tab().open(studio.url)
    page.get_by_role("button", name="empty").click()
    page.get_by_role("link", name="How learning works").click()
    expect(page.get_by_role("heading", name=HEADINGS["Baseline"])).to_be_visible()
    page.get_by_role("link", name="open the studio").click()
    expect(page.get_by_role("tab", name="Gather")).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize("name", HEADINGS)
def test_each_notebook_opens_at_its_lesson(studio: Studio, open_tab: Open, name: str) -> None:
    tab = open_tab(PHONE, "dark")
    page = tab.page
    page.goto(studio.at(f"learn_{name.lower()}.ipynb"))
    expect(page.get_by_role("heading", name=HEADINGS[name])).to_be_visible()
    expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
