"""Bundle: a folder that classifies somewhere else. Data, not code; it proves itself each time it is loaded.

bundle.json, model.onnx (pixels to probabilities), weights.safetensors (to go on training), golden/ (small pictures with
the probabilities they must get) and MODEL_CARD.md. Reading needs numpy, Pillow and ONNX Runtime, nothing else.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import onnxruntime

from tellapart.errors import BundleError, ImageError
from tellapart.images import load_pixels
from tellapart.onnx_session import open_session
from tellapart.preprocess import Preprocess

FORMAT = 1
TOLERANCE = 0.02  # of a probability: decoders and processors differ in the last digits, models in the first


@dataclass(frozen=True)
class Golden:
    """A small picture inside the bundle and the (C,) probabilities it must get."""

    file: str
    probabilities: tuple[float, ...]


@dataclass(frozen=True)
class Bundle:
    """A loaded bundle. record: bundle.json as it is. threshold: novelty above it means none of these."""

    bundle_dir: Path
    classes: tuple[str, ...]
    preprocess: Preprocess
    threshold: float
    golden: tuple[Golden, ...]
    record: dict[str, Any]
    session: onnxruntime.InferenceSession

    def run(self, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities (N, C), rows sum to 1, and novelty (N,), of (N, H, W, 3) uint8 pixels."""
        probs, novelty = self.session.run(["probabilities", "novelty"], {"pixels": pixels})
        return probs, novelty


def load_bundle(bundle_dir: Path, n_threads: int | None = None) -> Bundle:
    """A bundle whose files are whole and whose golden pictures still get their probabilities.

    Raises:
        BundleError: it is missing, damaged, of a newer format, or gives other answers than when it was made.
    """
    bundle_dir = Path(bundle_dir).expanduser().absolute()
    record = _read_record(bundle_dir)
    try:
        classes = tuple(str(label) for label in record["classes"])
        golden = tuple(
            Golden(str(one["file"]), tuple(map(float, one["probabilities"]))) for one in record["golden"]
        )
        preprocess = Preprocess.from_json(record["preprocess"])
        threshold, files = float(record["threshold"]), dict(record["files"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BundleError(
            f"{bundle_dir / 'bundle.json'} is damaged ({error!r}). Export the bundle again."
        ) from error
    _check_files(bundle_dir, files)
    session = open_session(bundle_dir / "model.onnx", BundleError, n_threads)
    bundle = Bundle(bundle_dir, classes, preprocess, threshold, golden, record, session)
    _check_signature(bundle)
    check_golden(bundle)
    return bundle


def check_golden(bundle: Bundle) -> None:
    """Classify the golden pictures.

    Raises:
        BundleError: one cannot be read, or a probability moved by more than 0.02.
    """
    for golden in bundle.golden:
        try:
            pixels = load_pixels(_inside(bundle.bundle_dir, golden.file), bundle.preprocess)
        except ImageError as error:
            raise BundleError(
                f"The golden picture {golden.file} of {bundle.bundle_dir.name}: {error}. Export the bundle "
                "again."
            ) from error
        probs, _ = bundle.run(pixels[None])
        expected = np.array(golden.probabilities)
        if probs.shape != (1, len(expected)) or not np.abs(probs[0] - expected).max() <= TOLERANCE:
            label = bundle.classes[int(expected.argmax())]
            raise BundleError(
                f"{bundle.bundle_dir.name} does not give the answers it was made with: {golden.file} "
                f"should be {label!r} with "
                f"{expected.max():.1%}, and gets {float(probs[0][expected.argmax()]):.1%}. The model or "
                "its settings were "
                "changed, or this ONNX Runtime computes differently. Export the bundle again."
            )


def newest_bundle(bundles_dir: Path) -> Path | None:
    """The bundle made last in a project's bundles folder; None when there is none."""
    folders = bundles_dir.iterdir() if bundles_dir.is_dir() else ()
    # one that is still being written, or was when its process died, has a name with a dot in front
    found = [path for path in folders if not path.name.startswith(".") and (path / "bundle.json").is_file()]
    return max(found, key=lambda path: ((path / "bundle.json").stat().st_mtime_ns, path.name), default=None)


def _read_record(bundle_dir: Path) -> dict[str, Any]:
    path = bundle_dir / "bundle.json"
    if not path.is_file():
        raise BundleError(
            f"{bundle_dir} is not a bundle: it has no bundle.json. Train a project, or give the folder "
            "that `tellapart export` made."
        )
    try:
        record = json.loads(path.read_text("utf-8"))
        found = record["format"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{path} is damaged ({error}). Export the bundle again.") from error
    if not isinstance(found, int) or found < 1:
        raise BundleError(
            f"{path} is damaged: its format is {found!r}, expected a number. Export the bundle again."
        )
    if found > FORMAT:
        raise BundleError(
            f"{bundle_dir.name} has format {found}, made by a newer tellapart; this one reads up to {FORMAT}. "
            "Update tellapart (pip install -U tellapart), or export the bundle with this version."
        )
    return dict(record)


def _inside(bundle_dir: Path, name: str) -> Path:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or ".." in parts or parts[0] == "/" or ":" in parts[0]:
        raise BundleError(
            f"{bundle_dir.name} names the file {name!r}, which lies outside it. Do not use this bundle."
        )
    return bundle_dir.joinpath(*parts)


def _check_files(bundle_dir: Path, files: dict[str, str]) -> None:
    for name in {"model.onnx", *files}:
        path = _inside(bundle_dir, name)
        try:
            digest = sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise BundleError(
                f"{bundle_dir.name} is not whole: {name} cannot be read ({error.strerror}). Export the "
                "bundle again."
            ) from error
        if digest != files.get(name):
            raise BundleError(
                f"{bundle_dir.name} is damaged: {name} is not the file it was made with. Export the bundle "
                "again."
            )


def _check_signature(bundle: Bundle) -> None:
    inputs, outputs = bundle.session.get_inputs(), bundle.session.get_outputs()
    names = ([one.name for one in inputs], [one.name for one in outputs])
    if (
        names != (["pixels"], ["probabilities", "novelty"])
        or outputs[0].shape[-1] != len(bundle.classes)
        or not math.isfinite(bundle.threshold)
    ):
        raise BundleError(
            f"{bundle.bundle_dir.name}: model.onnx does not fit its bundle.json (it maps {names[0]} to "
            f"{names[1]}; "
            f"there are {len(bundle.classes)} classes). Export the bundle again."
        )
