"""Apps made from the trained classifier, and the real Chromium that opens them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bundle_records import put_record
from html_pages import HtmlPage
from once import made_once
from PIL import Image
from playwright.sync_api import Browser
from tellapart.deploy import Appearance, export_html, export_voila
from voila_apps import HOSTILE, HOSTILE_CREDITS, HOSTILE_LABELS, ServedApp, served, unpacked_program


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

    def make(folder: Path) -> None:
        shown = Appearance("Which shape?")
        export_html(trained[1].bundle_dir, folder / "shapes.html", shown, runtime=runtime)

    return made_once(tmp_path_factory, "page", make) / "shapes.html"


@pytest.fixture(scope="session")
def voila_app(trained, tmp_path_factory) -> Path:
    """A repository with an app of the classifier of shapes, and two examples."""

    def make(folder: Path) -> None:
        picture = folder / "secret name.jpg"
        exif = Image.Exif()
        exif[0x010E] = "secret"
        Image.new("RGB", (900, 600), "teal").save(picture, exif=exif, comment=b"secret")
        export_voila(
            trained[1].bundle_dir,
            folder / "app",
            Appearance("Which shape?", "Shapes in colour.\nFor tests.", "#b3261e"),
            examples=["golden/1.jpg", picture],
        )

    return made_once(tmp_path_factory, "voila", make) / "app"


@pytest.fixture(scope="session")
def hostile_app(trained, tmp_path_factory) -> Path:
    """The same, of a bundle and by an owner who want to do harm."""

    def make(folder: Path) -> None:
        bundle = shutil.copytree(trained[1].bundle_dir, folder / "bundle")
        record = json.loads((bundle / "bundle.json").read_text("utf-8"))
        record["classes"] = HOSTILE_LABELS
        record["backbone"]["licence"] = record["backbone"]["name"] = "<script>alert(3)</script>"
        put_record(bundle, record)
        (bundle / "CREDITS.md").write_text(HOSTILE_CREDITS, "utf-8")
        export_voila(bundle, folder / "app", Appearance(HOSTILE, f"About {HOSTILE}"))

    return made_once(tmp_path_factory, "hostile", make) / "app"


@pytest.fixture(scope="session")
def served_app(hostile_app, tmp_path_factory) -> Iterator[ServedApp]:
    """The hostile one in the real Voila, with the program and the template of its wheel."""
    place = tmp_path_factory.mktemp("served")
    with served(hostile_app, place / "log.txt", **unpacked_program(hostile_app, place / "program")) as app:
        yield app


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


@pytest.fixture(scope="module")
def opened_page(browser: Browser, page_file: Path) -> Iterator[HtmlPage]:
    """The page of shapes from disk, which may use the camera, opened once for a module: see `tab`."""
    context = browser.new_context(reduced_motion="reduce", permissions=["camera"])
    page = HtmlPage(context.new_page())
    page.open(page_file)
    yield page
    context.close()


@pytest.fixture
def tab(opened_page: HtmlPage) -> Iterator[HtmlPage]:
    """That page as it opened; afterwards it has asked for nothing but its own file, and logged no error."""
    opened_page.begin_anew()
    opened_page.errors.clear()
    yield opened_page
    assert opened_page.requests == [opened_page.address], "a page asked for something"
    assert opened_page.errors == []
