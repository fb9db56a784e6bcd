"""Gathering in the real studio: three labels from picture services on this computer, cancelled once and resumed."""

from __future__ import annotations

import io
import json
import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from driving import LAPTOP, PHONE, SHORT_PRESS, Studio, Tab
from fakes.leaves import LeafOpenverse, LeafPictures
from fakes.server import Answer, Asked
from fakes.web import FakeWeb
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from studios import OneServer
from tellapart.store.project import create_project

N_FOUND = (
    45 if os.environ.get("TELLAPART_SCREENSHOTS") else 24
)  # of each label; 20 come with a page of answers
WORKER = Path(__file__).parents[1] / "fakes" / "worker.py"
OpenTab = Callable[..., Tab]


class HeldPictures(LeafPictures):
    """held: of this kind none is sent until there is another word there."""

    held = ""

    def answer(self, asked: Asked) -> Answer:
        while self.held and self.held in asked.path:
            time.sleep(0.02)
        return super().answer(asked)


@pytest.fixture
def web() -> Iterator[FakeWeb]:
    with FakeWeb() as web:
        web.pictures = web.enter_context(HeldPictures())
        web.openverse = web.enter_context(LeafOpenverse(web.pictures, N_FOUND))
        for name in ("commons", "inaturalist", "bing"):
            web.services[name].script = "empty"
        yield web
        web.pictures.held = ""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneServer]:
    """A server whose searches ask the services that addresses.json names."""
    folder = tmp_path_factory.mktemp("gather-studio")
    server = OneServer(folder, WORKER, folder / "addresses.json")
    yield server
    server.end()


@pytest.fixture
def studio(web: FakeWeb, server: OneServer, tmp_path: Path) -> Studio:
    """A studio on an empty project, whose searches ask those services."""
    (server.folder / "addresses.json").write_text(json.dumps(web.bases))
    create_project(tmp_path / "trees").close()
    return server.on(tmp_path / "trees")


DROP = """([label, name, data]) => {
  const place = label ? document.querySelector(`[data-drop-label="${label}"]`) : document.body;
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([new Uint8Array(data)], name, { type: "image/jpeg" }));
  for (const kind of ["dragover", "drop"]) {
    place.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer }));
  }
}"""
PASTE = """(text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  document.body.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData }));
}"""


def row(page: Page, label: str) -> Locator:
    return page.get_by_role("listitem", name=label, exact=True)


def count(page: Page, label: str) -> Locator:
    """How many pictures of the label there are, in words."""
    return row(page, label).locator(".ta-count")


def test_three_labels_are_gathered_cancelled_and_resumed(
    web: FakeWeb, studio: Studio, open_tab: OpenTab, tmp_path: Path
) -> None:
    tab = open_tab(LAPTOP)
    page = tab.open(studio.url)
    names = page.get_by_role("textbox", name="What do you want to tell apart?")
    names.fill("birch, maple, oak")
    names.press("Enter")
    expect(page.get_by_role("listitem")).to_have_count(3)
    page.get_by_role("textbox", name="Search words for maple").fill("maple leaf")

    web.pictures.held = "maple"
    page.get_by_role("button", name="Search 60 pictures for each of the 3 labels").click()
    expect(row(page, "birch").get_by_role("button", name=f"Keep all {N_FOUND}")).to_be_visible()
    page.get_by_role("button", name="Cancel the search").click()
    expect(page.get_by_text("Search again to continue.")).to_be_visible()
    before = set(web.pictures.paths())
    assert before and not any("/oak/" in path for path in before)

    web.pictures.held = ""
    page.get_by_role("button", name="Search 60 pictures for each of the 3 labels").click()
    expect(row(page, "oak").get_by_role("status")).to_contain_text(f"{N_FOUND} found")
    expect(page.get_by_role("button", name="Cancel the search")).to_be_hidden()
    come = [path for path in web.pictures.paths() if path.startswith("/leaf/birch/")]
    assert len(come) == len(set(come)) == N_FOUND, "what had come before the cancel was fetched again"
    assert {one.params["q"] for one in web.openverse.asked} == {"birch", "maple leaf", "oak"}

    held = row(page, "oak").locator("fieldset")
    held.get_by_role("checkbox").first.focus()
    page.keyboard.press("Space")
    keep = f"Keep {N_FOUND - 1}, discard 1"
    expect(held.get_by_role("button", name=keep)).to_be_visible()
    page.evaluate("window.scrollTo(0, 0)")
    tab.picture("gather")
    held.get_by_role("button", name=keep).click()
    expect(count(page, "oak")).to_have_text(f"{N_FOUND - 1} pictures")
    row(page, "birch").get_by_role("button", name=f"Keep all {N_FOUND}").click()
    expect(count(page, "birch")).to_have_text(f"{N_FOUND} pictures")
    row(page, "maple").get_by_role("button", name="Discard all").click()
    expect(row(page, "maple").locator("fieldset")).to_be_hidden()
    expect(count(page, "maple")).to_have_text("0 pictures")

    with sqlite3.connect(tmp_path / "trees" / "tellapart.db") as db:
        kept = db.execute(
            "SELECT label, query, source, licence IS NOT NULL, count(*), count(DISTINCT source_url) FROM pictures "
            "GROUP BY 1, 2, 3, 4"
        ).fetchall()
    assert sorted(kept) == [
        ("birch", "birch", "openverse", 1, N_FOUND, N_FOUND),
        ("oak", "oak", "openverse", 1, N_FOUND - 1, N_FOUND - 1),
    ]


@pytest.mark.slow
def test_what_waits_is_there_after_a_reload_and_on_a_phone(studio: Studio, open_tab: OpenTab) -> None:
    tab = open_tab(PHONE, "dark")
    page = tab.open(studio.url)
    page.get_by_role("textbox", name="What do you want to tell apart?").fill("ginkgo\n")
    page.get_by_role("textbox", name="What do you want to tell apart?").press("Enter")
    page.get_by_role("button", name="Search pictures of ginkgo").click()
    expect(row(page, "ginkgo").get_by_role("button", name=f"Keep all {N_FOUND}")).to_be_visible()
    page = tab.open(studio.url)
    expect(row(page, "ginkgo").get_by_role("button", name=f"Keep all {N_FOUND}")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    tab.picture("gather-phone-dark", PHONE, "dark")


def test_labels_and_the_camera_when_nothing_comes_from_the_web(
    web: FakeWeb, studio: Studio, open_tab: OpenTab
) -> None:
    page = open_tab().open(studio.url)
    without_a_camera_the_page_says_why(page)
    no_service_answers_and_the_page_says_what_is_left(page, web)
    labels_are_renamed_merged_removed_and_undone(page)
    what_is_dropped_on_a_label_is_of_that_label(page)
    pasted_text_is_said_to_be_no_picture(page)
    the_camera_takes_one_picture_and_a_burst(page)


def without_a_camera_the_page_says_why(page: Page) -> None:
    page.evaluate(
        "Object.defineProperty(navigator, 'mediaDevices', { get: () => undefined, configurable: true })"
    )
    page.get_by_role("button", name="Use the camera", exact=True).click()
    expect(page.get_by_text("browsers allow it only over https")).to_be_visible()
    page.evaluate("delete navigator.mediaDevices")


def no_service_answers_and_the_page_says_what_is_left(page: Page, web: FakeWeb) -> None:
    for service in web.services.values():
        service.script = "refused"
    page.get_by_role("textbox", name="What do you want to tell apart?").fill("oak")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("button", name="Search pictures of oak").click()
    expect(page.get_by_role("alert")).to_contain_text("No source answered")
    expect(page.get_by_role("alert")).to_contain_text("your own folders and the camera")
    assert page.get_by_role("alert").bounding_box()["height"] < 60  # in one line
    expect(page.get_by_text("What each source answered")).to_be_visible()
    expect(page.get_by_role("button", name="Try the sample")).to_be_visible()


def labels_are_renamed_merged_removed_and_undone(page: Page) -> None:
    names = page.get_by_role("textbox", name="What do you want to tell apart?")
    names.fill("<b>ash</b>, elm")
    names.press("Enter")
    row(page, "<b>ash</b>").get_by_text("Change").click()
    row(page, "<b>ash</b>").get_by_role("textbox", name="New name of <b>ash</b>").fill("ash")
    page.keyboard.press("Enter")
    expect(row(page, "ash")).to_be_visible()
    row(page, "ash").get_by_text("Change").click()
    row(page, "ash").get_by_role("textbox", name="New name of ash").fill("ELM")
    page.keyboard.press("Enter")
    expect(page.get_by_text("There is already a label 'elm'")).to_be_visible()
    row(page, "elm").get_by_text("Change").click()
    row(page, "elm").get_by_role("button", name="Remove this label").click()
    expect(row(page, "elm")).to_have_count(0)
    expect(row(page, "ash")).to_be_visible()
    page.get_by_role("button", name="Undo: drop label elm").click()
    expect(row(page, "elm")).to_be_visible()


def what_is_dropped_on_a_label_is_of_that_label(page: Page) -> None:
    with Image.effect_noise((64, 64), 80) as picture:
        picture.save(drawn := io.BytesIO(), "JPEG")
    page.evaluate(DROP, ["ash", "dropped.jpg", list(drawn.getvalue())])
    expect(count(page, "ash")).to_have_text("1 picture")
    with Image.effect_noise((64, 64), 70) as picture:
        picture.save(drawn := io.BytesIO(), "JPEG")
    page.evaluate(DROP, ["", "beside.jpg", list(drawn.getvalue())])
    expect(page.get_by_text("1 picture waits for a label")).to_be_visible()
    page.get_by_role("button", name="ash", exact=True).click()  # nothing is typed
    expect(count(page, "ash")).to_have_text("2 pictures")


def pasted_text_is_said_to_be_no_picture(page: Page) -> None:
    page.evaluate(PASTE, "bread and milk")
    expect(page.get_by_text("“bread and milk” is text and no picture.")).to_be_visible()
    page.evaluate(PASTE, "https://example.org/ash.jpg")
    expect(page.get_by_label("Web addresses of pictures")).to_have_value("https://example.org/ash.jpg")
    page.get_by_label("Web addresses of pictures").fill("bread and milk")
    page.get_by_role("button", name="Download", exact=True).click()
    expect(page.get_by_text("no address in 'bread and milk'")).to_be_visible()


def the_camera_takes_one_picture_and_a_burst(page: Page) -> None:
    page.get_by_role("button", name="Use the camera", exact=True).click()
    expect(page.get_by_text("Enter a label above")).to_be_visible()
    label = page.get_by_role("combobox", name="Label for these pictures")
    label.fill("mug")
    label.press("Tab")
    shutter = page.get_by_role("button", name="Take a picture of “mug”")
    shutter.evaluate(SHORT_PRESS)
    expect(count(page, "mug")).to_have_text("1 picture")
    shutter.hover()
    page.mouse.down()
    expect(page.get_by_text(re.compile(r"\b([5-9]|\d\d+) pictures taken"))).to_be_visible()
    page.mouse.up()
    expect(count(page, "mug")).to_have_text(re.compile(r"^([2-9]|\d\d+) pictures$"))
    page.get_by_role("button", name="Close the camera").click()
    expect(page.get_by_role("button", name="Use the camera", exact=True)).to_be_focused()
