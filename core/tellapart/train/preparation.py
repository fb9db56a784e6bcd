"""Preparation: from a project to the arrays that a fit needs: targets, groups, splits, embeddings."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tellapart.backbones.catalogue import Backbone
from tellapart.backbones.embeddings import Embeddings, embed
from tellapart.errors import TrainError
from tellapart.label_names import label_order
from tellapart.planning.config import TrainConfig
from tellapart.planning.plan import Plan, plan_again, plan_project
from tellapart.progress import Progress, silent
from tellapart.store.manifest import NONE_OF_THESE, TO_DECIDE, Picture
from tellapart.store.project import Project


@dataclass(frozen=True)
class TrainData:
    """What is learned from. plan: of the pictures that stand for their labels and can be read. targets: (N,) int into
    classes, in the order of the plan, as are the embeddings."""

    plan: Plan
    classes: tuple[str, ...]
    targets: np.ndarray
    embeddings: Embeddings

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """(N,)."""
        return self.plan.pictures

    def of(self, split: str) -> np.ndarray:
        """(N,) bool."""
        return self.plan.splits == split


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
    return with_embeddings(plan_members(project, config), project, backbone, config, progress)


def plan_members(project: Project, config: TrainConfig) -> Plan:
    """What there is to train on, before the long work.

    Raises:
        TrainError, SplitError: too few pictures.
    """
    plan = plan_project(project, config)
    n_strangers = _n_strangers(plan)
    if n_strangers and len({picture.label for picture in plan.pictures if picture.is_member}) < 2:
        raise TrainError(
            f"{n_strangers} picture(s) are marked 'none of these', and fewer than 2 labels are left without "
            "them. Remove some of the marks, or add pictures."
        )
    return _members(plan)


def with_embeddings(
    plan: Plan, project: Project, backbone: Backbone, config: TrainConfig, progress: Progress = silent
) -> TrainData:
    """The planned pictures with their embeddings; planned anew without those that cannot be read, which those are that
    somebody removed meanwhile.

    Raises:
        TrainError, SplitError, BackboneError, ProjectError, Cancelled: see `train_head`.
    """
    embeddings = embed(project, backbone, plan.pictures, progress)
    there = set(embeddings.image_ids)
    if len(there) < len(plan.pictures):
        if len({picture.label for picture in plan.pictures if picture.image_id in there}) < 2:
            first = embeddings.skipped[0]
            raise TrainError(
                f"{len(embeddings.skipped)} picture(s) cannot be read, and fewer than 2 labels are left; "
                f"{first.path}: {first.reason}."
            )
        unreadable = {picture.image_id for picture in plan.pictures} - there
        plan = _members(plan_again(plan, project, config, unreadable))
    classes = tuple(sorted({picture.label for picture in plan.pictures}, key=label_order))
    place = {label: i for i, label in enumerate(classes)}
    targets = np.array([place[picture.label] for picture in plan.pictures], np.int64)
    return TrainData(plan, classes, targets, embeddings)


def _members(plan: Plan) -> Plan:
    """The members of the plan, with notes about those that are none."""
    members, notes = plan.members(), []
    if n := _n_strangers(plan):
        notes.append(f"{n} picture(s) marked 'none of these' were left out.")
    if n := _n_marked(plan, TO_DECIDE):
        notes.append(f"{n} picture(s) of visitors were left out; decide about them on the Clean page.")
    return replace(members, notes=(*members.notes, *notes))


def _n_strangers(plan: Plan) -> int:
    return _n_marked(plan, NONE_OF_THESE)


def _n_marked(plan: Plan, mark: str) -> int:
    return sum(picture.state == "kept" and picture.mark == mark for picture in plan.pictures)
