"""A computer on which the widgets of a page need long to begin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from driving import Studio, Tab
from playwright.sync_api import expect
from tellapart.store.project import create_project

# anywidget's two seconds pass at once, as they do where other work holds the processors
TWO_SECONDS_AT_ONCE = """(() => {
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = (ms) => timeout(ms === 2000 ? 0 : ms);
})()"""


def test_widgets_that_need_more_than_two_seconds_follow_python_all_the_same(
    tmp_path: Path, start_studio: Callable[[Path], Studio], open_tab: Callable[..., Tab]
) -> None:
    create_project(tmp_path / "trees").close()
    tab = open_tab()
    tab.page.add_init_script(TWO_SECONDS_AT_ONCE)
    page = tab.open(start_studio(tmp_path / "trees").url)
    page.get_by_role("textbox", name="What do you want to tell apart?").fill("birch")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listitem", name="birch")).to_be_visible()
    assert not tab.errors
