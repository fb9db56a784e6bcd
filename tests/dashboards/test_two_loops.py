"""A kernel of JupyterLab has two loops, a cell's and that of the page's messages: whatever takes turns does so on both."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from acting import every, settled
from ipywidgets import Button, VBox
from tellapart_dashboards import ImageClassifierCleaner
from tellapart_dashboards.app import event_loop
from tellapart_dashboards.app.cell_pages import close_whole
from tellapart_dashboards.app.event_loop import Repeated, from_thread, result_of, soon
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.app.run_follower import Job
from tellapart_dashboards.pages.gather import search_state
from tellapart_dashboards.pages.gather.search_state import SearchState
from tellapart_dashboards.widgets.choices.choices import Choices
from tellapart_dashboards.widgets.looking.looking_widget import LookingWidget, Outcome
from tellapart_dashboards.widgets.steps.steps import Steps
from tellapart_dashboards.widgets.upload.upload import UploadWidget
from tellapart_dashboards.widgets.webcam.webcam import Webcam

LONG_S = 60


class Hold:
    """Whoever comes first stays until the other one waits for its turn."""

    def __init__(self) -> None:
        self.is_held, self.may_go_on = threading.Event(), threading.Event()

    def __call__(self, *_: Any) -> None:
        self.is_held.set()
        assert self.may_go_on.wait(LONG_S)


Action = Callable[[], Awaitable[object]]
Made = Callable[[Path, Hold, pytest.MonkeyPatch], Action]


def job(project_dir: Path, hold: Hold, _: pytest.MonkeyPatch) -> Action:
    class Followed(Job):
        tasks = ("train",)

    (project_dir / "runs").mkdir(exist_ok=True)
    return Followed(project_dir=str(project_dir), find_run=hold).poll


def project_state(project_dir: Path, hold: Hold, patch: pytest.MonkeyPatch) -> Action:
    state = ProjectState(project_dir)
    counted = state.project.manifest.label_counts
    patch.setattr(state.project.manifest, "label_counts", lambda: (hold(), counted())[1])
    state.take_training({"error_rate": 0.5})
    return state.poll


def search(project_dir: Path, hold: Hold, patch: pytest.MonkeyPatch) -> Action:
    patch.setattr(search_state, "set_query", hold)
    state = SearchState(ProjectState(project_dir))
    return lambda: state.wish("query", {"label": "circle", "text": "round"})


def upload(project_dir: Path, hold: Hold, _: pytest.MonkeyPatch) -> Action:
    widget = UploadWidget(project_dir / "uploads", hold)
    numbers = iter("ab")

    def send() -> Awaitable[object]:
        files = [{"id": 0, "path": "a.png", "size": 1}]
        return widget.receive({"t": "whole", "batch": next(numbers), "files": files}, [b"x"])

    return send


def webcam(project_dir: Path, hold: Hold, _: pytest.MonkeyPatch) -> Action:
    camera = Webcam(project_dir / "uploads", hold)
    shot = {"t": "shot", "n": 1, "label": "mug", "is_last": True}
    return lambda: camera.receive(shot, [memoryview(b"x")])


def decisions(project_dir: Path, hold: Hold, _: pytest.MonkeyPatch) -> Action:
    class Desk:
        async def decide(self, *_: Any) -> Outcome:
            await asyncio.to_thread(hold)
            return Outcome("Done.")

        def tiles(self, _: Any) -> list[dict[str, Any]]:
            return []

    widget = LookingWidget(Desk())  # type: ignore[arg-type]  # it is asked for nothing else
    message = {"t": "decide", "seq": 1, "action": "keep", "label": ""}
    return lambda: widget.answer(message, [np.array([0], "<u4").tobytes()])


@pytest.mark.parametrize("made", [job, project_state, search, upload, webcam, decisions])
def test_who_waits_on_another_loop_has_its_turn(
    made: Made, project_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = Hold()
    done: list[str] = []
    actions: list[Action] = []

    async def first() -> None:
        actions.append(made(project_dir, hold, monkeypatch))
        await actions[0]()
        done.append("first")

    async def second() -> None:
        assert await asyncio.to_thread(hold.is_held.wait, LONG_S)
        waiting = asyncio.ensure_future(actions[0]())
        for _ in range(3):
            await asyncio.sleep(0)  # it has begun, and waits
        hold.may_go_on.set()
        await waiting
        done.append("second")

    assert on_threads(first, second) == [] and sorted(done) == ["first", "second"]


def on_threads(*works: Callable[[], Any]) -> list[object]:
    """What went wrong while these were done, each on a loop of a thread of its own."""
    wrong: list[object] = []

    def run(work: Callable[[], Any]) -> None:
        try:
            asyncio.run(work())
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG_S)
    return [*wrong, *("still at work" for thread in threads if thread.is_alive())]


def test_what_a_task_brings_comes_on_another_loop_and_what_it_raises_too() -> None:
    tasks: list[asyncio.Task[int]] = []
    is_there, may_end = threading.Event(), threading.Event()
    found: list[object] = []

    async def number(n: int) -> int:
        await asyncio.to_thread(may_end.wait, LONG_S)
        return 1 // n

    async def owner() -> None:
        tasks.extend(asyncio.ensure_future(number(n)) for n in (1, 0))
        is_there.set()
        await asyncio.wait(tasks)

    async def other() -> None:
        await asyncio.to_thread(is_there.wait, LONG_S)
        waiting = [asyncio.ensure_future(result_of(task)) for task in tasks]
        await asyncio.sleep(0)
        may_end.set()
        found.extend(await asyncio.gather(*waiting, return_exceptions=True))

    assert on_threads(owner, other) == []
    assert found[0] == 1 and isinstance(found[1], ZeroDivisionError)


def test_the_browsers_word_that_the_page_is_drawn_wakes_who_waits_on_another_loop() -> None:
    steps, waits = Steps(), threading.Event()

    async def page() -> None:
        waiting = asyncio.ensure_future(steps.drawn())
        await asyncio.sleep(0)
        waits.set()
        await asyncio.wait_for(waiting, LONG_S)

    async def browser() -> None:
        await asyncio.to_thread(waits.wait, LONG_S)
        steps.is_drawn = True

    assert on_threads(page, browser) == []


def test_work_asked_for_on_another_loop_while_it_runs_is_done_once_more() -> None:
    rounds: list[str] = []
    began, may_end = threading.Event(), threading.Event()

    async def work() -> None:
        rounds.append(threading.current_thread().name)
        began.set()
        await asyncio.to_thread(may_end.wait, LONG_S)

    repeated = Repeated(work)

    async def first() -> None:
        repeated.ask()
        me = asyncio.current_task()
        await asyncio.wait([task for task in asyncio.all_tasks() if task is not me])

    async def second() -> None:
        await asyncio.to_thread(began.wait, LONG_S)
        repeated.ask()
        may_end.set()

    assert on_threads(first, second) == []
    assert len(rounds) == 2 and len(set(rounds)) == 1


class Watched:
    """The lock of who draws, which tells of everyone who comes."""

    def __init__(self, came: Callable[[], None]) -> None:
        self._came, self._lock = came, threading.RLock()

    def __enter__(self) -> None:
        self._came()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


@pytest.mark.parametrize("way", ["task", "thread"])
def test_a_page_is_never_drawn_by_two_threads_at_once(
    way: str, flawed_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message came while the page was being drawn, and was answered in the middle of that."""
    is_drawing, other_came = threading.Event(), threading.Event()
    pages: list[ImageClassifierCleaner] = []
    drawn: list[str] = []
    owner: list[int] = []

    def came() -> None:
        if is_drawing.is_set() and threading.get_ident() not in owner:
            other_came.set()

    def draw(_: Any) -> None:
        is_mine = threading.get_ident() in owner
        drawn.append("page begins" if is_mine else "message begins")
        if is_mine:
            is_drawing.set()
            assert other_came.wait(LONG_S), "the message came, and is answered or waits"
        other_came.set()
        drawn.append("page ends" if is_mine else "message ends")

    monkeypatch.setattr(event_loop, "_drawing", Watched(came), raising=False)

    async def cell() -> None:
        owner.append(threading.get_ident())
        page = ImageClassifierCleaner(flawed_dir)
        await settled()
        pages.append(page)
        page._page.observe(draw, "state")
        if way == "task":

            async def told() -> None:
                page._page.tell("Something is odd.")

            await soon(told())
        else:
            await asyncio.to_thread(from_thread(page._page.tell), "Something is odd.")
        await asyncio.to_thread(message_is_done.wait, LONG_S)
        close_whole(page)
        await settled()

    async def browser() -> None:
        assert await asyncio.to_thread(is_drawing.wait, LONG_S)
        sizes = next(one for one in every(pages[0]) if isinstance(one, Choices) and one.chosen == "M")
        data = {"method": "update", "state": {"chosen": "L"}, "buffer_paths": []}
        sizes.comm.handle_msg({"content": {"data": data}, "buffers": []})
        await settled()
        message_is_done.set()

    message_is_done = threading.Event()
    assert on_threads(cell, browser) == []
    assert drawn[:4] == ["page begins", "page ends", "message begins", "message ends"]


def test_what_comes_into_a_page_later_is_heard_in_turn_too(monkeypatch: pytest.MonkeyPatch) -> None:
    n_came: list[int] = []
    page, late = VBox([VBox()]), Button()
    monkeypatch.setattr(event_loop, "_drawing", Watched(lambda: n_came.append(1)))
    event_loop.heard_in_turn(page)
    page.children[0].children = [VBox([late])]
    late.comm.handle_msg({"content": {"data": {"method": "custom", "content": {"event": "click"}}}})
    assert len(n_came) == 1
