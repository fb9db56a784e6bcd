"""The Clean page where much is in sight or two look: other tabs, the map, very many pictures, labels that look like HTML."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cleaning import clean_page, drag, grid, place
from driving import Studio, Tab, wait_for
from many import make_rows
from playwright.sync_api import expect
from tellapart.runs import latest
from tellapart.store.journal import Relabel
from tellapart.store.project import open_project

pytestmark = pytest.mark.slow
Open = Callable[..., Tab]
Start = Callable[[Path], Studio]


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


def test_labels_that_look_like_html_are_words(project_dir: Path, start_studio: Start, open_tab: Open) -> None:
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
    page.get_by_role("button", name="Map", exact=True).click()
    expect(page.get_by_role("button", name=label, exact=True)).to_be_visible()
    assert page.title() != "1"


def test_the_map_chooses_pictures(project_dir: Path, start_studio: Start, open_tab: Open) -> None:
    tab = open_tab()
    page = clean_page(tab, start_studio(project_dir))
    page.get_by_role("button", name="Map", exact=True).click()
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
    selected = page.get_by_text(re.compile(r"\d+ pictures? selected on the map"))
    expect(selected).to_be_visible()
    n = re.sub(r"\D", "", selected.inner_text())
    expect(grid(page)).to_have_attribute("aria-label", re.compile(f": {n}$"))
    expect(field).to_be_focused()  # and not the first of these pictures: the map has keys of its own
    page.keyboard.press("Escape")
    expect(page.get_by_text("selected on the map")).to_be_hidden()


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
    page.set_viewport_size({"width": 390, "height": 844})
    expect(place(page, 99_999)).to_be_in_viewport()
    page.get_by_role(
        "radio", name="L", exact=True
    ).click()  # one column: 40 million pixels, more than browsers allow
    expect(grid(page).locator("..").locator("..")).to_have_attribute("data-size", "L")
    expect(place(page, 99_999)).to_be_in_viewport()
    place(page, 99_999).focus()
    page.keyboard.press("Home")
    expect(place(page, 0)).to_be_focused()
    page.keyboard.press("End")
    expect(place(page, 99_999)).to_be_in_viewport()
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".ta-tile:focus")).to_be_in_viewport()
    wait_for(lambda: run.status().stage != "running")
