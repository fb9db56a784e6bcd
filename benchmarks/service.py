"""The service under load, beside bare ONNX Runtime with decoding: rate, waiting times, memory, and how soon it is back.

    python benchmarks/service.py --data FOLDER

Twenty clients send real pictures over HTTP, each on a connection that it keeps, as fast as they are answered. The bare
side decodes and classifies the same bytes in a process of its own with nothing around it: Pillow's quickest decode and
InferenceSession.run, in whichever arrangement of threads is the quickest here. The sides take turns. The clients run on
the same cores as the service, and what they take counts against it. Processor time is told too: unlike rates, it
hardly depends on what else the machine does. Then the service is killed under load and started again. The last line is
one JSON object.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import picture_sets
import psutil
import report
from tellapart.gather import take_in
from tellapart.store.project import create_project
from tellapart.train import train_head

BARE = Path(__file__).with_name("service_bare.py")


def main() -> None:
    """Measure, print, finish with JSON."""
    parser = argparse.ArgumentParser(description="The HTTP service beside bare ONNX Runtime with decoding.")
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with the picture sets, unpacked or as .tgz"
    )
    parser.add_argument("--set", default="bears_web", help="name of a set")
    parser.add_argument("--clients", type=int, default=20, help="so many at once")
    parser.add_argument("--pictures", type=int, default=50, help="so many by each client")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each side")
    options = parser.parse_args()
    report.machine_line()
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder:
        scratch = Path(folder)
        os.environ["TELLAPART_CACHE"] = str(scratch / "cache")
        pictures = picture_sets.class_folders(options.data.absolute(), options.set, scratch)
        files = picture_sets.pictures_in(pictures)
        chosen = [files[i] for i in np.random.default_rng(0).permutation(len(files))[: options.pictures]]
        with create_project(scratch / "project") as project:
            take_in(project, pictures)
            bundle_dir = train_head(project).bundle_dir
        result = _measure(bundle_dir, chosen, options)
    _show(result, options)
    report.finish(result)


def _measure(bundle_dir: Path, files: list[Path], options: argparse.Namespace) -> dict[str, Any]:
    data = [file.read_bytes() for file in files]
    n = options.clients * len(data)
    bare, rates, waits, memory, cpu_ms = [], [], [], [], []
    n_failed = 0
    with _service(bundle_dir) as (process, port, start_s):
        _load(port, data, options.clients)  # until everything is warm
        memory.append(process.memory_info().rss / 2**20)
        for _ in range(options.rounds):
            bare.append(_bare(bundle_dir, files, options.clients))
            before, clients_before = sum(process.cpu_times()[:2]), time.process_time()
            seconds, some, failed = _load(port, data, options.clients)
            rates.append(n / seconds)
            spent = sum(process.cpu_times()[:2]) - before, time.process_time() - clients_before
            cpu_ms.append([1000 * one / n for one in spent])
            waits += some
            n_failed += failed
            memory.append(process.memory_info().rss / 2**20)
    rate, bare_rate = statistics.median(rates), statistics.median(one["rate"] for one in bare)
    ours, clients, theirs = (
        statistics.median(some)
        for some in ([one[0] for one in cpu_ms], [one[1] for one in cpu_ms], [one["cpu_ms"] for one in bare])
    )
    return {
        "rate": rate, "bare_rate": bare_rate, "ratio": rate / bare_rate, "n_failed": n_failed,
        "cpu_ms": ours, "bare_cpu_ms": theirs, "clients_cpu_ms": clients, "cpu_ratio": theirs / ours,
        "p50_ms": 1000 * statistics.median(waits), "p95_ms": 1000 * float(np.quantile(waits, 0.95)),
        "rates": rates, "bare_rates": [one["rate"] for one in bare], "bare_best": bare[0]["best"],
        "ratios": [rate / one["rate"] for rate, one in zip(rates, bare, strict=True)],
        "start_s": start_s, "back_s": _back_after_kill(bundle_dir, data), "memory_mb": memory,
        "mean_kb": statistics.mean(len(one) for one in data) / 1000, "clients": options.clients, "pictures": n,
    }  # fmt: skip


def _load(port: int, data: list[bytes], n_clients: int) -> tuple[float, list[float], int]:
    """Seconds for all, of each request, and how many failed."""
    waits: list[float] = []
    failed: list[object] = []
    together = threading.Barrier(n_clients + 1)

    def client(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.connect()
        together.wait()
        for i in range(len(data)):
            started = time.perf_counter()
            try:
                headers = {"Content-Type": "application/octet-stream"}
                connection.request("POST", "/predict", data[(number + i) % len(data)], headers)
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    failed.append(answer.status)
            except (OSError, http.client.HTTPException) as error:
                failed.append(error)
                connection.close()
            waits.append(time.perf_counter() - started)
        connection.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(n_clients)]
    for thread in threads:
        thread.start()
    together.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    return time.perf_counter() - started, waits, len(failed)


def _bare(bundle_dir: Path, files: list[Path], n_times: int) -> dict[str, Any]:
    job = {"bundle": str(bundle_dir), "files": [str(file) for file in files], "times": n_times}
    done = subprocess.run(
        [sys.executable, str(BARE)], input=json.dumps(job), capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@contextmanager
def _service(bundle_dir: Path, port: int = 0) -> Iterator[tuple[psutil.Process, int, float]]:
    """The process, its port, and the seconds until it was healthy."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "tellapart.service", str(bundle_dir), "--port", str(port)],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        first = json.loads(process.stdout.readline())
        threading.Thread(target=process.stdout.read, daemon=True).start()  # else it would wait for a reader
        port = int(first["url"].rpartition(":")[2])
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/healthz")
        if connection.getresponse().status != 200:
            raise RuntimeError("The service is not healthy.")
        yield psutil.Process(process.pid), port, time.perf_counter() - started
    finally:
        process.kill()
        process.wait()


def _back_after_kill(bundle_dir: Path, data: list[bytes]) -> float:
    """Seconds from a kill under load to a healthy answer at the same port."""
    with _service(bundle_dir) as (process, port, _):
        loading = threading.Thread(target=_load, args=(port, data, 4), daemon=True)
        loading.start()
        time.sleep(0.5)
        killed = time.perf_counter()
        process.kill()
        process.wait()
        with _service(bundle_dir, port):
            return time.perf_counter() - killed


def _show(result: dict[str, Any], options: argparse.Namespace) -> None:
    report.table(
        f"{result['clients']} clients × {options.pictures} pictures of {options.set}, {result['mean_kb']:.0f} KB each",
        ["", "median of rounds"],
        [
            ["service, pictures a second", report.number(result["rate"], 1)],
            [f"bare, pictures a second ({result['bare_best']})", report.number(result["bare_rate"], 1)],
            ["service of bare", report.percent(result["ratio"])],
            [
                "processor time of a picture, bare and service",
                f"{result['bare_cpu_ms']:.1f} and {result['cpu_ms']:.1f} ms",
            ],
            ["bare of service, in processor time", report.percent(result["cpu_ratio"])],
            ["processor time of the clients", report.number(result["clients_cpu_ms"], 1, " ms")],
            ["half were answered within", report.number(result["p50_ms"], 0, " ms")],
            ["95 % were answered within", report.number(result["p95_ms"], 0, " ms")],
            ["failed", str(result["n_failed"])],
            ["started and healthy after", report.number(result["start_s"], 2, " s")],
            ["killed, and healthy again after", report.number(result["back_s"], 2, " s")],
            ["memory after each round", ", ".join(f"{one:.0f}" for one in result["memory_mb"]) + " MB"],
        ],
    )


if __name__ == "__main__":
    main()
