"""Run the tests side by side, and what fails once more, alone.

    python tools/run_tests.py [--only quick|slow] [--no-browser] [--seed NUMBER|random] [--workers N]
        [more arguments for pytest]

What passes alone is listed as flaky and does not fail the run; what fails twice does. With more arguments it is one
plain pytest with these, in one process.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import psutil

PARTS = {"quick": "not slow", "slow": "slow"}
ROOM_BYTES = 10 * 2**30  # a run has written up to 4 GB, and the programs under test need memory as well
FAILED = 1  # pytest's exit code when tests failed; others mean that something else went wrong


def n_workers() -> int:
    """Two more than there are processors, since a browser and other processes are often waited for; at most 8."""
    return min((os.cpu_count() or 1) + 2, 8)


def memory_folder() -> str | None:
    """A folder in memory with room for all that the tests write, some gigabytes; None where there is none.

    On a disk they would wait for it again and again, and each run would first clear away what an earlier one left.
    """
    folder = Path("/dev/shm")
    if not hasattr(os, "statvfs") or not folder.is_dir():  # Windows, macOS
        return None
    status = os.statvfs(folder)
    free = min(status.f_bavail * status.f_frsize, psutil.virtual_memory().available)
    return str(folder) if free >= ROOM_BYTES and not status.f_flag & os.ST_NOEXEC else None


def counts(junit: Path) -> dict[str, int]:
    """How many tests passed, failed and were skipped, as pytest wrote it down."""
    suites = ElementTree.parse(junit).getroot().iter("testsuite")
    sums = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for suite in suites:
        for name in sums:
            sums[name] += int(suite.get(name, 0))
    failed = sums["failures"] + sums["errors"]
    return {
        "failed": failed,
        "passed": sums["tests"] - failed - sums["skipped"],
        "skipped": sums["skipped"],
    }


def last_failed(cache: Path) -> set[str]:
    """The tests that pytest remembers as failed."""
    path = cache / "v" / "cache" / "lastfailed"
    return set(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else set()


def summary(found: dict[str, int], seconds: float) -> str:
    """A line like pytest's own last one."""
    told = ", ".join(f"{number} {name}" for name, number in found.items() if number)
    minutes = f" ({int(seconds) // 3600}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02})"
    return f" {told} in {seconds:.2f}s{minutes if seconds >= 60 else ''} ".center(80, "=")


def run_twice(pytest: list[str], parallel: list[str]) -> int:
    """The exit code: 0 when every test passed in the first run, beside others, or in the second, alone."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(
        prefix="tellapart-tests-", dir=memory_folder(), ignore_cleanup_errors=True
    ) as place:
        folder = Path(place)
        os.environ["TMPDIR"] = os.environ["PYTEST_DEBUG_TEMPROOT"] = place
        kept = ["-o", f"cache_dir={folder / 'cache'}"]
        first = [*pytest, *kept, f"--junitxml={folder / 'first.xml'}", *parallel]
        # beside each other, the threads of a process wait for processors that others have
        beside = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **os.environ}
        code = subprocess.run(first, check=False, env=beside).returncode
        failed = last_failed(folder / "cache")
        if (
            code != FAILED
            or not failed
            or not all(Path(test.partition("::")[0]).is_file() for test in failed)
        ):
            return code  # not tests but the run itself: pytest has said what
        print(f"\n{len(failed)} failed. Once more, alone and one after the other:", flush=True)
        again = [*pytest, *kept, f"--junitxml={folder / 'second.xml'}", "--last-failed"]
        code = subprocess.run(again, check=False).returncode
        flaky = sorted(failed - last_failed(folder / "cache")) if code in (0, FAILED) else []
        if flaky:
            print("\nFlaky: these failed beside others and passed alone. Mend them, or what they found:")
            print(*(f"  {test}" for test in flaky), sep="\n")
        found = counts(folder / "first.xml")
        found["failed"] = len(failed) - len(flaky)
        found["flaky"] = len(flaky)
        print(summary(found, time.monotonic() - started), flush=True)
        return code


def main() -> int:
    """The exit code of pytest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", choices=tuple(PARTS), help="left out, both")
    parser.add_argument("--no-browser", action="store_true", help="without the tests that need a browser")
    parser.add_argument(
        "--seed", default="", help="shuffle the modules and the tests in each; 'random' chooses a seed"
    )
    parser.add_argument("--workers", type=int, default=n_workers(), help="how many run side by side")
    options, more = parser.parse_known_args()
    # each of the hundreds of processes under test would compile every module anew
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    pytest = [sys.executable, "-m", "pytest"]
    marks = ["not browser"] if options.no_browser else []
    if not more and options.only:
        marks.append(f"({PARTS[options.only]})")
    if marks:
        pytest += ["-m", " and ".join(marks)]
    parallel = ["-n", str(options.workers), "--dist", "worksteal"]
    if options.seed:  # the plugin chooses and prints one of its own when it is told none
        parallel += ["--random-order"]
        parallel += [] if options.seed == "random" else [f"--random-order-seed={options.seed}"]
    if more:
        return subprocess.run([*pytest, *more], check=False).returncode
    return run_twice(pytest, parallel)


if __name__ == "__main__":
    sys.exit(main())
