"""Files that are given one after another, what goes wrong while one is looked at, and what is left when that is stopped."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from acting import is_shown, one, settled, text_of
from ipywidgets import Button
from made_texts import made_reviews, write_csv
from tellapart.workspace.changing import make_project
from tellapart_dashboards.pages.projects.from_file import FromFile
from tellapart_dashboards.pages.projects.from_file_view import from_file_view
from tellapart_dashboards.pages.tables import door as tables_door
from tellapart_dashboards.pages.texts import door as texts_door
from tellapart_dashboards.widgets.upload.upload import UploadedFile


@pytest.fixture
def state(tmp_path: Path) -> FromFile:
    return FromFile(tmp_path / "projects", lambda root: None)


def give(state: FromFile, name: str) -> Path:
    """The file that a browser has sent, in a batch of its own."""
    texts, labels, _ = made_reviews(40, n_wrong=0)
    (state.uploads_dir / name / "loose").mkdir(parents=True)
    file = write_csv(state.uploads_dir / name / "loose" / f"{name}.csv", texts, labels)
    state.take_upload(state.uploads_dir / name, [UploadedFile(file, file.name, (), file.stat().st_size)])
    return file


async def test_a_file_given_while_a_project_is_made_takes_nothing_away_from_it(
    state: FromFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_making, may_end, was_there = threading.Event(), threading.Event(), []

    def make(_root: Path, source: Path, _chosen: dict[str, str]) -> None:
        is_making.set()
        may_end.wait(60)
        was_there.append(source.is_file())

    monkeypatch.setattr(texts_door, "make", make)
    first = give(state, "first")
    await settled()
    state.make({})
    await asyncio.to_thread(is_making.wait, 60)
    second = give(state, "second")
    state.drop()
    for _ in range(3):
        await asyncio.sleep(0)
    assert state.source == first, "the second one waits"
    may_end.set()
    await settled()
    assert was_there == [True] and not first.exists()
    assert state.source == second and state.name == "second" and second.exists() and not state.is_busy


async def test_whatever_goes_wrong_while_a_file_is_taken_for_something_else_the_page_goes_on(
    state: FromFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offer(_source: Path) -> None:
        raise MemoryError("too many columns")

    monkeypatch.setattr(tables_door, "offer", offer)
    give(state, "reviews")
    await settled()
    state.take_for("tables")
    await settled()
    assert not state.is_busy and state.kind == "texts" and state.offer is not None
    assert "MemoryError: too many columns" in state.problem


class Slow:
    """Stands in for work of a door: it goes on until it may end."""

    def __init__(self, work: Callable[..., object]) -> None:
        self._work = work
        self.is_at_it, self.may_end, self.has_ended = (threading.Event() for _ in range(3))

    def __call__(self, *values: object) -> object:
        self.is_at_it.set()
        assert self.may_end.wait(60)
        try:
            return self._work(*values)
        finally:
            self.has_ended.set()


async def test_a_look_that_is_stopped_ends_at_once_and_the_next_file_is_looked_at(
    state: FromFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, offer = Slow(texts_door.offer), texts_door.offer
    monkeypatch.setattr(texts_door, "offer", slow)
    view = from_file_view(state)
    cancel = one(view, Button, "Cancel")
    first = give(state, "first")
    await asyncio.to_thread(slow.is_at_it.wait, 60)
    assert is_shown(view, cancel) and "Looking at “first.csv” …" in text_of(view)
    cancel.click()
    await settled()
    assert not slow.has_ended.is_set() and not state.is_busy and state.offer is None and not state.problem
    assert not first.exists() and not is_shown(view, cancel)
    monkeypatch.setattr(texts_door, "offer", offer)
    second = give(state, "second")
    await settled()
    slow.may_end.set()
    await asyncio.to_thread(slow.has_ended.wait, 60)
    await settled()
    assert state.source == second and state.offer is not None, "what the first look brought is lost"


async def test_a_project_that_is_stopped_while_it_is_made_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []
    state = FromFile(tmp_path / "projects", made.append)
    slow = Slow(texts_door.make)
    monkeypatch.setattr(texts_door, "make", slow)
    give(state, "first")
    await settled()
    state.make({})
    await asyncio.to_thread(slow.is_at_it.wait, 60)
    assert state.is_busy and "Making “first” of “first.csv” …" in state.doing
    state.cancel()
    await settled()
    assert not state.is_busy and state.offer is not None, "another try is a press away"
    make_project(state.workspace, "meanwhile")  # nobody waits for what was stopped
    slow.may_end.set()
    await asyncio.to_thread(slow.has_ended.wait, 60)
    while {one.name for one in state.workspace.iterdir()} != {".uploads", ".lock", "meanwhile"}:
        await asyncio.sleep(0.01)
    monkeypatch.setattr(texts_door, "make", slow._work)
    state.make({})
    await settled()
    assert made == [state.workspace / "first"] and made[0].is_dir()
