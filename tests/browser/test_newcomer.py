"""From an empty project to a classifier that answers the camera, by the presses of somebody who was never here before."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from driving import Studio, Tab
from playwright.sync_api import Locator, Page, expect
from tellapart.store.project import create_project, open_project

Open = Callable[..., Tab]
MOST_PRESSES = 14
LABELS = ("birch", "ginkgo", "maple")


@dataclass
class Newcomer:
    """Presses buttons, tabs and keys, and counts that."""

    page: Page
    n: int = 0

    def press(self, place: Locator) -> None:
        self.n += 1
        place.click()

    def key(self, name: str) -> None:
        self.n += 1
        self.page.keyboard.press(name)


@pytest.fixture(scope="module")
def zip_file(leaves: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three labels, and of each a third of its pictures in the folder of the next one, named after what they are."""
    path = tmp_path_factory.mktemp("newcomer") / "leaves.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for place, label in enumerate(LABELS):
            pictures = sorted((leaves / label).glob("IMG*.jpg"))
            n_astray = len(pictures) // 3
            for i, picture in enumerate(pictures):
                folder = LABELS[(place + 1) % len(LABELS)] if i < n_astray else label
                archive.write(picture, f"leaves/{folder}/{label}-{i}.jpg")
    return path


def label_large(large: Locator) -> str:
    expect(large.locator("> img")).to_be_visible()
    return large.locator("h2").evaluate("(node) => node.firstChild.textContent")


def true_label(large: Locator) -> str:
    """A person sees it; here the file's name says it."""
    name = large.locator("dl.ta-known dd").last.inner_text()
    return next(label for label in LABELS if f"{label}-" in name.rsplit("/", 1)[-1])


def test_fourteen_presses_lead_from_nothing_to_an_answered_camera(
    zip_file: Path, tmp_path: Path, start_studio: Callable[[Path], Studio], open_tab: Open
) -> None:
    create_project(tmp_path / "leaves").close()
    page = open_tab().open(start_studio(tmp_path / "leaves").url)
    newcomer = Newcomer(page)

    with page.expect_file_chooser() as chosen:
        newcomer.press(page.get_by_role("button", name="choose files"))
    chosen.value.set_files(zip_file)
    expect(page.get_by_role("heading", name=re.compile(r"\d+ pictures, 3 labels"))).to_be_visible()
    newcomer.press(page.get_by_role("tab", name=re.compile("Train")))
    newcomer.press(page.get_by_role("button", name="Train", exact=True))
    expect(page.get_by_role("heading", name=re.compile("% wrong"))).to_be_visible()
    assert "0 %" not in page.get_by_role("heading", name=re.compile("% wrong")).inner_text().split()

    mistakes = page.get_by_role("listbox", name=re.compile("mistakes", re.IGNORECASE)).get_by_role("option")
    expect(mistakes.first).to_be_visible()
    n_mistakes, n_fixed = mistakes.count(), 0
    newcomer.press(mistakes.first)
    large = page.get_by_role("dialog", name="Picture")
    for place in range(n_mistakes):
        expect(large.get_by_text(f"{place + 1} of {n_mistakes}", exact=True)).to_be_visible()
        truth = true_label(large)
        if label_large(large) != truth:
            n_fixed += 1
            newcomer.key(str(LABELS.index(truth) + 1))
        elif place < n_mistakes - 1:
            newcomer.key("ArrowRight")
    newcomer.key("Escape")
    assert n_fixed > 0

    newcomer.press(page.get_by_role("button", name=re.compile(r"changes? since: train again")))
    expect(page.get_by_text("Since the training before")).to_be_visible()
    newcomer.press(page.get_by_role("button", name="Try it"))
    newcomer.press(page.get_by_role("button", name="Use the camera"))
    expect(page.locator(".ta-livetext:visible")).to_have_text(re.compile(r"none of these\?|\d"))

    with open_project(tmp_path / "leaves") as project:
        said = {one.original_name.rsplit("/", 1)[-1]: one.label for one in project.manifest.pictures()}
    n_wrong = sum(not name.startswith(label) for name, label in said.items())
    with zipfile.ZipFile(zip_file) as archive:
        n_astray = sum(Path(name).parent.name not in Path(name).name for name in archive.namelist())
    assert n_wrong == n_astray - n_fixed  # what was decided on Train is in the project
    print(f"{newcomer.n} presses")  # noqa: T201
    assert newcomer.n <= MOST_PRESSES
