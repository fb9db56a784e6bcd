"""The real studio in the real browser: one server for all tests, pages that record requests to other hosts."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import waiting_worker
from driving import ARGUMENTS, LAPTOP, PHONE, Studio, Tab, wait_for
from playwright.sync_api import Browser, Error, Route, expect, sync_playwright
from studios import OneServer

NO_BROWSER = (
    "No Chromium was found, and browser tests are never skipped. Run `make test` (it installs one), or "
    "`python -m playwright install chromium`, or install the package chromium, or set TELLAPART_CHROMIUM to "
    "one; to leave these tests out on purpose: pytest -m 'not browser'."
)

PATIENCE_MS = 120_000  # a page on a busy machine is slow, not wrong
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives the browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


# Per module, since Playwright's event loop counts as running until it ends, and other tests start loops of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = (
            os.environ.get("TELLAPART_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        )
        try:
            chromium = playwright.chromium.launch(executable_path=found or None, args=ARGUMENTS)
        except Error as error:
            pytest.fail(f"{NO_BROWSER}\n{str(error).splitlines()[0]}", pytrace=False)
        yield chromium
        chromium.close()


@pytest.fixture
def open_tab(browser: Browser) -> Iterator[Callable[..., Tab]]:
    """Makes tabs, each in a fresh profile; afterwards none of them has asked another host for anything."""
    tabs: list[Tab] = []

    def make(size: tuple[int, int] = LAPTOP, scheme: str = "light") -> Tab:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            reduced_motion="reduce",
            has_touch=size == PHONE,
        )
        context.set_default_timeout(PATIENCE_MS)
        tab = Tab(context.new_page())

        def only_here(route: Route) -> None:
            if urlsplit(route.request.url).hostname == "127.0.0.1":
                route.continue_()
            else:
                tab.foreign.append(route.request.url)
                route.abort()

        tab.page.route(re.compile("^https?://"), only_here)
        tab.page.on("pageerror", lambda error: tab.errors.append(str(error)))
        tab.page.on(
            "console",
            lambda message: tab.errors.append(message.text) if "Security Policy" in message.text else None,
        )
        tabs.append(tab)
        return tab

    yield make
    for tab in tabs:
        tab.leave()
        tab.page.context.close()
    assert [tab.foreign for tab in tabs] == [[] for _ in tabs], "a request left the computer"
    assert [tab.errors for tab in tabs] == [[] for _ in tabs]


@pytest.fixture(scope="session")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneServer]:
    server = OneServer(tmp_path_factory.mktemp("studio"), Path(waiting_worker.__file__))
    yield server
    server.end()


@pytest.fixture
def start_studio(one_server: OneServer) -> Callable[[Path], Studio]:
    """A studio on a project: `start_studio(project_dir)`. It is the same server for every test."""
    return one_server.on


@pytest.fixture(scope="session")
def leaves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with four class folders of drawn leaves, JPEG: a few, or as many as people see for screenshots."""
    from tellapart.samples import make_samples

    folder = tmp_path_factory.mktemp("leaves") / "leaves"
    make_samples(folder, seed=0, n_per_class=48 if os.environ.get("TELLAPART_SCREENSHOTS") else 12)
    return folder


@pytest.fixture(scope="session")
def trained_project(tmp_path_factory: pytest.TempPathFactory, leaves: Path) -> Path:
    """A project of those leaves with a model. Tests only look at it."""
    from tellapart.gather import take_in
    from tellapart.runs import start
    from tellapart.store.project import create_project

    root = tmp_path_factory.mktemp("trained") / "leaves"
    with create_project(root) as project:
        take_in(project, leaves)
    run = start(root, "train", {})
    wait_for(lambda: run.status().stage != "running")
    assert run.status().stage == "done", run.status().message
    return root


@pytest.fixture
def trained_studio(trained_project: Path, start_studio: Callable[[Path], Studio]) -> Studio:
    return start_studio(trained_project)
