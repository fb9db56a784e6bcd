"""Clean leaves the room to the pictures: three rows at every width, one line of filters that stays, one line of keys."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe import assert_accessible
from cleaning import clean_page, grid, place
from driving import DRAWN, LAPTOP, PATIENCE_MS, PHONE, Studio, Tab
from playwright.sync_api import Page, expect
from tellapart.store.journal import Relabel
from tellapart.store.project import open_project

NARROW = (1180, 800)
WIDTHS = (LAPTOP, NARROW, PHONE)
# The tops of rows whose tiles lie wholly between the line of filters and the line of keys, and what is beside them.
ROOM = """() => {
  const box = (one) => document.querySelector(one).getBoundingClientRect();
  const [lid, keys] = [box(".ta-lid"), box(".ta-decide")];
  const tiles = [...document.querySelectorAll(".ta-tile")].map((one) => one.getBoundingClientRect());
  const whole = tiles.filter(({ top, bottom }) => top >= lid.bottom - 0.5 && bottom <= keys.top + 0.5);
  const hidden = (one) => one.offsetParent === null;
  const shown = (all) => [...document.querySelectorAll(all)].filter((one) => !hidden(one));
  const tops = (all) => shown(all).map((one) => Math.round(one.getBoundingClientRect().top / 8));
  return {
    rows: new Set(whole.map(({ top }) => Math.round(top))).size,
    lid: { top: lid.top, height: lid.height }, keys: { bottom: keys.bottom, height: keys.height },
    filterLines: new Set(tops(".ta-lid button, .ta-lid select")).size, keyLines: new Set(tops(".ta-decide button")).size,
    cut: shown(".ta-decide .ta-acts > button:not(.ta-label)").filter((one) => one.scrollWidth > one.clientWidth + 1).length,
    isWide: document.documentElement.scrollWidth > window.innerWidth,
  };
}"""
# How far the ring of the focus reaches out of whatever cuts it off, in pixels; 0 where all of it is seen.
RING = """() => {
  const focused = document.activeElement, style = getComputedStyle(focused);
  const reach = style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset);
  const ring = focused.getBoundingClientRect();
  let lost = Math.max(0, reach - ring.top, ring.bottom + reach - innerHeight, reach - ring.left, ring.right + reach - innerWidth);
  for (let one = focused.parentElement; one; one = one.parentElement) {
    const { overflowX, overflowY, overflowClipMargin } = getComputedStyle(one), edge = one.getBoundingClientRect();
    const over = reach - (overflowX === "clip" ? parseFloat(overflowClipMargin) : 0);
    if (overflowX !== "visible") lost = Math.max(lost, edge.left - ring.left + over, ring.right + over - edge.right);
    if (overflowY !== "visible") lost = Math.max(lost, edge.top - ring.top + over, ring.bottom + over - edge.bottom);
  }
  return lost;
}"""
# whether the picture that has the focus lies between the line of filters and the line of keys
UNCOVERED = """() => {
  const box = (one) => document.querySelector(one).getBoundingClientRect();
  if (!document.querySelector(".ta-tile:focus")) return false;
  const { top, bottom } = box(".ta-tile:focus");
  return box(".ta-lid").bottom <= top && bottom <= box(".ta-decide").top;
}"""


@dataclass
class Room:
    """The Clean page of a project with six labels and so many pictures."""

    tab: Tab
    page: Page
    n_pictures: int

    def at(self, size: tuple[int, int], scheme: str = "light") -> None:
        """Nothing; the page is as large as that, and at its top."""
        self.tab.look(size, scheme)
        self.page.evaluate("window.scrollTo(0, 0)")
        self.page.wait_for_function(DRAWN)

    def once(self, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """What is measured, once that is so of it: a busy page is a few frames behind its size."""
        give_up_at = time.monotonic() + PATIENCE_MS / 1000
        while not is_so(found := dict(self.page.evaluate(ROOM))):
            assert time.monotonic() < give_up_at, found
            self.page.wait_for_function(DRAWN)
        return found

    def show(self, which: str, is_every: bool = False) -> None:
        """Nothing; these pictures are in sight. is_every: they are all that there are."""
        self.page.get_by_role("radio", name=re.compile(which)).click()
        expected = expect(grid(self.page))
        says = expected.to_have_attribute if is_every else expected.not_to_have_attribute
        says("aria-label", re.compile(f": {self.n_pictures}$"))


@pytest.fixture(scope="module")
def room(
    looked_at: Path,
    tmp_path_factory: pytest.TempPathFactory,
    one_server: Any,
    open_shared_tab: Callable[..., Tab],
) -> Iterator[Room]:
    root = Path(shutil.copytree(looked_at / "leaves", tmp_path_factory.mktemp("six") / "leaves"))
    with open_project(root) as project:
        for old, new in (("oak", "cardboard box"), ("birch", "paper")):
            some = project.manifest.pictures(label=old)[-8:]
            project.journal.decide(*(Relabel(one.image_id, new) for one in some))
        assert len([n for n in project.manifest.label_counts().values() if n]) == 6
        n_pictures = project.manifest.n_pictures()
    studio: Studio = one_server.on(root)
    tab = open_shared_tab()
    yield Room(tab, clean_page(tab, studio), n_pictures)


@pytest.mark.parametrize("size", WIDTHS, ids=["1280", "1180", "390"])
def test_three_rows_lie_wholly_in_sight_with_six_labels(room: Room, size: tuple[int, int]) -> None:
    room.at(LAPTOP)  # on a phone they are folded away
    expect(room.page.get_by_role("button", name=re.compile("^relabel to "))).to_have_count(6)
    room.at(size)
    found = room.once(lambda found: found["rows"] >= 3)
    assert found["filterLines"] == 1 and found["keyLines"] == 1, found
    assert found["keys"]["bottom"] <= size[1] and found["cut"] == 0 and not found["isWide"], found


def test_filters_and_keys_stay_while_the_pictures_scroll(room: Room) -> None:
    room.show("every picture", is_every=True)
    for size in WIDTHS:
        room.at(size)
        room.once(lambda found, size=size: found["lid"]["top"] > 0 and found["keys"]["bottom"] == size[1])
        room.page.evaluate("window.scrollTo(0, 900)")
        found = room.once(lambda found: found["lid"]["top"] == 0 and found["rows"] >= 2)
        assert found["keys"]["bottom"] == size[1], found
    room.at(LAPTOP)
    room.show("^all ")
    expect(room.page.get_by_role("radio", name=re.compile("^all "))).to_be_checked()


def test_a_picture_that_gets_the_focus_is_covered_by_nothing(room: Room) -> None:
    page = room.page
    room.at(LAPTOP)
    room.show("every picture", is_every=True)
    place(page, 0).focus()
    focused = page.locator(".ta-tile:focus")
    for key in ("PageDown", "PageDown", "ArrowUp", "ArrowUp", "ArrowUp", "PageUp"):
        before = focused.get_attribute("aria-posinset") or ""
        page.keyboard.press(key)
        expect(focused).not_to_have_attribute("aria-posinset", before)
        page.wait_for_function(UNCOVERED)
    room.show("^all ")


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["1280", "390"])
def test_the_ring_of_the_focus_is_never_clipped(room: Room, size: tuple[int, int]) -> None:
    page = room.page
    room.at(size)
    page.get_by_role("tab", name=re.compile("Clean")).focus()
    seen = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        name = page.evaluate(
            "`${document.activeElement.className} ${document.activeElement.textContent.slice(0, 30)}`"
        )
        if page.evaluate("document.activeElement === document.body"):
            continue  # past the last one
        assert page.evaluate(RING) <= 0.5, name
        seen.add(name)
    assert len(seen) > 8, seen


def test_more_opens_the_other_keys_and_what_is_done_at_once(room: Room) -> None:
    page = room.page
    room.at(LAPTOP)
    similar = page.get_by_role("button", name="most similar")
    expect(similar).to_be_hidden()
    page.get_by_role("button", name="more", exact=True).click()
    expect(similar).to_be_visible()
    page.get_by_role("button", name="more", exact=True).click()
    report = page.get_by_role("button", name="Report on all pictures")
    expect(report).to_be_hidden()
    page.get_by_role("button", name="Tools", exact=True).click()
    expect(report).to_be_visible()
    page.get_by_role("button", name="Tools", exact=True).click()
    page.get_by_text("How this was measured").click()
    expect(page.get_by_text("judged by a model that learned from the others")).to_be_visible()
    page.get_by_text("How this was measured").click()


def test_numbers_are_never_cut_off_and_nothing_is_inaccessible(room: Room) -> None:
    numbers = """() => [...document.querySelectorAll(".ta-tile .ta-percent")].filter((one) => {
      const { left, right } = one.parentElement.parentElement.getBoundingClientRect(), own = one.getBoundingClientRect();
      return own.width && (own.right > right + 0.5 || own.left < left - 0.5);
    }).length"""
    for size, scheme in ((LAPTOP, "light"), (LAPTOP, "dark"), (PHONE, "light"), (PHONE, "dark")):
        room.at(size, scheme)
        expect(room.page.locator(".ta-tile .ta-percent").first).to_be_visible()
        room.page.wait_for_function(f"() => ({numbers})() === 0")
        assert_accessible(room.page, "Clean")
