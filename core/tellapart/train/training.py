"""train_head: from the pictures of a project to a checked classifier in its bundle, in seconds."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from tellapart.backbones.catalogue import Backbone, load_backbone
from tellapart.backbones.embeddings import open_backbone
from tellapart.bundle.writer import write_bundle
from tellapart.learning.evaluation import Evaluation
from tellapart.learning.numerics.blas_threads import one_thread
from tellapart.planning.config import TrainConfig
from tellapart.planning.snapshot import snapshot
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.store.project import Project
from tellapart.train.bundle_contents import bundle_contents
from tellapart.train.fitting import FittedHead, baselines, check, fit, held_out_of, out_of_fold_probs
from tellapart.train.guidance import guidance_note
from tellapart.train.preparation import TrainData, check_labels, plan_members, with_embeddings
from tellapart.train.result import TrainResult
from tellapart.train.thorough import ThoroughOutcome, check_possible, train_thoroughly


def train_head(
    project: Project, config: TrainConfig | None = None, progress: Progress = silent, name: str | None = None
) -> TrainResult:
    """A classifier for a project's pictures: embeddings, head, honest scores, and a bundle.

    The head is fitted on the training pictures and its scores are from the others, so every number belongs to the very
    model in the bundle. Embeddings that are cached are not computed again. With the recipe "thorough" the backbone's
    last blocks learn as well, with "everything" all its layers, and what they bring is kept where it is better.

    Args:
        name: of the bundle's folder; a fresh one unless given.
    Raises:
        TrainError: fewer than two labels have pictures; or the recipe cannot be followed, see `thorough`.
        SplitError: a class has too few pictures to check.
        BackboneError, WeightsError: the backbone is not at hand.
        ProjectError, BundleError: the disk does not take the results.
        Cancelled: from `progress`; computed embeddings stay cached.
    """
    config = config or TrainConfig()
    started = time.perf_counter()
    project.check_writable()
    check_labels(project)
    stood = snapshot(project)
    is_thorough = config.recipe != "quick"
    if is_thorough:
        check_possible(config)
    with ThreadPoolExecutor(1, thread_name_prefix="plan") as beside:
        planned = beside.submit(plan_members, project, config)
        backbone = load_backbone(config.backbone, config.weights, progress)
        open_backbone(backbone)  # takes as long as planning, and lets go of the interpreter
    data = with_embeddings(planned.result(), project, backbone, config, progress)
    n = len(data.pictures)
    progress(0, 0, Doing(Step.FITTING, "Training the model"))
    clock = time.perf_counter()
    fitted = fit(data, config.prior)
    guessing = baselines(data)
    thorough = train_thoroughly(project, data, backbone, fitted, config, progress) if is_thorough else None
    if thorough:
        data, backbone, fitted = thorough.data, thorough.backbone, thorough.fitted
    name = name or f"{datetime.now():%Y%m%d-%H%M%S}-{uuid4().hex[:6]}"
    bundle_dir = project.bundles_dir / name
    with one_thread():
        evaluation = check(data, fitted, prior=config.prior)
        fit_s = time.perf_counter() - clock
        progress(n, n, Doing(Step.WRITING, "Saving the model"))
        result = _result(data, config, backbone, fitted, evaluation, guessing, project, bundle_dir, thorough)
        contents = bundle_contents(project, data, backbone, fitted, result, progress)
    write_bundle(bundle_dir, contents)
    seconds = {
        "decode": data.embeddings.decode_s, "embed": data.embeddings.embed_s, "fit": fit_s,
        "total": time.perf_counter() - started,
    }  # fmt: skip
    return replace(result.with_seconds(seconds), snapshot=stood)


def _result(
    data: TrainData, config: TrainConfig, backbone: Backbone, fitted: FittedHead, evaluation: Evaluation,
    guessing: dict[str, float], project: Project, bundle_dir: Path, thorough: ThoroughOutcome | None,
) -> TrainResult:  # fmt: skip
    notes = [
        *data.plan.notes,
        *([thorough.said] if thorough else []),
        *([backbone.note] if backbone.note else []),
    ]
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
        baselines=guessing,
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
        recipe=thorough.to_json() if thorough else {"kept": "quick"},
        held_out=held_out_of(data, fitted),
    )
