"""500 pictures of 100 KB from a server with 100 ms latency: ours, the package bing-image-downloader's own download, and
a bare concurrent fetch that looks at nothing and keeps no rows.

python benchmarks/gather.py

All three get the same bytes from the same loopback server, which says nothing for 100 ms before each answer. Ours and
the bare fetch use the same number of connections to that one server. Ours asks Bing's index, fetches, decodes and
hashes every picture, and writes its row; the per-host limit, which is lower by default out of politeness towards real
servers, is set to the number of connections, and that is what is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import gather_server
import httpx
import machine
import report
from tellapart.errors import Cancelled
from tellapart.gather import gather
from tellapart.gather.downloads import FetchLimits
from tellapart.gather.sources import Web
from tellapart.store.project import Project, create_project
from tellapart.web.addresses import AddressGuard

PEER = Path(__file__).with_name("gather_peer.py")


def ours(base_url: str, n_pictures: int, n_connections: int) -> float:
    """Seconds from the call to the last row."""
    with _project() as project:
        clock = time.perf_counter()
        summary = gather(project, "bear", "bear", "bing", n_pictures, web=_web(base_url, n_connections))
        seconds = time.perf_counter() - clock
        if summary.n_added != n_pictures:
            sys.exit(f"Only {summary.sentence()}; the measurement means nothing.")
    return seconds


def cancelled(base_url: str, n_pictures: int, n_connections: int) -> float:
    """Seconds from a cancel in the middle to the end of the gathering."""
    clock = 0.0

    def cancel_half_way(done: int, total: int, message: str) -> None:
        nonlocal clock
        if done >= total // 2:
            clock = time.perf_counter()
            raise Cancelled("Stopped.")

    with _project() as project, contextlib.suppress(Cancelled):
        gather(
            project, "bear", "bear", "bing", n_pictures,
            progress=cancel_half_way, web=_web(base_url, n_connections),
        )  # fmt: skip
    return time.perf_counter() - clock


def _web(base_url: str, n_connections: int) -> Web:
    limits = FetchLimits(n_at_once=n_connections, n_per_host=n_connections)
    return Web({"bing": base_url}, AddressGuard(may_be_local=True), limits, gap_s=0.0)


@contextlib.contextmanager
def _project() -> Iterator[Project]:
    with (
        tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder,
        create_project(Path(folder) / "project") as project,
    ):
        yield project


def bare(base_url: str, n_pictures: int, n_connections: int) -> float:
    """Seconds for fetching the same addresses with httpx into files, and nothing else."""

    async def fetch_all(folder: Path) -> None:
        gate = asyncio.Semaphore(n_connections)
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:

            async def fetch(number: int) -> None:
                async with gate:
                    answer = await client.get(f"{base_url}/picture/{number}.jpg")
                (folder / f"{number}.jpg").write_bytes(answer.content)

            await asyncio.gather(*(fetch(number) for number in range(n_pictures)))

    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder:
        clock = time.perf_counter()
        asyncio.run(fetch_all(Path(folder)))
        return time.perf_counter() - clock


def peer(base_url: str, n_pictures: int) -> float:
    """Seconds of the package's own download, in a process of its own."""
    result = machine.python_worker(PEER, {"base_url": base_url, "n_pictures": n_pictures})
    if result["n_files"] != n_pictures:
        sys.exit(
            f"The package brought {result['n_files']} of {n_pictures} pictures; the measurement means nothing."
        )
    return float(result["seconds"])


def main() -> None:
    """Measure, print, finish with JSON."""
    parser = argparse.ArgumentParser(description="Seconds to gather pictures from a server with latency.")
    parser.add_argument("--pictures", type=int, default=500)
    parser.add_argument("--kilobytes", type=int, default=100)
    parser.add_argument("--latency-ms", type=int, default=100)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument(
        "--runs", type=int, default=3, help="of ours and the bare fetch; the package runs once"
    )
    options = parser.parse_args()
    report.machine_line()
    n, connections = options.pictures, options.connections
    with gather_server.running(n, options.kilobytes, options.latency_ms) as base_url:
        pairs = [
            (bare(base_url, n, connections), ours(base_url, n, connections)) for _ in range(options.runs)
        ]
        cancel_s = max(cancelled(base_url, n, connections) for _ in range(options.runs))
        peer_s = peer(base_url, n)
    bare_s, ours_s = (statistics.median(column) for column in zip(*pairs, strict=True))
    rows = [
        [name, report.number(seconds), report.number(n / seconds, 0), report.number(seconds / ours_s)]
        for name, seconds in (("ours", ours_s), ("bare fetch", bare_s), ("bing-image-downloader", peer_s))
    ]
    report.table(
        f"{n} pictures of {options.kilobytes} KB, {options.latency_ms} ms latency, {connections} connections",
        ["", "seconds", "pictures per second", "times ours"],
        rows,
        [
            f"Ours and the bare fetch: median of {options.runs} runs, in turn. The package fetches one after another.",
            f"Ours, cancelled half way: it had ended {cancel_s:.2f} s later (the longest of {options.runs}).",
        ],
    )
    report.finish({
        "ours_s": ours_s, "peer_s": peer_s, "bare_s": bare_s, "cancel_s": cancel_s,
        "peer_over_ours": peer_s / ours_s,
        "ours_over_bare": ours_s / bare_s, "n_pictures": n, "kilobytes": options.kilobytes,
        "latency_ms": options.latency_ms, "n_connections": connections, "n_runs": options.runs,
        "all": [{"bare_s": one, "ours_s": other} for one, other in pairs],
    })  # fmt: skip


if __name__ == "__main__":
    main()
