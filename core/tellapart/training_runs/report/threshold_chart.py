"""What answering only from a certainty on costs and brings: a chart of precision against coverage, and tables."""

from __future__ import annotations

from tellapart.learning.statistics.selective import Answered, Selection
from tellapart.planning.held_out import HeldOut
from tellapart.training_runs.report.html_parts import interval, table
from tellapart.training_runs.report.line_chart import Axis, ChartLine, axis_over, line_chart
from tellapart.words.percents import tenths, whole

_PERCENT = 0.01
THRESHOLDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)


def selection_of(held: HeldOut, classes: list[str]) -> Selection:
    """What of the held-out pictures of a run is answered at any threshold."""
    return Selection(held.probs, held.targets, held.groups.tolist(), classes, held.is_none)


def answered_sentence(found: Answered, threshold: float) -> str:
    """For instance "Answers 86 % of the held-out pictures, 4.0 % of these wrong (95 % interval 2.1 to 7.5 %)."."""
    if found.error_rate is None:
        return f"No held-out picture gets a label with {whole(threshold)} or more: nothing is answered."
    return (
        f"Answers {whole(found.coverage)} of the held-out pictures ({found.n_answered} of {found.n}), "
        f"{tenths(found.error_rate)} of these wrong ({found.n_wrong}; 95 % interval {interval(found.interval)})."
    )


def held_back_sentence(found: Answered) -> str:
    """For instance "3 held back as not sure, 2 as none of these."; "" where all are answered."""
    n_unsure = found.n - found.n_answered - found.n_none
    parts = [
        f"{n} held back as {why}" for n, why in ((n_unsure, "not sure"), (found.n_none, "none of these")) if n
    ]
    return f"{', '.join(parts)}." if parts else ""


def threshold_chart(selection: Selection, threshold: float | None = None) -> str:
    """Precision against coverage. threshold: where a dot says what it gives."""
    points = [
        (one.coverage, 1 - one.error_rate) for _, one in selection.curve() if one.error_rate is not None
    ]
    lines = [ChartLine("line", points)]
    said = "Precision against coverage."
    if threshold is not None:
        here = selection.at(threshold)
        if here.error_rate is not None:
            lines.append(ChartLine("line", [(here.coverage, 1 - here.error_rate)], has_dots=True))
        said += f" {answered_sentence(here, threshold)} {held_back_sentence(here)}".rstrip()
    x = Axis("answered (coverage)", (0.0, 1.0), [(one / 4, f"{25 * one} %") for one in range(5)])
    y = axis_over("right when answered (%)", [value for _, value in points], _PERCENT)
    return line_chart("Precision against coverage", said, x, y, lines)


def threshold_table(selection: Selection) -> str:
    """The same at some thresholds."""
    rows = []
    for threshold in THRESHOLDS:
        one = selection.at(threshold)
        wrong = tenths(one.error_rate)
        right = "–" if one.error_rate is None else tenths(1 - one.error_rate)
        ends = interval(one.interval) if one.n_answered else "–"
        rows.append([f"{100 * threshold:g} %", str(one.n_answered), tenths(one.coverage), right, wrong, ends])
    heads = [
        "least certainty", "answered", "coverage", "right when answered (precision)", "wrong",
        "95 % interval of wrong",
    ]  # fmt: skip
    return table("Precision against coverage", heads, rows)


def labels_table(selection: Selection, threshold: float) -> str:
    """Each label at one threshold."""
    rows = []
    for one in selection.by_label(threshold):
        found = tenths(one.n_found / one.n) if one.n else "–"
        right = tenths(1 - one.n_said_wrong / one.n_said) if one.n_said else "–"
        rows.append([one.label, str(one.n), str(one.n_found), found, str(one.n_said), right])
    heads = [
        "label", "held out", "answered with it", "share of them (recall)", "all answers with it",
        "right of these (precision)",
    ]  # fmt: skip
    return table("Each label at this certainty", heads, rows)
