"""Requests that come together share one run of the network: pictures are decoded on threads beside it."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from tellapart.backbones.onnx_session import available_cpus
from tellapart.classify import Prediction, Predictor
from tellapart.errors import ImageError

_MAX_RUN = 16  # pictures that share a run; the bundle decides how many of them the network gets at once

Answer = Prediction | ImageError


@dataclass
class _Job:
    """One picture on its way. future: of the event loop, gets its answer there."""

    data: bytes
    future: asyncio.Future[Answer]
    pixels: np.ndarray | None = None


class Batcher:
    """Classifies pictures of many requests with one predictor.

    told: called with the number of pictures of each run of the network.
    """

    def __init__(self, predictor: Predictor, told: Callable[[int], None], n_runners: int = available_cpus()):
        self._predictor, self._told = predictor, told
        self._decoders = ThreadPoolExecutor(available_cpus(), thread_name_prefix="decode")
        self._decoded: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        names = [f"network-{i}" for i in range(n_runners)]
        self._runners = [threading.Thread(target=self._run, name=name, daemon=True) for name in names]
        for runner in self._runners:
            runner.start()

    async def predict(self, pictures: Sequence[bytes]) -> list[Answer]:
        """One answer for each picture, in order; one that cannot be read gives its ImageError.

        When this is cancelled, pictures that nobody has begun with are dropped.

        Raises:
            BundleError: the network fails.
        """
        loop = asyncio.get_running_loop()
        jobs = [_Job(data, loop.create_future()) for data in pictures]
        for job in jobs:
            self._decoders.submit(self._decode, job)
        return await asyncio.gather(*(job.future for job in jobs))

    def close(self) -> None:
        """Finish what is there and end the threads."""
        self._decoders.shutdown(wait=True)
        for _ in self._runners:
            self._decoded.put(None)
        for runner in self._runners:
            runner.join()

    def _decode(self, job: _Job) -> None:
        if job.future.done():
            return  # nobody waits any more
        try:
            job.pixels = self._predictor.pixels(job.data)
        except ImageError as error:  # without its traceback, which would keep the picture in memory
            _settle([job], [ImageError(str(error), error.code)])
        except Exception as error:  # whoever waits must hear of it
            _fail([job], error)
        else:
            self._decoded.put(job)
        job.data = b""

    def _run(self) -> None:
        while (first := self._decoded.get()) is not None:
            jobs = [first, *self._more(min(_MAX_RUN - 1, self._decoded.qsize() // len(self._runners)))]
            self._told(len(jobs))
            try:
                pixels = np.stack([job.pixels for job in jobs if job.pixels is not None])
                _settle(jobs, self._predictor.predict_pixels(pixels))
            except Exception as error:  # whoever waits must hear of it
                _fail(jobs, error)

    def _more(self, most: int) -> Iterator[_Job]:
        """What is there besides, without waiting for it."""
        for _ in range(most):
            try:
                job = self._decoded.get_nowait()
            except queue.Empty:
                return
            if job is None:  # meant for whoever looks next
                self._decoded.put(None)
                return
            yield job


def _settle(jobs: Sequence[_Job], answers: Sequence[Answer]) -> None:
    def settle() -> None:
        for job, answer in zip(jobs, answers, strict=True):
            if not job.future.done():
                job.future.set_result(answer)

    _on_loop(jobs, settle)


def _fail(jobs: Sequence[_Job], error: Exception) -> None:
    def fail() -> None:
        for job in jobs:
            if not job.future.done():
                job.future.set_exception(error)

    _on_loop(jobs, fail)


def _on_loop(jobs: Sequence[_Job], work: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the loop was closed: nobody waits
        jobs[0].future.get_loop().call_soon_threadsafe(work)
