"""Advice that the pictures themselves give: labels to check, labels that lack pictures, a pair that is confused."""

from __future__ import annotations

from collections import Counter

from tellapart.advice.ground import Ground
from tellapart.advice.values import Advice, AdviceKind, Basis
from tellapart.learning.gains.confused_pair import confused_pair
from tellapart.learning.gains.label_gain import label_gain
from tellapart.learning.gains.picture_gain import picture_gains

_CHECK_MINUTES, _ADD_MINUTES, _LOOK_MINUTES = 4 / 60, 6 / 60, 15 / 60  # of a person, for each picture
_SEARCH_MINUTES = 1.0  # until there are pictures to choose from


def check_labels_advice(ground: Ground) -> Advice | None:
    """To check the labels that are probably wrong and that nobody has decided about; None where there are none."""
    found = label_gain(ground.now, ground.doubts, ground.is_open)
    if found is None:
        return None
    labels = Counter(ground.pictures[row].label for row in found.rows)
    return Advice(
        AdviceKind.CHECK_LABELS, found.gain, Basis.OWN_PICTURES, _CHECK_MINUTES * len(found.rows), len(found.rows),
        n_wrong=round(found.n_wrong), labels=tuple(label for label, _ in labels.most_common()),
        image_ids=tuple(ground.pictures[row].image_id for row in found.rows),
    )  # fmt: skip


def add_pictures_advice(ground: Ground) -> list[Advice]:
    """To add pictures of the label that gains most by them."""
    counts = (
        ground.project.manifest.label_counts()
    )  # of the test part, too, and where only a sample was looked at
    return [
        Advice(
            AdviceKind.ADD_PICTURES, one.gain, Basis.OWN_PICTURES, _SEARCH_MINUTES + _ADD_MINUTES * one.n_more,
            one.n_more, one.n_now, one.n_wrong, (label,), n_then=counts.get(label, 0),
        )
        for one in picture_gains(ground.now)[:1]
        for label in (ground.classes[one.target],)
    ]  # fmt: skip


def pair_advice(ground: Ground) -> Advice | None:
    """To look at the pictures of two labels that are most like the other; None where no two are confused."""
    found = confused_pair(ground.now)
    if found is None:
        return None
    return Advice(
        AdviceKind.LOOK_AT_PAIR, None, Basis.NOTHING, _LOOK_MINUTES * len(found.rows), found.n_wrong,
        labels=(ground.classes[found.first], ground.classes[found.second]),
        image_ids=tuple(ground.pictures[row].image_id for row in found.rows),
    )  # fmt: skip
