"""What tests of other kinds of things do on the Projects page and on a kind's page, by keyboard."""

from __future__ import annotations

import re
from pathlib import Path

from driving import Tab
from looks import to_list
from playwright.sync_api import Download, Page, expect


def named(tab: Tab, file: Path, says: str) -> Page:
    """The page where a file was named and says what it seems to be."""
    to_list(tab.page, "my-project")
    tab.page.get_by_label("Or its place on this computer").fill(str(file))
    tab.page.get_by_role("button", name="Look at it").press("Enter")
    return offered(tab.page, file, says)


def given(tab: Tab, file: Path, says: str) -> Page:
    """The same of a file that was chosen in the browser."""
    to_list(tab.page, "my-project")
    area = tab.page.get_by_role("group", name="A table, texts or masks")
    area.locator('input[aria-label="Files"]').set_input_files(file)
    return offered(tab.page, file, says)


def offered(page: Page, file: Path, says: str) -> Page:
    """The page, once it says what the file seems to be."""
    expect(page.get_by_role("status").filter(has_text=says)).to_be_visible()
    expect(page.get_by_label("Name of the project")).to_have_value(file.stem)
    return page


def make_it(page: Page, name: str) -> None:
    """The project is made, and open at Train."""
    page.get_by_role("button", name="Make the project").press("Enter")
    page.wait_for_url(re.compile(rf"\?project={name}"))
    expect(page.get_by_role("tab", name="Train")).to_have_attribute("aria-selected", "true")


def train(page: Page, again: str = "Train") -> None:
    """A classifier is trained, by the button of that name; the button says then that nothing changed since."""
    page.get_by_role("button", name=again, exact=True).press("Enter")
    expect(page.get_by_role("button", name="Train again", exact=True)).to_be_enabled()


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
