"""A page made from the trained classifier, and the real Chromium that opens it from disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from html_pages import ARGUMENTS, HtmlPage
from playwright.sync_api import Browser, Error, sync_playwright
from tellapart.deploy import Appearance, export_html


@pytest.fixture(scope="session")
def runtime() -> Path:
    """The folder of onnxruntime-web."""
    folder = os.environ.get("TELLAPART_NODE")
    if not folder:
        pytest.skip("no onnxruntime-web here; tools/node_packages.py installs it, make test asks for it")
    return Path(folder) / "node_modules" / "onnxruntime-web"


@pytest.fixture(scope="session")
def page_file(trained, runtime, tmp_path_factory) -> Path:
    """A page of the classifier of shapes."""
    return export_html(
        trained[1].bundle_dir,
        tmp_path_factory.mktemp("page") / "shapes.html",
        Appearance("Which shape?"),
        runtime=runtime,
    )


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
            pytest.fail(
                f"No Chromium was found; make test installs one. {str(error).splitlines()[0]}", pytrace=False
            )
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., HtmlPage]]:
    """Opens pages from disk; afterwards none of them has asked for anything but its own file, or logged an error."""
    opened: list[HtmlPage] = []

    def make(file: Path, is_ready: bool = True, **context: object) -> HtmlPage:
        page = HtmlPage(browser.new_context(reduced_motion="reduce", **context).new_page())  # type: ignore[arg-type]
        opened.append(page)
        page.open(file, is_ready)
        return page

    yield make
    for page in opened:
        page.page.context.close()
    assert [page.requests for page in opened] == [[page.address] for page in opened], (
        "a page asked for something"
    )
    assert [page.errors for page in opened] == [[] for _ in opened]
