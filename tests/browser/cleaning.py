"""The Clean page in the browser: its pictures by their place, and what was decided about them."""

from __future__ import annotations

import re
from pathlib import Path

from driving import Studio, Tab, wait_for
from playwright.sync_api import Locator, Page, expect
from tellapart.store.project import open_project


def clean_page(tab: Tab, studio: Studio) -> Page:
    """The Clean page of the studio with its first pictures, known to be worth a look: their order is there to stay."""
    page = tab.open(studio.url)
    page.get_by_role("tab", name=re.compile("Clean")).click()
    expect_findings(page)
    return page


def expect_findings(page: Page) -> None:
    expect(page.get_by_role("heading", name=re.compile(r"\d+ pictures? to review"))).to_be_visible()
    expect(place(page, 0).locator(".ta-chips > *").first).to_be_visible()
    expect(place(page, 0).locator("img[src]")).to_be_visible()


def begin_anew(page: Page, project_dir: Path) -> None:
    """The Clean page as it opens: whatever was decided is undone, all findings are in sight, nobody has the focus."""
    page.keyboard.press("Escape")
    page.get_by_role("tab", name=re.compile("Clean")).click()
    undo = page.get_by_role("button", name="undo", exact=True)
    while n := len(standing(project_dir)):
        undo.click()
        wait_for(lambda n=n: len(standing(project_dir)) < n)  # type: ignore[misc]
    expect(undo).to_be_disabled()
    with open_project(project_dir) as project:
        n = project.manifest.n_pictures()
    page.get_by_role("radio", name=re.compile("every picture")).click()
    expect(grid(page)).to_have_attribute("aria-label", re.compile(f": {n}$"))
    page.get_by_role("radio", name=re.compile("^all ")).click()
    expect(grid(page)).not_to_have_attribute("aria-label", re.compile(f": {n}$"))
    expect_findings(page)
    page.evaluate("document.activeElement.blur()")


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
