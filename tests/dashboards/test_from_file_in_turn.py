"""Files that are given one after another, and what goes wrong while one is looked at."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from acting import settled
from made_texts import made_reviews, write_csv
from tellapart_dashboards.pages.projects.from_file import FromFile
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
