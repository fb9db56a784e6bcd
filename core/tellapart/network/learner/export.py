"""A learner as a bundle: the network in ONNX with head, calibration and the line for none of these behind it, and the
scores of that very file on the pictures that were held out."""

from __future__ import annotations

import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from tellapart.backbones.catalogue import Backbone
from tellapart.backbones.embeddings import embed_pixels, open_backbone
from tellapart.backbones.onnx_session import available_cpus
from tellapart.bundle.graph import Tail
from tellapart.bundle.reference import reference_of
from tellapart.bundle.writer import BundleContents, write_bundle
from tellapart.description.items import path_of, said
from tellapart.errors import BundleError, ImageError
from tellapart.learning.baselines import majority_error, pixel_error
from tellapart.learning.evaluation import Evaluation, evaluate
from tellapart.learning.head import Head
from tellapart.learning.novelty import NoveltyFit, fit_novelty
from tellapart.learning.slices import brightness, error_by_slice, slices_json
from tellapart.network import conversion
from tellapart.network.data.squares import preprocess_of, square_of_item
from tellapart.network.learner.judging import Judgement
from tellapart.network.learner.probe import judgement_of
from tellapart.words.markdown import plain

if TYPE_CHECKING:
    from tellapart.network.learner.learner import Learner

_TINY_PX = 16
_BATCH = 8
_N_GOLDEN = 64  # tried, in this order, until eight can be read


@dataclass(frozen=True)
class _Exported:
    """What the exported network gives for all readable pictures, training ones first. tiny: (N, 16, 16, 3) uint8."""

    embeddings: np.ndarray
    tiny: np.ndarray
    places: np.ndarray
    targets: np.ndarray
    is_valid: np.ndarray


def write_learner(learner: Learner, folder: Path) -> Path:
    """The bundle's folder, which is new or was empty.

    Raises:
        BundleError, BackboneError, DescriptionError: see `Learner.export`.
    """
    folder = folder.expanduser().absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BundleError(f"{folder} exists and is not empty. Choose a new folder name for the export.")
    backbone = _backbone(learner)
    contents = _contents(learner, backbone, _seen(learner, backbone), folder.name)
    if folder.exists():
        folder.rmdir()
    return write_bundle(folder, contents)


def _backbone(learner: Learner) -> Backbone:
    network, body = learner.network, learner.classifier.body
    preprocess = replace(preprocess_of(learner.data.description.item), mean=network.mean, std=network.std)
    was_on = next(body.parameters()).device
    body.cpu().eval()
    try:
        if network.to_onnx is not None:
            content = network.to_onnx(body)
        else:
            with tempfile.TemporaryDirectory(prefix="tellapart-") as scratch:
                made = Path(scratch) / "model.onnx"
                conversion.export(body, preprocess, made, is_size_free=network.size_px is None)
                content = made.read_bytes()
    finally:
        body.to(was_on)
    return Backbone(
        name=network.name, onnx_path=Path("tuned.onnx"), onnx_sha256=sha256(content).hexdigest(),
        embedding_size=network.n_features, preprocess=preprocess, licence=network.licence, parts=network.parts,
        content=content, is_tuned=True,
    )  # fmt: skip


def _seen(learner: Learner, backbone: Backbone) -> _Exported:
    """Every picture through the file that goes out."""
    data, transform = learner.data, learner.data.description.item
    rows = np.concatenate([data.readable(valid=False), data.readable(valid=True)])
    open_backbone(backbone)

    def some(places: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        read, squares = [], []
        for place in places.tolist():
            try:
                squares.append(square_of_item(data.assembly.items[place], transform))
            except ImageError:  # it was there in training
                continue
            read.append(place)
        pixels = np.array(squares, np.uint8).reshape(-1, transform.size, transform.size, 3)
        embeddings = (
            embed_pixels(backbone, pixels) if read else np.empty((0, backbone.embedding_size), np.float32)
        )
        return embeddings, _tiny(pixels), np.array(read, np.int64)

    pieces = [rows[at : at + _BATCH] for at in range(0, len(rows), _BATCH)]
    with ThreadPoolExecutor(available_cpus(), thread_name_prefix="export") as pool:
        found = list(pool.map(some, pieces))
    places = np.concatenate([one[2] for one in found])
    return _Exported(
        embeddings=np.concatenate([one[0] for one in found]), tiny=np.concatenate([one[1] for one in found]),
        places=places, targets=data.assembly.targets[places], is_valid=data.assembly.is_valid[places],
    )  # fmt: skip


def _tiny(pixels: np.ndarray) -> np.ndarray:
    small = [Image.fromarray(one).resize((_TINY_PX, _TINY_PX), Image.Resampling.BOX) for one in pixels]
    return np.array([np.asarray(one) for one in small], np.uint8).reshape(-1, _TINY_PX, _TINY_PX, 3)


def _contents(learner: Learner, backbone: Backbone, seen: _Exported, name: str) -> BundleContents:
    head, classes = learner.classifier.fitted_head(), learner.data.classes
    train, valid = ~seen.is_valid, seen.is_valid
    judgement = _judgement(learner, seen, head)
    calibration = judgement.calibration
    probs = judgement.probs
    novelty = _novelty(learner, seen)
    evaluation = _evaluation(learner, judgement, probs, novelty)
    weights, bias = calibration.folded(*head.folded())
    model = novelty.model
    labels = np.array(classes, object)[seen.targets]
    baselines = {
        "majority": majority_error(seen.targets[train], seen.targets[valid], len(classes)),
        "pixels": _pixel_error(seen, len(classes)),
    }
    scores = {
        "error_rate": evaluation.error_rate, "n_wrong": evaluation.n_wrong, "n_valid": evaluation.n,
        "error_interval": list(evaluation.error_interval), "baselines": baselines,
        "per_class": evaluation.by_class(classes), "reject_rate": evaluation.reject_rate,
    }  # fmt: skip
    taught, sources = Counter(labels[train].tolist()), {_source(learner.data.source): len(seen.places)}
    if remembered := learner.remembered:
        before = {label: int(n) for label, n in zip(classes, remembered.counts, strict=True) if n}
        taught.update(before)
        sources[f"what the bundle {remembered.name} remembers"] = sum(before.values())
    counts = {
        "n_train": taught.total(), "n_valid": int(valid.sum()), "n_test": 0,
        "train": dict(taught), "valid": dict(Counter(labels[valid].tolist())),
        "n_without_licence": 0,
    }  # fmt: skip
    return BundleContents(
        name=name, classes=classes, backbone=backbone,
        tail=Tail(
            weights, bias, calibration.caution, model.mean, model.scale, model.axes, model.spread, model.means,
            model.beside,
        ),
        arrays={
            "mean": head.mean, "scale": head.scale, "weights": head.weights, "bias": head.bias,
            "calibration_bias": calibration.bias,
        },
        temperature=calibration.temperature,
        prior={"kind": "project", "shares": _shares(classes, calibration.prior)},
        threshold=novelty.threshold, golden=_golden(learner, judgement), scores=scores,
        slices=_slices(seen, judgement, probs), counts=counts,
        sources=sources,
        credits=_credits(name, len(seen.places)),
        reference=reference_of(seen.embeddings[valid], head.mean, head.scale, probs.max(axis=1)),
    )  # fmt: skip


def _judgement(learner: Learner, seen: _Exported, head: Head) -> Judgement:
    valid = seen.is_valid
    if not valid.any():
        raise BundleError(
            "None of the validation pictures can be read any more. Check the files, and export again."
        )
    logits = head.logits(seen.embeddings[valid])
    return judgement_of(learner.data, logits, seen.places[valid], learner.remembered)


def _novelty(learner: Learner, seen: _Exported) -> NoveltyFit:
    embeddings, targets, folds = seen.embeddings, seen.targets, seen.is_valid.astype(np.int64)
    if remembered := learner.remembered:
        embeddings = np.concatenate([embeddings, remembered.embeddings])
        targets = np.concatenate([targets, remembered.targets])
        folds = np.concatenate([folds, np.zeros(len(remembered.targets), np.int64)])
    return fit_novelty(embeddings, targets, len(learner.data.classes), folds, judged_folds=(1,))


def _evaluation(learner: Learner, judgement: Judgement, probs: np.ndarray, novelty: NoveltyFit) -> Evaluation:
    names = [said(learner.data.assembly.items[place]) for place in judgement.places.tolist()]
    return evaluate(
        probs=probs, targets=judgement.targets, is_rejected=novelty.unseen > novelty.threshold,
        classes=learner.data.classes, image_ids=names, paths=names, groups=judgement.groups,
    )  # fmt: skip


def _pixel_error(seen: _Exported, n_classes: int) -> float:
    train, valid = ~seen.is_valid, seen.is_valid
    return pixel_error(
        seen.tiny[train], seen.targets[train], seen.tiny[valid], seen.targets[valid], n_classes
    )


def _shares(classes: tuple[str, ...], prior: np.ndarray) -> dict[str, float]:
    return {label: round(float(share), 6) for label, share in zip(classes, prior, strict=True)}


def _slices(seen: _Exported, judgement: Judgement, probs: np.ndarray) -> dict[str, Any]:
    is_wrong = probs.argmax(axis=1) != judgement.targets
    return slices_json(
        error_by_slice(is_wrong, {"brightness": brightness(seen.tiny[seen.is_valid])}, judgement.groups)
    )


def _source(source: Any) -> str:
    """What the pictures are from, without where on this computer that is."""
    return f"folder {Path(source).resolve().name}" if isinstance(source, Path | str) else "a table"


def _golden(learner: Learner, judgement: Judgement) -> tuple[Path, ...]:
    """Held-out picture files, one of each class first."""
    seen: Counter[int] = Counter()
    ranked = []
    for place, target in zip(judgement.places.tolist(), judgement.targets.tolist(), strict=True):
        path = path_of(learner.data.assembly.items[place])
        if path is not None:
            ranked.append((seen[target], target, place, path))
            seen[target] += 1
    if not ranked:
        raise BundleError(
            "A bundle carries a few held-out pictures, and here none of them is a file. Save the pictures as files, "
            "and describe these: items=image_files."
        )
    return tuple(path for *_, path in sorted(ranked)[:_N_GOLDEN])


def _credits(name: str, n: int) -> str:
    """What is known of the pictures' authors: nothing."""
    return (
        f"# Credits for {plain(name)}\n\n{n} pictures. Nobody noted who made them or under which licence: check before "
        "you share them, or anything that shows them.\n"
    )
