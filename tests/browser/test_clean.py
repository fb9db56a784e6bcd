"""The Clean page as a person uses it: findings, decisions by key, mouse and finger, undo, two tabs, very many pictures."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from driving import DRAWN, PHONE, Studio, Tab, wait_for
from many import make_rows
from playwright.sync_api import Locator, Page, expect
from tellapart.clean import open_review
from tellapart.gather import take_in
from tellapart.runs import latest
from tellapart.samples import SampleSet, make_samples
from tellapart.store.journal import Relabel, Remove
from tellapart.store.project import create_project, open_project

Open = Callable[..., Tab]
Start = Callable[[Path], Studio]


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> SampleSet:
    """The sample pictures as a person gets them, with their planted flaws."""
    return make_samples(tmp_path_factory.mktemp("samples") / "leaves", seed=0)


@pytest.fixture(scope="session")
def looked_at(samples: SampleSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of the samples whose pictures have been looked at. Tests copy it."""
    root = tmp_path_factory.mktemp("looked") / "leaves"
    with create_project(root) as project:
        take_in(project, samples.directory)
        open_review(project)
    return root


@pytest.fixture
def project_dir(looked_at: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(looked_at, tmp_path / "leaves"))


def clean_page(tab: Tab, studio: Studio) -> Page:
    """The Clean page of the studio with its first pictures, known to be worth a look: their order is there to stay."""
    page = tab.open(studio.url)
    page.get_by_role("tab", name=re.compile("Clean")).click()
    expect(page.get_by_role("heading", name=re.compile(r"\d+ pictures? to review"))).to_be_visible()
    expect(place(page, 0).locator(".ta-chips > *").first).to_be_visible()
    expect(place(page, 0).locator("img[src]")).to_be_visible()
    return page


def grid(page: Page) -> Locator:
    return page.get_by_role("listbox", name=re.compile("Pictures"))


def place(page: Page, position: int) -> Locator:
    """The picture at a position, counted from 0."""
    return page.locator(f'.ta-tile[aria-posinset="{position + 1}"]')


def drag(page: Page, start: Locator, end: Locator, *places: dict[str, float]) -> None:
    """The mouse pressed at one place and let go at another, both measured from the upper left corner of what is there."""
    start.hover(position=places[0])
    page.mouse.down()
    end.hover(position=places[1])
    page.mouse.up()


def standing(project_dir: Path) -> list[str]:
    with open_project(project_dir) as project:
        return [entry.kind for entry in project.journal.standing()]


def label_of(project_dir: Path, name: str) -> str:
    """The label that a picture has now, by the name it came with."""
    with open_project(project_dir) as project:
        return next(one.label for one in project.manifest.pictures() if one.original_name.endswith(name))


def test_planted_flaws_are_found_and_decided_by_keyboard_only(
    project_dir: Path, samples: SampleSet, start_studio: Start, open_tab: Open
) -> None:
    tab = open_tab()
    page = clean_page(tab, start_studio(project_dir))
    tab.picture("clean", (1180, 900))
    with open_project(project_dir) as project:
        found = {project.manifest.picture(one.image_id).original_name for one in open_review(project).queue()}
    planted = [
        flaw for flaw in samples.flaws if flaw.name in ("wrong label", "near-duplicate", "dark", "blurred")
    ]
    missed = [flaw for flaw in planted if not any(flaw.path.endswith(name) for name in found)]
    assert len(missed) <= len(planted) // 3, missed

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
    expect(place(page, 1)).to_contain_text({"2": "→ ginkgo", "3": "→ maple"}[digit])
    page.keyboard.press("k")
    expect(place(page, 2)).to_contain_text("kept")
    page.keyboard.press("r")
    page.get_by_role("combobox", name="New label").fill("as")
    page.get_by_role("combobox", name="New label").press_sequentially("h")
    page.keyboard.press("Enter")
    expect(place(page, 3)).to_contain_text("→ ash")
    page.keyboard.press("s")
    page.keyboard.press("x")
    expect(place(page, 5)).to_contain_text("none of these")
    wait_for(lambda: len(standing(project_dir)) == 6)
    before = standing(project_dir)
    expect(page.get_by_text(re.compile(r"\d+ decisions?: cross-validated error"))).to_be_visible()

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
    expect(page.get_by_role("button", name="redo")).to_be_disabled()
    for _ in before:
        page.keyboard.press("u")
    wait_for(lambda: standing(project_dir) == [])
    expect(page.get_by_role("button", name="undo", exact=True)).to_be_disabled()


def test_windows_open_by_key_and_follow(project_dir: Path, start_studio: Start, open_tab: Open) -> None:
    tab = open_tab()
    page = clean_page(tab, start_studio(project_dir))
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
    tab.picture("clean-large", (1180, 860))
    first = large.locator("> img").get_attribute("src")
    page.keyboard.press("ArrowRight")
    expect(large.locator("> img")).not_to_have_attribute("src", first or "")
    page.keyboard.press("k")
    page.keyboard.press("Escape")
    expect(place(page, 1)).to_contain_text("kept")
    expect(place(page, 2)).to_be_focused()


def test_several_pictures_at_once_by_keys_and_mouse(
    project_dir: Path, start_studio: Start, open_tab: Open
) -> None:
    page = clean_page(open_tab(), start_studio(project_dir))
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
    expect(first).to_have_count(0)  # what the model doubts only now may still be there
    page.get_by_role("button", name="undo", exact=True).click()
    wait_for(lambda: standing(project_dir) == [])
    expect(place(page, 5)).to_be_visible()


def test_chosen_pictures_that_left_the_page_are_not_decided_about(
    project_dir: Path, start_studio: Start, open_tab: Open
) -> None:
    """Chosen below what is in sight, then removed by somebody else: the grid is ranked anew without them."""
    page = clean_page(open_tab(), start_studio(project_dir))
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


@pytest.mark.slow
def test_two_tabs_see_each_others_decisions(project_dir: Path, start_studio: Start, open_tab: Open) -> None:
    studio = start_studio(project_dir)
    here, there = (clean_page(open_tab(), studio) for _ in range(2))
    chips = place(here, 0).locator(".ta-chips").inner_text()
    assert chips == place(there, 0).locator(".ta-chips").inner_text()
    place(here, 0).focus()
    here.keyboard.press("d")
    expect(place(there, 0)).to_contain_text("removed")
    place(there, 0).focus()
    there.keyboard.press("k")
    expect(place(here, 0)).to_contain_text("kept")
    there.keyboard.press("u")
    expect(place(here, 0)).to_contain_text("removed")


def test_what_is_in_sight_stays_where_it_is(project_dir: Path, start_studio: Start, open_tab: Open) -> None:
    page = clean_page(open_tab(), start_studio(project_dir))
    names = [place(page, i).get_attribute("data-key") for i in range(5)]
    place(page, 1).focus()
    page.keyboard.press("d")
    wait_for(lambda: standing(project_dir) == ["remove"])
    expect(page.get_by_text(re.compile("1 decision: cross-validated"))).to_be_visible()
    page.wait_for_function(DRAWN)
    assert [place(page, i).get_attribute("data-key") for i in range(5)] == names
    page.get_by_role("button", name="tidy").click()
    expect(place(page, 1)).not_to_have_attribute("data-key", names[1] or "")


@pytest.mark.slow
def test_labels_that_look_like_html_are_words(
    project_dir: Path, samples: SampleSet, start_studio: Start, open_tab: Open
) -> None:
    label = '<img src=x onerror="document.title=1">'
    with open_project(project_dir) as project:
        oaks = [Relabel(one.image_id, label) for one in project.manifest.pictures(label="oak")]
        project.journal.decide(*oaks)
    tab = open_tab()
    page = clean_page(tab, start_studio(project_dir))
    page.get_by_role("radio", name=re.compile("every picture")).click()
    page.get_by_label("Label", exact=True).select_option(label)
    expect(grid(page)).to_have_attribute("aria-label", re.compile(f": {len(oaks)}$"))
    expect(place(page, 0).locator(".ta-name")).to_have_text(label)
    place(page, 0).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Picture").get_by_role("heading", name=label)).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Map of all pictures").click()
    expect(page.get_by_role("button", name=label, exact=True)).to_be_visible()
    assert page.title() != "1"


@pytest.mark.slow
def test_the_map_chooses_pictures(project_dir: Path, start_studio: Start, open_tab: Open) -> None:
    tab = open_tab()
    page = clean_page(tab, start_studio(project_dir))
    page.get_by_role("button", name="Map of all pictures").click()
    field = page.get_by_role("application", name=re.compile("Map of all pictures"))
    expect(field).to_be_visible()
    tab.picture("clean-map", (1180, 960))
    half, height = field.evaluate("one => [one.clientWidth / 2, one.clientHeight]")
    drag(page, field, field, {"x": 5, "y": 5}, {"x": half, "y": height - 5})
    expect(page.get_by_text(re.compile(r"\d+ pictures? selected on the map"))).to_be_visible()
    page.get_by_role("button", name="Clear selection").click()
    expect(page.get_by_text("selected on the map")).to_be_hidden()
    field.focus()
    for _ in range(6):
        page.keyboard.press("ArrowUp")
    for _ in range(25):
        page.keyboard.press("Shift+ArrowDown")
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(r"\d+ pictures? selected on the map"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("selected on the map")).to_be_hidden()


# of the first three pictures, at one moment
TOPS = """[1, 2, 3].map((n) => document.querySelector(`.ta-tile[aria-posinset="${n}"]`).getBoundingClientRect().top)"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_has_two_columns_and_large_buttons(
    project_dir: Path, start_studio: Start, open_tab: Open, scheme: str
) -> None:
    tab = open_tab(PHONE, scheme)
    page = clean_page(tab, start_studio(project_dir))
    if scheme == "dark":
        tab.picture("clean-phone-dark", PHONE, scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    one, other, below = page.evaluate(TOPS)
    assert one == other < below
    remove = page.get_by_role("button", name="remove", exact=True)
    box = remove.bounding_box()
    assert box and box["height"] >= 44 and box["y"] + box["height"] <= PHONE[1]
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


def test_next_trains_with_one_press(project_dir: Path, start_studio: Start, open_tab: Open) -> None:
    page = clean_page(open_tab(), start_studio(project_dir))
    expect(page.get_by_role("tab", name=re.compile(r"Clean \d+"))).to_be_visible()
    page.get_by_role("button", name="Next: train").click()
    expect(page.get_by_role("heading", name=re.compile(r"of \d+ wrong"))).to_be_visible()


@pytest.mark.slow
def test_a_hundred_thousand_pictures_scroll(tmp_path: Path, start_studio: Start, open_tab: Open) -> None:
    make_rows(tmp_path / "many", 100_000)
    page = open_tab().open(start_studio(tmp_path / "many").at("2_clean.ipynb"))
    began = time.monotonic()
    expect(page.locator(".ta-tile img[src]").first).to_be_visible()
    print(f"100,000 pictures: {time.monotonic() - began:.2f} s from heading to first picture")  # noqa: T201
    wait_for(lambda: latest(tmp_path / "many", "clean") is not None)
    run = latest(tmp_path / "many", "clean")
    assert run is not None
    run.cancel()  # nobody waits for a hundred thousand pictures to be looked at
    expect(grid(page)).to_have_attribute("aria-label", re.compile("100000"))
    place(page, 0).focus()
    page.keyboard.press("End")
    expect(place(page, 99_999)).to_be_focused()
    expect(place(page, 99_999).locator("img[src]")).to_be_visible()
    assert page.locator(".ta-tile").count() < 120
    page.keyboard.press("Home")
    expect(place(page, 0)).to_be_focused()
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("radio", name="large").click()  # one column: 40 million pixels, more than browsers allow
    place(page, 0).focus()
    page.keyboard.press("End")
    expect(place(page, 99_999)).to_be_in_viewport()
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".ta-tile:focus")).to_be_in_viewport()
    wait_for(lambda: run.status().stage != "running")
