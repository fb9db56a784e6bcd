"""Addresses of pictures on the Gather page, without a browser: typed, pasted, and taken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from acting import one, settled, text_of
from ipywidgets import Button, Combobox, Textarea
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.gather.view import GatherState, gather_view
from tellapart_dashboards.widgets.upload.upload import UploadWidget


async def gather_page(project_dir: Path, start: Any) -> Any:
    view = gather_view(GatherState(ProjectState(project_dir), start_run=start))
    await settled()
    return view


async def test_addresses_that_are_typed_while_others_are_taken_stay(
    empty_project_dir: Path, start: Any, started: list[Any]
) -> None:
    page = await gather_page(empty_project_dir, start)
    field = one(page, Textarea, "addresses")
    one(page, Combobox).set_state({"value": "robin"})
    field.set_state({"value": "https://e.org/1.jpg"})
    one(page, Button, "Download").click()
    # before that press was heard to the end
    field.set_state({"value": "https://e.org/1.jpg\nhttps://e.org/2"})
    await settled()
    assert len(started) == 1 and field.value.endswith("/2")


async def test_pasted_addresses_go_where_they_belong(project_dir: Path, start: Any) -> None:
    page = await gather_page(project_dir, start)
    await one(page, UploadWidget)._answer({"t": "addresses", "text": "https://e.org/1.jpg"}, [])
    assert one(page, Textarea).value == "https://e.org/1.jpg" and "Give them a label" in text_of(page)


async def test_all_addresses_of_a_line_are_wanted(
    empty_project_dir: Path, start: Any, started: list[Any]
) -> None:
    page = await gather_page(empty_project_dir, start)
    one(page, Combobox).set_state({"value": "robin"})
    lines = "# mine, from e.org\nhttps://e.org/1.jpg https://e.org/2.jpg\n\nhttps://e.org/3.jpg"
    one(page, Textarea, "addresses").set_state({"value": lines})
    one(page, Button, "Download").click()
    await settled()
    assert [config["limit"] for _, config in started] == [3]
