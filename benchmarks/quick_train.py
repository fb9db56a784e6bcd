"""From a folder of pictures to a validated classifier: tellapart beside fastai's fine_tune(1).

Same pictures, same random 80/20 splits, same ImageNet weights, in turn, each run in a fresh process.

    python benchmarks/quick_train.py --data FOLDER --against fastai
    python benchmarks/quick_train.py --data FOLDER --backbone mobilenet_v2 --weights FILE --against fastai

Ours is timed from the folder on: `new`, then `train` with a cold embedding cache, to the scores and the bundle.
fastai's from the list of files on: DataBlock, vision_learner, fine_tune(1), whose last epoch ends with its validation.
Imports are not timed; nor is our one-time conversion of the weights to ONNX, which is reported. The limit is what
decoding and ONNX Runtime alone take for the same pictures, on all cores, right after ours in the same process.

Every project stays until the end: at each new file ext4 looks past the inodes that were freed in the last minutes, so
that a run after the removal of another one's project would pay for that.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import backbone_choice
import machine
import picture_sets
import report
from fastai_peer import add_options, fastai_run
from run_log import RunLog

HERE = Path(__file__).resolve().parent
VALID = 0.2
CONVERSION = (
    "import sys, json; from pathlib import Path; from tellapart.backbones.catalogue import load_backbone;"
    "weights = Path(sys.argv[2]) if sys.argv[2] else None;"
    "backbone = load_backbone(sys.argv[1], weights); print(json.dumps(backbone.preprocess.to_json()))"
)
Run = dict[str, Any]


def main() -> None:
    """Measure, print, finish with JSON."""
    options = _options()
    report.machine_line()
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder:
        scratch = Path(folder)
        work = options.work.absolute() if options.work else scratch
        cache = work / "cache"
        os.environ["TELLAPART_CACHE"] = str(cache)
        result: dict[str, Any] = {"sets": {}, "machine": machine.describe()}
        result["conversion_s"] = _convert(options, cache)
        log = RunLog(work / "fastai-runs.jsonl")
        for name, pictures in picture_sets.warmed(options.data, options.sets, scratch):
            runs = [_one_split(options, name, pictures, seed, log, scratch) for seed in range(options.splits)]
            result["sets"][name] = _summary(runs)
        result["peer"] = next((run["peer"]["versions"] for run in runs if run["peer"]), None)
    _show(result, options)
    report.finish(result)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="tellapart beside fastai: same pictures, splits and weights."
    )
    add_options(parser, _python_of(HERE.parent / ".venv-fastai"))
    backbone_choice.add_options(parser)
    parser.add_argument("--against", choices=["fastai"], help="measure this peer, too")
    parser.add_argument(
        "--sets", default="bears_web,ants_bees,trashnet,clothing", help="names of sets, joined by commas"
    )
    parser.add_argument(
        "--timed",
        type=int,
        help="so many of them for times, all unless given; of the others only errors count",
    )
    options = parser.parse_args()
    backbone_choice.settle(options)
    if options.against and not options.fastai_python.is_file():
        sys.exit(
            f"{options.fastai_python} is not there. `make bench` makes it; or name a Python that has fastai "
            "with --fastai-python."
        )
    if options.timed is None:
        options.timed = options.splits
    return options


def _python_of(venv: Path) -> Path:
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


def _convert(options: argparse.Namespace, cache: Path) -> float | None:
    """Seconds for the weights file to become ONNX in the cache, imports included: once on a computer. None when
    it was there from an earlier run."""
    was_there = any(cache.glob("backbones/*"))
    clock = time.perf_counter()
    machine.run_worker([sys.executable, "-c", CONVERSION, options.backbone, options.own_weights])
    return None if was_there else time.perf_counter() - clock


def _one_split(
    options: argparse.Namespace, name: str, pictures: Path, seed: int, log: RunLog, scratch: Path
) -> Run:
    """Ours, then the peer, on one split."""
    is_timed = seed < options.timed
    job = {
        "folder": str(pictures),
        "project": str(scratch / "projects" / f"{name}-{seed}"),
        "backbone": options.backbone,
        "weights": options.own_weights,
        "has_limit": is_timed,
        "seed": seed,
        "valid": VALID,
        "n_retrain": 9 if is_timed else 0,
    }
    ours = machine.python_worker(HERE / "tellapart_worker.py", job)
    line = f"{name} split {seed}: tellapart {ours['error']:.1%} wrong, {ours['seconds']['total']:.2f} s"
    peer = None
    if options.against:
        settings = {"backbone": options.backbone, "seed": seed}
        peer = fastai_run(options, log, name, pictures, ours["rows"], options.weights, settings, is_timed)
    if peer:
        line += f"; fastai {peer['error']:.1%} wrong, {peer['seconds']['total']:.1f} s"
    print(line if is_timed else f"{line} (times do not count)", flush=True)
    return {"seed": seed, "is_timed": is_timed, "ours": ours, "peer": peer}


def _summary(runs: list[Run]) -> dict[str, Any]:
    """Mean errors over all splits, median seconds over the timed ones, and the ratios of these."""
    ours = [run["ours"] for run in runs]
    peers = [run["peer"] for run in runs if run["peer"]]
    timed = [run for run in runs if run["is_timed"]] or runs
    ours_s = _median(timed, "ours", "seconds", "total")
    peer_s = _median(timed, "peer", "seconds", "total")
    retrain_s, novelty_s, whole_s = (
        _median(timed, "ours", "retrain", name) for name in ("head", "with_novelty", "whole")
    )
    limit_s = _median(timed, "ours", "seconds", "limit")
    peer_retrain_s = _median(timed, "peer", "seconds", "fine_tune")
    return {
        "ours_error": statistics.fmean(one["error"] for one in ours),
        "peer_error": statistics.fmean(one["error"] for one in peers) if peers else None,
        "ours_s": ours_s,
        "peer_s": peer_s,
        "ratio": _ratio(peer_s, ours_s),
        "limit_s": limit_s,
        "of_limit": _ratio(ours_s, limit_s),
        "retrain_ratio": _ratio(peer_retrain_s, retrain_s),
        "novelty_retrain_ratio": _ratio(peer_retrain_s, novelty_s),
        "whole_retrain_ratio": _ratio(peer_retrain_s, whole_s),
        "n_train": ours[0]["n_train"],
        "n_valid": ours[0]["n_valid"],
        "n_splits": len(runs),
        "n_timed": len(timed) if any(run["is_timed"] for run in runs) else 0,
        "ours_errors": [one["error"] for one in ours],
        "peer_errors": [one["error"] for one in peers],
        "ours_all_s": [run["ours"]["seconds"]["total"] for run in timed],
        "peer_all_s": [run["peer"]["seconds"]["total"] for run in timed if run["peer"]],
        "ours_intake_s": _median(timed, "ours", "seconds", "intake"),
        "ours_train_s": _median(timed, "ours", "seconds", "train_total"),
        "ours_imports_s": _median(timed, "ours", "seconds", "imports"),
        "peer_imports_s": _median(timed, "peer", "seconds", "imports"),
        "retrain_s": retrain_s,
        "novelty_retrain_s": novelty_s,
        "whole_retrain_s": whole_s,
        "peer_fine_tune_s": peer_retrain_s,
        "ours_peak_mb": max(one["peak_mb"] for one in ours),
        "peer_peak_mb": max((one["peak_mb"] for one in peers), default=None),
    }


def _median(runs: list[Run], side: str, *path: str) -> float | None:
    values = []
    for run in runs:
        value: Any = run[side]
        for step in path:
            value = (value or {}).get(step)
        values += [] if value is None else [value]
    return statistics.median(values) if values else None


def _ratio(peer: float | None, ours: float | None) -> float | None:
    return None if peer is None or ours is None else peer / ours


def _show(result: dict[str, Any], options: argparse.Namespace) -> None:
    error_rows, time_rows, again_rows = [], [], []
    for name, one in result["sets"].items():
        pairs = list(zip(one["ours_errors"], one["peer_errors"], strict=False))
        errors = [
            f"{report.percent(one[f'{side}_error'])} {_spread(one[f'{side}_errors'])}"
            for side in ("ours", "peer")
        ]
        n_not_worse = sum(ours <= peer for ours, peer in pairs)
        error_rows.append(
            [name, str(one["n_train"] + one["n_valid"]), *errors, f"{n_not_worse} of {len(pairs)}"]
        )
        times = [report.number(one[key], 2) for key in ("ours_s", "ours_intake_s", "ours_train_s", "peer_s")]
        limit = [report.number(one["limit_s"], 2), report.number(one["of_limit"], 2, " ×")]
        peaks = [report.number(one[key], 0) for key in ("ours_peak_mb", "peer_peak_mb")]
        time_rows.append([name, *times, report.number(one["ratio"], 1, " ×"), *limit, *peaks])
        kinds = ("retrain", "novelty_retrain", "whole_retrain")
        again = [report.number(one[key], 3) for key in ("peer_fine_tune_s", *(f"{kind}_s" for kind in kinds))]
        ratios = [report.number(one[f"{kind}_ratio"], 0, " ×") for kind in kinds]
        again_rows.append([name, *again, *ratios])
    report.table(
        f"Held-out pictures taken for something else: mean of {options.splits} splits (standard deviation)",
        ["set", "pictures", "tellapart", "fastai", "splits where ours is not worse"],
        error_rows,
    )
    report.table(
        f"Folder to validated classifier, seconds: median of {options.timed} splits, in turn",
        [
            "set",
            "tellapart",
            "of it new",
            "of it train",
            "fastai",
            "shorter by",
            "limit",
            "of the limit",
            "peak MB",
            "fastai's",
        ],
        time_rows,
        [
            f"Not counted: imports ({_each(result, 'ours_imports_s')} and {_each(result, 'peer_imports_s')} s); once "
            f"for this weights file, its conversion to ONNX ({report.number(result['conversion_s'], 1)} s)."
        ],
    )
    report.table(
        "Again after one relabel, embeddings cached, seconds",
        ["set", "fine_tune(1)", "head", "and novelty", "whole", "head shorter by", "and novelty", "whole"],
        again_rows,
        [
            "head: from the last fit, with calibration and evaluation; and novelty: with a new line for none of these;",
            "whole: `train` anew: rows, groups, split, fit from scratch, and the bundle on disk.",
        ],
    )


def _each(result: dict[str, Any], key: str) -> str:
    """The median over the sets."""
    found = [one[key] for one in result["sets"].values() if one[key] is not None]
    return report.number(statistics.median(found) if found else None, 1)


def _spread(errors: list[float]) -> str:
    return f"({100 * statistics.stdev(errors):.1f})" if len(errors) > 1 else ""


if __name__ == "__main__":
    main()
