"""The page's loop is never held, and what follows for a page ends with it."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from acting import every, one, opened, say, settled, shown, text_of
from ipywidgets import HTML, Button, VBox
from tellapart.runs import Run
from tellapart_dashboards import ImageClassifierCleaner
from tellapart_dashboards.app import event_loop
from tellapart_dashboards.app.cell_pages import close_whole, show_in_cell
from tellapart_dashboards.app.event_loop import Repeated, follow
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.app.studio import studio
from tellapart_dashboards.pages.gather.search_state import SearchState
from tellapart_dashboards.pages.train.state import TrainState
from tellapart_dashboards.widgets.label_rows.label_rows import LabelRows
from tellapart_dashboards.widgets.map.map import EmbeddingMap
from tellapart_dashboards.widgets.steps.steps import Steps

N_ANSWERS = 20  # of the loop, while something is held: were the loop held, too, that would have ended before
HELD_S = 10.0  # at most


class Counted:
    """Something that is followed."""

    is_running = True

    def __init__(self) -> None:
        self.n_polls = 0

    async def poll(self) -> None:
        self.n_polls += 1

    def tell(self, sentence: str) -> None:
        raise AssertionError(sentence)


def followers() -> list[asyncio.Task[Any]]:
    return [task for task in asyncio.all_tasks() if task.get_name() == event_loop.FOLLOWER]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_loop, "BUSY_S", 0.01)


async def test_a_follower_ends_when_its_page_is_closed(quick: None) -> None:
    page, other, job = VBox(), VBox(), Counted()
    task = follow(page, [job])
    follow(other, [Counted()])
    while job.n_polls < 3:
        await asyncio.sleep(0.01)
    close_whole(page)
    await asyncio.wait({task})
    assert task.cancelled() and len(followers()) == 1, "the other page goes on"


async def test_an_error_of_one_poll_is_told_and_the_page_goes_on(quick: None) -> None:
    class Failing(Counted):
        told = ""

        async def poll(self) -> None:
            self.n_polls += 1
            raise OSError("unplugged")

        def tell(self, sentence: str) -> None:
            self.told = sentence

    page, job = VBox(), Failing()
    follow(page, [job])
    while job.n_polls < 3:
        await asyncio.sleep(0.01)
    assert "unplugged" in job.told
    close_whole(page)


async def test_where_not_even_the_error_can_be_told_it_is_logged_once_and_the_page_goes_on(
    quick: None, caplog: pytest.LogCaptureFixture
) -> None:
    class Unheard(Counted):
        async def poll(self) -> None:
            self.n_polls += 1
            raise OSError("unplugged")

        def tell(self, sentence: str) -> None:
            raise ConnectionError("the page is closed")

    page, job, other = VBox(), Unheard(), Counted()
    follow(page, [job, other])
    while other.n_polls < 3:
        await asyncio.sleep(0.01)
    close_whole(page)
    (record,) = [one for one in caplog.records if "could not be told" in one.message]
    assert "unplugged" in record.message and job.n_polls >= 3


async def test_a_cell_that_is_run_again_closes_what_it_showed(
    flawed_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each run of a cell had added a follower that never ended."""
    cell = ["a", "1"]

    class Shell:
        """What a notebook's front end says of the cell that runs."""

        def get_parent(self) -> dict[str, Any]:
            return {"metadata": {"cellId": cell[0]}, "header": {"msg_id": cell[1]}}

    monkeypatch.setattr("IPython.core.getipython.get_ipython", Shell)
    first = ImageClassifierCleaner(flawed_dir)
    beside = ImageClassifierCleaner(flawed_dir)
    assert len(followers()) == 2 and first.comm is not None, "two pages of one cell stay side by side"
    cell[1] = "2"
    again = ImageClassifierCleaner(flawed_dir)
    await settled()
    assert first.comm is None and beside.comm is None and again.comm is not None
    assert len(followers()) == 1
    assert all(widget.comm is None for widget in every(first)), "nothing of it is left in the kernel"
    cell[:] = "b", "3"
    pages = [studio(flawed_dir), studio(flawed_dir), studio(flawed_dir)]
    for page in pages[:2]:
        one(page, Steps).is_drawn = True
    while len(followers()) < 3:
        await asyncio.sleep(0.01)
    assert len(followers()) == 3 and again.comm is not None, "another cell closes nothing"
    cell[:] = "b", "4"
    await shown(studio(flawed_dir))  # ends, too, what waited for the page that was never drawn
    assert len(followers()) == 2


def test_without_a_front_end_that_names_cells_nothing_is_closed() -> None:
    first, second = HTML(), HTML()
    show_in_cell(first)
    show_in_cell(second)
    assert first.comm is not None and second.comm is not None


async def test_work_that_is_asked_for_while_it_runs_is_done_once_more() -> None:
    rounds: list[str] = []
    gate = asyncio.Event()

    async def work() -> None:
        rounds.append("begun")
        await gate.wait()

    repeated = Repeated(work)
    for _ in range(5):
        repeated.ask()
    await asyncio.sleep(0)
    assert rounds == ["begun"]
    for _ in range(5):
        repeated.ask()
    gate.set()
    await settled()
    assert rounds == ["begun", "begun"]
    repeated.ask()
    await settled()
    assert len(rounds) == 3


async def test_the_map_is_closed_when_it_is_folded_away_and_made_anew(flawed_dir: Path) -> None:
    page, view = opened(flawed_dir)
    await settled()
    button = one(view, Button, "Map")
    maps: list[EmbeddingMap] = []
    for _ in range(3):
        button.click()
        await settled()
        maps.append(one(view, EmbeddingMap))
        assert "Close map" in button.description and maps[-1].comm is not None
        assert "similar ones lie close together" in text_of(view), "what it is, for those who never saw one"
        button.click()
        await settled()
        assert maps[-1].comm is None and not [w for w in every(view) if isinstance(w, EmbeddingMap)]
    assert len({id(scatter) for scatter in maps}) == 3
    rings, n_open = maps[-1].open_findings, page.state.n_open
    await page.desk.decide("keep", "", page.desk.keys_of(page.state.queue.ids[:1]).tolist())
    await settled()
    assert page.state.n_open < n_open and maps[-1].open_findings == rings, "no map listens any more"


async def test_a_map_that_is_closed_before_it_is_made_is_not_left_behind(flawed_dir: Path) -> None:
    page, view = opened(flawed_dir)
    await settled()
    button = one(view, Button, "Map")
    button.click()
    button.click()
    button.click()  # open again, before the first one is there
    await settled()
    assert len([w for w in every(view) if isinstance(w, EmbeddingMap)]) == 1
    one(view, EmbeddingMap)._handle_custom_msg({"t": "choose", "region": [0.0, 0.0, 1.0, 1.0]}, [])
    await settled()
    assert len(page.state.filters.region) == len(page.state.queue.ids) > 10


# The loop


async def answers_while_held() -> None:
    """Nothing; the loop had something else to do meanwhile, many times."""
    for _ in range(N_ANSWERS):
        await asyncio.to_thread(lambda: None)


async def test_a_locked_database_does_not_hold_the_loop(project_dir: Path) -> None:
    """A label is renamed, which moves files, while another program writes; the page goes on and the wish is granted."""
    state = SearchState(ProjectState(project_dir))
    rows = LabelRows(state.wish)
    sent: list[dict[str, Any]] = []
    rows.send = lambda content, buffers=None: sent.append(content)  # type: ignore[method-assign]
    other = sqlite3.connect(project_dir / "tellapart.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    work = asyncio.ensure_future(rows.receive({"t": "rename", "label": "circle", "to": "disc"}))
    await answers_while_held()
    assert not work.done() and sent == [], "it waits for the other program"
    other.execute("COMMIT")
    other.close()
    await work
    await settled()
    assert [message["wish"] for message in sent] == ["rename"]
    assert state.project.counts == {"disc": 6, "square": 6} and (project_dir / "images" / "disc").is_dir()


async def test_a_slow_disk_holds_neither_a_poll_nor_a_decision(
    flawed_dir: Path, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, _ = opened(flawed_dir, start_run=start)
    await settled()
    is_held, let_go = threading.Event(), threading.Event()
    manifest, project = page.project.project.manifest, page.project
    rows = manifest.rows

    def slow(*arguments: Any) -> Any:
        is_held.set()
        let_go.wait(HELD_S)
        return rows(*arguments)

    monkeypatch.setattr(manifest, "rows", slow)
    (flawed_dir / "images").touch()
    decided = page.desk.decide("keep", "", [0])
    work = asyncio.gather(page.poll(), project.poll(), decided)
    assert await asyncio.to_thread(is_held.wait, HELD_S)
    await answers_while_held()
    assert not work.done()
    let_go.set()
    await work
    await settled()
    assert page.state.queue.decisions.n == 1


async def test_a_poll_reads_only_what_the_worker_wrote_since(project_dir: Path, start: Any) -> None:
    state = TrainState(ProjectState(project_dir), start_run=start)
    state.train()
    await settled()
    run = state.run
    assert isinstance(run, Run)
    for done in range(1000):
        say(run.run_dir, done=done, total=1000, message="Looking")
    await state.poll()
    follower = state.follower
    assert follower is not None
    n_read = follower.progress.n_bytes_read
    assert n_read == (run.run_dir / "progress.jsonl").stat().st_size and state.progress == 0.999
    await state.poll()
    assert follower.progress.n_bytes_read == n_read, "nothing new, nothing read"
    say(run.run_dir, done=1000, total=1000, message="Almost")
    await state.poll()
    assert 0 < follower.progress.n_bytes_read - n_read < 100 and state.message == "Almost"
    assert state.follower is follower


def test_a_turn_is_passed_on_from_one_loop_to_another() -> None:
    turn, order = event_loop.Turn(), []
    is_held, other_began = threading.Event(), threading.Event()

    async def first() -> None:
        async with turn.taken():
            is_held.set()
            await asyncio.to_thread(other_began.wait)
            order.append("first")

    async def second() -> None:
        await asyncio.to_thread(is_held.wait)
        other_began.set()
        async with turn.taken():
            order.append("second")

    threads = [threading.Thread(target=asyncio.run, args=(work(),), daemon=True) for work in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert order == ["first", "second"] and not turn.locked()


async def test_many_who_wait_for_a_turn_leave_the_threads_to_whoever_has_it() -> None:
    """More than there are threads, in their order; one who gives up makes room."""
    turn, order = event_loop.Turn(), []

    async def work(number: int) -> None:
        async with turn.taken():
            await asyncio.to_thread(order.append, number)

    async with turn.taken():
        tasks = [asyncio.create_task(work(number)) for number in range(100)]
        await asyncio.sleep(0)
        tasks[7].cancel()
        await asyncio.to_thread(order.append, "first")
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order == ["first", *(number for number in range(100) if number != 7)] and not turn.locked()
