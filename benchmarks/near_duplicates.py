"""How many copies are found, per kind of change, among real photographs; false pairs; time and memory as sets grow.

python benchmarks/near_duplicates.py --data FOLDER [--digits FOLDER] [--pictures 2000] [--sizes 1000,10000,100000]

False pairs are counted among the copies, among drawn sets of one layout or one fixed camera (`look_alikes.py`), where
no two pictures show the same, and among scans of digits where a folder is named. The last line is one JSON object.
Pairs among the originals are listed for somebody to look at: data sets hold copies.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
from PIL import Image, ImageEnhance, ImageOps
from tellapart.clean import near_duplicate_pairs
from tellapart.duplicates.candidates import pairs_at_first_look
from tellapart.errors import ImageError
from tellapart.pictures.images import PICTURE_SUFFIXES, inspect, read_image

sys.path.insert(0, str(Path(__file__).parent))

from look_alikes import LOOK_ALIKES, as_png


def cropped(image: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    width, height = image.size
    return image.crop(
        (round(left * width), round(top * height), round(right * width), round(bottom * height))
    )


def saved(image: Image.Image, quality: int = 90) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


CHANGES: dict[str, Callable[[Image.Image], bytes]] = {
    "resize 50 %": lambda image: saved(image.resize((max(1, image.width // 2), max(1, image.height // 2)))),
    "JPEG quality 40": lambda image: saved(image, 40),
    "crop 5 % in all, centred": lambda image: saved(cropped(image, 0.025, 0.025, 0.975, 0.975)),
    "crop 5 % in all, corner": lambda image: saved(cropped(image, 0.05, 0, 1, 0.95)),
    "crop 5 % each side, centred": lambda image: saved(cropped(image, 0.05, 0.05, 0.95, 0.95)),
    "crop 5 % each side, corner": lambda image: saved(cropped(image, 0, 0, 0.9, 0.9)),
    "crop 5 % each side, off the grid": lambda image: saved(cropped(image, 0.1, 0.03, 1, 0.93)),
    "mirror": lambda image: saved(ImageOps.mirror(image)),
    "brightness +15 %": lambda image: saved(ImageEnhance.Brightness(image).enhance(1.15)),
    "brightness -15 %": lambda image: saved(ImageEnhance.Brightness(image).enhance(0.85)),
}


def readable(folder: Path, n: int) -> list[tuple[Path, bytes]]:
    """Fingerprints of at most n pictures below a folder, chosen by a fixed seed."""
    files = sorted(
        path for path in folder.rglob("*") if path.suffix.lower() in PICTURE_SUFFIXES and path.is_file()
    )
    random.Random(0).shuffle(files)
    found: list[tuple[Path, bytes]] = []
    for file in files:
        try:
            found.append((file, inspect(file).fingerprint))
        except ImageError:
            continue
        if len(found) == n:
            break
    return found


def recall(pictures: list[tuple[Path, bytes]]) -> tuple[dict[str, float], int]:
    """The part of copies that is found, per change, and the number of pairs of different pictures.

    Copies and originals that look alike among the originals already are no false pairs here.
    """
    n, originals = len(pictures), [fingerprint for _, fingerprint in pictures]
    files = [path for path, _ in pictures]
    known = near_duplicate_pairs(originals, files)
    alike = set(zip(known.first.tolist(), known.second.tolist(), strict=True))
    shares, n_false = {}, 0
    for name, change in CHANGES.items():
        copies = [change(small(read_image(path))) for path in files]
        pairs = near_duplicate_pairs(
            [*originals, *(inspect(copy).fingerprint for copy in copies)], [*files, *copies]
        )
        found = set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
        shares[name] = sum((i, n + i) in found for i in range(n)) / n
        others = {tuple(sorted((one % n, other % n))) for one, other in found if one % n != other % n}
        n_false += len(others - alike)
        print(f"{name:34} {shares[name]:.3f} found, {len(others - alike)} false pair(s)", flush=True)
    return shares, n_false


def false_pairs(n: int, digits: Path | None) -> dict[str, dict[str, int]]:
    """Per set of pictures that all differ: how many there are, pairs at the first look, and pairs that are left."""
    sets: dict[str, list[Path] | list[bytes]] = {}
    for name, draw in LOOK_ALIKES.items():
        sets[name] = [as_png(image) for image in draw(0, n)]
    if digits:
        sets["digits"] = [path for path, _ in readable(digits, 50 * n)]
    counts = {}
    for name, sources in sets.items():
        fingerprints = [inspect(source).fingerprint for source in sources]
        first, left = pairs_at_first_look(fingerprints), near_duplicate_pairs(fingerprints, sources)
        counts[name] = {
            "n_pictures": len(sources), "at_first_look": len(first.first), "false_pairs": len(left.first),
        }  # fmt: skip
        print(f"{name:34} {counts[name]}", flush=True)
    return counts


def small(image: Image.Image) -> Image.Image:
    """Large photographs made smaller first: twelve million pixels would only cost time."""
    image.thumbnail((1000, 1000))
    return image


def grow(n: int) -> None:
    """In a process of its own: time and memory for n made fingerprints, all different."""
    from growth_worker import made_miniatures

    rng = np.random.default_rng(0)
    fingerprints = [row.tobytes() for _ in range(0, n, 1000) for row in made_miniatures(1000, rng)][:n]
    process = psutil.Process()
    before = process.memory_info().rss
    clock = time.perf_counter()
    pairs = pairs_at_first_look(
        fingerprints
    )  # there are no files; of such pictures few would need a second look
    seconds = time.perf_counter() - clock
    peak = _peak_bytes(process)
    figures = {
        "seconds": seconds,
        "peak_mb": peak / 1e6,
        "before_mb": before / 1e6,
        "n_pairs": len(pairs.first),
    }
    print(json.dumps(figures))


def _peak_bytes(process: psutil.Process) -> int:
    if sys.platform == "win32":
        return process.memory_info().peak_wset
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        help="a folder of photographs, as deep as you like; no scanned digits",
    )
    parser.add_argument("--pictures", type=int, default=2000)
    parser.add_argument("--changed", type=int, default=500, help="so many of them are changed in every way")
    parser.add_argument("--look-alikes", type=int, default=40, help="so many pictures in each drawn set")
    parser.add_argument("--digits", type=Path, help="a folder of scanned digits, no two of them the same")
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--grow", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.grow:
        grow(arguments.grow)
        return
    pictures = readable(arguments.data, arguments.pictures)
    if not pictures:
        parser.error(f"--data {arguments.data} holds no photograph that can be read.")
    print(f"{len(pictures)} photographs")
    pairs = near_duplicate_pairs([fingerprint for _, fingerprint in pictures], [path for path, _ in pictures])
    for one, other, distance in zip(pairs.first, pairs.second, pairs.distance, strict=True):
        names = [pictures[i][0].relative_to(arguments.data) for i in (one, other)]
        print(
            f"alike among the originals, to be looked at: {names[0]} and {names[1]}, distance {distance:.3f}"
        )
    shares, n_false = recall(pictures[: arguments.changed])
    look_alikes = false_pairs(arguments.look_alikes, arguments.digits)
    sizes = {}
    for size in map(int, arguments.sizes.split(",")):
        command = [sys.executable, __file__, "--data", ".", "--grow", str(size)]
        sizes[size] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        print(
            f"{size:>7} fingerprints: {sizes[size]['seconds']:.1f} s, {sizes[size]['peak_mb']:.0f} MB at most"
        )
    result = {
        "n_pictures": len(pictures), "n_changed": min(len(pictures), arguments.changed), "recall": shares,
        "recall_overall": float(np.mean(list(shares.values()))), "false_pairs": n_false,
        "pairs_among_originals": len(pairs.first), "look_alikes": look_alikes, "sizes": sizes,
    }  # fmt: skip
    print(json.dumps(result))


if __name__ == "__main__":
    main()
