"""Thorough training beside quick training, and beside fastai's fine_tune(1) and fine_tune(3).

Same pictures, same random 80/20 splits, same ImageNet weights, in turn, each run in a fresh process.

    python benchmarks/fine_tune.py --data FOLDER --sets trashnet,ants_bees,clothing,bears_web
    python benchmarks/fine_tune.py --data FOLDER --sets bears_web --fastai-python .venv-fastai/bin/python

Ours are timed from the folder on to the scores and the bundle, fastai's from the list of files on to its validation.
Imports are not timed. Of fastai's batches of 16 and 64 the one with fewer mistakes counts (with --fastai-tried: fewer
on so many first splits, and on the others that one alone is trained); its times are those of fine_tune(1). The limit is
what the views, steps and looks of thorough training take by themselves. With --work finished runs are kept, ours as
long as the sources that it ran stay as they are. With --timed errors can be measured on a busy machine, and times on a
few splits on a calm one.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import machine
import picture_sets
import report
import tellapart
from fastai_peer import add_options, fastai_run
from run_log import RunLog, run_key
from tellapart.backbones.lite0.weights import weights_file

HERE = Path(__file__).resolve().parent
VALID = 0.2
Run = dict[str, Any]


def main() -> None:
    """Measure, print, finish with JSON."""
    options = _options()
    report.machine_line()
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder:
        scratch = Path(folder)
        log = RunLog((options.work.absolute() if options.work else scratch) / "fine-tune-runs.jsonl")
        sets = {}
        for name, pictures in picture_sets.warmed(options.data, options.sets, scratch):
            runs: list[Run] = []
            for seed in _seeds(options):
                runs.append(_one_split(options, name, pictures, seed, log, _kinds(options, runs)))
            sets[name] = _summary(runs)
    _show(sets)
    report.finish({"device": f"cpu, {machine.cpus()} cores", "sets": sets, "machine": machine.describe()})


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Thorough training beside quick training and fastai.")
    add_options(parser, None)  # without one ours runs alone
    parser.add_argument(
        "--sets", default="trashnet,ants_bees,clothing,bears_web", help="names joined by commas"
    )
    parser.add_argument(
        "--first-seed", type=int, default=0, help="of the splits; settings were tried on 100 and more"
    )
    parser.add_argument(
        "--timed",
        type=int,
        help="so many of them for times, all unless given; of the others only errors count",
    )
    parser.add_argument("--fastai-epochs", default="1,3", help="of fine_tune, joined by commas")
    parser.add_argument("--fastai-batches", default="16,64", help="sizes, joined by commas")
    parser.add_argument(
        "--fastai-tried", type=int, help="so many splits to try all batches on, all unless given"
    )
    options = parser.parse_args()
    if options.fastai_python and not options.fastai_python.is_file():
        sys.exit(f"{options.fastai_python} is not there. Name a Python that has fastai with --fastai-python.")
    if options.timed is None:
        options.timed = options.splits
    options.fastai_tried = options.fastai_tried or options.splits
    return options


def _seeds(options: argparse.Namespace) -> range:
    return range(options.first_seed, options.first_seed + options.splits)


def _kinds(options: argparse.Namespace, runs: list[Run]) -> list[tuple[int, int]]:
    """The epochs and batches of fastai on the next split, given the runs on those before."""
    if not options.fastai_python:
        return []
    batches = list(map(int, options.fastai_batches.split(",")))
    tried = runs[: options.fastai_tried]

    def mistakes(kind: tuple[int, int]) -> float:
        return _mean([run["peers"][_kind(*kind)] for run in tried], "error")

    kinds = []
    for n_epochs in map(int, options.fastai_epochs.split(",")):
        of_it = [(n_epochs, batch) for batch in batches]
        kinds += of_it if len(runs) < options.fastai_tried else [min(of_it, key=mistakes)]
    return kinds


def _kind(n_epochs: int, batch: int) -> str:
    return f"{n_epochs} × {batch}"


def _one_split(
    options: argparse.Namespace,
    name: str,
    pictures: Path,
    seed: int,
    log: RunLog,
    kinds: list[tuple[int, int]],
) -> Run:
    is_timed = seed < options.first_seed + options.timed
    job = {"folder": str(pictures), "seed": seed, "valid": VALID}
    command = [sys.executable, str(HERE / "fine_tune_worker.py")]
    quick = _ours(command, {**job, "recipe": "quick"}, name, log, is_timed)
    ours = _ours([*command, "thorough"], {**job, "recipe": "thorough"}, name, log, is_timed)
    if sorted(quick["rows"]) != sorted(ours["rows"]):
        raise RuntimeError("The two recipes were not given the same split.")
    peers = {}
    for n_epochs, batch in kinds:
        settings = {"backbone": "efficientnet_lite0", "seed": seed, "n_epochs": n_epochs, "batch": batch}
        has_time = is_timed and n_epochs == 1  # the others' times go into no figure
        peers[_kind(n_epochs, batch)] = fastai_run(
            options, log, name, pictures, ours["rows"], weights_file(), settings, has_time
        )
    listed = [f"quick {quick['error']:.1%}, {quick['seconds']['total']:.1f} s"]
    listed += [
        f"thorough {ours['error']:.1%}, {ours['seconds']['total']:.1f} s ({ours['recipe']['kept']} kept)"
    ]
    listed += [
        f"fastai {kind} {one['error']:.1%}, {one['seconds']['total']:.0f} s" for kind, one in peers.items()
    ]
    if not is_timed:
        listed.append("times do not count")
    print(f"{name} split {seed}: {'; '.join(listed)}", flush=True)
    return {"is_timed": is_timed, "quick": quick, "ours": ours, "peers": peers}


def _ours(command: list[str], job: dict[str, Any], name: str, log: RunLog, is_timed: bool) -> Run:
    """One run by this program, or the one that these sources gave before: an interrupted table goes on where it was."""
    settings = {"ours": job["recipe"], "set": name, "seed": job["seed"], "valid": job["valid"]}
    key = run_key([], weights_file(), settings)
    found = log.find(key, is_timed)
    if found and found["sources"] == _sources(found["sources"]):
        return found
    load = machine.load()
    result = machine.run_worker(command, job)
    result["sources"] = _sources(result["sources"])
    log.add(key, is_timed, {"set": name, "seed": job["seed"], "recipe": job["recipe"], "load": load}, result)
    return result


def _sources(files: Iterable[str]) -> dict[str, str]:
    """File of the program -> a name for what it holds; "" for one that is gone."""
    package = Path(tellapart.__file__).parent
    return {
        file: sha256((package / file).read_bytes()).hexdigest()[:16] if (package / file).is_file() else ""
        for file in files
    }


def _summary(runs: list[Run]) -> dict[str, Any]:
    """Mean errors, median seconds and peaks; "ratio": of fine_tune(1)'s seconds to ours. Times of timed splits.
    Of fastai what was trained on all splits, see `_kinds`."""
    quick, ours = [run["quick"] for run in runs], [run["ours"] for run in runs]
    timed = [run for run in runs if run["is_timed"]] or runs
    everywhere = [kind for kind in runs[0]["peers"] if all(kind in run["peers"] for run in runs)]
    errors = {kind: _mean([run["peers"][kind] for run in runs], "error") for kind in everywhere}
    peer_s = {kind: _seconds([run["peers"][kind] for run in timed]) for kind in errors}
    ours_s = _seconds([run["ours"] for run in timed])
    first = {kind: errors[kind] for kind in errors if kind.startswith("1 ")}
    first_s = peer_s[min(first, key=lambda kind: first[kind])] if first else None
    ours_seconds = [run["ours"]["seconds"] for run in timed]
    said_s, limit_s = (
        statistics.median(found) if (found := [one[key] for one in ours_seconds if one.get(key)]) else None
        for key in ("said", "limit")
    )
    return {
        "quick_error": _mean(quick, "error"),
        "ours_error": _mean(ours, "error"),
        "peer_error": min(errors.values(), default=None),
        "quick_mirror_error": _mean(quick, "mirror_error"),
        "ratio": first_s / ours_s if first_s else None,
        "of_limit": ours_s / limit_s if limit_s else None,
        "quick_errors": [one["error"] for one in quick],
        "ours_errors": [one["error"] for one in ours],
        "peer_errors": errors,
        "kept": [one["recipe"]["kept"] for one in ours],
        "shares": [one["recipe"].get("share") for one in ours],
        "quick_s": _seconds([run["quick"] for run in timed]),
        "ours_s": ours_s,
        "said_s": said_s,
        "peer_s": peer_s,
        "ours_peak_mb": max(one["peak_mb"] for one in ours),
        "calibration_error": {"quick": _mean(quick, "calibration_error"), "ours": _mean(ours, "calibration_error")},
        "class_calibration": {"quick": _mean(quick, "class_calibration"), "ours": _mean(ours, "class_calibration")},
        "reject_rate": {"quick": _mean(quick, "reject_rate"), "ours": _mean(ours, "reject_rate")},
        "n_train": ours[0]["n_train"],
        "n_valid": ours[0]["n_valid"],
        "n_splits": len(runs),
        "n_timed": sum(run["is_timed"] for run in runs),
    }  # fmt: skip


def _mean(runs: list[Run], name: str) -> float:
    return statistics.fmean(one[name] for one in runs)


def _seconds(runs: list[Run]) -> float:
    return statistics.median(one["seconds"]["total"] for one in runs)


def _show(sets: dict[str, Any]) -> None:
    rows = []
    for name, one in sets.items():
        kept = sum(kind == "thorough" for kind in one["kept"])
        errors = [
            report.percent(one[key])
            for key in ("quick_error", "quick_mirror_error", "ours_error", "peer_error")
        ]
        times = [report.number(one[key], 1) for key in ("quick_s", "ours_s", "said_s")]
        more = [report.number(one["ratio"], 1, " ×"), report.number(one["ours_peak_mb"], 0)]
        rows.append(
            [
                name,
                str(one["n_train"] + one["n_valid"]),
                *errors,
                f"{kept} of {one['n_splits']}",
                *times,
                *more,
            ]
        )
    report.table(
        "Held-out pictures taken for something else (mean), and seconds from the folder to the bundle (median)",
        ["set", "pictures", "quick", "quick, mirrored too", "thorough", "fastai",
         "thorough kept", "quick s", "thorough s", "said before",
         "shorter than fine_tune(1)", "peak MB"],
        rows,
    )  # fmt: skip


if __name__ == "__main__":
    main()
