"""A page whose process or server is gone says so, at once, and keeps what was typed."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from driving import LAPTOP, PHONE, Studio, Tab
from playwright.sync_api import Page, expect
from studios import launch
from tellapart.store.project import create_project

Open = Callable[..., Tab]
DROP = """() => {
  const dataTransfer = new DataTransfer();
  for (const name of ["one.jpg", "two.jpg"]) dataTransfer.items.add(new File(["x"], name, { type: "image/jpeg" }));
  document.body.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
}"""


def said_within(page: Page, name: str, begun: float) -> float:
    """Seconds until the banner of that name was there."""
    expect(page.get_by_role("alert", name=name)).to_be_visible()
    return time.monotonic() - begun


TYPED = "Object.keys(sessionStorage).filter((key) => key.startsWith('ta-typed'))"


def test_a_page_whose_process_died_says_so_and_puts_back_what_was_typed(
    tmp_path: Path, start_studio: Callable[[Path], Studio], open_tab: Open
) -> None:
    create_project(tmp_path / "trees").close()
    studio, tab = start_studio(tmp_path / "trees"), open_tab()
    page = tab.open(studio.url)
    page.get_by_role("textbox", name="What do you want to tell apart?").fill("birch, maple")
    kernel = max(studio.kernels(), key=lambda process: process.create_time())
    with page.expect_response(lambda answer: "/api/kernels/" in answer.url):
        pass  # it has been seen alive
    page.route("**/api/kernels/*", lambda route: route.abort())  # the connection is away for a while
    expect(page.get_by_role("alert", name="The studio does not answer")).to_be_visible()
    assert len(page.evaluate(TYPED)) == 1
    page.unroute("**/api/kernels/*")
    expect(page.get_by_role("alert", name="The studio does not answer")).to_be_hidden()
    assert page.evaluate(TYPED) == [], "else it would come back after it was sent"
    kernel.kill()
    took_s = said_within(page, "This page has stopped", time.monotonic())
    print(f"a dead process is said after {took_s:.1f} s")  # noqa: T201
    page.evaluate(DROP)
    expect(page.get_by_text("The 2 files were not taken.")).to_be_visible()
    assert page.get_by_role("alert", name="This page has stopped").count() == 1
    tab.picture("gone", LAPTOP)
    tab.picture("gone-phone-dark", PHONE, "dark")
    page.get_by_role("button", name="Reload the page").click()
    expect(page.get_by_role("textbox", name="What do you want to tell apart?")).to_have_value("birch, maple")
    expect(page.get_by_role("alert", name="This page has stopped")).to_be_hidden()


@pytest.mark.slow
def test_a_page_whose_server_is_gone_says_so_until_it_answers(
    trained_project: Path, tmp_path: Path, open_tab: Open
) -> None:
    studio = launch(trained_project, tmp_path)
    try:
        page = open_tab().open(studio.url)
        with page.expect_response(lambda answer: "/api/kernels/" in answer.url):
            pass
        page.route("**/api/kernels/*", lambda route: route.abort())  # the connection is away for a while
        expect(page.get_by_role("alert", name="The studio does not answer")).to_be_visible()
        page.unroute("**/api/kernels/*")
        expect(page.get_by_role("alert", name="The studio does not answer")).to_be_hidden()
        studio.end()
        took_s = said_within(page, "The studio does not answer", time.monotonic())
        print(f"a server that is gone is said after {took_s:.1f} s")  # noqa: T201
        page.get_by_role("button", name="Reload the page").click()
        expect(page.get_by_text("There is still no answer.")).to_be_visible()
    finally:
        studio.end()
