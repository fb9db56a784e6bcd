"""A training's result as a small table of plain text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tellapart.safe_text import harmless
from tellapart.words.percents import between, tenths, whole

if TYPE_CHECKING:
    from tellapart.train.result import TrainResult

MOST_LABELS = 20  # in the table, most pictures wrong first
MOST_MISTAKES = 5


def result_text(result: TrainResult) -> str:
    """What a person asks first: how often it is wrong, beside guessing, on which labels, and the surest mistakes."""
    low, high = result.evaluation.error_interval
    lines = [
        f"{result.sentence()} (95 % interval {between(low, high)}), on held-out pictures.",
        "",
        *_aligned(("label", "held out", "wrong", "mistaken for"), label_rows(result)),
    ]
    if mistakes := result.evaluation.mistakes[:MOST_MISTAKES]:
        lines += ["", "Most confident mistakes:"]
        lines += [
            f"  {one.path}: {one.label}, mistaken for {one.predicted} ({whole(one.confidence)} confident)"
            for one in mistakes
        ]
    lines += ["", f"Model: {result.bundle_dir}"]
    return "\n".join(map(harmless, lines))


def result_sentences(result: TrainResult) -> list[str]:
    """What a person has to know, a sentence or two each."""
    checked, baselines = result.evaluation, result.baselines
    low, high = checked.error_interval
    said = [
        f"{checked.n_wrong} of {result.n_valid} wrong: error {tenths(checked.error_rate)} "
        f"(95 % interval {between(low, high)}), on held-out pictures.",
        f"Always guessing the most common label: {tenths(baselines['majority'])} wrong. Comparing "
        f"pixels: {tenths(baselines['pixels'])} wrong.",
        f"{result.n_train} training pictures, {result.seconds['total']:.1f} s, backbone {result.backbone}.",
    ]
    if checked.mistakes:
        surest = checked.mistakes[0]
        said.append(
            f"Most confident mistake: {surest.path} was mistaken for {surest.predicted!r} "
            f"({whole(surest.confidence)} confident)."
        )
    return said


def label_rows(result: TrainResult) -> list[tuple[str, str, str, str]]:
    """For each label: its name, held-out pictures, how many of them are wrong, and what they are most often mistaken
    for. Of many labels those with the most wrong."""
    rows = []
    confusion = result.evaluation.confusion
    for place, label in enumerate(result.classes):
        others = confusion[place].copy()
        n = int(others.sum())
        others[place] = 0
        n_wrong = int(others.sum())
        most = result.classes[int(others.argmax())] if n_wrong else ""
        rows.append((n_wrong, (_short(label), f"{n:,}", f"{n_wrong:,}", _short(most))))
    if len(rows) > MOST_LABELS:
        rows = sorted(rows, key=lambda row: -row[0])[:MOST_LABELS]
    shown = [row for _, row in rows]
    if n_more := len(result.classes) - len(shown):
        shown.append((f"… and {n_more} more labels", "", "", ""))
    return shown


def _short(label: str) -> str:
    return label if len(label) <= 40 else f"{label[:39]}…"


def _aligned(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A head and rows in columns; numbers stand right."""
    widths = [max(len(row[i]) for row in (heads, *rows)) for i in range(len(heads))]
    lines = []
    for row in (heads, *rows):
        cells = [
            cell.rjust(width) if i in (1, 2) else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines
