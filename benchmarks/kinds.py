"""Other kinds of things than pictures: texts, beside TF-IDF with a logistic regression and beside cleanlab; tables;
ratings, beside biases alone and beside fastai.

    python benchmarks/kinds.py --data FOLDER --cleanlab-python PYTHON --fastai-python PYTHON

texts: 10,662 sentences of film critics (tables/reviews_*.txt.gz), half of them negative. accuracy: of 5 folds, each
text judged by a classifier that saw the others, as `tellapart train` does it; seconds: from the read texts on, with
counting words and fitting the kept classifier. ap: average precision of `tellapart clean`'s ranking where 10 % of the
labels were turned over with a fixed seed; cleanlab_ap: of CleanLearning around a logistic regression on TF-IDF of words
and pairs, as its documentation shows it, on the same labels. Folds go by a hash of each text (of its number where
labels are wrong); settings were chosen on other folds and other flips.

tables: 32,561 people of a census (tables/adult.csv.gz), and whether they earn over 50,000. accuracy: of 5 folds, as
`tellapart train` measures it, rows with the same cells together; seconds: of that, with fitting the kept classifier.
ratings: see kinds_ratings.py.
"""

from __future__ import annotations

import argparse
import gzip
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import kinds_ratings
import machine
import numpy as np
import report
from tellapart.learning.label_noise import find_doubts
from tellapart.tables.project import create_table_project
from tellapart.tables.reading import read_table
from tellapart.tables.training import train_table
from tellapart.texts.fitting import fit_texts
from tellapart.texts.project import create_text_project
from tellapart.texts.reading import TextTable
from tellapart.texts.terms import count_terms
from tellapart.texts.training import train_texts

HERE = Path(__file__).resolve().parent
REPORT_SEED = 2026
FLIPPED = 0.1


def main() -> None:
    """Measure, print, finish with JSON."""
    options = _options()
    report.machine_line()
    texts, labels = _reviews(options.data / "tables")
    result: dict[str, Any] = {
        "texts": _accuracy(texts, labels) | _label_errors(texts, labels, options.cleanlab_python)
    }
    _show(result["texts"])
    result["ratings"] = kinds_ratings.measured(options.data / "tables", REPORT_SEED, options.fastai_python)
    kinds_ratings.show(result["ratings"])
    result["tables"] = _tables(options.data / "tables" / "adult.csv.gz")
    _show_tables(result["tables"])
    report.finish(result)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Texts, beside cleanlab; ratings, beside fastai.")
    parser.add_argument("--data", type=Path, required=True, help="folder with tables/, unpacked")
    parser.add_argument(
        "--cleanlab-python", type=Path, help="that has cleanlab; without it cleanlab_ap is null"
    )
    parser.add_argument("--fastai-python", type=Path, help="that has fastai; without it fastai_mse is null")
    options = parser.parse_args()
    if options.cleanlab_python is not None and not options.cleanlab_python.is_file():
        parser.error(
            f"{options.cleanlab_python} is not there. Name a Python that has cleanlab, or leave it out."
        )
    if options.fastai_python is not None and not options.fastai_python.is_file():
        parser.error(f"{options.fastai_python} is not there. Name a Python that has fastai, or leave it out.")
    return options


def _reviews(folder: Path) -> tuple[list[str], list[str]]:
    """Shuffled by the report's seed."""
    texts, labels = [], []
    for label in ("negative", "positive"):
        path = folder / f"reviews_{label}.txt.gz"
        if not path.is_file():
            sys.exit(f"{path} is not there. --data needs the folder in which tables/ was unpacked.")
        lines = [
            line for line in gzip.decompress(path.read_bytes()).decode("utf-8").split("\n") if line.strip()
        ]
        texts += lines
        labels += [label] * len(lines)
    order = np.random.default_rng(REPORT_SEED).permutation(len(texts))
    return [texts[i] for i in order], [labels[i] for i in order]


def _accuracy(texts: list[str], labels: list[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder:
        project = create_text_project(Path(folder) / "p", TextTable(texts, labels, "reviews", ""))
        clock = time.perf_counter()
        found = train_texts(project)
        seconds = time.perf_counter() - clock
    one = found.evaluation
    return {
        "n": one.n,
        "accuracy": 1 - one.error_rate,
        "interval": [1 - one.error_interval[1], 1 - one.error_interval[0]],
        "majority": 1 - found.majority_error,
        "calibration_error": one.calibration_error,
        "seconds": seconds,
    }


def _tables(path: Path) -> dict[str, Any]:
    if not path.is_file():
        sys.exit(f"{path} is not there. --data needs the folder in which tables/ was unpacked.")
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder:
        table = Path(folder) / "adult.csv"
        table.write_bytes(gzip.decompress(path.read_bytes()))
        project = create_table_project(Path(folder) / "p", read_table(table))
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


def _label_errors(texts: list[str], labels: list[str], cleanlab_python: Path | None) -> dict[str, Any]:
    rng = np.random.default_rng(REPORT_SEED)
    classes = sorted(set(labels))
    true = np.array([classes.index(label) for label in labels])
    is_wrong = np.zeros(len(true), bool)
    is_wrong[rng.choice(len(true), round(FLIPPED * len(true)), replace=False)] = True
    given = np.where(is_wrong, (true + rng.integers(1, len(classes), len(true))) % len(classes), true)
    clock = time.perf_counter()
    fit = fit_texts(count_terms(texts), given, len(classes), [str(i) for i in range(len(texts))])
    scores = find_doubts(fit.oof_logits, given).score
    seconds = time.perf_counter() - clock
    theirs: dict[str, Any] = {"cleanlab_ap": None, "cleanlab_seconds": None}
    if cleanlab_python is not None:
        job = {"texts": texts, "targets": given.tolist()}
        found = machine.python_worker(HERE / "cleanlab_texts_worker.py", job, cleanlab_python)
        theirs = {
            "cleanlab_ap": _average_precision(np.array(found["scores"]), is_wrong),
            "cleanlab_seconds": found["seconds"],
            "cleanlab": found["versions"],
        }
    return {"ap": _average_precision(scores, is_wrong), "clean_seconds": seconds} | theirs


def _average_precision(scores: np.ndarray, is_wrong: np.ndarray) -> float:
    """Of a ranking with the highest score first."""
    hits = is_wrong[np.argsort(-scores, kind="stable")]
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())


def _show(one: dict[str, Any]) -> None:
    low, high = one["interval"]
    report.table(
        f"Texts: {one['n']} reviews",
        [
            "",
            "accuracy",
            "95 % interval",
            "guessing",
            "seconds",
            "wrong labels: average precision",
            "cleanlab",
        ],
        [
            [
                "5 folds",
                report.percent(one["accuracy"], 2),
                f"{report.percent(low, 1)} to {report.percent(high, 1)}",
                report.percent(one["majority"]),
                report.number(one["seconds"], 1),
                report.number(one["ap"], 4),
                report.number(one["cleanlab_ap"], 4),
            ]
        ],
        [
            f"Finding wrong labels: {one['clean_seconds']:.1f} s, "
            f"cleanlab {report.number(one['cleanlab_seconds'], 1)} s."
        ],
    )


def _show_tables(one: dict[str, Any]) -> None:
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


if __name__ == "__main__":
    main()
