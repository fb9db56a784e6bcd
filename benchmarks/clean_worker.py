"""Our side of clean.py: a JSON job on standard input, a JSON result on the last line of standard output."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import machine
import numpy as np
from tellapart.backbones.catalogue import load_backbone
from tellapart.backbones.embeddings import embed
from tellapart.clean import Review, decision_of, open_review
from tellapart.gather import take_in
from tellapart.learning.folds import assign_folds
from tellapart.learning.head import fit_head
from tellapart.planning.config import TrainConfig
from tellapart.store.journal import Relabel
from tellapart.store.project import Project, create_project, open_project

SURE = 0.95


def main() -> None:
    """One job."""
    job = json.load(sys.stdin)
    tasks: dict[str, Callable[..., dict[str, Any]]] = {"rank": rank, "findings": findings}
    print(json.dumps(tasks[job.pop("task")](**job)))


def rank(
    folder: str, project_dir: str, backbone: str, weights: str, truth: dict[str, str], embeddings: str
) -> dict[str, Any]:
    """Every picture with its doubt, and what carrying out the sure suggestions does to the error."""
    own_weights = Path(weights) if weights else None
    config = TrainConfig(backbone, own_weights)
    with create_project(Path(project_dir)) as project:
        take_in(project, Path(folder))
        open_review(project, config)  # computes what is cached from now on
        clock = time.perf_counter()
        review = open_review(project, config)
        seconds = time.perf_counter() - clock
        pictures = project.manifest.pictures()
        array = embed(project, load_backbone(backbone, own_weights), pictures).array
        files = [picture.original_name for picture in pictures]
        doubts = {one: (score, review.probs(one)) for one, score in review.doubts().items()}
        labels = [picture.label for picture in pictures]
        true = [truth[file] for file in files]
        classes = sorted({*labels, *true})
        given = np.array([classes.index(label) for label in labels])
        np.savez(embeddings, embeddings=array, targets=given)
        noise = review.summary().noise
        suggested = review.suggestions(SURE, ["wrong label"])
        review.decide([decision for one in suggested if (decision := decision_of(one))])
        after = [picture.label for picture in project.manifest.pictures()]
    right = _n_right(suggested, pictures, truth)
    folds = assign_folds(given, files)
    targets = np.array([classes.index(label) for label in true])
    errors = {
        name: _error(array, np.array([classes.index(label) for label in of]), targets, folds)
        for name, of in (("error_before", labels), ("error_after", after), ("error_perfect", true))
    }
    return {
        "files": files, "labels": labels, "scores": [doubts[one.image_id][0] for one in pictures],
        "probs": [list(doubts[one.image_id][1].values()) for one in pictures], "seconds": seconds, "noise": noise,
        "suggestions": {"n": len(suggested), "n_right": right}, **errors,
    }  # fmt: skip


def _n_right(suggested: list[Any], pictures: list[Any], truth: dict[str, str]) -> int:
    names = {picture.image_id: picture.original_name for picture in pictures}
    return sum(one.suggestion.label == truth[names[one.image_id]] for one in suggested)


def _error(array: np.ndarray, targets: np.ndarray, true: np.ndarray, folds: np.ndarray) -> float:
    """Share of pictures taken for something else than they truly are, each by a head that had not seen it."""
    wrong = 0
    names = [str(i) for i in range(len(true))]
    for fold in np.unique(folds):
        seen = folds != fold
        groups = [name for name, is_seen in zip(names, seen, strict=True) if is_seen]
        head = fit_head(
            array[seen], targets[seen], int(targets.max()) + 1, assign_folds(targets[seen], groups)
        ).head
        wrong += int((head.logits(array[~seen]).argmax(axis=1) != true[~seen]).sum())
    return wrong / len(true)


def findings(project_dir: str, n_decisions: int = 30) -> dict[str, Any]:
    """Seconds for all findings of a project with everything cached, and for decisions and ranking anew."""
    with open_project(Path(project_dir)) as project:
        before_mb = machine.peak_mb()
        clock = time.perf_counter()
        review = open_review(project)
        n = len(review.queue())
        seconds = time.perf_counter() - clock
        decide_ms, refresh_ms = _decisions(project, review, n_decisions)
        return {
            "seconds": seconds, "n_findings": n, "decide_ms": decide_ms, "refresh_ms": refresh_ms,
            "counts": review.counts(), "peak_mb": machine.peak_mb(), "before_mb": before_mb,
        }  # fmt: skip


def _decisions(project: Project, review: Review, n: int) -> tuple[float, float]:
    """Medians of what one decision and one ranking take."""
    decided, refreshed = [], []
    for i, finding in enumerate(review.queue()[:n]):
        clock = time.perf_counter()
        review.decide([Relabel(finding.image_id, review.classes[i % len(review.classes)])])
        decided.append(time.perf_counter() - clock)
        clock = time.perf_counter()
        review.refresh()
        refreshed.append(time.perf_counter() - clock)
    return 1000 * statistics.median(decided), 1000 * statistics.median(refreshed)


if __name__ == "__main__":
    main()
