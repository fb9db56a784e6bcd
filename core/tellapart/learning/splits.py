"""Splits: which pictures teach and which check. Near-duplicates stay together; the same pictures get the same split.

By hash, a picture's place depends on nothing but its group's name, so adding pictures moves no other; only where
a class would be left without a training or a checking picture is one moved. A class that is one group is split picture
by picture, and that is said: groups make the error honest, and never stand in the way of training.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import numpy as np

from tellapart.errors import SplitError
from tellapart.label_names import label_order

Split = Literal["train", "valid", "test"]
SplitKind = Literal["hash", "random"]
_HELD_OUT_ORDER = {"train": 0, "valid": 1, "test": 2}


@dataclass(frozen=True)
class SplitPlan:
    """splits: (N,) of "train", "valid", "test". groups: (N,) what was kept together. notes: remarks for the person."""

    splits: np.ndarray
    groups: tuple[str, ...]
    notes: tuple[str, ...] = ()


def plan_split(
    labels: Sequence[str],
    groups: Sequence[str],
    given: Sequence[str | None],
    kind: SplitKind,
    seed: int,
    valid: float,
    names: Sequence[str] | None = None,
) -> SplitPlan:
    """The split of `draw_split`, if it is one to train with.

    Raises:
        SplitError: see `check_split`.
        ValueError: valid is not between 0 and 1.
    """
    plan = draw_split(labels, groups, given, kind, seed, valid, names)
    check_split(plan, labels, given)
    return plan


def draw_split(
    labels: Sequence[str],
    groups: Sequence[str],
    given: Sequence[str | None],
    kind: SplitKind,
    seed: int,
    valid: float,
    names: Sequence[str] | None = None,
) -> SplitPlan:
    """Train and valid (and test, where folders said so) for each picture; a class may be left without a part.

    Args:
        labels, groups: (N,) label, and name of the group of near-duplicates, of each picture.
        given: (N,) the split its folder stood for, or None.
        kind: "hash", stable when pictures are added, or "random" with the seed.
        valid: fraction held out, between 0 and 1; not used where folders gave a validation part.
        names: (N,) of single pictures, where a group has to be split; by their numbers unless given.
    Raises:
        ValueError: valid is not between 0 and 1.
    """
    if not 0 < valid < 1:
        raise ValueError(
            f"valid={valid} is out of range; choose a fraction between 0 and 1, for instance 0.2."
        )
    kept, notes = list(groups), []
    singles = list(names) if names is not None else [f"picture {i}" for i in range(len(labels))]
    while True:
        splits, n_moved = _split(labels, kept, given, kind, seed, valid)
        stuck = _without_a_part(labels, splits)
        apart = [label for label in stuck if _pull_apart(label, labels, kept, singles)]
        if not apart:
            break
        notes += [_apart_note(label, labels, groups) for label in apart]
    if n_moved:
        notes.insert(0, _moved_note(n_moved))
    return SplitPlan(np.array(splits, str), tuple(kept), tuple(notes))


def _split(
    labels: Sequence[str], groups: Sequence[str], given: Sequence[str | None], kind: SplitKind, seed: int, valid: float
) -> tuple[list[str], int]:  # fmt: skip
    """The split of each picture, and how many copies were moved out of the part that their folder gave."""
    splits: list[str | None] = list(given)
    n_moved = _pull_over_copies(splits, groups)
    if "valid" not in splits:
        open_ones = [i for i, split in enumerate(splits) if split in (None, "train")]
        chosen = _choose([labels[i] for i in open_ones], [groups[i] for i in open_ones], kind, seed, valid)
        for i, is_valid in zip(open_ones, chosen, strict=True):
            splits[i] = "valid" if is_valid else "train"
    return [split or "train" for split in splits], n_moved


def _without_a_part(labels: Sequence[str], splits: Sequence[str]) -> list[str]:
    """Labels of which nothing would teach, or nothing would check."""
    there = set(zip(labels, splits, strict=True))
    return sorted(label for label in set(labels) if not {(label, "train"), (label, "valid")} <= there)


def _pull_apart(label: str, labels: Sequence[str], groups: list[str], names: Sequence[str]) -> bool:
    """Let every picture of the label be a group of its own; whether any was not before."""
    sizes = Counter(groups)
    shared = [i for i, of in enumerate(labels) if of == label and sizes[groups[i]] > 1]
    for i in shared:
        groups[i] = names[i]
    return bool(shared)


def _apart_note(label: str, labels: Sequence[str], groups: Sequence[str]) -> str:
    own = [group for group, of in zip(groups, labels, strict=True) if of == label]
    return (
        f"The {len(own)} pictures of {label!r} form only {len(set(own))} group(s) of near-duplicates or "
        "pictures of one subject, too few to keep groups together. They were split one by one, so the error "
        "may look better than it is. Add different pictures, or remove the duplicates on the Clean page."
    )


def join_by_subject(groups: Sequence[str], subjects: Sequence[str | None]) -> tuple[str, ...]:
    """The groups, with those that share a subject made one, named by the first of them in this order.

    Photographs of one individual are no copies of one another, yet a classifier would know it again.
    """
    leader: dict[str, str] = {}

    def top(group: str) -> str:
        while (above := leader.setdefault(group, group)) != group:
            group = above
        return group

    first_of: dict[str, str] = {}
    for group, subject in zip(groups, subjects, strict=True):
        if subject is not None:
            leader[top(group)] = top(first_of.setdefault(subject, group))
    place = {group: number for number, group in reversed(list(enumerate(groups)))}
    names: dict[str, str] = {}
    for group in sorted(place, key=lambda group: place[group]):
        names.setdefault(top(group), group)
    return tuple(names[top(group)] for group in groups)


def _pull_over_copies(splits: list[str | None], groups: Sequence[str]) -> int:
    """A group that lies in several given splits goes, whole, to the most held-out one; how many pictures moved."""
    furthest: dict[str, str] = {}
    for group, split in zip(groups, splits, strict=True):
        if split and _HELD_OUT_ORDER[split] >= _HELD_OUT_ORDER[furthest.get(group, "train")]:
            furthest[group] = split
    n_moved = 0
    for i, group in enumerate(groups):
        if group in furthest and splits[i] != furthest[group]:
            n_moved += splits[i] is not None
            splits[i] = furthest[group]
    return n_moved


def _moved_note(n_moved: int) -> str:
    return f"{n_moved} picture(s) were near-duplicates of held-out pictures and were left out of training."


def _choose(
    labels: Sequence[str], groups: Sequence[str], kind: SplitKind, seed: int, valid: float
) -> list[bool]:
    """Which pictures are held out: of every label with two groups or more at least one, and not all."""
    places = _places(labels, groups, kind, seed)
    is_valid = {group: place < valid for group, place in places.items()}
    for label in sorted(set(labels)):
        own = sorted(
            {group for group, of in zip(groups, labels, strict=True) if of == label},
            key=lambda group: (places[group], group),
        )
        if len(own) < 2:
            continue
        if not any(is_valid[group] for group in own):
            is_valid[own[0]] = True
        elif all(is_valid[group] for group in own):
            is_valid[own[-1]] = False
    return [is_valid[group] for group in groups]


def _places(labels: Sequence[str], groups: Sequence[str], kind: SplitKind, seed: int) -> dict[str, float]:
    """A number between 0 and 1 for each group; those below the valid fraction are held out."""
    if kind == "hash":
        return {
            group: int.from_bytes(sha256(group.encode()).digest()[:8], "big") / 2**64 for group in set(groups)
        }
    places: dict[str, float] = {}
    rng = np.random.default_rng(seed)
    first_label = dict(zip(reversed(groups), reversed(labels), strict=True))
    for label in sorted(set(labels)):
        own = sorted(group for group, of in first_label.items() if of == label)
        for rank, i in enumerate(rng.permutation(len(own))):
            places[own[i]] = (rank + 0.5) / len(own)
    return places


def check_split(plan: SplitPlan, labels: Sequence[str], given: Sequence[str | None]) -> None:
    """Whether every class has pictures to learn from and to check with.

    Args:
        labels, given: (N,) as the plan was drawn from.
    Raises:
        SplitError: a class has fewer than two pictures, or its folders put none into a part.
    """
    splits = plan.splits.tolist()
    stuck = _without_a_part(labels, splits)
    if not stuck:
        return
    if "valid" not in given:
        label = stuck[0]
        n = sum(of == label and split != "test" for of, split in zip(labels, given, strict=True))
        elsewhere = " outside the test split" * ("test" in given)
        raise SplitError(
            f"Label {label!r} has {n} picture(s){elsewhere}, but a split needs at least 2. Add pictures to "
            "it, or remove the label."
        )
    for needed, what in (("train", "train on"), ("valid", "hold out")):
        there = {label for label, split in zip(labels, splits, strict=True) if split == needed}
        without = sorted(set(labels) - there, key=label_order)
        if without:
            names = ", ".join(repr(label) for label in without[:5])
            raise SplitError(
                f"Label {names} has no picture to {what}: its folders have none in {needed!r}. Add some "
                "there, or remove the label."
            )
