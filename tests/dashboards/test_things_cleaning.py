"""The Clean page of things: looks that are stopped, and decisions from several loops, as JupyterLab brings them."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from acting import is_shown, one, settled
from ipywidgets import Button
from tellapart.kinds.decisions import DecisionFile, ThingDecision
from tellapart.progress import Doing, Progress, Step
from tellapart_dashboards.pages.kinds.cases import Case, Cleanable, Doubt, Looked
from tellapart_dashboards.pages.kinds.cleaning import ThingsCleaning
from tellapart_dashboards.pages.kinds.cleaning_view import cleaning_view


class Pebbles(Cleanable):
    """Four odd ones. A look says where it is and waits until it may end, and so does the first decision."""

    noun = "pebble"

    def __init__(self, folder: Path) -> None:
        super().__init__(DecisionFile(folder / "decisions.jsonl", "pebble"))
        self.is_at_work, self.may_end, self.n_looks = threading.Event(), threading.Event(), 0

    def wait(self) -> None:
        self.is_at_work.set()
        assert self.may_end.wait(60)

    def look(self, progress: Progress) -> Looked:
        self.n_looks += 1
        progress(0, 2, Doing(Step.FITTING, "Looking at pebbles"))
        self.wait()
        progress(1, 2, Doing(Step.FITTING, "Looking at pebbles"))
        return Looked(9, tuple(Case(one, (Doubt("odd", 0.9, "It is odd."),)) for one in "abcd"), ())

    def card(self, case: Case) -> dict[str, Any]:
        return {"id": case.thing_id, "name": f"Pebble {case.thing_id}"}

    def decide(self, decision: ThingDecision) -> None:
        self.wait()
        self._decisions.append([decision])


@pytest.fixture
def pebbles(tmp_path: Path) -> Pebbles:
    return Pebbles(tmp_path)


async def test_things_whose_cards_show_all_open_no_further(pebbles: Pebbles) -> None:
    pebbles.may_end.set()
    cleaning = ThingsCleaning(pebbles)
    cleaning.look()
    await settled()
    await cleaning.look_closer("a")  # no card offers it, but a page may be somebody else's
    assert cleaning.large == {} and not cleaning.problem


async def test_decisions_from_several_loops_have_their_turns(pebbles: Pebbles) -> None:
    pebbles.may_end.set()
    cleaning = ThingsCleaning(pebbles)
    cleaning.look()
    await settled()
    pebbles.is_at_work.clear()
    pebbles.may_end.clear()
    third_began = threading.Event()

    async def third() -> None:
        third_began.set()
        await cleaning.decide("c", "keep", "")

    first = asyncio.ensure_future(asyncio.to_thread(asyncio.run, cleaning.decide("a", "keep", "")))
    await asyncio.to_thread(pebbles.is_at_work.wait, 60)
    second = asyncio.ensure_future(cleaning.decide("b", "keep", ""))
    last = asyncio.ensure_future(asyncio.to_thread(asyncio.run, third()))
    await asyncio.to_thread(third_began.wait, 60)
    pebbles.may_end.set()
    await asyncio.gather(first, second, last)
    assert [one["id"] for one in cleaning.cards] == ["d"] and not cleaning.problem


async def test_what_another_window_decided_is_left_alone(pebbles: Pebbles, tmp_path: Path) -> None:
    pebbles.may_end.set()
    cleaning = ThingsCleaning(pebbles)
    cleaning.look()
    await settled()
    elsewhere = DecisionFile(tmp_path / "decisions.jsonl", "pebble")
    elsewhere.append([ThingDecision("a", "relabel", "round")])
    await cleaning.decide("a", "keep", "")
    assert cleaning.problem == "Pebble a was decided about meanwhile: changed. Nothing was done now."
    assert elsewhere.standing()[0]["a"].action == "relabel" and [one["id"] for one in cleaning.cards] == [
        *"bcd"
    ]
    elsewhere.undo()
    await cleaning.poll()
    await cleaning.decide("a", "keep", "")
    assert not cleaning.problem and elsewhere.standing()[0]["a"].action == "keep"


async def test_what_was_taken_back_is_done_again(pebbles: Pebbles, tmp_path: Path) -> None:
    pebbles.may_end.set()
    cleaning = ThingsCleaning(pebbles)
    cleaning.look()
    await settled()
    await cleaning.decide("a", "keep", "")
    assert cleaning.can_undo and not cleaning.can_redo
    await cleaning.undo()
    assert (cleaning.said, cleaning.at, cleaning.can_undo, cleaning.can_redo) == (
        "Taken back.",
        "a",
        False,
        True,
    )
    await cleaning.redo()
    assert (cleaning.said, cleaning.can_undo, cleaning.can_redo) == ("Done again.", True, False)
    assert [one["id"] for one in cleaning.cards] == ["b", "c", "d"]
    await cleaning.redo()
    assert cleaning.said == "There is nothing to redo."
    with (tmp_path / "decisions.jsonl").open("ab") as file:
        file.write(b"{oops\n")
    await cleaning.poll()
    assert cleaning.can_redo
    await cleaning.redo()
    assert "decisions.jsonl is damaged in line 4" in cleaning.problem


async def test_a_look_is_stopped_and_can_be_begun_again(pebbles: Pebbles) -> None:
    cleaning = ThingsCleaning(pebbles)
    view = cleaning_view(cleaning, lambda: None)
    await asyncio.to_thread(pebbles.is_at_work.wait, 60)
    cancel = one(view, Button, "Cancel")
    assert is_shown(view, cancel)
    cancel.click()
    assert cleaning.doing == "Stopping …"
    pebbles.may_end.set()
    await settled()
    assert not cleaning.is_looking and not cleaning.problem and not is_shown(view, cancel)
    assert cleaning.state.title == "Not looked at yet" and is_shown(view, one(view, Button, "Look at them"))
    one(view, Button, "Look at them").click()
    await settled()
    assert cleaning.state.title == "4 pebbles to review" and pebbles.n_looks == 2


async def test_a_decision_is_said_though_a_look_ends_meanwhile(
    pebbles: Pebbles, monkeypatch: pytest.MonkeyPatch
) -> None:
    pebbles.may_end.set()
    cleaning = ThingsCleaning(pebbles)
    cleaning.look()
    await settled()
    pebbles.is_at_work.clear()
    pebbles.may_end.clear()
    decided = asyncio.ensure_future(cleaning.decide("a", "keep", ""))
    await asyncio.to_thread(pebbles.is_at_work.wait, 60)
    monkeypatch.setattr(pebbles, "look", lambda _progress: Looked(9, (), ()))
    cleaning.look()
    while cleaning.is_looking:
        await asyncio.sleep(0.005)
    pebbles.may_end.set()
    await decided
    await settled()
    assert (cleaning.said, cleaning.problem) == ("Pebble a: right as it is.", "")


async def test_more_cards_are_drawn_though_a_look_ends_meanwhile(
    pebbles: Pebbles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tellapart_dashboards.pages.kinds.cleaning.AT_ONCE", 1)
    pebbles.may_end.set()
    cleaning = ThingsCleaning(pebbles)
    cleaning.look()
    await settled()
    is_drawing, may_go_on = threading.Event(), threading.Event()
    card = pebbles.card

    def slow(case: Case) -> dict[str, Any]:
        is_drawing.set()
        assert may_go_on.wait(60)
        return card(case)

    monkeypatch.setattr(pebbles, "card", slow)
    drawing = asyncio.ensure_future(cleaning.more())
    await asyncio.to_thread(is_drawing.wait, 60)
    cleaning.look()
    while cleaning.is_looking:
        await asyncio.sleep(0.005)
    may_go_on.set()
    await drawing
    await settled()
    assert [one["id"] for one in cleaning.cards] == ["a", "b"]


async def test_what_was_decided_can_be_taken_back_before_the_first_look_ends(pebbles: Pebbles) -> None:
    cleaning = ThingsCleaning(pebbles)
    cleaning.look()
    await asyncio.to_thread(pebbles.is_at_work.wait, 60)
    pebbles._decisions.append([ThingDecision("a", "keep")])  # on another page
    await cleaning.poll()
    assert cleaning.can_undo and cleaning.is_looking
    await cleaning.undo()
    assert cleaning.said == "Taken back." and cleaning.can_redo
    pebbles.may_end.set()
    await settled()
    assert [one["id"] for one in cleaning.cards] == ["a", "b", "c", "d"]
