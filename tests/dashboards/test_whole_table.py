"""A whole table on the Classify page of things: taken, answered, stopped, answered again by another column."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from acting import is_shown, one, settled, text_of, upload
from ipywidgets import Button, Dropdown
from tellapart.kinds.answered import AnsweredRows
from tellapart.progress import Doing, Progress, Step
from tellapart_dashboards.pages.kinds.whole_table.state import WholeTable
from tellapart_dashboards.pages.kinds.whole_table.view import whole_table_view
from tellapart_dashboards.widgets.download.download import Download
from tellapart_dashboards.widgets.upload.upload import UploadWidget


class Answering:
    """Answers when it may, and says where it is."""

    def __init__(self) -> None:
        self.is_at_work, self.may_end = threading.Event(), threading.Event()
        self.columns: list[str] = []

    def __call__(self, _: Any, source: Path, out: Path, column: str, progress: Progress) -> AnsweredRows:
        self.columns.append(column)
        progress(0, 4, Doing(Step.CHECKING, "0 of 4 rows"))
        self.is_at_work.set()
        assert self.may_end.wait(60)
        progress(3, 4, Doing(Step.CHECKING, "3 of 4 rows"))
        if source.stem == "bad":
            raise ValueError("no table")
        out.write_text("text,predicted\n")
        return AnsweredRows({"<good>": 3, "bad": 1}, 1, column or "text", ("text", "id"))


@pytest.fixture
def answering() -> Answering:
    return Answering()


@pytest.fixture
def table(tmp_path: Path, answering: Answering) -> WholeTable:
    training = SimpleNamespace(project_dir=str(tmp_path), trained=SimpleNamespace(predictor=None))
    return WholeTable(training, answering)  # type: ignore[arg-type]


async def test_a_table_is_answered_and_saved_and_again_by_another_column(
    table: WholeTable, answering: Answering
) -> None:
    answering.may_end.set()
    view = whole_table_view(table, "text", ".csv")
    save, column = one(view, Download), one(view, Dropdown)
    assert not is_shown(view, save)
    await upload(view, {"in.csv": b"text,id\n"})
    said = text_of(view)
    assert "4 texts of in.csv classified. 1 text (25 %) with something that could not be used" in said
    assert "&lt;good&gt;" in said and "<good>" not in said
    assert is_shown(view, save) and save.file_name == "in-answers.csv"
    assert (column.options, column.value, answering.columns) == (("text", "id"), "text", [""])
    answering.is_at_work.clear()
    answering.may_end.clear()
    column.value = "id"
    await asyncio.to_thread(answering.is_at_work.wait, 60)
    assert column.disabled, "what is chosen meanwhile would not be answered"
    answering.may_end.set()
    await settled()
    assert not column.disabled
    assert (
        answering.columns == ["", "id"] and table.answered is not None and table.answered.rows.column == "id"
    )
    await upload(view, {"bad.csv": b"x"}, "c")
    assert "no table" in text_of(view) and not is_shown(view, save) and save.file_name == ""
    assert [one.name for one in table.uploads_dir.iterdir()] == ["c"]  # what was given before is gone


async def test_a_large_one_can_be_stopped(table: WholeTable, answering: Answering) -> None:
    view = whole_table_view(table, "row", ".csv")
    cancel = one(view, Button, "Cancel")
    files = [{"id": 0, "path": "in.csv", "size": 4}]
    await one(view, UploadWidget).receive({"t": "whole", "batch": "b", "files": files}, [b"a,b\n"])
    await asyncio.to_thread(answering.is_at_work.wait, 60)
    assert is_shown(view, cancel) and "0 of 4 rows" in text_of(view)
    cancel.click()
    assert "Stopping …" in text_of(view)
    answering.may_end.set()
    await settled()
    assert table.problem == "Stopped; nothing was saved." and table.answered is None
    assert not is_shown(view, cancel)
