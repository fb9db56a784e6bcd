"""make_samples: class folders of drawn leaves with planted flaws, for whoever has no pictures yet."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from tellapart.errors import ProjectError
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.samples.flaws import COPIES, STORED, Flaw, FlawName, blur, cut_off, darken, to_jpeg
from tellapart.samples.scene import Scenery, draw_scene, draw_scene_and_place
from tellapart.samples.shapes import KINDS
from tellapart.samples.textures import make_ground

N_GROUNDS = 12
N_OF_EACH = 3  # blurred, dark, rotated pictures
SMALLEST = 8  # pictures per class that leave enough without a flaw


@dataclass(frozen=True)
class SampleSet:
    """What was written. All paths are relative to `directory`, with "/".

    files: label -> the paths in its folder, sorted; the broken file is among them.
    flaws: everything planted, by path; every other file is a good picture of its label.
    """

    directory: Path
    files: dict[str, tuple[str, ...]]
    flaws: tuple[Flaw, ...]

    @property
    def n_files(self) -> int:
        """Files written, the broken one included."""
        return sum(len(paths) for paths in self.files.values())

    def flaws_named(self, name: FlawName) -> tuple[Flaw, ...]:
        """The flaws of one name, by path."""
        return tuple(flaw for flaw in self.flaws if flaw.name == name)


@dataclass
class _Plan:
    """One file to be: what is drawn, the folder it goes to, and what is done to it."""

    drawn: str
    number: int  # of its drawing, within the kind
    label: str
    path: str = ""
    flaw: FlawName | None = None
    copy: str = ""  # a name in COPIES, or "exact"
    orientation: int = 1
    original: _Plan | None = None


def make_samples(
    directory: Path, seed: int = 0, n_per_class: int = 48, progress: Progress = silent
) -> SampleSet:
    """What was written to directory/<label>/IMG_<number>.jpg: four kinds of leaves, repeatable by seed.

    Each class gets n_per_class drawn pictures; five copies and one broken file come on top. Names say nothing
    about the kind or the flaw. Where just these files lie already, they are left as they are.

    Raises:
        ProjectError: a class folder already holds other files, or the directory cannot be written.
        ValueError: n_per_class is below 8.
    """
    if n_per_class < SMALLEST:
        raise ValueError(
            f"n_per_class={n_per_class} is too small for the planted flaws; choose at least {SMALLEST}."
        )
    directory = Path(directory)
    plans = _plan(seed, n_per_class)
    files = {label: tuple(sorted(plan.path for plan in plans if plan.label == label)) for label in KINDS}
    made = SampleSet(directory, files, _flaws(plans))
    try:
        if all(_holds(directory / label, files[label]) for label in KINDS):
            return made
        for label in KINDS:
            folder = directory / label
            folder.mkdir(parents=True, exist_ok=True)
            if any(folder.iterdir()):
                raise ProjectError(f"{folder} is not empty. Choose an empty folder.")
        _write(directory, plans, seed, progress)
    except OSError as error:
        raise ProjectError(
            f"The samples could not be written to {directory}: {error.strerror or error}. "
            "Choose a folder you may write to, on a disk with at least 50 MB free."
        ) from error
    return made


def _holds(folder: Path, paths: tuple[str, ...]) -> bool:
    """Whether just these files lie in the folder, whole."""
    if not folder.is_dir():
        return False
    there = {f"{folder.name}/{path.name}" for path in folder.iterdir() if path.stat().st_size}
    return there == set(paths)


def leaf_places(seed: int = 0, n_per_class: int = 48) -> Iterator[tuple[str, np.ndarray]]:
    """Of each file without a flaw that `make_samples` writes: its path, and (H, W) bool, where its leaves lie.

    To check whether a model looks at the leaf. Twigs and blades that lie about belong to no class, and are not in it.
    """
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        scenery = _scenery(pool, seed)
        for plan in _plan(seed, n_per_class):
            if plan.flaw is None:
                yield plan.path, draw_scene_and_place(plan.drawn, scenery, _generator(plan, seed))[1]


def _plan(seed: int, n_per_class: int) -> list[_Plan]:
    """Every file with its flaw and its name; no file has two flaws, and no copy is made of a flawed one."""
    rng = np.random.default_rng([seed, 4])
    labels = list(KINDS)
    drawn = [_Plan(label, number, label) for label in labels for number in range(n_per_class)]
    chosen = iter(rng.permutation(len(drawn)).tolist())
    by_label = {label: [i for i in range(len(drawn)) if drawn[i].label == label] for label in labels}

    n_swaps = max(1, round(len(drawn) / 64))  # two wrong labels each: about 3 %, and classes keep their size
    used: set[int] = set()
    for _ in range(n_swaps):
        first, second = (labels[i] for i in rng.choice(len(labels), 2, replace=False))
        for here, there in ((first, second), (second, first)):
            index = int(rng.choice([i for i in by_label[here] if i not in used]))
            used.add(index)
            drawn[index].label, drawn[index].flaw = there, "wrong label"

    free = (drawn[i] for i in chosen if i not in used)
    for _ in range(N_OF_EACH):
        next(free).flaw = "blurred"
        next(free).flaw = "dark"
    for orientation in STORED:
        plan = next(free)
        plan.flaw, plan.orientation = "rotated", orientation
    copies = []
    for copy in (*COPIES, "exact"):
        original = next(free)
        flaw: FlawName = "exact duplicate" if copy == "exact" else "near-duplicate"
        copies.append(
            _Plan(original.drawn, original.number, original.label, flaw=flaw, copy=copy, original=original)
        )
    label = labels[int(rng.integers(len(labels)))]
    broken = _Plan(label, n_per_class, label, flaw="broken")

    plans = [*drawn, *copies, broken]
    for plan, number in zip(plans, rng.permutation(len(plans)).tolist(), strict=True):
        plan.path = f"{plan.label}/IMG_{number + 101:04d}.jpg"
    return plans


def _write(directory: Path, plans: list[_Plan], seed: int, progress: Progress) -> None:
    message = Doing(Step.DRAWING, "Drawing leaves")
    progress(0, len(plans), message)
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        try:
            scenery = _scenery(pool, seed)
            waiting = [pool.submit(_write_one, directory, plan, scenery, seed) for plan in plans]
            for done, future in enumerate(as_completed(waiting), start=1):
                future.result()
                progress(done, len(plans), message)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _scenery(pool: ThreadPoolExecutor, seed: int) -> Scenery:
    return Scenery(list(pool.map(lambda number: make_ground(number, seed), range(N_GROUNDS))), seed)


def _write_one(directory: Path, plan: _Plan, scenery: Scenery, seed: int) -> None:
    (directory / plan.path).write_bytes(_jpeg(plan, scenery, seed))


def _jpeg(plan: _Plan, scenery: Scenery, seed: int) -> bytes:
    """The bytes of one file. A copy draws its original again: files do not wait for one another."""
    if plan.original is not None:
        original = _jpeg(plan.original, scenery, seed)
        return original if plan.copy == "exact" else COPIES[plan.copy](Image.open(BytesIO(original)))
    rng = _generator(plan, seed)
    picture = draw_scene(plan.drawn, scenery, rng)
    quality = int(rng.integers(68, 96))
    if plan.flaw == "blurred":
        picture = blur(picture)
    elif plan.flaw == "dark":
        picture = darken(picture, rng)
    jpeg = to_jpeg(picture, quality, plan.orientation)
    return cut_off(jpeg) if plan.flaw == "broken" else jpeg


def _generator(plan: _Plan, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, 5, list(KINDS).index(plan.drawn), plan.number])


def _flaws(plans: list[_Plan]) -> tuple[Flaw, ...]:
    flaws = []
    for plan in plans:
        if plan.flaw is None:
            continue
        reason = {
            "wrong label": f"a {plan.drawn} leaf among the {plan.label} leaves",
            "near-duplicate": plan.copy,
            "exact duplicate": "the same file under another name",
            "blurred": "badly out of focus",
            "dark": "taken with far too little light",
            "rotated": f"stored turned, with Orientation {plan.orientation} in its EXIF data",
            "broken": "a JPEG that stops after two fifths of its bytes",
        }[plan.flaw]
        twin = plan.original.path if plan.original else ""
        flaws.append(Flaw(plan.flaw, plan.path, reason, plan.drawn, twin))
    return tuple(sorted(flaws, key=lambda flaw: flaw.path))
