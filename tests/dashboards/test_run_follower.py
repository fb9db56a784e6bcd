"""A run that is followed: what its page takes for its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

from acting import settled
from tellapart.runs import Run, latest
from tellapart_dashboards.app.run_follower import Job


class Counted(Job):
    tasks = ("train",)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.results: list[dict[str, Any]] = []

    def take_result(self, result: dict[str, Any]) -> None:
        self.results.append(result)


async def test_a_look_at_the_moment_of_the_press_does_not_take_the_last_runs_end_for_this_ones(
    project_dir: Path, fake_run: Callable[..., Run], start: Callable[..., Run], train_result: dict[str, Any]
) -> None:
    fake_run(project_dir, "train", "done", "Done.", result=train_result)
    job = Counted(project_dir=str(project_dir), start_run=start)
    job.read()
    assert job.stage == "done" and job.results == [train_result]
    look = asyncio.get_running_loop().create_task(
        job.poll()
    )  # it is due, and comes before the new run is made
    job.start("train", {})
    await look
    await settled()
    assert job.stage == "running" and job.results == [train_result]
    await job.poll()
    assert job.message == "Looking", "the new run is followed"


async def test_another_pages_run_that_ended_at_the_moment_of_the_press_is_not_this_one(
    project_dir: Path, fake_run: Callable[..., Run], start: Callable[..., Run], train_result: dict[str, Any]
) -> None:
    has_looked, may_go_on = Event(), Event()

    def find_late(root: Path, task: str) -> Run | None:
        found = latest(root, task)
        has_looked.set()
        may_go_on.wait(10)
        return found

    job = Counted(project_dir=str(project_dir), start_run=start, find_run=find_late)
    fake_run(project_dir, "train", "done", "Done.", result=train_result)
    look = asyncio.get_running_loop().create_task(job.poll())
    await asyncio.to_thread(has_looked.wait, 10)
    job.start("train", {})
    may_go_on.set()
    await look
    await settled()
    assert job.stage == "running"
    await job.poll()
    assert job.message == "Looking"
