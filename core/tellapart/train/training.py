"""train_head: from the pictures of a project to a checked classifier in its bundle, in seconds."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from tellapart.backbones.catalogue import Backbone, load_backbone
from tellapart.backbones.embeddings import Embeddings, embed, open_backbone
from tellapart.bundle.graph import Tail
from tellapart.bundle.writer import BundleContents, write_bundle
from tellapart.duplicates.project_copies import copy_groups
from tellapart.errors import TrainError
from tellapart.labels import label_order
from tellapart.learning.baselines import majority_error, pixel_error
from tellapart.learning.calibration import Calibration, fit_calibration
from tellapart.learning.evaluation import Evaluation, evaluate
from tellapart.learning.folds import assign_folds
from tellapart.learning.head import HeadFit, fit_head
from tellapart.learning.novelty import NoveltyFit, fit_novelty
from tellapart.learning.principal_components import blas_threads
from tellapart.learning.splits import SplitPlan, plan_pictures
from tellapart.progress import Progress, silent
from tellapart.store.ledger import credits_markdown
from tellapart.store.manifest import Picture
from tellapart.store.project import Project
from tellapart.train.config import PriorKind, TrainConfig
from tellapart.train.guidance import guidance_note
from tellapart.train.result import TrainResult


@dataclass(frozen=True)
class Members:
    """The pictures that stand for their labels, in groups of near-duplicates, with their splits.

    n_strangers: how many others are marked 'none of these'.
    """

    pictures: tuple[Picture, ...]
    groups: tuple[str, ...]
    plan: SplitPlan
    n_strangers: int


@dataclass(frozen=True)
class TrainData:
    """Pictures with everything a fit needs: targets (N,) int into classes, groups of near-duplicates, splits (N,)."""

    pictures: tuple[Picture, ...]
    classes: tuple[str, ...]
    targets: np.ndarray
    groups: tuple[str, ...]
    plan: SplitPlan
    embeddings: Embeddings

    def of(self, split: str) -> np.ndarray:
        """(N,) bool."""
        return self.plan.splits == split


@dataclass(frozen=True)
class FittedHead:
    """A head with its calibration and its line for 'none of these', fitted on the training pictures only."""

    fit: HeadFit
    calibration: Calibration
    novelty: NoveltyFit

    def probs(self, embeddings: np.ndarray) -> np.ndarray:
        """(N, C) calibrated probabilities."""
        return self.calibration.probs(self.fit.head.logits(embeddings))


def train_head(
    project: Project, config: TrainConfig | None = None, progress: Progress = silent, name: str | None = None
) -> TrainResult:
    """A classifier for a project's pictures: embeddings, head, honest scores, and a bundle.

    The head is fitted on the training pictures and its scores are from the others, so every number belongs to the very
    model in the bundle. Embeddings that are cached are not computed again.

    Args:
        name: of the bundle's folder; a fresh one unless given.
    Raises:
        TrainError: fewer than two labels have pictures.
        SplitError: a class has too few pictures to check.
        BackboneError, WeightsError: the backbone is not at hand.
        ProjectError, BundleError: the disk does not take the results.
        Cancelled: from `progress`; computed embeddings stay cached.
    """
    config = config or TrainConfig()
    started = time.perf_counter()
    project.check_writable()
    check_labels(project)
    with ThreadPoolExecutor(1, thread_name_prefix="plan") as beside:
        planned = beside.submit(plan_members, project, config)
        backbone = load_backbone(config.backbone, config.weights, progress)
        open_backbone(backbone)  # takes as long as planning, and lets go of the interpreter
    data = _embedded(planned.result(), project, backbone, config, progress)
    n = len(data.pictures)
    progress(n, n, "Training the model")
    clock = time.perf_counter()
    fitted = fit(data, config.prior)
    evaluation = check(data, fitted, prior=config.prior)
    baselines = _baselines(data)
    fit_s = time.perf_counter() - clock
    progress(n, n, "Saving the model")
    name = name or f"{datetime.now():%Y%m%d-%H%M%S}-{uuid4().hex[:6]}"
    result = _result(
        data, config, backbone, fitted, evaluation, baselines, project, project.bundles_dir / name
    )
    write_bundle(project.bundles_dir / name, _contents(project, data, backbone, fitted, result))
    seconds = {
        "decode": data.embeddings.decode_s, "embed": data.embeddings.embed_s, "fit": fit_s,
        "total": time.perf_counter() - started,
    }  # fmt: skip
    return result.with_seconds(seconds)


def check_labels(project: Project) -> None:
    """Whether there is something to tell apart.

    Raises:
        TrainError: fewer than two labels have pictures.
    """
    counts = {label: n for label, n in project.manifest.label_counts().items() if n}
    if not counts:
        raise TrainError(
            f"The project {project.name} has no pictures. Add a folder or a zip with one folder of "
            "pictures per label."
        )
    if len(counts) == 1:
        (label, n), *_ = counts.items()
        raise TrainError(
            f"All {n} picture(s) of {project.name} have the label {label!r}, but training needs at least 2 "
            "labels. Add pictures of something else."
        )


def prepare(
    project: Project, backbone: Backbone, config: TrainConfig, progress: Progress = silent
) -> TrainData:
    """Pictures, splits and embeddings, ready to fit; those marked 'none of these' are left out.

    Raises:
        SplitError, BackboneError, ProjectError, Cancelled: see `train_head`.
    """
    return _embedded(plan_members(project, config), project, backbone, config, progress)


def plan_members(project: Project, config: TrainConfig) -> Members:
    """What there is to train on, before the long work.

    Raises:
        TrainError, SplitError: too few pictures.
    """
    kept = project.manifest.pictures()
    pictures = [picture for picture in kept if picture.is_member]
    n_strangers = len(kept) - len(pictures)
    if n_strangers and len({picture.label for picture in pictures}) < 2:
        raise TrainError(
            f"{n_strangers} picture(s) are marked 'none of these', and fewer than 2 labels are left without "
            "them. Remove some of the marks, or add pictures."
        )
    return Members(tuple(pictures), *plan_all(project, pictures, config), n_strangers)


def _embedded(
    members: Members, project: Project, backbone: Backbone, config: TrainConfig, progress: Progress
) -> TrainData:
    pictures, groups, plan = members.pictures, members.groups, members.plan
    embeddings = embed(project, backbone, pictures, progress)
    if embeddings.skipped:
        there = set(embeddings.image_ids)
        pictures = tuple(picture for picture in pictures if picture.image_id in there)
        if len({picture.label for picture in pictures}) < 2:
            first = embeddings.skipped[0]
            raise TrainError(
                f"{len(embeddings.skipped)} picture(s) cannot be read, and fewer than 2 labels are left; "
                f"{first.path}: {first.reason}."
            )
        groups, plan = plan_all(project, pictures, config)
    if members.n_strangers:
        note = f"{members.n_strangers} picture(s) marked 'none of these' were left out."
        plan = replace(plan, notes=(*plan.notes, note))
    classes = tuple(sorted({picture.label for picture in pictures}, key=label_order))
    place = {label: i for i, label in enumerate(classes)}
    targets = np.array([place[picture.label] for picture in pictures], np.int64)
    return TrainData(pictures, classes, targets, groups, plan, embeddings)


def plan_all(
    project: Project, pictures: Sequence[Picture], config: TrainConfig
) -> tuple[tuple[str, ...], SplitPlan]:
    """The groups that stay together and the split. Quick when the pictures were compared before."""
    plan = plan_pictures(pictures, copy_groups(project, pictures), config)
    return plan.groups, plan


def fit(data: TrainData, prior: PriorKind = "project") -> FittedHead:
    """Head, calibration and novelty from the training pictures."""
    train = data.of("train")
    targets = data.targets[train]
    groups = [group for group, is_train in zip(data.groups, train, strict=True) if is_train]
    embeddings, n_classes = data.embeddings.array[train], len(data.classes)
    folds = assign_folds(targets, groups)
    with blas_threads(len(targets)), ThreadPoolExecutor(1, thread_name_prefix="novelty") as beside:
        novelty = beside.submit(fit_novelty, embeddings, targets, n_classes, folds)
        head_fit = fit_head(embeddings, targets, n_classes, groups)
        calibration = fit_calibration(head_fit.oof_logits, targets, folds, groups, prior)
        return FittedHead(head_fit, calibration, novelty.result())


def check(
    data: TrainData, fitted: FittedHead, split: str = "valid", prior: PriorKind = "project"
) -> Evaluation:
    """Scores on pictures the head has not seen."""
    chosen = np.flatnonzero(data.of(split))
    array = data.embeddings.array[chosen]
    return evaluate(
        probs=fitted.probs(array),
        targets=data.targets[chosen],
        is_rejected=fitted.novelty.model.novelty(array) > fitted.novelty.threshold,
        classes=data.classes,
        image_ids=[data.pictures[i].image_id for i in chosen],
        paths=[data.pictures[i].path for i in chosen],
        groups=[data.groups[i] for i in chosen],
        prior=prior,
    )


def out_of_fold_probs(data: TrainData, fitted: FittedHead) -> np.ndarray:
    """(N, C) for every picture, from a head that had not seen it: its fold's, or for held-out pictures the whole."""
    train = data.of("train")
    probs = np.empty((len(data.pictures), len(data.classes)), np.float32)
    probs[train] = fitted.calibration.probs(fitted.fit.oof_logits)
    probs[~train] = fitted.probs(data.embeddings.array[~train])
    return probs


def _baselines(data: TrainData) -> dict[str, float]:
    train, valid = data.of("train"), data.of("valid")
    tiny, targets, n_classes = data.embeddings.tiny, data.targets, len(data.classes)
    return {
        "majority": majority_error(targets[train], targets[valid], n_classes),
        "pixels": pixel_error(tiny[train], targets[train], tiny[valid], targets[valid], n_classes),
    }


def _result(
    data: TrainData, config: TrainConfig, backbone: Backbone, fitted: FittedHead, evaluation: Evaluation,
    baselines: dict[str, float], project: Project, bundle_dir: Path,
) -> TrainResult:  # fmt: skip
    notes = [*data.plan.notes, *([backbone.note] if backbone.note else [])]
    valid = data.of("valid")
    checked = {picture.image_id for picture, is_valid in zip(data.pictures, valid, strict=True) if is_valid}
    if guidance := guidance_note(project.journal, checked):
        notes.append(guidance)
    if data.embeddings.skipped:
        notes.append(f"{len(data.embeddings.skipped)} picture(s) could not be read and were left out.")
    if evaluation.n_different < evaluation.n:
        notes.append(
            f"The {evaluation.n} held-out pictures show {evaluation.n_different} different things; the "
            "others are duplicates or show the same subject. The error interval counts each thing once."
        )
    return TrainResult(
        classes=data.classes,
        n_train=int(data.of("train").sum()),
        n_valid=evaluation.n,
        n_test=int(data.of("test").sum()),
        test_error_rate=check(data, fitted, "test").error_rate if data.of("test").any() else None,
        backbone=backbone.name,
        config=config,
        evaluation=evaluation,
        baselines=baselines,
        calibration=fitted.calibration,
        threshold=fitted.novelty.threshold,
        l2=fitted.fit.head.l2,
        bundle_dir=bundle_dir,
        image_ids=tuple(picture.image_id for picture in data.pictures),
        splits=data.plan.splits,
        out_of_fold_probs=out_of_fold_probs(data, fitted),
        skipped=data.embeddings.skipped,
        notes=tuple(notes),
        seconds={},
    )


def _contents(
    project: Project, data: TrainData, backbone: Backbone, fitted: FittedHead, result: TrainResult
) -> BundleContents:
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
    return BundleContents(
        name=project.name, classes=data.classes, backbone=backbone, tail=tail, arrays=arrays,
        temperature=calibration.temperature, prior=_prior_record(result), threshold=fitted.novelty.threshold,
        golden=_golden(project, data),
        scores=scores, counts=counts, sources=dict(sources), credits=credits_markdown(data.pictures, project.name),
    )  # fmt: skip


def _prior_record(result: TrainResult) -> dict[str, Any]:
    """How common the classifier takes its labels to be, as bundle.json has it."""
    shares = [round(share, 6) for share in result.calibration.prior.tolist()]
    return {"kind": result.config.prior, "shares": dict(zip(result.classes, shares, strict=True))}


def _golden(project: Project, data: TrainData) -> tuple[Path, ...]:
    """Held-out pictures, one of each class first."""
    order = sorted(np.flatnonzero(data.of("valid")), key=lambda i: data.pictures[i].image_id)
    seen: Counter[int] = Counter()
    ranked = []
    for i in order:
        ranked.append((seen[data.targets[i]], int(data.targets[i]), i))
        seen[data.targets[i]] += 1
    return tuple(project.file(data.pictures[i]) for _, _, i in sorted(ranked)[:64])
