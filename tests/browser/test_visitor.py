"""A visitor in the real browser: signs in, and finds out when the page has ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from driving import Tab
from playwright.sync_api import expect
from public_studio import PASSWORD, public_studio


@pytest.mark.slow
def test_a_page_that_nobody_touches_ends_says_so_and_opens_again(
    tmp_path: Path, open_tab: Callable[..., Tab]
) -> None:
    with public_studio(tmp_path, "--idle-s", "30") as studio:
        page = open_tab().page
        page.goto(studio.url)
        page.get_by_label("Password").fill("geese")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("This is not the password")).to_be_visible()
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("tab", name="Gather")).to_be_visible()
        (project,) = studio.projects()
        ended = page.get_by_role("alertdialog", name="This page has ended")
        expect(ended).to_be_visible()
        expect(ended).to_contain_text("Nobody touched this page for 30 seconds")
        page.mouse.move(200, 300)
        expect(ended).to_be_hidden()
        expect(page.get_by_role("tab", name="Gather")).to_be_visible()
        assert studio.projects() == [project]
