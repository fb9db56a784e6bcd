"""From pictures to answers, as a person does it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from conftest import Studio, Tab
from playwright.sync_api import Page, expect
from tellapart.gather import take_in
from tellapart.project import create_project, open_project
from tellapart.runs import latest

Open = Callable[..., Tab]
Start = Callable[[Path], Studio]


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    create_project(tmp_path / "leaves-project").close()
    return tmp_path / "leaves-project"


@pytest.fixture
def gathered(tmp_path: Path, leaves: Path) -> Path:
    with create_project(tmp_path / "leaves-project") as project:
        take_in(project, leaves)
    return tmp_path / "leaves-project"


@pytest.fixture
def trained(gathered: Path) -> Path:
    from tellapart.train import TrainConfig, train_head

    with open_project(gathered) as project:
        train_head(project, TrainConfig())
    return gathered


def give(page: Page, group: str, files: object, kind: str = "Files") -> None:
    """Choose files or a folder, as the dialog would."""
    area = page.get_by_role("group", name=group)
    area.locator(f'input[aria-label="{kind}"]').set_input_files(files)  # type: ignore[arg-type]


def fits(page: Page) -> bool:
    """Whether nothing sticks out to the right."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_from_pictures_to_answers(empty: Path, leaves: Path, start_studio: Start, open_tab: Open) -> None:
    studio = start_studio(empty)
    tab = open_tab()
    page = tab.open(studio.url)
    expect(page.get_by_role("heading", name="Gather pictures")).to_be_visible()
    give(page, "Add pictures", leaves, kind="Folder")
    expect(page.get_by_role("heading", name=re.compile(r"\d+ pictures, 4 labels"))).to_be_visible(
        timeout=60_000
    )
    expect(page.get_by_role("tab", name=re.compile("Gather"))).to_contain_text(re.compile(r"\d\d"))
    tab.picture("gather")

    page.get_by_role("button", name="Next: train").click()
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    worker = pause_worker(empty)
    page.reload()
    expect(page.get_by_role("progressbar", name="Training")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    worker.resume()
    expect(page.get_by_role("heading", name=re.compile(r"of \d+ wrong"))).to_be_visible(timeout=120_000)
    expect(page.get_by_text("guessing the commonest label")).to_be_visible()
    tab.picture("train")

    page.get_by_role("tab", name="Classify").click()
    expect(page.get_by_role("heading", name="What is in the picture?")).to_be_visible()
    pictures = sorted((leaves / "maple").glob("*.jpg"))[:3]
    give(page, "Pictures to classify", pictures)
    answers = page.locator(".ta-answer")
    expect(answers).to_have_count(3, timeout=60_000)
    expect(answers.first.locator(".ta-share")).to_have_count(3)
    tab.picture("classify")


def pause_worker(project_dir: Path) -> psutil.Process:
    """The training's own process, held still so that the page can be reloaded meanwhile."""
    run = latest(project_dir, "train")
    assert run is not None
    for _ in range(200):
        lines = (
            (run.run_dir / "progress.jsonl").read_text("utf-8")
            if (run.run_dir / "progress.jsonl").exists()
            else ""
        )
        if "\n" in lines:
            worker = psutil.Process(json.loads(lines.splitlines()[0])["pid"])
            worker.suspend()
            return worker
        time.sleep(0.02)
    raise AssertionError("the worker never said its process id")
