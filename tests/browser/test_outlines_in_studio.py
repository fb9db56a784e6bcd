"""Outlines in the studio: from a folder to a network, a mask that is painted with mouse and keys, and a page that draws."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from axe import assert_accessible
from driving import Tab
from looks import seen
from made_outlines import drawn, write_scenes
from PIL import Image
from playwright.sync_api import expect
from tellapart.outlines import load_predictor, open_project
from tellapart.outlines.project import OutlineProject
from things import go_to, make_it, named, saved, train

pytest.importorskip("torch", reason="torch is not installed (light path): pip install 'tellapart[torch]'")
pytestmark = pytest.mark.slow
N = 8


@pytest.fixture
def park(tmp_path: Path) -> Path:
    """Scenes, one of which has a large box in its mask that is not there."""
    root = write_scenes(tmp_path / "park", N)
    mask = drawn(4)[1].copy()
    mask[:16, :24] = 2
    Image.fromarray(mask).save(root / "labels" / "scene04.png")
    return root


@pytest.fixture
def runtime() -> str:
    """Where onnxruntime-web lies on this computer."""
    folder = os.environ.get("TELLAPART_NODE")
    if not folder:
        pytest.skip("no onnxruntime-web here; tools/node_packages.py installs it, make test asks for it")
    return str(Path(folder) / "node_modules" / "onnxruntime-web")


def test_from_a_folder_to_a_network_a_painted_mask_and_a_page_that_draws(
    opened: Tab, workspace: Path, park: Path, tmp_path: Path, runtime: str, open_tab: Callable[..., Tab]
) -> None:
    page = named(opened, park, f"{N} pictures with masks, 3 classes: grass, ball and box")
    seen(opened, "outlines-offer")
    make_it(page, "park")
    page.get_by_role("radio", name="quick").click()
    expect(page.get_by_text("4 rounds. It learns on the processor alone")).to_be_visible()
    train(page)
    expect(page.get_by_role("heading", name="of the pixels right")).to_be_visible()
    expect(page.get_by_text("The last training took")).to_be_visible()
    seen(opened, "outlines-train")

    go_to(page, "Clean")
    a_mask_is_painted_and_taken_back(opened, open_project(workspace / "park"))
    page.get_by_role("tab", name="Train").click()
    expect(page.get_by_role("button", name="2 changes since: train again")).to_be_enabled()

    go_to(page, "Try it")
    drawn(77)[0].save(tmp_path / "new.png")
    area = page.get_by_role("group", name="A picture")
    area.locator('input[aria-label="Files"]').set_input_files(tmp_path / "new.png")
    expect(page.get_by_role("application", name="new.png")).to_be_visible()
    seen(opened, "outlines-try")

    go_to(page, "Share")
    page.get_by_label("Title of the page").fill("Where is the ball?")
    page.get_by_label("Where the file lies").fill(runtime)
    html = saved(page, "Save the web page", tmp_path)
    with zipfile.ZipFile(saved(page, "Save the network", tmp_path)) as archive:
        archive.extractall(tmp_path / "out")
    assert not (tmp_path / "out" / "park-model" / "training.json").exists()
    told = load_predictor(tmp_path / "out" / "park-model").predict(tmp_path / "new.png")
    seen(opened, "outlines-share")

    visitor = open_tab()
    visitor.page.goto(html.as_uri())
    expect(visitor.page.get_by_role("heading", name="Where is the ball?")).to_be_visible()
    expect(visitor.page.get_by_text("Ready.")).to_be_visible()
    visitor.page.get_by_label("Choose a picture, or drop one here").set_input_files(tmp_path / "new.png")
    expect(visitor.page.get_by_role("listitem").first).to_contain_text(next(iter(told.shares)))


def a_mask_is_painted_and_taken_back(opened: Tab, project: OutlineProject) -> None:
    page = opened.page
    cards = page.get_by_role("list", name="Findings, most suspicious first").get_by_role("listitem")
    worst = cards.filter(has_text="scene04").first
    expect(worst.get_by_role("img")).to_be_visible()
    seen(opened, "outlines-clean")
    worst.focus()
    page.keyboard.press("o")
    stage = page.get_by_role("application", name="scene04")
    expect(stage).to_be_visible()
    expect(page.get_by_role("radio", name="the network")).to_be_visible()
    seen(opened, "outlines-mask")
    given = project.mask(project.picture("scene04"))

    page.get_by_role("radio", name="paint").check(force=True)
    page.get_by_role("radio", name="grass").check(force=True)
    page.get_by_label("Brush").fill("10")
    sheet = stage.locator(".ta-mask-sheet")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 2 / 64, box["y"] + box["height"] * 8 / 48)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 20 / 64, box["y"] + box["height"] * 8 / 48, steps=6)
    page.mouse.up()
    expect(page.get_by_role("button", name="Undo stroke")).to_be_enabled()
    page.keyboard.press("2")  # the ball, painted with the keys below the stroke
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "Space", "Control+z", "Control+y"):
        page.keyboard.press(key)
    expect(page.get_by_text("mask: ball").first).to_be_visible()
    seen(opened, "outlines-painted")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert").filter(has_text="not saved yet")).to_be_visible()
    assert_accessible(page, "something is not saved")
    page.get_by_role("button", name="Stay here").click()
    page.get_by_role("button", name="Save the mask").click()
    expect(page.get_by_text("scene04: the mask is corrected")).to_be_visible()
    now = project.mask(project.picture("scene04"))
    assert (given[8, 2:20] == 2).all() and (now[8, 2:20] == 0).all() and (now == 1).sum() > (given == 1).sum()

    page.get_by_role("button", name="Undo decision").click()
    expect(page.get_by_text("Taken back.").locator("visible=true")).to_be_visible()
    assert np.array_equal(project.mask(project.picture("scene04")), given)
    page.get_by_role("button", name="Redo decision").click()
    expect(page.get_by_text("Done again.").locator("visible=true")).to_be_visible()
    assert np.array_equal(project.mask(project.picture("scene04")), now)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("application", name="scene05")).to_be_visible()
    page.get_by_role("button", name="Right as it is").locator("visible=true").click()
    expect(page.get_by_text("scene05: right as it is.")).to_be_visible()
    page.get_by_role("button", name="All findings").click()
    expect(cards.filter(has_text="scene04")).to_have_count(0)
    assert_accessible(page, "outlines, back at the cards")
