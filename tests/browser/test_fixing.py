"""A picture fixed where it is shown: from Train's mistakes, from a cell of the matrix, from a strip of Gather, on Clean."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe import assert_accessible
from cleaning import grid, standing
from driving import LAPTOP, PHONE, Tab, wait_for
from playwright.sync_api import Locator, Page, expect
from studios import OneServer
from tellapart.gather import take_in
from tellapart.store.project import create_project, open_project
from tellapart.train import keep_as_run, train_head

Open = Callable[..., Tab]


@dataclass(frozen=True)
class Fixing:
    """The studio of a trained project that tests may change."""

    tab: Tab
    project_dir: Path

    def take_back(self) -> set[str]:
        """Nothing is decided any more; the labels that had a part in it, whose pictures come back to the page by and by."""
        labels: set[str] = set()
        with open_project(self.project_dir) as project:
            while undone := project.journal.undo():
                labels.update(state["label"] for entry in undone for state in (entry.before, entry.after))
        return labels

    def at(self, step: str) -> Page:
        """The page with this step in sight and nothing decided."""
        page = self.tab.page
        self.tab.look(LAPTOP)
        self.take_back()
        page.get_by_role("tab", name=re.compile(step)).click()
        expect(page.locator(".ta-main h1:visible")).to_have_count(1)
        return page

    def counts(self) -> dict[str, int]:
        with open_project(self.project_dir) as project:
            return project.manifest.label_counts()


@pytest.fixture(scope="module")
def fixing(
    leaves: Path, one_server: OneServer, open_shared_tab: Open, tmp_path_factory: pytest.TempPathFactory
) -> Fixing:
    """A third of each label lies in the folder of the next one, so that a training makes mistakes."""
    folder = tmp_path_factory.mktemp("fixing")
    shutil.copytree(leaves, folder / "taken")
    labels = sorted(path for path in (folder / "taken").iterdir() if path.is_dir())
    for label, following in zip(labels, [*labels[1:], labels[0]], strict=True):
        pictures = sorted(label.glob("IMG*.jpg"))
        for picture in pictures[: len(pictures) // 3]:
            picture.rename(following / f"stray-{picture.name}")
    with create_project(folder / "leaves") as project:
        take_in(project, folder / "taken")
        keep_as_run(project, train_head(project))
    tab = open_shared_tab()
    tab.open(one_server.on(folder / "leaves").url)
    return Fixing(tab, folder / "leaves")


def large_view(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Picture")


def label_in(large: Locator) -> str:
    """Of the picture in sight, once it is there."""
    expect(large.locator("> img")).to_be_visible()
    expect(large.locator("h2")).not_to_be_empty()
    return large.locator("h2").evaluate("(node) => node.firstChild.textContent")


def another(counts: dict[str, int], label: str) -> tuple[str, str]:
    """The digit of another label, and this."""
    labels = sorted(counts)
    other = next(one for one in labels if one != label)
    return str(labels.index(other) + 1), other


def expect_counts(fixing: Fixing, counts: dict[str, int]) -> None:
    """As the Gather page tells them, without a reload."""
    page = fixing.tab.page
    page.get_by_role("tab", name=re.compile("Gather")).click()
    for label, n in counts.items():
        row = page.get_by_role("listitem", name=label, exact=True)
        expect(row.locator(".ta-count")).to_have_text(f"{n} pictures")
    expect(page.get_by_role("tab", name=re.compile("Gather"))).to_contain_text(str(sum(counts.values())))


def test_a_mistake_is_relabelled_undone_and_removed_by_keyboard(fixing: Fixing) -> None:
    page, before = fixing.at("Train"), fixing.counts()
    mistakes = page.get_by_role("listbox", name=re.compile("Most confident mistakes"))
    first = mistakes.get_by_role("option").first
    first.focus()
    page.keyboard.press("Enter")
    large = large_view(page)
    label = label_in(large)
    expect(large.get_by_text("held out: the model was checked on it")).to_be_visible()
    expect(large.get_by_text(re.compile("The model says .* with"))).to_be_visible()
    expect(large.get_by_role("meter")).to_have_count(len(before))
    assert_accessible(page, "A mistake large")
    fixing.tab.picture("train-fix", LAPTOP)
    fixing.tab.picture("train-fix-phone-dark", PHONE, "dark")

    digit, other = another(before, label)
    page.keyboard.press(digit)
    wait_for(lambda: standing(fixing.project_dir) == ["relabel"])
    expect(large.get_by_role("status")).to_contain_text(f"now: {other}")
    page.keyboard.press("Escape")
    expect(large).to_be_hidden()
    expect(first).to_contain_text(f"now: {other}")
    expect(mistakes.locator(":focus")).to_have_count(1)
    expect_counts(fixing, {**before, label: before[label] - 1, other: before[other] + 1})

    page.get_by_role("tab", name=re.compile("Train")).click()
    first.focus()
    page.keyboard.press("u")
    expect(first).not_to_contain_text("now:")
    expect(first).to_be_focused()
    page.keyboard.press("d")  # one key, also where the mistakes are small
    expect(first).to_contain_text("removed")
    wait_for(lambda: standing(fixing.project_dir) == ["remove"])
    assert_accessible(page, "Train with a removed mistake")
    expect_counts(fixing, {**before, label: before[label] - 1})


def test_the_pictures_of_a_cell_open_by_enter_alone(fixing: Fixing) -> None:
    page = fixing.at("Train")
    number = page.locator(".ta-matrix button").first
    number.press("Enter")  # which gives it the focus first: the step that comes into sight takes it as well
    expect(number).to_have_attribute("aria-pressed", "true")
    mistakes = page.get_by_role("listbox", name=re.compile("Most confident mistakes")).get_by_role("option")
    first = mistakes.first
    expect(first).to_be_focused()
    expect(first).to_be_in_viewport()
    page.keyboard.press("Enter")
    large = large_view(page)
    label_in(large)
    page.keyboard.press("k")
    wait_for(lambda: standing(fixing.project_dir) == ["mark"])
    page.keyboard.press("Escape")
    expect(first).to_contain_text("kept")
    expect(mistakes.nth(min(1, mistakes.count() - 1))).to_be_focused()  # the one after it
    page.keyboard.press("Home")
    page.keyboard.press("r")
    proposed = page.get_by_role("option", name=re.compile("suggested")).first
    expect(proposed).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    wait_for(lambda: standing(fixing.project_dir)[:2] == ["mark", "relabel"])
    expect(first).to_contain_text("now:")
    page.get_by_role("button", name="Show all mistakes").click()


def test_a_picture_of_a_strip_opens_and_comes_back(fixing: Fixing) -> None:
    on_their_way = fixing.take_back()
    page, before = fixing.at("Gather"), fixing.counts()
    label = min(before.keys() - on_their_way)
    strip = page.get_by_role("group", name=f"Pictures of {label}", exact=True).get_by_role("button")
    row = page.get_by_role("listitem", name=label, exact=True)
    expect(strip).to_have_count(6)
    keys = strip.evaluate_all("(nodes) => nodes.map((node) => node.dataset.key)")
    strip.first.focus()
    page.keyboard.press("Enter")
    large = large_view(page)
    assert label_in(large) == label
    expect(large.get_by_text(f"1 of {len(keys)}").first).to_be_visible()
    assert_accessible(page, "A picture of a strip large")
    page.keyboard.press("d")
    wait_for(lambda: standing(fixing.project_dir) == ["remove"])
    expect(large.get_by_text(f"2 of {len(keys)}").first).to_be_visible()
    expect(large.get_by_role("status")).to_contain_text(f"1 of {len(keys)}, removed.")  # and not the second
    page.keyboard.press("ArrowLeft")
    expect(large.locator(".ta-verdict")).to_have_text("removed")
    page.keyboard.press("Escape")
    expect(row).to_contain_text(f"{before[label] - 1} pictures")
    expect(strip.first).not_to_have_attribute("data-key", keys[0])
    expect(page.get_by_role("group", name=re.compile("Pictures of")).locator(":focus")).to_have_count(1)
    page.keyboard.press("Enter")
    label_in(large)
    page.keyboard.press("u")
    wait_for(lambda: standing(fixing.project_dir) == [])
    page.keyboard.press("Escape")
    expect(row).to_contain_text(f"{before[label]} pictures")
    expect(strip.first).to_have_attribute("data-key", keys[0])


def test_the_first_picture_of_clean_has_the_focus_and_neighbours_open(fixing: Fixing) -> None:
    page = fixing.at("Clean")
    expect(page.get_by_role("heading", name=re.compile(r"\d+ pictures? to review"))).to_be_visible()
    first = grid(page).locator('[aria-posinset="1"]')
    expect(first).to_be_focused()
    page.get_by_role("radio", name=re.compile("every picture")).click()
    expect(first).to_be_focused()
    page.get_by_role("tab", name=re.compile("Train")).click()
    page.get_by_role("tab", name=re.compile("Clean")).click()
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    large = large_view(page)
    label_in(large)
    beside = large.get_by_role("list", name="Most similar").get_by_role("button")
    image = large.locator("> img").get_attribute("src") or ""
    beside.first.click()
    expect(large.locator("> img")).not_to_have_attribute("src", image)
    page.keyboard.press("s")
    wait_for(lambda: standing(fixing.project_dir) == ["mark"])
    page.keyboard.press("u")
    wait_for(lambda: standing(fixing.project_dir) == [])
    page.keyboard.press("Escape")
    expect(large).to_be_hidden()
    page.get_by_role("radio", name=re.compile("^all ")).press("ArrowRight")
    expect(
        page.get_by_role("radio", checked=True).first
    ).to_be_focused()  # who walks through filters stays there
