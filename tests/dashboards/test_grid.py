"""The grid's messages, as its page sends and gets them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from acting import in_page
from tellapart.errors import ProjectError
from tellapart_dashboards.app.thumbnails import Thumbnails, ThumbnailSupply, Wanted
from tellapart_dashboards.widgets.choices.choices import Choices
from tellapart_dashboards.widgets.grid.grid import Grid
from tellapart_dashboards.widgets.looking.looking_widget import Alike, Facts, Outcome
from tellapart_dashboards.widgets.map.map import EmbeddingMap
from traitlets import TraitError


class FakeDesk:
    """A desk without a project: picture n has the label "<n>"."""

    def __init__(self, project_dir: Path) -> None:
        self.project_dir = str(project_dir)
        self.done: list[tuple[str, str, list[int]]] = []

    def tiles(self, keys: Sequence[int]) -> list[dict[str, Any]]:
        return [{"key": key, "label": f"<{key}>", "chips": [], "said": "", "decided": ""} for key in keys]

    def pictures(self, keys: Sequence[int]) -> list[Wanted]:
        return [(key, f"{key:064x}", f"images/{key}.png") for key in keys]

    def near(self, key: int) -> list[Alike]:
        return [Alike("0" * 64, "images/other.png", "hat", "93 % alike")]

    def facts(self, key: int) -> Facts | None:
        return None if key > 9 else Facts((key, "1" * 64, "images/1.png"), "1.png", ("Blurred.",))

    async def decide(self, action: str, label: str, keys: Sequence[int]) -> Outcome:
        for _ in range(20 if action == "remove" else 1):
            await asyncio.sleep(0)  # whoever does not wait for its turn passes by
        if action == "fail":
            raise ProjectError("The disk is full.")
        self.done.append((action, label, list(keys)))
        return Outcome(f"{len(keys)} done")

    async def undo(self) -> Outcome:
        return Outcome("Undone.", keys=(1,))

    async def redo(self) -> Outcome:
        return Outcome("Nothing to redo.")


class Wired(Grid):
    """A grid whose messages to the page are kept."""

    def __init__(self, desk: FakeDesk) -> None:
        self.sent: list[tuple[dict[str, Any], list[bytes]]] = []
        super().__init__(desk)

    def send(self, content: dict[str, Any], buffers: Any = None) -> None:
        self.sent.append((content, list(buffers or [])))


def say(grid: Grid, message: dict[str, Any], buffers: Sequence[bytes] = ()) -> None:
    """What the page sends."""
    grid._handle_custom_msg(message, list(buffers))


@pytest.fixture
def grid(project_dir: Path) -> Wired:
    return Wired(FakeDesk(project_dir))


def test_a_hundred_thousand_pictures_are_one_small_message(grid: Wired) -> None:
    grid.show(np.arange(100_000), is_other=True)
    assert (len(grid.order), grid.sheet) == (400_000, 1)
    grid.show(np.arange(100_000)[::-1], is_other=False)
    assert grid.sheet == 1 and np.frombuffer(grid.order, "<u4")[0] == 99_999


def test_words_come_with_the_version_they_were_asked_for(grid: Wired) -> None:
    in_page(_say(grid, {"t": "tiles", "keys": [7, 8], "version": 3}))
    message, _ = grid.sent[0]
    assert [tile["label"] for tile in message["tiles"]] == ["<7>", "<8>"]
    assert (message["version"], message["seq"]) == (3, 0)


async def _say(grid: Grid, *messages: dict[str, Any], keys: Sequence[int] = (1, 2)) -> None:
    for message in messages:
        say(grid, message, [np.array(keys, "<u4").tobytes()] if message["t"] == "decide" else [])


def test_decisions_are_carried_out_in_the_order_they_were_made(grid: Wired) -> None:
    decide = {"t": "decide", "label": ""}
    in_page(_say(grid, {**decide, "seq": 1, "action": "remove"}, {**decide, "seq": 2, "action": "keep"}))
    assert [one[0] for one in grid._desk.done] == ["remove", "keep"]  # type: ignore[attr-defined]
    assert [(message["seq"], message["is_done"]) for message, _ in grid.sent] == [(1, True), (2, True)]


def test_a_decision_that_fails_is_told_with_its_reason(grid: Wired) -> None:
    in_page(_say(grid, {"t": "decide", "seq": 5, "action": "fail", "label": ""}))
    message, _ = grid.sent[0]
    assert (message["is_done"], message["seq"], message["text"]) == (False, 5, "The disk is full.")


def test_undo_and_redo_answer_with_what_changed(grid: Wired) -> None:
    in_page(_say(grid, {"t": "step", "kind": "undo", "seq": 1}, {"t": "step", "kind": "redo", "seq": 2}))
    assert [(message["text"], message["keys"]) for message, _ in grid.sent] == [
        ("Undone.", [1]),
        ("Nothing to redo.", []),
    ]


def test_a_message_that_makes_no_sense_is_answered_in_words(grid: Wired) -> None:
    in_page(_say(grid, {"t": "tiles"}, {"t": "near"}, {"t": "large", "key": 99}, {"t": "dance"}))
    assert all(message["is_done"] is False and message["text"] for message, _ in grid.sent)


def test_a_large_picture_comes_with_what_is_known(grid: Wired) -> None:
    in_page(_say(grid, {"t": "large", "key": 3}))
    message, buffers = grid.sent[0]
    assert message["facts"]["reasons"] == ("Blurred.",) and message["tile"]["label"] == "<3>"
    assert buffers == [b""], "a picture that is gone is an empty one"


def test_thumbnails_that_were_scrolled_past_are_not_made(project_dir: Path) -> None:
    made: list[str] = []
    started = threading.Event()
    go_on = threading.Event()

    class Slow(Thumbnails):
        def one(self, image_id: str, path: str) -> bytes:
            made.append(image_id)
            started.set()
            go_on.wait()
            return b"jpeg"

    sent: list[int] = []
    supply = ThumbnailSupply(lambda side, numbers, jpegs: sent.extend(numbers))
    slow = Slow(project_dir)

    async def scroll() -> None:
        first = asyncio.create_task(supply.want(slow, [(n, f"old{n}", "") for n in range(400)]))
        await asyncio.to_thread(started.wait)
        second = asyncio.create_task(supply.want(slow, [(n, f"new{n}", "") for n in range(1000, 1004)]))
        await asyncio.sleep(0.01)
        go_on.set()
        await asyncio.gather(first, second)

    asyncio.run(scroll())
    assert {1000, 1001, 1002, 1003} <= set(sent)
    assert len([one for one in made if one.startswith("old")]) <= supply.AT_ONCE * supply.N_WORKERS


def test_small_messages_hold_the_thumbnails(grid: Wired, project_dir: Path) -> None:
    in_page(_say(grid, {"t": "thumbnails", "keys": list(range(40)), "side": 240}))
    assert sorted(key for message, _ in grid.sent for key in message["keys"]) == list(range(40))
    assert max(len(message["keys"]) for message, _ in grid.sent) <= ThumbnailSupply.AT_ONCE
    assert {message["side"] for message, _ in grid.sent} == {240}


def test_only_what_is_offered_can_be_chosen() -> None:
    choices = Choices(options=[{"key": "", "label": "all", "n": "2"}])
    with pytest.raises(TraitError, match="not offered"):
        choices.chosen = "elsewhere"


def test_the_map_knows_what_lies_in_a_rectangle() -> None:
    async def look(place: int) -> tuple[str, bytes]:
        return f"picture {place}", b"jpeg"

    scatter = EmbeddingMap(look)
    points = np.array([[0, 0], [5, 5], [10, 10]], np.float32)
    scatter.show(points, np.array([0, 1, 1]), ["a", "b"])
    scatter._handle_custom_msg({"t": "choose", "region": [0.4, 0.4, 1.0, 1.0]}, [])
    assert scatter.places_inside().tolist() == [1, 2]
    scatter._handle_custom_msg({"t": "choose", "region": []}, [])
    assert scatter.places_inside().tolist() == []
    with pytest.raises(TraitError, match="no rectangle"):
        scatter.region = [0.1, 0.2]
