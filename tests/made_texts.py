"""Made texts: short reviews of two kinds, seeded, with as many wrong labels as wanted."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

GOOD = [
    "lovely",
    "bright",
    "moving",
    "honest",
    "clever",
    "warm",
    "funny",
    "brilliant",
    "delightful",
    "superb",
]
BAD = ["dull", "clumsy", "tedious", "silly", "lazy", "bland", "awful", "boring", "shallow", "tired"]
COMMON = [
    "the",
    "a",
    "film",
    "story",
    "actor",
    "scene",
    "music",
    "end",
    "camera",
    "plot",
    "with",
    "of",
    "and",
    "is",
    "in",
    "this",
    "was",
    "some",
    "very",
    "it",
]


def made_reviews(n: int = 120, seed: int = 0, n_wrong: int = 0) -> tuple[list[str], list[str], set[int]]:
    """Texts, their labels, half of each, and the rows whose label was turned over."""
    rng = np.random.default_rng(seed)
    texts, labels = [], []
    for i in range(n):
        is_good = i % 2 == 0
        words = [*rng.choice(GOOD if is_good else BAD, 3), *rng.choice(COMMON, 9)]
        texts.append(" ".join(rng.permutation(words)) + f" {i} .")
        labels.append("good" if is_good else "bad")
    wrong = set(rng.choice(n, n_wrong, replace=False).tolist())
    labels = [{"good": "bad", "bad": "good"}[one] if i in wrong else one for i, one in enumerate(labels)]
    return texts, labels, wrong


def write_csv(
    path: Path, texts: list[str], labels: list[str], titles: tuple[str, str] = ("text", "label")
) -> Path:
    """A table of them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(titles)
        table.writerows(zip(texts, labels, strict=True))
    return path
