"""Texts of `kinds.py`: accuracy and seconds, beside guessing; wrong labels found, beside cleanlab.

10,662 sentences of film critics (reviews_*.txt.gz), half of them negative. accuracy: of 5 folds, each text judged by a
classifier that saw the others, as `tellapart train` does it; seconds: from the read texts on, with counting words and
fitting the kept classifier. ap: average precision of `tellapart clean`'s ranking where 10 % of the labels were turned
over with a fixed seed; cleanlab_ap: of CleanLearning around a logistic regression on TF-IDF of words and pairs, as its
documentation shows it, on the same labels. Folds go by a hash of each text (of its number where labels are wrong);
settings were chosen on other folds and other flips.
"""

from __future__ import annotations

import gzip
import tempfile
import time
from pathlib import Path
from typing import Any

import machine
import numpy as np
import report
from tellapart.learning.label_noise import find_doubts
from tellapart.texts.fitting import fit_texts
from tellapart.texts.project import create_text_project
from tellapart.texts.reading import TextTable
from tellapart.texts.terms import count_terms
from tellapart.texts.training import train_texts

HERE = Path(__file__).resolve().parent
FILES = {label: f"reviews_{label}.txt.gz" for label in ("negative", "positive")}
FLIPPED = 0.1


def is_there(folder: Path) -> bool:
    """Whether the folder of tables holds the reviews."""
    return all((folder / name).is_file() for name in FILES.values())


def measured(folder: Path, seed: int, cleanlab_python: Path | None) -> dict[str, Any]:
    """The figures of texts."""
    texts, labels = _reviews(folder, seed)
    return _accuracy(texts, labels) | _label_errors(texts, labels, seed, cleanlab_python)


def show(one: dict[str, Any]) -> None:
    """The table of texts."""
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


def _reviews(folder: Path, seed: int) -> tuple[list[str], list[str]]:
    """Shuffled by the seed."""
    texts, labels = [], []
    for label, name in FILES.items():
        lines = gzip.decompress((folder / name).read_bytes()).decode("utf-8").split("\n")
        lines = [line for line in lines if line.strip()]
        texts += lines
        labels += [label] * len(lines)
    order = np.random.default_rng(seed).permutation(len(texts))
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


def _label_errors(
    texts: list[str], labels: list[str], seed: int, cleanlab_python: Path | None
) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
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
