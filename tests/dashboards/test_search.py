"""The rows of labels and the searches for them, without a browser and without the web."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from acting import every, hold, pictures_of, say, settled, text_of
from make_data import make_tiny_folder
from tellapart.gather import take_in
from tellapart.gather.sources.commons import NEEDS_CONTACT
from tellapart.licences import UNKNOWN
from tellapart.store.journal import Mark, Remove
from tellapart.store.ledger import LedgerRow
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.gather.credits import MOST_ROWS, OriginsState, ledger_html, origins_view
from tellapart_dashboards.pages.gather.search_state import SearchState
from tellapart_dashboards.pages.gather.state import GatherState
from tellapart_dashboards.pages.gather.view import gather_view
from tellapart_dashboards.widgets.label_rows.label_rows import LabelRows


async def test_the_field_that_wikimedia_asks_for_is_there_by_its_name(empty_project_dir: Path) -> None:
    view = gather_view(GatherState(ProjectState(empty_project_dir)))
    named = {getattr(widget, "description", "") for widget in every(view)}
    field, fold = re.findall("“(.+?)”", NEEDS_CONTACT)
    assert {field, fold} <= named


@pytest.fixture
def state(empty_project_dir: Path, start: Any) -> SearchState:
    return SearchState(ProjectState(empty_project_dir), start_run=start)


async def test_labels_typed_are_rows_at_once_and_after_a_reload(
    state: SearchState, empty_project_dir: Path
) -> None:
    await state.wish("add", {"text": "grizzly, black bear"})
    await settled()
    await state.wish("query", {"label": "black bear", "text": "ursus americanus"})
    await settled()
    again = SearchState(ProjectState(empty_project_dir)).rows
    assert [(row["label"], row["query"], row["n"]) for row in again] == [
        ("grizzly", "", 0), ("black bear", "ursus americanus", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("add", {"text": " ,"}, "No name given"),
        ("rename", {"label": "grizzly", "to": ""}, "A label is empty"),
        ("rename", {"label": "grizzly", "to": "BLACK bear"}, "merge"),
        ("merge", {"label": "grizzly", "into": "nothing"}, "cannot be merged"),
    ],
)
async def test_a_wish_that_cannot_be_is_said(
    state: SearchState, name: str, values: dict[str, Any], words: str
) -> None:
    await state.wish("add", {"text": "grizzly, black bear"})
    await settled()
    await state.wish(name, values)
    await settled()
    assert words in state.problem and len(state.rows) == 2
    await state.wish("add", {"text": "teddy"})
    await settled()
    assert state.problem == ""


async def test_gather_and_clean_undo_the_same_latest_thing(state: SearchState) -> None:
    """Rename a label, undo something in Clean, and Gather's undo works; each time its button says what comes next."""
    journal = state.project.project.journal
    await state.wish("add", {"text": "oak"})
    assert state.undo_text == "", "a label that is only wanted can be removed as it came"
    await state.wish("rename", {"label": "oak", "to": "elm"})
    assert state.undo_text == "Undo: rename label oak → elm"
    picture = take_one_in(state)
    journal.decide(Remove(picture))  # as the Clean page does it in the same kernel
    await state.poll()
    assert state.undo_text == "Undo: remove, 1 picture"
    journal.decide(Mark(picture, "keep"))
    assert not await state.wish("undo", {}), (
        "the page has not said so yet: nothing else is taken back than it offered"
    )
    assert "decided in the meantime" in state.problem and state.undo_text == "Undo: keep, 1 picture"
    assert journal.undo()[0].kind == "mark" and journal.undo()[0].kind == "remove"  # on the Clean page
    await state.poll()
    assert state.undo_text == "Undo: rename label oak → elm"
    assert await state.wish("undo", {}) and [row["label"] for row in state.rows] == ["oak", "circle"]
    assert state.undo_text == "" and not journal.can_undo()
    journal.redo()
    await state.poll()
    assert state.undo_text == "Undo: rename label oak → elm" and state.rows[0]["label"] == "elm"


def take_one_in(state: SearchState) -> str:
    folder = Path(state.project_dir).parent / "one"
    make_tiny_folder(folder, ("circle",), 1)
    take_in(state.project.project, folder)
    return state.project.project.manifest.pictures()[0].image_id


async def test_a_page_that_sends_nonsense_changes_nothing(state: SearchState) -> None:
    rows = LabelRows(state.wish)
    for message in ({}, {"t": ""}, {"t": "delete everything", "label": "x"}):
        await rows.receive(message)
        await settled()
    assert state.rows == [] and state.problem == ""


async def test_a_search_is_one_run_for_all_labels(state: SearchState, started: list[Any]) -> None:
    await state.wish("add", {"text": "grizzly, teddy, elk"})
    await settled()
    await state.wish("query", {"label": "teddy", "text": "teddy bear"})
    await settled()
    state.source, state.licence, state.limit, state.contact = (
        "openverse",
        "commercial",
        30,
        " me@example.org ",
    )
    await state.wish("search", {"labels": ["grizzly", "teddy"]})
    await settled()
    ((task, config),) = started
    assert task == "gather" and config == {
        "searches": [{"label": "grizzly", "query": "grizzly"}, {"label": "teddy", "query": "teddy bear"}],
        "source": "openverse", "licence": "commercial", "kind": "any", "limit": 30, "contact": "me@example.org",
        "is_held": True,
    }  # fmt: skip
    await state.wish("search", {"labels": ["elk"]})
    await settled()
    assert len(started) == 1, "a second search waits until the first is over"


async def test_each_row_follows_its_own_search(state: SearchState) -> None:
    await state.wish("add", {"text": "grizzly, teddy, elk"})
    await settled()
    await state.wish("search", {"labels": ["grizzly", "teddy"]})
    await settled()
    assert state.run is not None
    facts = {"label": "teddy", "n": 15, "limit": 60}
    say(state.run.run_dir, done=1250, total=2000, step="searching", message="15 of 60 pictures", facts=facts)
    await state.poll()
    await settled()
    assert state.is_searching
    grizzly, teddy, elk = state.rows
    assert (grizzly["status"], grizzly["progress"]) == ("searched", -1)
    assert teddy["status"] == "15 of 60 pictures" and teddy["progress"] == pytest.approx(0.25)
    assert (elk["status"], elk["progress"]) == ("", -1)

    report = {"label": "teddy", "sentence": "40 asked, 38 added", "n_refused": {"too small": 2},
              "refusals": [{"url": "https://e.org/<b>", "reason": "20 × 20 pixels"}],
              "sources": [{"sentence": "Openverse found 40."}], "notes": []}  # fmt: skip
    failed = {"label": "grizzly", "kind": "failed", "sentence": "No source answered."}
    (state.run.run_dir / "result.json").write_text(json.dumps({"searches": [failed, report]}), "utf-8")
    say(state.run.run_dir, stage="done", message="done")
    await state.poll()
    await settled()
    grizzly, teddy, _ = state.rows
    assert grizzly["kind"] == "failed" and teddy["more"] == ["Openverse found 40."]
    assert teddy["status"] == "40 asked, 38 added." and not state.is_searching


async def test_pasted_addresses_are_a_search_of_their_own(state: SearchState, started: list[Any]) -> None:
    assert await state.fetch_addresses(" https://e.org/1.jpg\n\nhttps://e.org/2.jpg", " robin ")
    ((task, config),) = started
    path = Path(config["source"])
    assert task == "gather" and config["searches"] == [{"label": "robin", "query": ""}] and config["is_held"]
    assert path.read_text("utf-8") == "https://e.org/1.jpg\nhttps://e.org/2.jpg\n"
    assert [row["label"] for row in state.rows] == ["robin"]
    assert not await state.fetch_addresses("https://e.org/3.jpg", "robin") and "is running" in state.problem


@pytest.mark.parametrize(
    ("text", "label", "words"),
    [
        ("", "robin", "no address"),
        ("robin.jpg", "robin", "no address"),
        ("https://e.org/1.jpg", " ", "label is empty"),
    ],
)
async def test_what_cannot_be_fetched_is_said(
    state: SearchState, started: list[Any], text: str, label: str, words: str
) -> None:
    assert not await state.fetch_addresses(text, label)
    assert words in state.problem and started == []


async def test_refusals_are_told_with_reasons(project_dir: Path, fake_run: Any) -> None:
    refusals = [{"url": "https://e.org/<b>", "reason": "20 × 20 pixels"}]
    report = {
        "label": "<i>cat</i>",
        "sentence": "1 asked",
        "n_refused": {"too small": 1},
        "refusals": refusals,
    }
    fake_run(project_dir, "gather", "done", result={"searches": [report], "sentence": "done"})
    shown = text_of(gather_view(GatherState(ProjectState(project_dir))))
    assert (
        "1 picture of “&lt;i&gt;cat&lt;/i&gt;” not added" in shown
        and "https://e.org/&lt;b&gt;: 20 × 20" in shown
    )


async def test_held_pictures_are_shown_and_kept_but_those_without_a_tick(
    empty_project_dir: Path, tiny_folder: Path
) -> None:
    hold(empty_project_dir, "robin", pictures_of(tiny_folder, 5))
    state = SearchState(ProjectState(empty_project_dir))
    state.begin()
    await settled()
    held = state.held["robin"]
    assert len(held["ids"]) == len(held["jpegs"]) == 5 and all(held["jpegs"])
    assert held["marks"] == [""] * 5
    assert held["names"][0] == "<i>0</i>, CC0-1.0, openverse"
    await state.wish("keep", {"label": "robin", "without": [held["ids"][0], 10**9]})
    await settled()
    assert state.project.counts == {"robin": 4}
    assert state.held == {} and state.rows[0]["n_held"] == 0


async def test_none_of_the_held_pictures_are_kept(empty_project_dir: Path, tiny_folder: Path) -> None:
    hold(empty_project_dir, "robin", pictures_of(tiny_folder, 3))
    state = SearchState(ProjectState(empty_project_dir))
    await state.wish("discard", {"label": "robin"})
    await settled()
    assert state.project.counts == {} and state.held == {}


# Where the pictures come from


async def test_the_ledger_is_read_only_when_it_is_opened(project_dir: Path) -> None:
    state = OriginsState(ProjectState(project_dir))
    view = origins_view(state)
    await settled()
    assert state.rows == []
    view.children[0].value = True
    await settled()
    assert "12 of 12 pictures" in text_of(view) and "have no known licence" in text_of(view)
    state.use = "commercial"
    await settled()
    assert state.n_allowed == 0 and "0 of 12 pictures" in text_of(view)


async def test_the_credits_are_written_beside_the_database(project_dir: Path) -> None:
    state = OriginsState(ProjectState(project_dir))
    state.write()
    await settled()
    assert (
        "CREDITS.md" in state.message and (project_dir / "credits.csv").read_text("utf-8").count("\n") >= 12
    )


def test_authors_are_told_as_text(project_dir: Path) -> None:
    shown = ledger_html([LedgerRow(UNKNOWN, "<script>", 3)] * (MOST_ROWS + 2), 3)
    assert "&lt;script&gt;" in shown and "<script>" not in shown and "and 2 more rows" in shown
