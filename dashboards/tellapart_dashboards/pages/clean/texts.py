"""The Clean page in words: headings, names of the filter, what cleaning bought, what is true of the whole set."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping

from tellapart.clean.gain import Gain
from tellapart.clean.report import ReviewReport
from tellapart.words.percents import fewer_wrong

from tellapart_dashboards.app.wording import count, percent, wrong_words
from tellapart_dashboards.pages.clean.phases import Phase

MOST_LISTED = 12

EVERY, DECIDED = "every", "decided"
KIND_NAMES = {
    "": "all",
    "visitor": "by visitors",
    "unreadable": "unreadable",
    "conflict": "two labels",
    "leak": "learned from and checked on",
    "wrong label": "wrong label",
    "out of place": "odd",
    "duplicate": "same",
    "quality": "quality",
    DECIDED: "decided",
    EVERY: "every picture",
}
SPLIT_NAMES = {"train": "learned from", "valid": "checked on", "test": "kept for a test"}
MAP_WORDS = (
    "Each dot is a picture; similar ones lie close together. A ring: worth a review. Draw a rectangle to see the "
    "pictures in it below."
)
# How sure a suggestion is, in words: the percentages on the page say what a picture looks like.
SURE_WORDS = {0.99: "nearly certain", 0.95: "very sure", 0.9: "sure", 0.8: "fairly sure", 0.7: "likely"}


def headline(
    phase: Phase, n_open: int, n_decided: int, n_pictures: int, is_first_look: bool = False
) -> tuple[str, str]:
    """The answer, and what it means. is_first_look: every picture is in sight, in no order."""
    if phase is Phase.EMPTY:
        return "No pictures yet", "Gather some first. This page then shows which ones may be wrong."
    if phase is Phase.LOOKING and not n_open:
        return (
            f"Checking {count(n_pictures, 'picture')} …",
            "Shown in order of arrival. Suspicious pictures move to the top when the check finishes."
            if is_first_look
            else "This happens once. Results are saved; later, only new pictures are checked.",
        )
    if phase in (Phase.STOPPED, Phase.FAILED) and not n_open:
        return "Not checked yet", "Check the pictures to see which ones may be wrong."
    if n_open:
        return f"{count(n_open, 'picture')} to review", "Most suspicious first."
    if n_decided:
        return "Nothing left to review", "You have decided every finding. Train again to see the effect."
    return (
        "Nothing stands out",
        f"No findings in {count(n_pictures, 'picture')}. You can still browse them all.",
    )


def busy_words(message: str, is_starting: bool, n_pictures: int) -> str:
    """What is being done while somebody waits for findings. message: of the work, which at first only starts."""
    is_under_way = message and not is_starting
    return message if is_under_way else f"Getting ready to check {count(n_pictures, 'picture')} …"


def options(
    counts: Mapping[str, int], chosen: str, n_decided: int, n_pictures: int, is_first_look: bool = False
) -> list[dict[str, str]]:
    """The filter's buttons: kinds that were found, and the one that is chosen; no findings before any can be known."""
    numbers = {**counts, DECIDED: n_decided, EVERY: n_pictures}
    always = (EVERY, chosen) if is_first_look else ("", EVERY, chosen)
    shown = [key for key in KIND_NAMES if numbers.get(key) or key in always]
    return [{"key": key, "label": KIND_NAMES[key], "n": f"{numbers.get(key, 0):,}"} for key in shown]


def empty_text(kind: str, is_narrowed: bool, is_ready: bool) -> str:
    """What stands where no picture stands."""
    if not is_ready:
        return ""
    if is_narrowed:
        return "No pictures match these filters. Choose “all labels” to see more."
    return {DECIDED: "No decisions yet.", EVERY: "No pictures."}.get(kind, "Nothing to review here.")


def batch_words(threshold: float, n_above: dict[float, int]) -> str:
    """What is said of suggestions where none is sure enough to be offered; "" where one is.

    n_above: how many suggestions are surer than each threshold that can be chosen.
    """
    if n_above.get(threshold):
        return ""
    surest = max((one for one, n in n_above.items() if n), default=None)
    if surest is None:
        return "None of the suggestions is sure enough to be applied to many pictures at once. Decide these yourself."
    return f"None is {SURE_WORDS[threshold]}, {n_above[surest]:,} {SURE_WORDS[surest]}."


def error_words(error_rate: float | None, gain: Gain | None) -> str:
    """The headline error of the last training, and what the decisions changed; "" where neither is known."""
    changed = ""
    if gain is not None and gain.n_decisions and not math.isnan(gain.error_after):
        changed = f"{count(gain.n_decisions, 'decision')}: {_change_words(gain)}."
    wrong = (
        "" if error_rate is None else wrong_words(error_rate) + ("." if changed else " when last trained.")
    )
    return f"{wrong} {changed}".strip().replace(" %", "\u00a0%")


def _change_words(gain: Gain) -> str:
    fewer = gain.error_before - gain.error_after
    if abs(fewer) <= gain.interval:
        return "no difference yet beyond chance"
    return fewer_wrong(fewer - gain.interval, fewer + gain.interval)


def measured_html(error_rate: float | None, gain: Gain | None) -> str:
    """Where the figures come from, folded away; "" before anything was measured."""
    if gain is None or math.isnan(gain.error_after):
        return ""
    before, after = percent(gain.error_before), percent(gain.error_after)
    change = (
        f"was {before} with the labels as they came and is {after} now, {_change_words(gain)}"
        if gain.n_decisions
        else f"is {after}"
    )
    said = [
        f"Clean has each of {count(gain.n_judged, 'picture')} judged by a model that learned from the others: that is "
        f"how wrong labels are found. Measured so, the error {change}, on pictures whose label you did not "
        "change."
    ]
    if gain.error_after - gain.error_before > gain.interval:
        said.append("It has grown: look at the latest decisions again. You can undo them.")
    if error_rate is not None:
        said.append(
            f"{wrong_words(error_rate)} is the figure of the last training: of the one model that you use "
            "and share, on pictures set aside for that. It is the one shown everywhere."
        )
    lines = "".join(f'<p class="ta-soft">{html.escape(one)}</p>' for one in said)
    return f'<details class="ta-measured"><summary>How this was measured</summary>{lines}</details>'


def report_html(report: ReviewReport) -> str:
    """What is true of the set as a whole: a part for each question, with an alarm where one is due."""
    alarms = [one.sentence for one in report.shortcuts if one.is_alarm]
    calm = [one.sentence for one in report.shortcuts if not one.is_alarm]
    counts = [f"{label}: {n:,}" for label, n in list(report.labels.items())[:MOST_LISTED]]
    if len(report.labels) > MOST_LISTED:
        counts.append(f"… and {len(report.labels) - MOST_LISTED:,} more labels")
    copies = [report.leak.sentence] if report.leak else []
    copies += [f"{name} is an exact duplicate of {path} and was not added." for name, path in report.copies]
    unreadable = [f"{path}: {reason}" for path, reason in report.unreadable]
    parts = [
        ("Possible shortcuts", alarms, True),
        ("Often confused", [pair.sentence for pair in report.confused], False),
        ("Pictures per label", [*report.imbalance, *counts], bool(report.imbalance)),
        ("Duplicates and leaks", copies, False),
        ("Unreadable files", unreadable, False),
        ("Shortcuts ruled out", calm, False),
    ]
    shown = "".join(_part_html(title, lines, is_alarm) for title, lines, is_alarm in parts if lines)
    return f'<div class="ta-facts">{shown}</div>'


def _part_html(title: str, lines: list[str], is_alarm: bool) -> str:
    items = "".join(f"<li>{html.escape(line)}</li>" for line in lines[:MOST_LISTED])
    more = f"<li>… and {len(lines) - MOST_LISTED:,} more</li>" if len(lines) > MOST_LISTED else ""
    kind = " ta-alarm" if is_alarm else ""
    return f'<section class="ta-fact{kind}"><h2>{html.escape(title)}</h2><ul>{items}{more}</ul></section>'
