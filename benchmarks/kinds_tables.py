"""Tables of `kinds.py`: 32,561 people of a census (adult.csv.gz), and whether they earn over 50,000.

accuracy: of 5 folds, as `tellapart train` measures it, rows with the same cells together; seconds: of that, with
fitting the kept classifier.
"""

from __future__ import annotations

import gzip
import tempfile
import time
from pathlib import Path
from typing import Any

import report
from tellapart.tables.project import create_table_project
from tellapart.tables.reading import read_table
from tellapart.tables.training import train_table

FILE = "adult.csv.gz"


def is_there(folder: Path) -> bool:
    """Whether the folder of tables holds the census."""
    return (folder / FILE).is_file()


def measured(folder: Path) -> dict[str, Any]:
    """The figures of tables."""
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as work:
        table = Path(work) / "adult.csv"
        table.write_bytes(gzip.decompress((folder / FILE).read_bytes()))
        project = create_table_project(Path(work) / "p", read_table(table))
        clock = time.perf_counter()
        found = train_table(project)
        seconds = time.perf_counter() - clock
    one = found.evaluation
    return {
        "n": one.n,
        "accuracy": 1 - one.error_rate,
        "interval": [1 - one.error_interval[1], 1 - one.error_interval[0]],
        "majority": 1 - found.majority_error,
        "chosen": found.chosen,
        "losses": found.losses,
        "calibration_error": one.calibration_error,
        "seconds": seconds,
    }


def show(one: dict[str, Any]) -> None:
    """The table of tables."""
    low, high = one["interval"]
    report.table(
        f"Tables: {one['n']} rows of a census",
        ["", "accuracy", "95 % interval", "guessing", "kept", "seconds"],
        [
            [
                "5 folds",
                report.percent(one["accuracy"], 2),
                f"{report.percent(low, 1)} to {report.percent(high, 1)}",
                report.percent(one["majority"]),
                one["chosen"],
                report.number(one["seconds"], 1),
            ]
        ],
        [],
    )
