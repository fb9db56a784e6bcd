"""Bundle: a folder that classifies somewhere else. Data, not code; it proves itself each time it is loaded.

bundle.json, model.onnx (pixels to probabilities), weights.safetensors (to go on training), golden/ (small pictures with
the probabilities they must get), reference.json (see `reference`) and MODEL_CARD.md. Reading needs numpy, Pillow,
msgspec and ONNX Runtime; its first time on a computer also onnx and psutil.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from tellapart.backbones.freed_memory import give_back_memory
from tellapart.backbones.onnx_session import available_cpus, open_session
from tellapart.bundle.record import FORMAT, MAX_BYTES, parse, validate
from tellapart.bundle.reference import Reference, read_reference
from tellapart.bundle.trial import MAX_BATCH, bundle_key, remember, tried_batch
from tellapart.errors import BundleError, ImageError, OutsideError
from tellapart.kinds.sealed_json import seal
from tellapart.pictures.images import load_pixels
from tellapart.pictures.preprocess import Preprocess
from tellapart.safe_paths import path_inside, strange_files
from tellapart.store.files.newest import newest_with
from tellapart.words.percents import tenths

TOLERANCE = 0.02  # of a probability: decoders and processors differ in the last digits, models in the first
_MAX_FILE_BYTES = 2**31
_OUTPUTS = ["probabilities", "novelty"]
_EMBEDDINGS = "embeddings"
# An ONNX file with nothing but one output in its graph, float "embeddings". Behind a whole file it adds that output,
# for protobuf puts together what comes twice: https://protobuf.dev/programming-guides/encoding/#last-one-wins
_MORE_OUTPUT = b"\x3a\x14\x62\x12\x0a\x0a" + _EMBEDDINGS.encode() + b"\x12\x04\x0a\x02\x08\x01"


@dataclass(frozen=True)
class Golden:
    """A small picture inside the bundle and the (C,) probabilities it must get."""

    file: str
    probabilities: tuple[float, ...]


@dataclass(frozen=True)
class Bundle:
    """A loaded bundle. record: bundle.json as it is. threshold: novelty above it means none of these. batch: how many
    pictures the network gets at once. reference: where sketches were asked for and the bundle can give them."""

    bundle_dir: Path
    classes: tuple[str, ...]
    preprocess: Preprocess
    threshold: float
    golden: tuple[Golden, ...]
    record: dict[str, Any]
    session: onnxruntime.InferenceSession
    batch: int = MAX_BATCH
    reference: Reference | None = None

    def run(self, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities (N, C), rows sum to 1, and novelty (N,), of (N, H, W, 3) uint8 pixels.

        Raises:
            BundleError: the network fails.
        """
        probs, novelty = self._outputs(_OUTPUTS, pixels)
        return probs, novelty

    def run_with_sketches(self, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The same, and sketches of the embeddings (N, 16), or (N, 0) where the bundle gives none; see `Reference`.

        Raises:
            BundleError: the network fails, or the reference is of other embeddings.
        """
        if self.reference is None:
            return (*self.run(pixels), np.empty((len(pixels), 0)))
        probs, novelty, embeddings = self._outputs([*_OUTPUTS, _EMBEDDINGS], pixels)
        if embeddings.shape != (len(pixels), len(self.reference.mean)):
            raise _damaged(self.bundle_dir, "its reference is of embeddings of another size")
        return probs, novelty, self.reference.sketch(embeddings)

    def _outputs(self, names: list[str], pixels: np.ndarray) -> list[np.ndarray]:
        if not len(pixels):  # some networks refuse to look at nothing
            return [found[:0] for found in self._outputs(names, np.zeros((1, *pixels.shape[1:]), np.uint8))]
        try:
            found = [
                self.session.run(names, {"pixels": pixels[start : start + self.batch]})
                for start in range(0, len(pixels), self.batch)
            ]
        except Exception as error:  # ONNX Runtime raises a dozen classes of its own, none of them public
            raise BundleError(
                f"{self.bundle_dir.name} cannot be computed by ONNX Runtime {onnxruntime.__version__} "
                f"({error}). Export the bundle again."
            ) from error
        return (
            list(found[0])
            if len(found) == 1
            else [np.concatenate(parts) for parts in zip(*found, strict=True)]
        )


def load_bundle(
    bundle_dir: Path,
    n_threads: int | None = None,
    is_own: bool = False,
    keeps_memory: bool = False,
    gives_sketches: bool = False,
) -> Bundle:
    """A bundle whose files are whole and whose golden pictures still get their probabilities.

    One that is new on this computer is tried beforehand in a process of its own; see `bundle_trial`.

    Args:
        n_threads, keeps_memory: of its network; see `open_session`.
        is_own: this very program made it, or came with it, so it needs no trial, now or later.
        gives_sketches: of embeddings, see `Bundle.run_with_sketches`; where it has no reference, it gives none.
    Raises:
        BundleError: it is missing, damaged, of a newer format, made to do harm, or gives other answers than when it
            was made.
    """
    bundle_dir = Path(bundle_dir).expanduser().absolute()
    data = _record_bytes(bundle_dir)
    _check_files(bundle_dir, _record_of(bundle_dir, data)["files"])
    key = bundle_key(data)
    batch = MAX_BATCH if is_own else tried_batch(bundle_dir, key)
    reference = read_reference(bundle_dir) if gives_sketches else None
    bundle = replace(_opened(bundle_dir, data, n_threads, keeps_memory, reference), batch=batch)
    check_golden(bundle, min(batch, available_cpus() // n_threads or 1) if n_threads else 1)
    if not keeps_memory:
        give_back_memory()  # that of the golden pictures
    if is_own:
        remember(key)
    return bundle


def open_untried(bundle_dir: Path) -> Bundle:
    """The same without the trial, for the process that tries it.

    Raises:
        BundleError: as `load_bundle` does.
    """
    data = _record_bytes(bundle_dir)
    _check_files(bundle_dir, _record_of(bundle_dir, data)["files"])
    bundle = _opened(bundle_dir, data)
    check_golden(bundle)
    return bundle


def _opened(
    bundle_dir: Path,
    data: bytes,
    n_threads: int | None = None,
    keeps_memory: bool = False,
    reference: Reference | None = None,
) -> Bundle:
    record = _record_of(bundle_dir, data)
    try:
        known = validate(record)
        preprocess = Preprocess.from_json({"pixels": 1, **record["preprocess"]})  # format 1 does not say it
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(bundle_dir, error) from error
    path = bundle_dir / "model.onnx"
    model = path if reference is None else path.read_bytes() + _MORE_OUTPUT
    session = open_session(model, BundleError, n_threads, keeps_memory)
    golden = tuple(Golden(one.file, tuple(one.probabilities)) for one in known.golden)
    bundle = Bundle(
        bundle_dir,
        tuple(known.classes),
        preprocess,
        known.threshold,
        golden,
        record,
        session,
        reference=reference,
    )
    _check_signature(bundle)
    return bundle


def check_golden(bundle: Bundle, at_once: int = 1) -> None:
    """Classify the golden pictures, so many at once.

    Raises:
        BundleError: one cannot be read, or a probability moved by more than 0.02.
    """
    if at_once == 1:  # without a thread, to which the C library would give memory of its own
        for golden in bundle.golden:
            _check_answer(bundle, golden)
        return
    with ThreadPoolExecutor(at_once, thread_name_prefix="golden") as pool:
        list(pool.map(partial(_check_answer, bundle), bundle.golden))  # the first one that is wrong is told


def _check_answer(bundle: Bundle, golden: Golden) -> None:
    try:
        pixels = load_pixels(_inside(bundle.bundle_dir, golden.file), bundle.preprocess)
    except ImageError as error:
        raise BundleError(
            f"The golden picture {golden.file} of {bundle.bundle_dir.name}: {error}. Export the bundle again."
        ) from error
    probs, *_ = bundle.run_with_sketches(pixels[None])
    expected = np.array(golden.probabilities)
    if probs.shape != (1, len(expected)) or not np.abs(probs[0] - expected).max() <= TOLERANCE:
        label = bundle.classes[int(expected.argmax())]
        raise BundleError(
            f"{bundle.bundle_dir.name} no longer gives the answers it was made with: {golden.file} "
            f"should be {label!r} with {tenths(expected.max())}, and gets "
            f"{tenths(float(probs[0][expected.argmax()]))}. The model or its settings were changed, or this "
            "ONNX Runtime computes differently. Export the bundle again."
        )


def newest_bundle(bundles_dir: Path) -> Path | None:
    """The bundle made last in a project's bundles folder; None when there is none."""
    return newest_with(bundles_dir, "bundle.json")


def _record_bytes(bundle_dir: Path) -> bytes:
    path = bundle_dir / "bundle.json"
    try:
        is_there = path.is_file()
    except OSError as error:
        raise BundleError(
            f"{bundle_dir} cannot be read ({error.strerror}). Check the name and permissions of the folder."
        ) from error
    if not is_there:
        raise BundleError(
            f"{bundle_dir} is not a bundle: it has no bundle.json. Train a project, or give the folder "
            "that `tellapart export` made."
        )
    strange = sorted(strange_files(bundle_dir, depth=2))
    if strange:
        raise BundleError(
            f"{bundle_dir.name} holds a link or a special file, {strange[0]}, which could point anywhere. Do "
            "not use this bundle; if it is yours, replace the link with the real file."
        )
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _damaged(bundle_dir, f"it is larger than {MAX_BYTES // 2**20} MB")
        return path.read_bytes()
    except OSError as error:
        raise _damaged(bundle_dir, error.strerror or error) from error


def _record_of(bundle_dir: Path, data: bytes) -> dict[str, Any]:
    """bundle.json, every value that is relied on checked; a newer format is told before anything else."""
    try:
        record = parse(data)
        found = record.get("format")
        if isinstance(found, int) and found > FORMAT:
            raise BundleError(
                f"{bundle_dir.name} has format {found}, made by a newer tellapart; this one reads up to {FORMAT}. "
                "Update tellapart (pip install -U tellapart), or export the bundle with this version."
            )
        validate(record)
    except ValueError as error:
        raise _damaged(bundle_dir, error) from error
    if "sha256" in record and record["sha256"] != seal(record):  # those of older versions have none
        raise _damaged(bundle_dir, "it does not say what it said when it was made")
    return record


def _damaged(bundle_dir: Path, reason: object) -> BundleError:
    return BundleError(f"{bundle_dir / 'bundle.json'} is damaged ({reason}). Export the bundle again.")


def _inside(bundle_dir: Path, name: str) -> Path:
    try:
        return path_inside(bundle_dir, name)
    except OutsideError as error:
        raise BundleError(
            f"{bundle_dir.name} names the file {name[:80]!r}, which lies outside it. Do not use this bundle."
        ) from error


def _check_files(bundle_dir: Path, files: dict[str, str]) -> None:
    """Those of strangers are refused by name before they are read: a pipe would never end."""
    for name in sorted({"model.onnx", *files}):
        path = _inside(bundle_dir, name)
        try:
            if path.is_dir() or path.stat().st_size > _MAX_FILE_BYTES:
                raise BundleError(
                    f"{bundle_dir.name} names {name}, which is no file of at most 2 GB. Do not use this bundle."
                )
            digest = _hash_of(path)
        except OSError as error:
            raise BundleError(
                f"{bundle_dir.name} is incomplete: {name} cannot be read ({error.strerror}). Export the "
                "bundle again."
            ) from error
        if digest != files.get(name):
            raise BundleError(
                f"{bundle_dir.name} is damaged: {name} is not the file it was made with. Export the bundle "
                "again."
            )


def _hash_of(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(2**20):
            digest.update(piece)
    return digest.hexdigest()


def _check_signature(bundle: Bundle) -> None:
    inputs, outputs = bundle.session.get_inputs(), bundle.session.get_outputs()
    added = [] if bundle.reference is None else [_EMBEDDINGS]
    names = ([one.name for one in inputs], [one.name for one in outputs])
    if (
        names != (["pixels"], [*_OUTPUTS, *added])
        or outputs[0].shape[-1] != len(bundle.classes)
        or not math.isfinite(bundle.threshold)
    ):
        raise BundleError(
            f"{bundle.bundle_dir.name}: model.onnx does not fit its bundle.json (it maps {names[0]} to "
            f"{names[1]}; "
            f"there are {len(bundle.classes)} classes). Export the bundle again."
        )
