"""One measurement of growth.py, in a process of its own so that its memory can be told: a JSON job in, a result out."""

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
from made_pictures import made_embeddings
from tellapart.duplicates.candidates import pairs_at_first_look
from tellapart.duplicates.near_duplicates import groups_of
from tellapart.gather import take_in
from tellapart.learning.folds import assign_folds
from tellapart.learning.head import fit_head, refit_head
from tellapart.store.project import create_project, open_project

EMBEDDING_SIZE = 1624
N_CLASSES = 10
N_SCENES = 20  # of the look-alike pictures: so many views a camera was pointed at


def main() -> None:
    """One job."""
    job = json.load(sys.stdin)
    before_mb = machine.peak_mb()
    tasks: dict[str, Callable[..., dict[str, Any]]] = {"new": new, "open": open_, "group": group, "fit": fit}
    measured = tasks[job.pop("task")](**job)
    print(json.dumps({**measured, "before_mb": before_mb, "peak_mb": machine.peak_mb()}))


def new(project_dir: str, folder: str) -> dict[str, Any]:
    """Make a project and take a folder in."""
    clock = time.perf_counter()
    with create_project(Path(project_dir)) as project:
        summary = take_in(project, Path(folder))
    return {"seconds": time.perf_counter() - clock, "n_added": summary.n_added}


def open_(project_dir: str) -> dict[str, Any]:
    """Open a project; ask for its labels with counts; read all its rows."""
    clock = time.perf_counter()
    with open_project(Path(project_dir)) as project:
        opened_s = time.perf_counter() - clock
        counts_s = []
        for _ in range(20):
            clock = time.perf_counter()
            counts = project.manifest.label_counts()
            counts_s.append(time.perf_counter() - clock)
        clock = time.perf_counter()
        n_rows = len(project.manifest.pictures())
        rows_s = time.perf_counter() - clock
        changes = project.changes
    return {
        "seconds": opened_s,
        "counts_ms": 1000 * statistics.median(counts_s),
        "first_counts_ms": 1000 * counts_s[0],
        "rows_s": rows_s,
        "n_rows": n_rows,
        "n_labels": len(counts),
        "changes": changes,
    }


def made_miniatures(n: int, rng: np.random.Generator) -> np.ndarray:
    """(n, 288) uint8: fingerprints whose frequencies fall off as those of photographs do."""
    spectrum = np.fft.rfftfreq(16)[None, :], np.fft.fftfreq(16)[:, None]
    fall = 1 / np.maximum(np.hypot(*spectrum), 1 / 32)
    waves = rng.normal(size=(n, 16, 9)) + 1j * rng.normal(size=(n, 16, 9))
    greys = np.fft.irfft2(waves * fall, (16, 16)).reshape(n, -1)
    greys *= rng.uniform(20, 60, (n, 1)) / greys.std(axis=1, keepdims=True)
    colours = 128 + np.repeat(rng.normal(0, 10, (n, 2)), 16, axis=1).reshape(n, 2, 16).transpose(
        0, 2, 1
    ).reshape(n, 32)
    return np.concatenate([np.clip(greys + rng.uniform(80, 170, (n, 1)), 0, 255), colours], axis=1).astype(
        np.uint8
    )


def group(n: int, kind: str) -> dict[str, Any]:
    """Group the fingerprints of n pictures: all different, or look-alikes from a few camera views."""
    rng = np.random.default_rng(0)
    miniatures = made_miniatures(N_SCENES if kind == "alike" else n, rng)
    if kind == "alike":
        frames = miniatures[rng.integers(0, N_SCENES, n)]
        miniatures = np.clip(frames + rng.normal(0, 2, frames.shape), 0, 255).astype(np.uint8)
    fingerprints = [row.tobytes() for row in miniatures]
    clock = time.perf_counter()
    groups = groups_of(pairs_at_first_look(fingerprints), n)  # by the first look: there are no files
    return {"seconds": time.perf_counter() - clock, "n_groups": len(np.unique(groups))}


def fit(n: int) -> dict[str, Any]:
    """Fit a head on n made embeddings, then again after one relabel."""
    embeddings, targets = made_embeddings(n, EMBEDDING_SIZE, N_CLASSES)
    clock = time.perf_counter()
    folds = assign_folds(targets, [str(i) for i in range(n)])
    last = fit_head(embeddings, targets, N_CLASSES, folds)
    fit_s = time.perf_counter() - clock
    again_s = []
    for i in range(3):
        targets[i] = (targets[i] + 1) % N_CLASSES
        clock = time.perf_counter()
        last = refit_head(targets, last)
        again_s.append(time.perf_counter() - clock)
    return {
        "seconds": fit_s,
        "again_s": statistics.median(again_s),
        "embeddings_mb": embeddings.nbytes / 2**20,
    }


if __name__ == "__main__":
    main()
