"""Whatever grows with the number of pictures, at several sizes: taking in, opening, counting, grouping, fitting.

    python benchmarks/growth.py

`new` takes in made JPEG files. Opening is measured on made projects whose rows all have a real, tiny file: the first
open looks into every folder, a later one sees that nothing changed, and one finds a file that was added by hand.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

import machine
import numpy as np
import report
from made_pictures import made_picture, make_pictures
from PIL import Image
from tellapart.pictures.images import PictureFacts
from tellapart.store.add_pictures import Arrival, add_new_pictures
from tellapart.store.manifest import Origin
from tellapart.store.project import create_project

WORKER = Path(__file__).resolve().parent / "growth_worker.py"
N_LABELS = 10
MEASUREMENTS = ("new", "open", "group", "fit")


def main() -> None:
    """Measure, print, finish with JSON."""
    parser = argparse.ArgumentParser(description="Time and memory at several numbers of pictures.")
    parser.add_argument("--sizes", default="100,10000,100000", help="rows, fingerprints, embeddings")
    parser.add_argument("--new-sizes", default="100,1000,10000", help="pictures that `new` takes in")
    parser.add_argument("--opens", type=int, default=5, help="how often each made project is opened")
    parser.add_argument("--only", default=",".join(MEASUREMENTS), help="of: new, open, group, fit")
    options = parser.parse_args()
    sizes, new_sizes = _numbers(options.sizes), _numbers(options.new_sizes)
    chosen = options.only.split(",")
    if unknown := set(chosen) - set(MEASUREMENTS):
        parser.error(f"--only {','.join(sorted(unknown))} is unknown; choose from {', '.join(MEASUREMENTS)}.")
    report.machine_line()
    result: dict[str, Any] = {}
    measures: dict[str, Callable[[], dict[str, Any]]] = {
        "new": lambda: {str(n): _new(n) for n in new_sizes},
        "open": lambda: {str(n): _open(n, options.opens) for n in sizes},
        "group": lambda: {
            str(n): {kind: _ask("group", n=n, kind=kind) for kind in ("different", "alike")} for n in sizes
        },
        "fit": lambda: {str(n): _ask("fit", n=n) for n in sizes},
    }
    for name in chosen:
        result[name] = measures[name]()
        _show(name, result[name])
    report.finish(result)


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _ask(task: str, **job: Any) -> dict[str, Any]:
    return machine.python_worker(WORKER, {"task": task, **job})


def _new(n: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder:
        make_pictures(Path(folder) / "pictures", n, N_LABELS)
        return _ask("new", project_dir=f"{folder}/project", folder=f"{folder}/pictures")


def _open(n: int, n_opens: int) -> dict[str, Any]:
    """The first open of a project of n rows, the median of later ones, and one that finds a new file."""
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder:
        root = Path(folder) / "project"
        _make_project(root, n)
        time.sleep(
            2.1
        )  # folders changed within the clock's grain are looked into again, which is not the usual case
        first = _ask("open", project_dir=str(root))
        later = [_ask("open", project_dir=str(root)) for _ in range(n_opens)]
        made_picture(np.random.default_rng(n), 64).save(root / "images" / "label-0" / "by-hand.jpg")
        changed = _ask("open", project_dir=str(root))
        if first["changes"] or changed["n_rows"] != n + 1:
            raise RuntimeError(
                f"Opening saw {first['changes']} and then {changed['changes']}; expected nothing, then one new file."
            )
    names = ("seconds", "counts_ms", "rows_s", "peak_mb")
    return {
        **{name: median(one[name] for one in later) for name in names},
        "first_s": first["seconds"],
        "one_new_file_s": changed["seconds"],
        "n_rows": n,
        "n_opens": n_opens,
    }


def _make_project(root: Path, n: int) -> None:
    """A project of n rows, each with a real 8 × 8 BMP file of its own."""
    rng = np.random.default_rng(n)
    with create_project(root) as project:
        for k in range(N_LABELS):
            (project.images_dir / f"label-{k}").mkdir()
        for start in range(0, n, 10_000):
            add_new_pictures(
                project.manifest, root, [_arrival(root, i, rng) for i in range(start, min(n, start + 10_000))]
            )


def _arrival(root: Path, i: int, rng: np.random.Generator) -> Arrival:
    label = f"label-{i % N_LABELS}"
    path = f"images/{label}/{i:06d}.bmp"
    Image.fromarray(rng.integers(0, 256, (8, 8, 3), np.uint8)).save(root / path)
    data = (root / path).read_bytes()
    facts = PictureFacts("BMP", 8, 8, rng.bytes(32))
    return Arrival(
        sha256(data).hexdigest(), label, facts, len(data), path, path, Origin("folder"), is_in_place=True
    )


def _show(name: str, found: dict[str, Any]) -> None:
    """One table: a column for each size."""
    titles = {
        "new": "new: made 96 px JPEG files into a project",
        "open": f"Opening a project of {N_LABELS} labels, each row with its file; median of several, fresh processes",
        "group": "Near-duplicates: grouping fingerprints",
        "fit": "Head: 1,624 numbers a picture, 10 classes",
    }
    lines: dict[str, list[tuple[str, Callable[[dict[str, Any]], str]]]] = {
        "new": [
            ("seconds", lambda one: report.number(one["seconds"])),
            ("peak MB", lambda one: report.number(one["peak_mb"], 0)),
        ],
        "open": [
            ("open, seconds", lambda one: report.number(one["seconds"], 3)),
            ("first open, looks into every folder", lambda one: report.number(one["first_s"], 3)),
            ("open that finds one new file", lambda one: report.number(one["one_new_file_s"], 3)),
            ("labels with counts, ms", lambda one: report.number(one["counts_ms"], 2)),
            ("all rows, seconds", lambda one: report.number(one["rows_s"], 3)),
            ("peak MB, with all rows", lambda one: report.number(one["peak_mb"], 0)),
        ],
        "group": [
            ("all different, seconds", lambda one: report.number(one["different"]["seconds"], 3)),
            ("look-alikes of 20 views, seconds", lambda one: report.number(one["alike"]["seconds"], 3)),
            ("peak MB, look-alikes", lambda one: report.number(one["alike"]["peak_mb"], 0)),
        ],
        "fit": [
            ("fit with cross-validation, seconds", lambda one: report.number(one["seconds"], 3)),
            ("again after one relabel, seconds", lambda one: report.number(one["again_s"], 4)),
            ("peak MB", lambda one: report.number(one["peak_mb"], 0)),
            ("of which the embeddings", lambda one: report.number(one["embeddings_mb"], 0)),
        ],
    }
    rows = [[words, *(shown(one) for one in found.values())] for words, shown in lines[name]]
    report.table(titles[name], ["pictures", *(f"{int(n):,}" for n in found)], rows)


if __name__ == "__main__":
    main()
