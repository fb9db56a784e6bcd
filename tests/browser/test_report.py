"""The report of a training in the browser: nothing fetched, right by day and by night, usable by everybody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe import assert_accessible
from driving import DRAWN, LAPTOP, PHONE, Tab
from playwright.sync_api import expect
from tellapart.store.project import open_project
from tellapart.training_runs.finding import done_run
from tellapart.training_runs.report.page import write_report

Open = Callable[..., Tab]


@pytest.fixture(scope="module")
def report(trained_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That of the leaves."""
    with open_project(trained_project) as project:
        return write_report(
            project, done_run(project, "newest"), tmp_path_factory.mktemp("report") / "leaves.html"
        )


def test_the_report_stands_alone(report: Path, open_tab: Open) -> None:
    tab = open_tab()
    page, asked = tab.page, []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri())
    expect(page.get_by_role("heading", level=1)).to_contain_text("wrong")
    expect(page.get_by_role("img", name="Reliability of oak")).to_be_visible()
    for summary in page.locator("summary").all():
        summary.click()
    expect(page.get_by_role("heading", name="Datasheet for leaves")).to_be_visible()
    for size in (LAPTOP, PHONE, (375, 812)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.wait_for_function(DRAWN)
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert_accessible(page, "report")
    assert [one for one in asked if not one.startswith(("file:", "data:"))] == []
