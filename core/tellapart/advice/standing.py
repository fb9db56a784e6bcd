"""What is still to be done of advice that was found a while ago: people check labels and add pictures meanwhile."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tellapart.advice.values import Advice, AdviceKind, Advised
from tellapart.learning.gains.error_gain import ErrorGain
from tellapart.store.manifest import is_member
from tellapart.store.project import Project


def still_to_do(project: Project, advised: Advised) -> Advised:
    """The same without what was done since, and without labels and pictures that are gone. Reads a few tables."""
    names = project.manifest.former_names()  # a picture changed in its place has another image_id since
    every = [
        replace(one, image_ids=tuple(names.get(image_id, image_id) for image_id in one.image_ids))
        for one in advised.advice
    ]
    named = list(dict.fromkeys(image_id for one in every for image_id in one.image_ids))
    labels_of = {
        image_id: label
        for image_id, label, state, mark in project.manifest.standings(named)
        if is_member(state, mark)
    }
    decided = project.journal.decided().image_ids
    counts = project.manifest.label_counts()
    found = []
    for one in every:
        left: Advice | None = one
        if one.kind is AdviceKind.CHECK_LABELS:
            left = _with_pictures(
                one, labels_of, [i for i in one.image_ids if i in labels_of and i not in decided]
            )
        elif one.kind is AdviceKind.ADD_PICTURES:
            left = _with_fewer(one, counts.get(one.labels[0], 0)) if one.labels else None
        elif one.kind is AdviceKind.LOOK_AT_PAIR:
            left = one if all(labels_of.get(i) in one.labels for i in one.image_ids) else None
        found += [left] if left is not None else []
    return replace(advised, advice=tuple(found))


def _with_pictures(advice: Advice, labels_of: dict[str, str], left: list[str]) -> Advice | None:
    if not left:
        return None
    if len(left) == len(advice.image_ids):
        return advice
    labels = Counter(labels_of[image_id] for image_id in left)
    share = len(left) / len(advice.image_ids)
    return replace(
        advice, n=len(left), n_wrong=round(share * advice.n_wrong), image_ids=tuple(left),
        labels=tuple(label for label, _ in labels.most_common()), minutes=share * advice.minutes,
        gain=_of_the_rest(advice.gain, share),
    )  # fmt: skip


def _with_fewer(advice: Advice, n_now: int) -> Advice | None:
    """What is left to add of a label that has so many pictures by now; None for a label that is gone or has enough."""
    n_left = advice.n_then + advice.n - n_now
    if not n_now or n_left <= 0:
        return None
    if n_left >= advice.n:
        return advice
    share = n_left / advice.n
    gain = _of_the_rest(advice.gain, share)
    return replace(advice, n=n_left, n_then=n_now, minutes=share * advice.minutes, gain=gain)


def _of_the_rest(gain: ErrorGain | None, share: float) -> ErrorGain | None:
    if gain is None:
        return None
    return replace(gain, expected=share * gain.expected, low=share * gain.low, high=share * gain.high)
