"""This checkout beside an older one: the same benchmarks of both, in turn, so that a slow minute hits both alike.

    git worktree add ../before <commit>
    python benchmarks/two_trees.py --old ../before --data FOLDER

Each side runs its own scripts on its own packages, in fresh processes, with the libraries that are installed here. A
time counts with the least of its rounds, since nothing but other work makes a run longer. Memory likewise, and a rate
with the highest.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import machine
import report

HERE = Path(__file__).resolve().parent
NEEDS_DATA = ("quick_train", "embedding", "predict_one")
BENCHMARKS = (
    "growth --sizes 100,10000 --new-sizes 1000",
    "startup",
    "quick_train --sets bears_web --splits 1",
    "embedding --sizes 224 --rounds 3",
    "predict_one",
)
TIMES = ("seconds", "_s", "_ms")
SMALL_S = 0.005  # of what takes less, a difference is the clock's


def main() -> None:
    """Measure, print, finish with JSON."""
    options = _options()
    report.machine_line()
    sides = {"old": options.old.resolve(), "new": HERE.parent}
    result: dict[str, Any] = {}
    for line in options.run or BENCHMARKS:
        name, *arguments = shlex.split(line)
        found: dict[str, list[dict[str, float]]] = {"old": [], "new": []}
        for turn in range(options.rounds):
            for side in ("old", "new") if turn % 2 == 0 else ("new", "old"):
                found[side].append(_run(sides[side], name, arguments, options.data))
        result[name] = _compared(found)
        _show(name, result[name])
    report.finish(result)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The same benchmarks on two checkouts, in turn.")
    parser.add_argument("--old", type=Path, required=True, help="a checkout of the older version")
    parser.add_argument("--data", type=Path, required=True, help="folder with the picture sets")
    parser.add_argument("--rounds", type=int, default=3, help="how often each side takes its turn")
    parser.add_argument(
        "--run",
        action="append",
        help="a benchmark with its arguments, once or more; all of ours unless given",
    )
    options = parser.parse_args()
    if not (options.old / "benchmarks").is_dir():
        parser.error(f"--old {options.old} is no checkout: it has no folder benchmarks.")
    return options


def _run(tree: Path, name: str, arguments: list[str], data: Path) -> dict[str, float]:
    """Every number that one benchmark of one tree reports, by its path."""
    script = tree / "benchmarks" / f"{name}.py"
    given = ("--data", str(data.absolute())) if name in NEEDS_DATA else ()
    packages = os.pathsep.join(str(tree / part) for part in ("core", "dashboards"))
    command = [sys.executable, str(script), *given, *arguments]
    return dict(_numbers(machine.run_worker(command, PYTHONPATH=packages)))


def _numbers(value: Any, path: str = "") -> Iterator[tuple[str, float]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _numbers(inner, f"{path} {key}".strip())
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield path, float(value)


def _compared(found: dict[str, list[dict[str, float]]]) -> dict[str, dict[str, float]]:
    """For each time, rate and peak that both sides report: the best of each, and how much worse the new is."""
    shared = [path for path in found["old"][0] if all(path in one for side in found.values() for one in side)]
    compared = {}
    for path in shared:
        name = path.rpartition(" ")[2]
        if name.endswith("_per_s"):
            old, new = (max(one[path] for one in found[side]) for side in ("old", "new"))
            compared[path] = {"old": old, "new": new, "ratio": old / new}
        elif name.endswith((*TIMES, "_mb")):
            old, new = (min(one[path] for one in found[side]) for side in ("old", "new"))
            seconds = old / 1000 if name.endswith("_ms") else old
            if name.endswith("_mb") or seconds >= SMALL_S:
                compared[path] = {"old": old, "new": new, "ratio": new / old}
    return compared


def _show(name: str, compared: dict[str, dict[str, float]]) -> None:
    rows = [
        [path, report.number(one["old"], 3), report.number(one["new"], 3), report.number(one["ratio"], 2)]
        for path, one in compared.items()
    ]
    report.table(f"{name}: the best of each side's rounds", ["what", "old", "new", "longer or larger"], rows)


if __name__ == "__main__":
    main()
