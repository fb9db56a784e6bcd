"""What tests of other kinds of things do on the Projects page and on a kind's page, by keyboard."""

from __future__ import annotations

import re
from pathlib import Path

from driving import Tab
from looks import to_list
from playwright.sync_api import Download, Page, expect


def make_from(tab: Tab, file: Path, says: str) -> Page:
    """The page of a new project that was made of a file, its Train step in sight."""
    page = tab.page
    to_list(page, "my-project")
    page.get_by_label("Or its place on this computer").fill(str(file))
    page.get_by_role("button", name="Look at it").press("Enter")
    expect(page.get_by_role("status").filter(has_text=says)).to_be_visible()
    expect(page.get_by_label("Name of the project")).to_have_value(file.stem)
    return page


def make_it(page: Page, name: str) -> None:
    page.get_by_role("button", name="Make the project").press("Enter")
    page.wait_for_url(re.compile(rf"\?project={name}"))
    expect(page.get_by_role("tab", name="Train")).to_have_attribute("aria-selected", "true")


def train(page: Page, again: str = "Train") -> None:
    """A classifier is trained, by the button of that name."""
    page.get_by_role("button", name=again).press("Enter")
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_be_hidden()


def go_to(page: Page, step: str) -> None:
    page.get_by_role("tab", name=step).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name=step)).to_have_attribute("aria-selected", "true")


def saved(page: Page, button: str, folder: Path) -> Path:
    """The file that a button of the Share step saves."""
    with page.expect_download() as waited:
        page.get_by_role("button", name=button).press("Enter")
    download: Download = waited.value
    place = folder / download.suggested_filename
    download.save_as(place)
    return place
