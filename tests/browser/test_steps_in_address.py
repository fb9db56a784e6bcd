"""The browser's own buttons in the studio: back, forward and reload stay where the person is, and leave no kernel behind."""

from __future__ import annotations

import re
from collections.abc import Callable

from driving import Studio, Tab, wait_for
from playwright.sync_api import expect

HEADINGS = {"Gather": "pictures,", "Train": "wrong"}


def test_back_forward_and_reload_stay_inside_the_studio(
    trained_studio: Studio, open_tab: Callable[..., Tab]
) -> None:
    def kernels() -> set[int]:
        return {kernel.pid for kernel in trained_studio.kernels()}

    def expect_open(step: str) -> None:
        """The tab at once, the page when the kernel has followed: only then it is there to stay."""
        expect(page.get_by_role("tab", selected=True)).to_contain_text(step)
        expect(page.get_by_role("heading", name=re.compile(HEADINGS[step]))).to_be_visible()

    wait_for(lambda: kernels() == set())  # those of the tests before
    tab = open_tab()
    page = tab.open(trained_studio.url.replace("voila/render/studio.ipynb", ""))  # the root leads to it
    expect_open("Train")
    page.get_by_role("tab", name="Gather").click()
    expect_open("Gather")
    page.go_back()
    expect_open("Train")
    page.go_forward()
    expect_open("Gather")
    page.get_by_role("button", name="Where the pictures come from").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Licences")).to_be_visible()
    (first,) = kernels()
    page.reload()
    expect_open("Gather")
    wait_for(lambda: len(kernels()) == 1 and first not in kernels())
    tab.leave()
    wait_for(lambda: kernels() == set())
