"""Work beside the page, on the kernel's own loop: it never holds up a click."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any

from tellapart_dashboards.app.wording import error_sentence

BUSY_S, IDLE_S = 0.25, 1.5

_tasks: set[asyncio.Future[Any]] = set()  # asyncio itself keeps no strong reference


def is_loop_running() -> bool:
    """Whether this is a kernel, and not a test or a script."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def soon(work: Coroutine[Any, Any, None]) -> None:
    """Nothing; the work runs beside the page, or right now where no loop runs (a test, a script)."""
    if not is_loop_running():
        asyncio.run(work)
        return
    task = asyncio.get_running_loop().create_task(work)
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def follow(jobs: Iterable[Any]) -> None:
    """Never returns; polls each job, often while one runs. Ends with the kernel, that is with the page."""
    jobs = list(jobs)
    while True:
        for job in jobs:
            try:
                job.poll()
            except Exception as error:  # the page must go on, and say it
                job.message = error_sentence(error)
        waited = 0.0
        while waited < IDLE_S:  # something may begin to run meanwhile
            await asyncio.sleep(BUSY_S)
            waited += IDLE_S if any(getattr(job, "stage", "") == "running" for job in jobs) else BUSY_S


def while_open(work: Coroutine[Any, Any, None]) -> None:
    """Nothing; the work goes on as long as the page is open. Without a loop (a test) it is left out."""
    if is_loop_running():
        soon(work)
    else:
        work.close()
