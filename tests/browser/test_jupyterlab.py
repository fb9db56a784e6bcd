"""A page in a cell of the real JupyterLab, where letters are commands: `x` cuts a cell, `b` makes one."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from driving import DRAWN, Studio, Tab, wait_for
from made_texts import made_reviews, write_csv
from playwright.sync_api import Locator, Page, TimeoutError, expect
from tellapart.clean import open_review
from tellapart.store.project import open_project
from tellapart.texts import new_project
from tellapart_dashboards.app.launcher import PROJECT_VARIABLE

NOTEBOOK = Path(__file__).parents[2] / "dashboards" / "2_clean.ipynb"
COMMAND = [
    sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0", "--ServerApp.ip=127.0.0.1",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url=None",
]  # fmt: skip


CHOSEN = {
    "themes": {"theme": "JupyterLab Dark"},
    # its question whether news is wanted would come over the page at any moment
    "notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
}


@pytest.fixture(scope="module")
def lab(trained_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A JupyterLab with the notebooks, for a person who chose its dark theme and no news, and a project that was looked
    at."""
    tmp_path = tmp_path_factory.mktemp("lab")
    project_dir = Path(shutil.copytree(trained_project, tmp_path / "leaves"))
    with open_project(project_dir) as project:
        open_review(project)
    (tmp_path / "notebooks").mkdir()
    for notebook in NOTEBOOK.parent.glob("*.ipynb"):
        shutil.copy(notebook, tmp_path / "notebooks")
    chosen = tmp_path / "config" / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension"
    chosen.mkdir(parents=True)
    for name, settings in CHOSEN.items():
        (chosen / f"{name}.jupyterlab-settings").write_text(json.dumps(settings), "utf-8")
    log = tmp_path / "lab.log"
    folders = {f"JUPYTER_{name}_DIR": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    with log.open("wb") as output:
        process = subprocess.Popen(
            COMMAND,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=tmp_path / "notebooks",
            env={**os.environ, **folders, PROJECT_VARIABLE: str(project_dir)},
        )
    address = re.compile(r"http://127\.0\.0\.1:\d+/lab\?token=\w+")
    wait_for(lambda: process.poll() is not None or bool(address.search(log.read_text("utf-8"))))
    found = address.search(log.read_text("utf-8"))
    assert found, log.read_text("utf-8")
    studio = Studio(found.group().replace("/lab?", f"/doc/tree/{NOTEBOOK.name}?"), process, log)
    yield studio
    studio.end()


def run_cell(page: Page) -> Locator:
    """The only cell of the notebook, which has been told to run."""
    cell = page.locator(".jp-CodeCell")
    cell.locator(".jp-InputArea-editor").click()
    expect(page.get_by_text(re.compile(r"Python 3.*Idle"))).to_be_visible()
    cell.get_by_role("textbox").press("Control+Enter")  # whatever took the focus while the kernel started
    return cell


@pytest.mark.slow
def test_letters_in_the_page_are_no_commands_of_jupyterlab(lab: Studio, open_tab: Callable[..., Tab]) -> None:
    page = open_tab().page
    page.goto(lab.url)
    cell = run_cell(page)
    expect(cell.get_by_role("heading", name=re.compile(r"\d+ pictures? to review"))).to_be_visible()
    first = cell.locator(".ta-tile[aria-posinset='1']")
    expect(first.locator(".ta-chips > *").first).to_be_visible()
    first.focus()
    page.keyboard.press("x")
    expect(first).to_contain_text("none of these")
    for element in (first, cell.get_by_role("radio", name=re.compile("^all "))):
        element.focus()
        page.keyboard.press("b")  # nothing in the page, but a new cell in JupyterLab
    page.wait_for_function(DRAWN)
    expect(page.locator(".jp-Cell")).to_have_count(3)


@pytest.mark.slow
def test_a_page_is_as_dark_as_its_jupyterlab_and_leads_to_the_next(
    lab: Studio, open_tab: Callable[..., Tab]
) -> None:
    page = open_tab(scheme="light").page  # of the computer: what counts is what JupyterLab was told
    page.goto(lab.url.replace(NOTEBOOK.name, "3_train.ipynb"))
    cell = run_cell(page)
    expect(cell.get_by_role("heading", name=re.compile("% wrong"))).to_be_visible()
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)  # the title is said once
    expect(cell.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    with suppress(TimeoutError):  # a part may be there a moment before its colours
        page.wait_for_function(f"() => ({LIGHT_PARTS})().length === 0")
    assert page.evaluate(LIGHT_PARTS) == [], "a bright part in a dark JupyterLab"
    if folder := os.environ.get("TELLAPART_LOOK"):
        page.screenshot(path=f"{folder}/lab-dark.png")
    page.get_by_role("link", name="4_classify.ipynb").click()
    expect(page.get_by_role("link", name="5_share.ipynb")).to_be_visible()  # what that one leads on to


@pytest.mark.slow
def test_a_lesson_by_keyboard_is_as_dark_as_its_jupyterlab(lab: Studio, open_tab: Callable[..., Tab]) -> None:
    page = open_tab(scheme="light").page
    page.goto(lab.url.replace(NOTEBOOK.name, "learn_overfit.ipynb"))
    cell = page.locator(".jp-CodeCell")
    cell.locator(".jp-InputArea-editor").click()
    expect(page.get_by_text(re.compile(r"Python 3.*Idle"))).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(cell.get_by_role("heading", name="Learned, or learned by heart?")).to_be_visible()
    degree = cell.get_by_role("slider", name="Degree of the curve")
    degree.focus()
    page.keyboard.press("End")
    expect(cell.get_by_text("Degree 9: error 0.00")).to_be_visible()
    show = cell.get_by_role("button", name="Show the held-out points")
    show.focus()
    page.keyboard.press("Space")
    expect(cell.get_by_text("Too bendy")).to_be_visible()
    page.wait_for_function(DRAWN)
    assert page.evaluate(LIGHT_PARTS) == [], "a bright part in a dark JupyterLab"
    if folder := os.environ.get("TELLAPART_LOOK"):
        page.screenshot(path=f"{folder}/lab-lesson.png")
    page.get_by_role("link", name="learn_feedback.ipynb").click()
    expect(page.get_by_role("link", name="studio.ipynb")).to_be_visible()  # what that one leads on to


@pytest.mark.slow
def test_cards_of_texts_are_decided_with_keys_that_are_commands_of_jupyterlab(
    lab: Studio, open_tab: Callable[..., Tab]
) -> None:
    folder = lab.log.parent
    texts, labels, _ = made_reviews(120, n_wrong=4)
    new_project(folder / "reviews", write_csv(folder / "reviews.csv", texts, labels))
    notebook = (folder / "notebooks" / "studio.ipynb").read_text("utf-8")
    wanted = notebook.replace('project = \\"\\"', f'project = \\"{(folder / "reviews").as_posix()}\\"')
    (folder / "notebooks" / "texts.ipynb").write_text(wanted, "utf-8")
    page = open_tab(scheme="light").page
    page.goto(lab.url.replace(NOTEBOOK.name, "texts.ipynb"))
    cell = run_cell(page)
    expect(cell.get_by_role("heading", name="Ready to tell 2 labels apart")).to_be_visible()
    cell.get_by_role("tab", name="Clean").press("Enter")
    cards = cell.get_by_role("list", name="Findings, most suspicious first").get_by_role("listitem")
    expect(cards.first).to_contain_text("reads like")
    n = cards.count()
    cards.first.focus()
    page.keyboard.press("d")
    expect(cards).to_have_count(n - 1)
    page.keyboard.press("d")  # the second one cuts a cell in JupyterLab
    expect(cards).to_have_count(n - 2)
    page.keyboard.press("u")
    expect(cards).to_have_count(n - 1)
    expect(page.locator(".jp-Cell")).to_have_count(3)
    assert page.evaluate(LIGHT_PARTS) == [], "a bright part in a dark JupyterLab"
    if look := os.environ.get("TELLAPART_LOOK"):
        page.screenshot(path=f"{look}/lab-texts.png")


# parts of the page with a bright ground, or with dark letters on a dark one
LIGHT_PARTS = r"""() => {
  const light = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    return a < 0.5 ? null : (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
  };
  return [...document.querySelectorAll(".ta *")].filter((one) => one.checkVisibility() && !one.closest("svg")).filter((one) => {
    const style = getComputedStyle(one);
    const ground = light(style.backgroundColor);
    const isAccent = one.matches(".ta-primary, .ta-decided, [aria-pressed='true'], .ta-bar i, progress, button, canvas");
    const hasText = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    return (ground !== null && ground > 0.6 && !isAccent) || (hasText && ground === null && light(style.color) < 0.3);
  }).map((one) => `${one.tagName}.${one.className}`);
}"""
