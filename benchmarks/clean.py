"""Finding wrong labels: tellapart beside cleanlab and fastai, all on the same pictures and weights, in one run.

    python benchmarks/clean.py --data FOLDER --against fastai,cleanlab

The set holds pictures under given labels, some of them wrong, and truth.csv with the true ones. Each ranks all
pictures, the most doubtful label first:
ours      the score of `tellapart.clean`, from out-of-fold judgements on cached embeddings
cleanlab  its label quality on the same embeddings: CleanLearning around a logistic regression, its default
fastai    the loss after fine_tune(1), as its ImageClassifierCleaner shows it, over its training and validation part
ap is the average precision of that ranking, p100 the share of truly wrong labels among its first 100. The errors are
cross-validated with the classifier that `train` fits and counted against the true labels: with the labels as given,
with ours's suggestions above 95 % carried out, and with every label put right.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import backbone_choice
import clean_project
import machine
import numpy as np
import picture_sets
import report
from run_log import RunLog, run_key

HERE = Path(__file__).resolve().parent
PEERS = ("fastai", "cleanlab")
Ranking = dict[str, float]


def main() -> None:
    """Measure, print, finish with JSON."""
    options = _options()
    report.machine_line()
    result: dict[str, Any] = {"ap": {}, "p100": {}, "seconds": {}}
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder:
        scratch = Path(folder)
        os.environ["TELLAPART_CACHE"] = str(
            options.work.absolute() / "cache" if options.work else scratch / "cache"
        )
        if options.set:
            _compare(options, scratch, result)
        sizes = [int(part) for part in options.sizes.split(",") if part]
        result["findings_s"], result["findings"] = {}, {}
        for n in sizes:
            clean_project.make_project(scratch / f"made-{n}", n)
            found = _ask("findings", project_dir=str(scratch / f"made-{n}"))
            result["findings_s"][str(n)], result["findings"][str(n)] = found["seconds"], found
            shutil.rmtree(scratch / f"made-{n}")
    _show(result)
    report.finish(result)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Finding wrong labels, beside cleanlab and fastai.")
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with the picture set, unpacked or as .tgz"
    )
    backbone_choice.add_options(parser)
    parser.add_argument("--against", default="", help="of: fastai,cleanlab")
    parser.add_argument("--set", default="imagenette_noisy25", help="a set with truth.csv; empty for none")
    parser.add_argument(
        "--sizes", default="10000,100000", help="made pictures to time all findings on; empty for none"
    )
    parser.add_argument("--work", type=Path, help="keep the converted weights and finished peer runs here")
    for peer in PEERS:
        python = HERE.parent / f".venv-{peer}" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        parser.add_argument(f"--{peer}-python", type=Path, default=python, help=f"that has {peer}")
    options = parser.parse_args()
    options.against = [name for name in options.against.split(",") if name]
    if unknown := set(options.against) - set(PEERS):
        parser.error(f"--against {','.join(sorted(unknown))} is unknown; choose from {', '.join(PEERS)}.")
    backbone_choice.settle(options)
    for peer in options.against:
        python = getattr(options, f"{peer}_python")
        if not python.is_file():
            sys.exit(f"{python} is not there. `make bench-clean` makes it; or name one with --{peer}-python.")
    return options


def _compare(options: argparse.Namespace, scratch: Path, result: dict[str, Any]) -> None:
    pictures = picture_sets.labelled_folders(options.data.absolute(), options.set, scratch)
    truth = _truth(pictures.parent / "truth.csv")
    picture_sets.warm(pictures)
    job = {"folder": str(pictures), "project_dir": str(scratch / "project"), "backbone": options.backbone}
    ours = _ask(
        "rank", **job, weights=options.own_weights, truth=truth, embeddings=str(scratch / "embeddings.npz")
    )
    rankings: dict[str, Ranking] = {"ours": dict(zip(ours["files"], ours["scores"], strict=True))}
    result["seconds"]["ours"] = ours["seconds"]
    if "cleanlab" in options.against:
        job = {"embeddings": str(scratch / "embeddings.npz"), "scores": ours["probs"]}
        found = machine.python_worker(HERE / "cleanlab_worker.py", job, options.cleanlab_python)
        for name, scores in found["scores"].items():
            rankings[name] = dict(zip(ours["files"], scores, strict=True))
        result["seconds"]["cleanlab"] = found["seconds"]
        result["cleanlab"] = found["versions"]
    if "fastai" in options.against:
        losses_of: dict[str, Any] = {
            "files": [str(pictures / file) for file in ours["files"]], "labels": ours["labels"],
            "backbone": options.backbone, "weights": str(options.weights), "seed": 0,
        }  # fmt: skip
        found = _fastai_losses(
            options, losses_of, list(zip(ours["files"], ours["labels"], strict=True)), scratch
        )
        rankings["fastai"] = dict(zip(ours["files"], found["losses"], strict=True))
        result["seconds"]["fastai"] = found["seconds"]
        result["fastai"] = found["versions"]
    is_wrong = {file: truth[file] != label for file, label in zip(ours["files"], ours["labels"], strict=True)}
    for name, scores in rankings.items():
        result["ap"][name], result["p100"][name] = _precision(scores, is_wrong)
    result["n_pictures"], result["n_wrong"] = len(is_wrong), sum(is_wrong.values())
    result |= {
        name: ours[name] for name in ("error_before", "error_after", "error_perfect", "noise", "suggestions")
    }


def _fastai_losses(
    options: argparse.Namespace, job: dict[str, Any], rows: list[tuple[str, str]], scratch: Path
) -> dict[str, Any]:
    """A finished run of the slow peer is kept in --work and used again."""
    log = RunLog((options.work or scratch) / "fastai-losses.jsonl")
    key = run_key(rows, options.weights, {"backbone": options.backbone, "seed": job["seed"], "version": 1})
    if kept := log.find(key, is_timed=True):
        return kept
    found = machine.python_worker(HERE / "fastai_losses.py", job, options.fastai_python)
    log.add(key, True, {"set": options.set, "load": machine.load()}, found)
    return found


def _ask(task: str, **job: Any) -> dict[str, Any]:
    return machine.python_worker(HERE / "clean_worker.py", {"task": task, **job})


def _truth(path: Path) -> dict[str, str]:
    if not path.is_file():
        sys.exit(
            f"{path} is not there. The set needs a table of true labels with the columns file and true_label."
        )
    with path.open(encoding="utf-8", newline="") as file:
        return {row["file"]: row["true_label"] for row in csv.DictReader(file)}


def _precision(scores: Ranking, is_wrong: dict[str, bool]) -> tuple[float, float]:
    """Average precision, and precision among the first 100, of a ranking with the highest score first."""
    files = sorted(scores, key=lambda file: -scores[file])
    hits = np.array([is_wrong[file] for file in files])
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].mean()) if hits.any() else 0.0, float(hits[:100].mean())


def _show(result: dict[str, Any]) -> None:
    if result["ap"]:
        rows = [
            [name, report.number(ap, 4), report.number(result["p100"][name], 2)]
            for name, ap in result["ap"].items()
        ]
        seconds = ", ".join(f"{name} {value:.1f} s" for name, value in result["seconds"].items())
        report.table(
            f"Wrong labels ranked: {result['n_wrong']} of {result['n_pictures']}",
            ["by", "average precision", "precision at 100"],
            rows,
            [f"From cached embeddings, fastai from the files on: {seconds}."],
        )
        errors = [report.percent(result[name]) for name in ("error_before", "error_after", "error_perfect")]
        done = result["suggestions"]
        report.table(
            "Error against the true labels, cross-validated",
            ["labels as given", "suggestions above 95 % carried out", "every label right"],
            [errors],
            [f"{done['n']} suggestions, {done['n_right']} of them right."],
        )
    if result["findings"]:
        columns = ("seconds", "decide_ms", "refresh_ms", "peak_mb")
        report.table(
            "All findings from cached embeddings and looks; 10 labels",
            ["pictures", *columns],
            [
                [f"{int(n):,}", *(report.number(one[c], 2) for c in columns)]
                for n, one in result["findings"].items()
            ],
        )


if __name__ == "__main__":
    main()
