"""What a training puts into its bundle."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from tellapart.backbones.catalogue import Backbone
from tellapart.bundle.graph import Tail
from tellapart.bundle.reference import reference_of
from tellapart.bundle.writer import BundleContents
from tellapart.progress import Progress, silent
from tellapart.store.ledger import credits_markdown, forbids_showing
from tellapart.store.manifest import VISITOR, Picture
from tellapart.store.project import Project
from tellapart.train.cameras import cameras_of
from tellapart.train.fitting import FittedHead, is_told
from tellapart.train.preparation import TrainData
from tellapart.train.result import TrainResult
from tellapart.train.slices import slices_record

_N_GOLDEN = 64  # pictures kept with their answers, for whoever opens the bundle


def bundle_contents(
    project: Project, data: TrainData, backbone: Backbone, fitted: FittedHead, result: TrainResult,
    progress: Progress = silent,
) -> BundleContents:  # fmt: skip
    """Graph, scores and pictures to check it by, ready to be written."""
    labels = np.array([picture.label for picture in data.pictures])
    train, valid = data.of("train"), data.of("valid")
    checked = result.to_json()
    scores = {
        name: checked[name]
        for name in (
            "error_rate",
            "n_wrong",
            "n_valid",
            "error_interval",
            "baselines",
            "per_class",
            "reject_rate",
        )
    }
    counts = {
        "n_train": result.n_train, "n_valid": result.n_valid, "n_test": result.n_test,
        "train": dict(Counter(labels[train].tolist())), "valid": dict(Counter(labels[valid].tolist())),
        "n_without_licence": sum(map(forbids_showing, data.pictures)),
    }  # fmt: skip
    sources = Counter(
        f"{picture.source}, {picture.licence or 'licence unknown'}" for picture in data.pictures
    )
    head, novelty = fitted.fit.head, fitted.novelty.model
    calibration = fitted.calibration
    weights, bias = calibration.folded(*head.folded())
    tail = Tail(
        weights, bias, calibration.caution, novelty.mean, novelty.scale, novelty.axes, novelty.spread, novelty.means,
        novelty.beside,
    )  # fmt: skip
    arrays = {
        "mean": head.mean, "scale": head.scale, "weights": head.weights, "bias": head.bias,
        "calibration_bias": calibration.bias,
    }  # fmt: skip
    golden = _golden(project, data)
    reference = reference_of(
        data.embeddings.array[_compared_later(data, backbone)],
        head.mean,
        head.scale,
        result.out_of_fold_probs[valid].max(axis=1),
    )
    return BundleContents(
        name=project.name, classes=data.classes, backbone=backbone, tail=tail, arrays=arrays,
        temperature=calibration.temperature, prior=_prior_record(result), threshold=fitted.novelty.threshold,
        golden=tuple(golden), unlicensed=frozenset(path for path, one in golden.items() if forbids_showing(one)),
        reference=reference, scores=scores, counts=counts,
        slices=slices_record(
            data, result.out_of_fold_probs, cameras_of(project, data.pictures, progress), is_told(data, fitted)
        ),
        sources=dict(sources), credits=credits_markdown(data.pictures, project.name),
    )  # fmt: skip


def _compared_later(data: TrainData, backbone: Backbone) -> np.ndarray:
    """Rows of the pictures that later ones are compared with: of near-duplicates the first. A network whose blocks
    have learned knows the pictures they learned from better than any to come, so those are left out."""
    first: dict[str, int] = {}
    for row, group in enumerate(data.plan.groups):
        first.setdefault(group, row)
    rows = np.array(sorted(first.values()), np.int64)
    return rows[~data.of("train")[rows]] if backbone.is_tuned else rows


def _prior_record(result: TrainResult) -> dict[str, Any]:
    """How common the classifier takes its labels to be, as bundle.json has it."""
    shares = [round(share, 6) for share in result.calibration.prior.tolist()]
    return {"kind": result.config.prior, "shares": dict(zip(result.classes, shares, strict=True))}


def _golden(project: Project, data: TrainData) -> dict[Path, Picture]:
    """File -> held-out picture, one of each class first, and of a class those that others may be shown: apps and
    repositories carry them. Pictures of visitors, who agreed to no such thing, come last."""

    def reserve(row: int) -> tuple[bool, bool, str]:
        picture = data.pictures[row]
        return picture.source == VISITOR, forbids_showing(picture), picture.image_id

    order = sorted(np.flatnonzero(data.of("valid")).tolist(), key=reserve)
    seen: Counter[int] = Counter()
    ranked = []
    for i in order:
        ranked.append((seen[data.targets[i]], int(data.targets[i]), i))
        seen[data.targets[i]] += 1
    chosen = [data.pictures[i] for _, _, i in sorted(ranked)[:_N_GOLDEN]]
    return dict(zip(project.files(chosen), chosen, strict=True))
