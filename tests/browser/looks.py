"""Looking at a page in both sizes and themes, and coming to the list of projects."""

from __future__ import annotations

import os

from axe import assert_accessible
from driving import DRAWN, LAPTOP, PHONE, Tab
from playwright.sync_api import Page, expect

SHOTS = os.environ.get("TELLAPART_LOOK")  # a folder for pictures to look at, which are not kept


def seen(tab: Tab, name: str) -> None:
    """Nothing sticks out, axe finds nothing, in both sizes and themes; and pictures to look at, if asked for."""
    for size in (PHONE, LAPTOP):
        for scheme in ("light", "dark"):
            tab.look(size, scheme)
            tab.page.wait_for_function(DRAWN)
            wide = tab.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size[0], (name, size, scheme)
            if SHOTS:
                tab.page.screenshot(path=f"{SHOTS}/{name}-{size[0]}-{scheme}.png", full_page=True)
        tab.look(size)
        assert_accessible(tab.page, f"{name} {size[0]}")


def to_list(page: Page, open_now: str) -> None:
    page.get_by_role("button", name=open_now).click()
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()
