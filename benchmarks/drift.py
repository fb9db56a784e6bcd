"""How often `tellapart watch` raises an alarm about real pictures that have changed, and about ones that have not.

    python benchmarks/drift.py --data DIR

The first set is drawn into what a model was made from and a week of visitors, anew for each seed; then the week is
brightened, darkened, made small, or taken in part or whole from the second. Alarms are at p of at most 0.01.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import picture_sets
import report
from PIL import Image, ImageEnhance
from tellapart.backbones.catalogue import load_backbone
from tellapart.backbones.embeddings import embed_pixels
from tellapart.backbones.names import DEFAULT_BACKBONE
from tellapart.bundle.reference import Reference
from tellapart.errors import ImageError
from tellapart.pictures.images import pixels_of, read_image
from tellapart.watching.two_samples import energy_test
from tellapart.watching.weeks import ALPHA

CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "as they are": lambda image: image,
    "1.3 times as bright": lambda image: ImageEnhance.Brightness(image).enhance(1.3),
    "1.6 times as bright": lambda image: ImageEnhance.Brightness(image).enhance(1.6),
    "half as bright": lambda image: ImageEnhance.Brightness(image).enhance(0.5),
    "64 pixels small": lambda image: image.resize((64, 64)),
    "saved at quality 10": lambda image: saved_badly(image),
}


def main() -> None:
    """Print the table and the JSON line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the picture sets")
    parser.add_argument("--sets", default="bears_web,trashnet", help="one, and one of other things")
    parser.add_argument("--n", type=int, default=240, help="of the first that are used")
    parser.add_argument("--week", type=int, default=60, help="pictures in a week")
    parser.add_argument("--seeds", type=int, default=200)
    arguments = parser.parse_args()
    data, sizes = arguments.data.absolute(), (arguments.n, arguments.week)
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder:
        own, others = (
            some_pictures(picture_sets.class_folders(data, name, Path(folder)), most)
            for name, most in zip(arguments.sets.split(","), sizes, strict=True)
        )
    n_reference = len(own) - arguments.week
    embedded = {name: embeddings([change(one) for one in own]) for name, change in CHANGES.items()}
    strange = embeddings(others)
    alarms: dict[str, int] = dict.fromkeys([*CHANGES, "a fifth of other things", "other things"], 0)
    for seed in range(arguments.seeds):
        order = np.random.default_rng(seed).permutation(len(own))
        training, week = order[:n_reference], order[n_reference:]
        plain = embedded["as they are"]
        known = Reference(plain[training].mean(axis=0), plain[training].std(axis=0), np.empty(0), np.empty(0))
        compared = known.sketch(plain[training])
        mixed = np.concatenate([strange[: len(week) // 5], plain[week[len(week) // 5 :]]])
        weeks = {
            **{name: found[week] for name, found in embedded.items()},
            "a fifth of other things": mixed,
            "other things": strange,
        }
        for name, found in weeks.items():
            alarms[name] += energy_test(known.sketch(found), compared, seed).p <= ALPHA
    shares = {name: n / arguments.seeds for name, n in alarms.items()}
    title = f"Alarms about a week of {arguments.week} pictures beside {n_reference}, {arguments.seeds} seeds"
    report.table(
        title,
        ["the week's pictures", "alarms"],
        [[name, report.percent(one)] for name, one in shares.items()],
    )
    report.finish({"alarms": shares, "n": len(own), "week": arguments.week, "seeds": arguments.seeds})


def some_pictures(folder: Path, most: int) -> list[Image.Image]:
    """The first readable ones of a seeded order."""
    files = picture_sets.pictures_in(folder)
    found = []
    for i in np.random.default_rng(0).permutation(len(files)):
        try:
            found.append(read_image(files[i], 256))
        except ImageError:
            continue
        if len(found) == most:
            break
    return found


def embeddings(pictures: list[Image.Image]) -> np.ndarray:
    """(N, D) of the built-in backbone."""
    backbone = load_backbone(DEFAULT_BACKBONE)
    rows = [embed_pixels(backbone, pixels_of(one, backbone.preprocess)[None])[0] for one in pictures]
    return np.array(rows)


def saved_badly(image: Image.Image) -> Image.Image:
    """As JPEG with much lost."""
    file = BytesIO()
    image.save(file, "JPEG", quality=10)
    return Image.open(BytesIO(file.getvalue())).convert("RGB")


if __name__ == "__main__":
    main()
