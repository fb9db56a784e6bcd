"""Writing a bundle: everything beside, proved by loading it, then renamed into place."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import PIL
from safetensors.numpy import save as safetensors_bytes

import tellapart
from tellapart import atomic_files
from tellapart.backbones.catalogue import Backbone
from tellapart.backbones.embeddings import embed_pixels, open_backbone
from tellapart.backbones.onnx_session import available_cpus
from tellapart.bundle.graph import Tail, classifier_onnx
from tellapart.bundle.loading import load_bundle
from tellapart.bundle.model_card import model_card
from tellapart.bundle.record import FORMAT
from tellapart.bundle.reference import FILE as REFERENCE
from tellapart.errors import BundleError, ImageError
from tellapart.kinds.sealed_json import seal
from tellapart.pictures.images import load_pixels, thumbnail_jpeg
from tellapart.store.manifest import now
from tellapart.store.sqlite.database_errors import disk_reason

_GOLDEN_SIDE_PX = 160
_MAX_GOLDEN = 8


@dataclass(frozen=True)
class BundleContents:
    """What a bundle is made of. golden: files to make the golden pictures from; the first readable ones are taken.

    arrays: for weights.safetensors, to go on training. prior: how common the labels are taken to be. threshold: of
    novelty. scores, slices, counts, sources: facts for bundle.json and the model card, plain JSON values. credits:
    CREDITS.md as it is. unlicensed: those of golden that nobody has said others may show. reference: see
    `reference_of`, b"" for none.
    """

    name: str
    classes: tuple[str, ...]
    backbone: Backbone
    tail: Tail
    arrays: dict[str, np.ndarray]
    temperature: float
    prior: dict[str, Any]
    threshold: float
    golden: tuple[Path, ...]
    scores: dict[str, Any]
    slices: dict[str, Any]
    counts: dict[str, Any]
    sources: dict[str, int]
    credits: str
    unlicensed: frozenset[Path] = frozenset()
    reference: bytes = b""


def write_bundle(bundle_dir: Path, contents: BundleContents) -> Path:
    """A new bundle at bundle_dir, which must not exist yet; it is there whole or not at all.

    Raises:
        BundleError: the disk does not take it, or what was written does not load.
    """
    part = atomic_files.part_beside(bundle_dir)
    try:
        (part / "golden").mkdir(parents=True)
        with ThreadPoolExecutor(1, thread_name_prefix="golden") as beside:
            made = beside.submit(_write_golden, part, contents)
            files = _write_models(part, contents)
            golden = made.result()
        record = _record(contents, files, golden)
        record["sha256"] = seal(record)
        atomic_files.write_json(part / "bundle.json", record)
        atomic_files.write_bytes(part / "MODEL_CARD.md", model_card(contents.name, record).encode())
        atomic_files.write_bytes(part / "CREDITS.md", contents.credits.encode())
        load_bundle(
            part, n_threads=1, is_own=True, keeps_memory=True
        )  # the quickest for a few pictures, once
        atomic_files.replace(part, bundle_dir)
    except OSError as error:
        raise BundleError(disk_reason(bundle_dir.parent, error)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return bundle_dir


def copy_bundle(bundle_dir: Path, target: Path) -> Path:
    """A checked copy of a bundle in a folder that does not exist yet or is empty.

    Raises:
        BundleError: the bundle does not load, the folder holds something, or the disk does not take it.
    """
    load_bundle(bundle_dir)
    target = Path(target).expanduser().absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BundleError(f"{target} exists and is not empty. Choose a new folder name for the export.")
    part = atomic_files.part_beside(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy_folder(bundle_dir, part)
        if target.exists():
            target.rmdir()
        atomic_files.replace(part, target)
    except OSError as error:
        raise BundleError(disk_reason(target.parent, error)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


def _copy_folder(folder: Path, target: Path) -> None:
    """Stops at the first file that the disk does not take; shutil's copytree tries all and raises a list."""
    target.mkdir()
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            _copy_folder(path, target / path.name)
        else:
            shutil.copyfile(path, target / path.name)


def _write_models(part: Path, contents: BundleContents) -> dict[str, str]:
    arrays = {name: np.ascontiguousarray(array, np.float32) for name, array in contents.arrays.items()}
    data = {
        "model.onnx": classifier_onnx(contents.backbone.onnx, contents.tail),
        "weights.safetensors": safetensors_bytes(arrays, {"backbone": contents.backbone.name}),
    }
    if contents.reference:
        data[REFERENCE] = contents.reference
    for name, content in data.items():
        atomic_files.write_bytes(part / name, content)
    return {name: sha256(content).hexdigest() for name, content in data.items()}


def _write_golden(part: Path, contents: BundleContents) -> list[dict[str, Any]]:
    """Small pictures, and the probabilities that the head itself gives them, apart from model.onnx."""
    open_backbone(contents.backbone)  # before threads ask for it
    candidates, golden = iter(contents.golden), list[_GoldenPicture]()
    with ThreadPoolExecutor(available_cpus(), thread_name_prefix="golden") as pool:
        while len(golden) < _MAX_GOLDEN and (some := list(islice(candidates, _MAX_GOLDEN - len(golden)))):
            made = pool.map(partial(_golden_picture, contents), some)
            golden += [
                one for one in made if one is not None
            ]  # for one that cannot be read the next one serves
        if not golden:
            raise BundleError(
                "No held-out picture could be read, so the bundle cannot be verified. Check the project's "
                "pictures and train again."
            )
        names = [f"golden/{number}.jpg" for number in range(1, len(golden) + 1)]
        list(pool.map(atomic_files.write_bytes, map(part.joinpath, names), (one.jpeg for one in golden)))
    return [
        {"file": name, "probabilities": one.probabilities, "lacks_licence": one.path in contents.unlicensed}
        for name, one in zip(names, golden, strict=True)
    ]


@dataclass(frozen=True)
class _GoldenPicture:
    """path: the picture that it is a small copy of."""

    path: Path
    jpeg: bytes
    probabilities: list[float]


def _golden_picture(contents: BundleContents, path: Path) -> _GoldenPicture | None:
    try:
        jpeg = thumbnail_jpeg(path, _GOLDEN_SIDE_PX)
        pixels = load_pixels(jpeg, contents.backbone.preprocess)
    except ImageError:
        return None
    probs = contents.tail.probs(embed_pixels(contents.backbone, pixels[None]))
    return _GoldenPicture(path, jpeg, [round(float(p), 6) for p in probs[0]])


def _record(
    contents: BundleContents, files: dict[str, str], golden: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    backbone = contents.backbone
    return {
        "format": FORMAT,
        "kind": "image classifier",
        "name": contents.name,
        "created": now(),
        "classes": list(contents.classes),
        "preprocess": backbone.preprocess.to_json(),
        "temperature": contents.temperature,
        "caution": contents.tail.caution,
        "prior": contents.prior,
        "threshold": contents.threshold,
        "threshold_of": "novelty",
        "backbone": {
            "name": backbone.name, "sha256": backbone.onnx_sha256,
            "embedding_size": backbone.embedding_size, "licence": backbone.licence, "is_tuned": backbone.is_tuned,
        },
        "counts": contents.counts,
        "scores": contents.scores,
        "by_slice": contents.slices,
        "sources": contents.sources,
        "files": files,
        "golden": list(golden),
        "versions": {
            "tellapart": tellapart.__version__, "onnxruntime": onnxruntime.__version__, "numpy": np.__version__,
            "pillow": PIL.__version__, "python": platform.python_version(),
        },
    }  # fmt: skip
