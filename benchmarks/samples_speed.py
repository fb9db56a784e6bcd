"""How long the sample pictures take to draw: what a newcomer waits for before anything is on the screen.

python benchmarks/samples_speed.py
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import machine
import report
from tellapart.samples import make_samples


def main() -> None:
    """Measure, print, finish with JSON."""
    parser = argparse.ArgumentParser(description="Seconds to draw the sample pictures.")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--per-class", type=int, default=48, help="pictures of each kind, as the sample project has them"
    )
    options = parser.parse_args()
    report.machine_line()
    seconds = []
    for _ in range(options.runs):
        with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder:
            clock = time.perf_counter()
            made = make_samples(Path(folder) / "leaves", n_per_class=options.per_class)
            seconds.append(time.perf_counter() - clock)
    median_s, peak_mb = statistics.median(seconds), machine.peak_mb()
    row = [
        report.number(median_s),
        report.number(min(seconds)),
        report.number(max(seconds)),
        report.number(peak_mb, 0),
    ]
    columns = ["sample pictures", "seconds", "quickest", "slowest", "peak MB"]
    report.table(f"make_samples, median of {options.runs} runs", columns, [[str(made.n_files), *row]])
    report.finish(
        {
            "n_files": made.n_files,
            "seconds": median_s,
            "all_s": seconds,
            "peak_mb": peak_mb,
            "n_runs": options.runs,
        }
    )


if __name__ == "__main__":
    main()
