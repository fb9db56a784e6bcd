"""Whether class maps lie on the thing: on drawn leaves, whose places are known, and on mosaics of four of them.

    python benchmarks/class_maps.py [--pictures 100] [--occlusion 40]

A picture counts when more than half of the hottest tenth of the square lies on the leaf. Leaves lie near the middle, so
a map that always says "in the middle" is measured beside; mosaics tell the two apart. In a mosaic of one leaf of each
kind, every label has its quarter (the grid pointing game of Böhle et al. 2021, "Convolutional Dynamic Alignment
Networks for Interpretable Classifications", arXiv:2104.00032).
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import report
from PIL import Image
from tellapart.classify import Predictor
from tellapart.gather import take_in
from tellapart.learning.maps.class_maps import hottest
from tellapart.pictures.images import read_image, square_of
from tellapart.samples import leaf_places, make_samples
from tellapart.store.project import create_project
from tellapart.train import train_head
from tellapart.understanding import Explainer

WANTED = 0.8  # of the pictures
TRAINED_ON, SHOWN = 0, 1  # seeds of the drawings: other grounds, other leaves


def main() -> None:
    """Measure, print, finish with JSON."""
    parser = argparse.ArgumentParser(description="Where class maps lie on pictures whose objects are known.")
    parser.add_argument("--pictures", type=int, default=100, help="of the seed the model has not seen")
    parser.add_argument("--occlusion", type=int, default=40, help="how many of them by occlusion, too")
    parser.add_argument("--per-class", type=int, default=48, help="pictures of each kind to train on")
    options = parser.parse_args()
    report.machine_line()
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder:
        scratch = Path(folder)
        make_samples(scratch / "leaves", seed=TRAINED_ON, n_per_class=options.per_class)
        with create_project(scratch / "project") as project:
            take_in(project, scratch / "leaves")
            trained = train_head(project)
        predictor = Predictor(
            trained.bundle_dir, n_threads=1
        )  # pictures are small: several threads bring little
        n_each = max(8, -(-options.pictures // 3))  # a few have flaws
        shown = make_samples(scratch / "shown", seed=SHOWN, n_per_class=n_each)
        places = dict(list(leaf_places(SHOWN, n_each)))
        chosen = sorted(places, key=lambda path: path.rpartition("/")[2])[: options.pictures]
        squares = [_squares(scratch / "shown" / path, places[path], predictor) for path in chosen]
        labels = [path.partition("/")[0] for path in chosen]
        assert set(labels) == set(shown.files)
        explainer = Explainer(predictor.bundle, n_threads=1)
        result: dict[str, Any] = {
            "n_pictures": len(chosen), "n_train": trained.n_train, "error_rate": trained.error_rate, "wanted": WANTED,
            "leaf_share": float(np.mean([mask.mean() for _, mask in squares])),
            "exact": _measured(explainer, predictor, squares, "exact"),
            "occlusion": _measured(explainer, predictor, squares[: options.occlusion], "occlusion"),
            "middle": _scores([(_middle(len(mask)), mask) for _, mask in squares]),
            "mosaic": {
                method: _mosaic(explainer, [pixels for pixels, _ in squares[:n]], labels[:n], method)
                for method, n in (("exact", len(squares)), ("occlusion", options.occlusion))
            },
        }  # fmt: skip
    rows = [
        [name, str(one["n"]), report.percent(one["on_leaf"]), report.percent(one["mean_share"]),
         report.percent(one["hottest_pixel"]), report.number(one.get("ms"), 0, " ms")]
        for name, one in ((name, result[name]) for name in ("exact", "occlusion", "middle"))
    ]  # fmt: skip
    report.table(
        f"The hottest tenth of the map; leaves cover {report.percent(result['leaf_share'])} of the square",
        ["map", "pictures", "mostly on the leaf", "of it on the leaf", "hottest pixel on it", "a picture"], rows,
    )  # fmt: skip
    mosaic = [
        [method, str(one["n"]), report.percent(one["in_quarter"])] for method, one in result["mosaic"].items()
    ]
    report.table(
        "Mosaics of four kinds", ["map", "labels asked", "hottest tenth mostly in its quarter"], mosaic
    )
    report.finish(result)


def _squares(path: Path, place: np.ndarray, predictor: Predictor) -> tuple[np.ndarray, np.ndarray]:
    """The pixels the network sees, (S, S, 3), and where the leaf is in them, (S, S) bool."""
    preprocess = predictor.bundle.preprocess
    drawn = Image.fromarray(place.astype(np.uint8) * 255).convert("RGB")
    picture = read_image(path)
    if picture.size != drawn.size:
        raise RuntimeError(f"{path} is {picture.size}, and its leaf lies in {drawn.size}.")
    return np.asarray(square_of(picture, preprocess)), np.asarray(square_of(drawn, preprocess))[..., 0] > 127


def _measured(explainer: Explainer, predictor: Predictor, squares: list[Any], method: Any) -> dict[str, Any]:
    clock, pairs = time.perf_counter(), []
    for pixels, mask in squares:
        label = predictor.predict_pixels(pixels[None])[0].label
        (found,) = explainer.class_maps(pixels, [label], method)
        pairs.append((found.values, mask))
    return {**_scores(pairs), "ms": 1000 * (time.perf_counter() - clock) / max(1, len(squares))}


def _scores(pairs: list[tuple[np.ndarray, np.ndarray]]) -> dict[str, Any]:
    shares = np.array([mask[hottest(values)].mean() for values, mask in pairs])
    peaks = [mask.ravel()[values.argmax()] for values, mask in pairs]
    return {
        "n": len(pairs), "on_leaf": float((shares > 0.5).mean()), "mean_share": float(shares.mean()),
        "hottest_pixel": float(np.mean(peaks)),
    }  # fmt: skip


def _middle(side: int) -> np.ndarray:
    """A map that always says: in the middle."""
    away = np.abs(np.arange(side) - (side - 1) / 2)
    return -np.hypot(away[:, None], away[None, :])


def _mosaic(
    explainer: Explainer, squares: list[np.ndarray], labels: list[str], method: Any
) -> dict[str, Any]:
    """In mosaics of one leaf of each kind, how often the hottest tenth of a label's map is mostly in its quarter."""
    of_label = {
        label: [row for row, own in enumerate(labels) if own == label] for label in sorted(set(labels))
    }
    kinds, found = list(of_label), []
    for number in range(min(map(len, of_label.values()))):
        order = np.random.default_rng(number).permutation(len(kinds)).tolist()
        side = len(squares[0])
        mosaic = Image.new("RGB", (side, side))
        half = side // 2
        corners = [(0, 0), (half, 0), (0, half), (half, half)]
        for corner, kind in zip(corners, order, strict=True):
            tile = Image.fromarray(squares[of_label[kinds[kind]][number]])
            mosaic.paste(tile.resize((half, half), Image.Resampling.BOX), corner)
        maps = explainer.class_maps(np.asarray(mosaic), [kinds[kind] for kind in order], method)
        for (left, top), one in zip(corners, maps, strict=True):
            found.append(
                hottest(one.values)[top : top + half, left : left + half].sum() / hottest(one.values).sum()
            )
    return {"n": len(found), "in_quarter": float((np.array(found) > 0.5).mean())}


if __name__ == "__main__":
    main()
