"""Which network, at which size: errors of the product's own training with each, on the same splits.

    python benchmarks/eyes.py --data FOLDER [--sizes 160,192,224]
    python benchmarks/eyes.py --data FOLDER --other lite2.pth:260:6,14,19

Lite0 is the built-in one. Another of its family is given as its weights file, its size in pixels, and the blocks whose
averages stand beside the last map's.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import picture_sets
import report
from tellapart.backbones.catalogue import Backbone, load_backbone
from tellapart.backbones.lite0.graph import embedding_onnx, embedding_size
from tellapart.backbones.lite0.weights import read_weights
from tellapart.duplicates.project_copies import copies_in
from tellapart.gather import take_in
from tellapart.planning.plan import plan_pictures
from tellapart.store.project import create_project
from tellapart.train import TrainConfig
from tellapart.train.fitting import check, fit
from tellapart.train.preparation import prepare

TOOL = Path(__file__).resolve().parents[1] / "tools" / "weights_table.py"


def main() -> None:
    """Measure, print, finish with JSON."""
    parser = argparse.ArgumentParser(description="Errors with several networks and sizes.")
    parser.add_argument("--data", type=Path, required=True, help="folder with the picture sets")
    parser.add_argument("--sets", default="bears_web,ants_bees,trashnet,clothing")
    parser.add_argument("--sizes", default="160,192,224", help="of the built-in network")
    parser.add_argument("--other", action="append", default=[], help="FILE.pth:SIZE:BLOCK,BLOCK,…")
    parser.add_argument("--splits", type=int, default=5)
    options = parser.parse_args()
    report.machine_line()
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder:
        scratch = Path(folder)
        eyes = {
            f"Lite0, {size} px": load_backbone(size_px=int(size)) for size in options.sizes.split(",") if size
        }
        eyes |= dict(_other(given, scratch) for given in options.other)
        for name in options.sets.split(","):
            pictures = picture_sets.class_folders(options.data.absolute(), name, scratch)
            with create_project(scratch / "projects" / name) as project:
                take_in(project, pictures)
                for eye, backbone in eyes.items():
                    result.setdefault(eye, {})[name] = _error(project, backbone, options.splits)
                    print(f"{name}, {eye}: {result[eye][name]:.1%}", flush=True)
    rows = [[eye, *(report.percent(error) for error in errors.values())] for eye, errors in result.items()]
    title = f"Held-out pictures taken for something else, mean of {options.splits} splits"
    report.table(title, ["network", *options.sets.split(",")], rows)
    report.finish(result)


def _other(given: str, scratch: Path) -> tuple[str, Backbone]:
    file, size, blocks = given.rsplit(":", 2)
    made = subprocess.run([sys.executable, TOOL, file], capture_output=True, text=True, check=True).stdout
    table = scratch / f"{Path(file).stem}.json"
    table.write_text(made, encoding="utf-8")
    weights = read_weights(Path(file), table)
    chosen = [int(block) for block in blocks.split(",")]
    content = embedding_onnx(weights, chosen)
    path = table.with_suffix(".onnx")
    path.write_bytes(content)
    built_in = load_backbone()
    parts = tuple(weights[f"_blocks.{block}._project_conv.weight"].shape[0] for block in chosen)
    n_last = json.loads(made)["tensors"]["_conv_head.weight"][1][0]
    backbone = replace(
        built_in, name=path.stem, onnx_path=path, onnx_sha256=sha256(content).hexdigest(), content=None,
        embedding_size=embedding_size(weights, chosen), parts=(n_last, *parts),
        preprocess=replace(built_in.preprocess, size_px=int(size), resize_px=int(size)),
    )  # fmt: skip
    return f"{path.stem}, {size} px", backbone


def _error(project: Any, backbone: Backbone, n_splits: int) -> float:
    config = TrainConfig(split="random")
    data = prepare(project, backbone, config)
    copies = copies_in(project, data.pictures)
    errors = []
    for seed in range(n_splits):
        plan = plan_pictures(data.pictures, copies, replace(config, seed=seed))
        one = replace(data, plan=plan.members())
        errors.append(check(one, fit(one)).error_rate)
    return statistics.fmean(errors)


if __name__ == "__main__":
    main()
