"""The real studio in the real browser: one server for all tests, pages that record requests to other hosts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import waiting_worker
from chromium import chromium, leaves_the_computer
from driving import LAPTOP, PHONE, Studio, Tab, wait_for
from playwright.sync_api import Browser, BrowserContext, expect
from studios import OneServer

PATIENCE_MS = 120_000  # a page on a busy machine is slow, not wrong
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives the browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def profile(browser: Browser) -> Callable[[bool], BrowserContext]:
    """A browser's profile, one with a touch screen and one without: the second page finds the program of the first."""
    made: dict[bool, BrowserContext] = {}

    def of(has_touch: bool) -> BrowserContext:
        if has_touch not in made:
            made[has_touch] = browser.new_context(has_touch=has_touch, reduced_motion="reduce")
            made[has_touch].set_default_timeout(PATIENCE_MS)
        return made[has_touch]

    return of


@pytest.fixture
def open_tab(profile: Callable[[bool], BrowserContext]) -> Iterator[Callable[..., Tab]]:
    """Makes tabs, which know nothing of an earlier test; afterwards none has asked another host for anything."""
    tabs: list[Tab] = []

    def make(size: tuple[int, int] = LAPTOP, scheme: str = "light") -> Tab:
        tab = Tab(profile(size == PHONE).new_page())
        tab.page.set_viewport_size({"width": size[0], "height": size[1]})
        tab.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        tab.page.on(
            "request",
            lambda request: tab.foreign.append(request.url) if leaves_the_computer(request.url) else None,
        )
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
    for tab in tabs:
        tab.page.context.clear_cookies()  # all that our pages keep in a profile
        tab.page.close()
    assert [tab.foreign for tab in tabs] == [[] for _ in tabs], "a request was to leave the computer"
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
