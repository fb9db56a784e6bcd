"""A person's projects in the studio: three doors into an empty one, the list, two tabs with two projects."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from driving import Tab, wait_for
from looks import seen, to_list
from playwright.sync_api import Locator, Page, expect
from tellapart.gather import take_in
from tellapart.store.project import DB_NAME, create_project
from tellapart.store.sqlite.glance import glance
from tellapart.workspace.changing import make_project
from tellapart.workspace.listing import project_called

Open = Callable[..., Tab]


def listed(page: Page, name: str) -> Locator:
    """The row of a project."""
    return page.get_by_role("list", name="Projects").get_by_role("listitem").filter(
        has=page.get_by_role("link", name=name, exact=True)
    )  # fmt: skip


def test_projects_are_made_renamed_deleted_brought_back_and_kept_apart(
    opened: Tab, workspace: Path, leaves: Path, open_tab: Open, tmp_path: Path
) -> None:
    an_empty_project_has_three_doors_for_keys_and_fingers(opened)
    the_third_door_opens_the_sample_which_is_a_project_of_its_own(opened, workspace)
    the_list_makes_renames_and_brings_back(opened, workspace)
    two_tabs_show_two_projects_and_nothing_of_one_another(opened, workspace, leaves, open_tab)
    what_is_gone_or_never_was_is_said(opened, workspace, tmp_path)
    the_one_that_is_open_may_be_deleted_and_brought_back(opened, workspace)


def an_empty_project_has_three_doors_for_keys_and_fingers(opened: Tab) -> None:
    page = opened.page
    doors = page.get_by_role("group", name="Begin with").get_by_role("button")
    expect(doors).to_have_count(3)
    doors.nth(0).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="choose files")).to_be_focused()
    doors.nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("What do you want to tell apart?")).to_be_focused()
    seen(opened, "doors")
    page.evaluate("document.activeElement.blur()")
    opened.picture("doors")


def the_third_door_opens_the_sample_which_is_a_project_of_its_own(opened: Tab, workspace: Path) -> None:
    page = opened.page
    opened.look()
    page.get_by_role("button", name="Try the sample").click()
    page.wait_for_url(re.compile(r"\?project=sample"))
    expect(page.get_by_role("button", name="sample")).to_be_visible()
    page.get_by_role("tab", name="Gather").click()
    wait_for(lambda: _n_pictures(workspace / "sample") > 150, timeout_s=600)  # drawn by a process of its own
    expect(page.get_by_role("heading", name=re.compile(r"\d+ pictures, 4 labels"))).to_be_visible()
    assert _n_pictures(workspace / "my-project") == 0


def _n_pictures(root: Path) -> int:
    return glance(root / DB_NAME).n_pictures


def the_list_makes_renames_and_brings_back(opened: Tab, workspace: Path) -> None:
    page = opened.page
    to_list(page, "sample")
    assert page.url.endswith("#projects")
    expect(listed(page, "sample")).to_contain_text("drawn leaves")
    expect(page.get_by_role("link", name="sample", exact=True)).to_have_attribute("aria-current", "page")
    field = page.get_by_label("New project")
    field.fill("bears/2024")
    field.press("Enter")
    expect(page.get_by_role("status").filter(has_text="holds a slash")).to_contain_text("'bears-2024'")
    expect(field).to_be_focused()
    field.fill("brown bears")
    field.press("Enter")
    page.wait_for_url(re.compile(r"\?project=brown%20bears"))
    expect(page.get_by_role("group", name="Begin with")).to_be_visible()

    to_list(page, "brown bears")
    rename = page.get_by_role("button", name="Rename: brown bears")
    rename.press("Enter")
    name = page.get_by_label("New name of brown bears")
    expect(name).to_be_focused()
    name.press("Escape")
    expect(rename).to_be_focused()
    rename.press("Enter")
    name.fill("SAMPLE")
    name.press("Enter")
    expect(page.get_by_text("is kept for the sample project")).to_be_visible()
    rename.press("Enter")
    name.fill("black bears")
    name.press("Enter")
    page.wait_for_url(re.compile(r"\?project=black%20bears#projects"))
    expect(listed(page, "black bears")).to_contain_text("open")
    assert not (workspace / "brown bears").exists()

    page.get_by_role("button", name="Delete: my-project").press("Enter")
    undo = page.get_by_role("button", name="Undo", exact=True)
    expect(undo).to_be_focused()
    expect(listed(page, "my-project")).to_have_count(0)
    seen(opened, "projects")
    page.evaluate(  # as it stands there for a person, and not for a test
        "place => { const lead = document.querySelector('.ta-lead'); lead.textContent = lead.textContent.replace(place, "
        "'~/tellapart-projects'); }",
        str(workspace),
    )
    opened.picture("projects")
    opened.look()
    undo.press("Enter")
    expect(listed(page, "my-project")).to_have_count(1)
    page.get_by_role("button", name="Duplicate: sample").press("Enter")
    expect(listed(page, "sample copy")).to_contain_text("4 labels")


def two_tabs_show_two_projects_and_nothing_of_one_another(
    opened: Tab, workspace: Path, leaves: Path, open_tab: Open
) -> None:
    with create_project(workspace / "few leaves") as project:
        take_in(project, leaves)
    first = opened.page
    first.goto(f"{first.url.split('?')[0]}?project=black%20bears")
    expect(first.get_by_role("group", name="Begin with")).to_be_visible()
    other = open_tab()
    second = other.page
    second.goto(f"{first.url.split('?')[0]}?project=few%20leaves#gather")
    expect(second.get_by_role("heading", name=re.compile(r"\d\d pictures, 4 labels"))).to_be_visible()
    first.get_by_label("What do you want to tell apart?").fill("grizzly")
    first.keyboard.press("Enter")
    expect(first.get_by_role("listitem", name="grizzly")).to_be_visible()
    expect(second.get_by_role("listitem", name="grizzly")).to_have_count(0)
    expect(first.get_by_role("listitem", name="oak")).to_have_count(0)
    expect(first.get_by_role("button", name="black bears")).to_be_visible()
    expect(second.get_by_role("button", name="few leaves")).to_be_visible()
    second.reload()
    expect(second.get_by_role("heading", name=re.compile(r"\d\d pictures, 4 labels"))).to_be_visible()


def what_is_gone_or_never_was_is_said(opened: Tab, workspace: Path, tmp_path: Path) -> None:
    page = opened.page
    to_list(page, "black bears")
    expect(listed(page, "few leaves")).to_have_count(1)
    project_called(workspace, "few leaves").rename(tmp_path / "elsewhere")
    # the page may notice at any moment, so a person presses either the button of a project that is gone or nothing
    pressed = page.get_by_role("button", name="Delete: few leaves").evaluate_all(PRESS_ALL)
    if pressed:
        expect(page.get_by_role("status").filter(has_text="deleted meanwhile")).to_be_visible()
    expect(listed(page, "few leaves")).to_have_count(0)
    for query, said in (
        ("project=few%20leaves", "There is no project"),
        ("project=..%2F..", "is not the name of a"),
    ):
        page.goto(f"{page.url.split('?')[0]}?{query}")
        expect(page.get_by_text(said)).to_be_visible()
        expect(listed(page, "black bears")).to_be_visible()
        expect(page.get_by_role("tab")).to_have_count(0)
    page.get_by_role("link", name="black bears", exact=True).click()
    expect(page.get_by_role("button", name="black bears")).to_be_visible()


PRESS_ALL = "all => { all.forEach((one) => one.click()); return all.length; }"


def the_one_that_is_open_may_be_deleted_and_brought_back(opened: Tab, workspace: Path) -> None:
    """Also by a press during which the list becomes another one."""
    page = opened.page
    to_list(page, "black bears")
    page.get_by_role("button", name="Delete: black bears").click()
    expect(page.get_by_text("No project is open")).to_be_visible()
    page.get_by_role("button", name="Bring back: black bears").focus()
    page.keyboard.down("Space")
    make_project(workspace, "owls")
    expect(listed(page, "owls")).to_be_visible()
    page.keyboard.up("Space")
    page.get_by_role("link", name="black bears", exact=True).click()
    expect(page.get_by_role("tab", name="Gather")).to_be_visible()
