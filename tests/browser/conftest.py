"""The real studio in the real browser: a launcher per test, pages that record requests to other hosts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from driving import ARGUMENTS, LAPTOP, Studio, Tab
from playwright.sync_api import Browser, Error, Route, expect, sync_playwright

NO_BROWSER = (
    "No Chromium was found, and browser tests are never skipped. Run `make test` (it installs one), or "
    "`python -m playwright install chromium`, or install the package chromium, or set TELLAPART_CHROMIUM to "
    "one; to leave these tests out on purpose: pytest -m 'not browser'."
)

expect.set_options(timeout=30_000)  # a page on a busy machine is slow, not wrong


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
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, reduced_motion="reduce"
        )
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
def start_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], Studio]]:
    """Starts studios on a free port and ends them; a studio that dies fails the test with its log."""
    running: list[Studio] = []
    folder = tmp_path_factory.mktemp("studios")

    def start(project_dir: Path, timeout_s: float = 60) -> Studio:
        log = folder / f"studio-{len(running)}.log"
        command = [sys.executable, "-m", "tellapart_dashboards", "--project", str(project_dir)]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*command, "--port", "8870", "--no-browser"],
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
            )
        give_up_at = time.monotonic() + timeout_s
        while time.monotonic() < give_up_at and process.poll() is None:
            address = re.search(r"http://\S+", log.read_text("utf-8", errors="replace"))
            if address:
                running.append(Studio(address.group(), process, log))
                return running[-1]
            time.sleep(0.1)
        process.kill()
        pytest.fail(
            f"The studio did not start. Its log:\n{log.read_text('utf-8', errors='replace')}", pytrace=False
        )

    yield start
    for studio in running:
        children = psutil.Process(studio.process.pid).children(recursive=True)
        studio.process.terminate()
        try:
            studio.process.wait(20)
        except subprocess.TimeoutExpired:
            studio.process.kill()
        for child in children:
            if child.is_running():
                child.kill()


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
    from tellapart.project import create_project
    from tellapart.runs import start

    root = tmp_path_factory.mktemp("trained") / "leaves"
    with create_project(root) as project:
        take_in(project, leaves)
    run = start(root, "train", {})
    for _ in range(600):
        if run.status().stage != "running":
            break
        time.sleep(0.1)
    assert run.status().stage == "done", run.status().message
    return root


@pytest.fixture(scope="session")
def trained_studio(trained_project: Path, start_studio: Callable[[Path], Studio]) -> Studio:
    return start_studio(trained_project)
