"""The Clean page in words: headings, names of the filter, what cleaning bought, what is true of the whole set."""

from __future__ import annotations

import html
from collections.abc import Mapping

from tellapart.clean.report import ReviewReport

from tellapart_dashboards.app.wording import count, percent
from tellapart_dashboards.pages.clean.phases import Phase

MOST_LISTED = 12

EVERY, DECIDED = "every", "decided"
KIND_NAMES = {
    "": "all findings",
    "visitor": "said by visitors",
    "unreadable": "unreadable",
    "conflict": "one picture, two labels",
    "leak": "duplicate in another split",
    "wrong label": "wrong label",
    "out of place": "out of place",
    "duplicate": "duplicates",
    "quality": "quality",
    DECIDED: "decided",
    EVERY: "every picture",
}


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
        title = f"{count(n_open, 'picture')} to review"
        return title, (
            "Most suspicious first. Decide the ones you are sure about; the order improves with every "
            "decision."
        )
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
        return f"No suggestion is above {percent(min(n_above, default=threshold))}. Decide these yourself."
    return f"None above {percent(threshold)}, {n_above[surest]:,} above {percent(surest)}."


def gain_html(sentence: str) -> str:
    """What the decisions bought."""
    said = html.escape(sentence.replace(" %", "\u00a0%"))
    return f'<p class="ta-gain" role="status">{said}</p>' if sentence else ""


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
