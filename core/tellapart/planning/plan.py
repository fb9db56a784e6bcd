"""The plan of a project: which pictures stand for a label, which stay together, which teach and which check.

Train and Clean both ask here, so that they never disagree about one project. Copies are looked for among all pictures,
those in the trash too: what is removed or restored moves no other picture to another group.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tellapart.duplicates.candidates import NearPairs
from tellapart.duplicates.near_duplicates import groups_of
from tellapart.duplicates.project_copies import copies_in
from tellapart.errors import SplitError
from tellapart.label_names import label_order
from tellapart.learning.folds import N_FOLDS, assign_folds
from tellapart.learning.splits import SplitPlan, check_split, draw_split, join_by_subject
from tellapart.planning.config import TrainConfig
from tellapart.progress import Share, silent_share
from tellapart.store.manifest import Picture
from tellapart.store.project import Project


@dataclass(frozen=True)
class Plan:
    """How pictures are taken together and apart.

    groups: (N,) names; near-copies, directly or through others, and pictures of one subject share one, except where
    that would leave nothing of a label to learn from or to check with. splits: (N,) "train", "valid" or "test"; of
    pictures that stand for no label, and of all where no split is possible, what their folders said, else "train".
    notes: remarks for the person. problem: why no split is possible; None as a rule. among: all pictures that it was
    made of, as they stood then, those that stand for no label too.
    """

    pictures: tuple[Picture, ...]
    groups: tuple[str, ...]
    splits: np.ndarray
    notes: tuple[str, ...] = ()
    problem: SplitError | None = None
    among: tuple[Picture, ...] = ()

    def members(self) -> Plan:
        """Only the pictures that stand for their labels: kept, and not marked 'none of these'.

        Raises:
            SplitError: no split is possible, since a label has too few pictures.
        """
        if self.problem:
            raise self.problem
        rows = [row for row, picture in enumerate(self.pictures) if picture.is_member]
        pictures = tuple(self.pictures[row] for row in rows)
        groups = tuple(self.groups[row] for row in rows)
        return replace(self, pictures=pictures, groups=groups, splits=self.splits[rows])

    def folds(self, rows: np.ndarray, n_folds: int = N_FOLDS) -> np.ndarray:
        """(M,) int fold of each of these rows (M,): groups stay whole, labels are spread evenly."""
        labels = [self.pictures[row].label for row in rows]
        place = {label: target for target, label in enumerate(sorted(set(labels), key=label_order))}
        targets = np.array([place[label] for label in labels], np.int64)
        return assign_folds(targets, [self.groups[row] for row in rows], n_folds)


def plan_project(project: Project, config: TrainConfig, tell: Share = silent_share) -> Plan:
    """The plan of all pictures: the kept ones in their order, then the removed ones.

    Quick where pictures were compared before, by any stage.

    Raises:
        Cancelled: from `tell`.
    """
    pictures = project.manifest.kept_and_removed()
    return plan_pictures(pictures, copies_in(project, pictures, tell), config)


def plan_again(plan: Plan, project: Project, config: TrainConfig, unreadable: Collection[str]) -> Plan:
    """The plan of the same pictures but those with these image_ids. What was decided since the first plan changes
    nothing, so that what was found for its pictures still belongs to them."""
    pictures = [picture for picture in plan.among if picture.image_id not in unreadable]
    return plan_pictures(pictures, copies_in(project, pictures), config)


def plan_pictures(pictures: Sequence[Picture], copies: NearPairs, config: TrainConfig) -> Plan:
    """The plan of pictures of which `copies` are near-copies. A group is named by its first member of a label, else by
    its first picture, and the split goes by the members alone."""
    order = sorted(range(len(pictures)), key=lambda row: not pictures[row].is_member)  # members first
    n_members = sum(picture.is_member for picture in pictures)
    planned = [pictures[row] for row in order]
    groups = list(join_by_subject(_named(copies, order, planned), [one.subject for one in planned]))
    splits = [one.given_split or "train" for one in planned]
    members, problem = planned[:n_members], None
    drawn = _split(members, groups[:n_members], config)
    try:
        check_split(drawn, [one.label for one in members], [one.given_split for one in members])
        splits[:n_members] = drawn.splits.tolist()
    except SplitError as error:
        problem = error
    groups[:n_members] = drawn.groups
    back = np.argsort(order)
    return Plan(
        tuple(pictures), tuple(groups[place] for place in back), np.array(splits, object)[back].astype(str),
        drawn.notes, problem, tuple(pictures),
    )  # fmt: skip


def _split(members: Sequence[Picture], groups: Sequence[str], config: TrainConfig) -> SplitPlan:
    return draw_split(
        [one.label for one in members],
        groups,
        [one.given_split for one in members],
        config.split,
        config.seed,
        config.valid,
        [one.image_id for one in members],
    )


def _named(copies: NearPairs, order: Sequence[int], planned: Sequence[Picture]) -> list[str]:
    """The group of near-copies of each planned picture, named by the first of them in that order."""
    places = np.argsort(order)
    moved = copies._replace(first=places[copies.first], second=places[copies.second])
    return [planned[place].image_id for place in groups_of(moved, len(planned))]
