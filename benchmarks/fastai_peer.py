"""fastai beside ours, for quick_train.py and fine_tune.py: one training on the pictures that ours was given, or the
one with the same settings that is in the log."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import machine
from run_log import RunLog, run_key

HERE = Path(__file__).resolve().parent


def fastai_run(
    options: argparse.Namespace, log: RunLog, name: str, pictures: Path, rows: list[list[str]], weights: Path,
    settings: dict[str, Any], is_timed: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """What fastai_worker.py says.

    Args:
        options: fastai_python and fastai_workers, see `add_options`. name: of the set, whose files are in `pictures`.
        rows: file, label and split of each picture. settings: backbone, seed, and where wanted n_epochs and batch.
    """
    settings = {"n_workers": options.fastai_workers, "version": 1, **settings}
    key = run_key(rows, weights, settings)
    if found := log.find(key, is_timed):
        return found
    job = {
        "files": [str(pictures / file) for file, _, _ in rows],
        "labels": [label for _, label, _ in rows],
        "is_valid": [split == "valid" for _, _, split in rows],
        "weights": str(weights), **settings,
    }  # fmt: skip
    about = {
        "set": name,
        "seed": settings["seed"],
        "n_workers": options.fastai_workers,
        "load": machine.load(),
    }
    result = machine.python_worker(HERE / "fastai_worker.py", job, options.fastai_python)
    log.add(key, is_timed, about, result)
    return result


def add_options(parser: argparse.ArgumentParser, python: Path | None) -> None:
    """The picture sets, the splits, and fastai. python: that has it, unless another is named."""
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with the picture sets, unpacked or as .tgz"
    )
    parser.add_argument("--splits", type=int, default=5, help="random 80/20 splits of each set")
    parser.add_argument(
        "--work", type=Path, help="keep finished peer runs here and go on from them after an interruption"
    )
    parser.add_argument("--fastai-python", type=Path, default=python, help="a Python that has fastai")
    parser.add_argument(
        "--fastai-workers", type=int, default=2, help="processes that load pictures for fastai"
    )
