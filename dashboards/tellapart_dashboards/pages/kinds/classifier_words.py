"""What was measured of a classifier of things, in words and numbers."""

from __future__ import annotations

import html
from typing import Any

from tellapart_dashboards.app.wording import bar_html, count, percent, seconds, wrong_words


def classifier_headline(measured: dict[str, Any], noun: str) -> tuple[str, str]:
    """The error, and what it means."""
    n, n_wrong = int(measured["n"]), int(measured["n_wrong"])
    low, high = (percent(float(one)) for one in measured["error_interval"])
    wrong = f"{n_wrong:,} of {n:,}" if n_wrong else f"none of {n:,}"
    guessing = percent(float(measured["baselines"]["majority"]))
    said = (
        f"Each {noun} was judged by a model that learned from others; expect {low} to {high} on new ones. Guessing "
        f"would be wrong {guessing} of the time."
    )
    return f"{wrong_words(float(measured['error_rate']))}: {wrong}", said.replace(" %", "\u00a0%")


def classifier_before(counts: dict[str, int], noun: str) -> tuple[str, str]:
    """What stands there before the first training."""
    if len(counts) < 2:
        return "Nothing to train on yet", f"Training needs {noun}s of at least two labels. Add some below."
    title = f"Ready to tell {len(counts)} labels apart"
    return title, f"{count(sum(counts.values()), noun)} so far. Training takes seconds."


def classifier_during(counts: dict[str, int], noun: str) -> tuple[str, str]:
    """What stands there while the first training is under way."""
    n = count(sum(counts.values()), noun)
    return (
        f"Learning to tell {len(counts)} labels apart",
        f"From {n}. To check the result, each is also judged by a model that learned from others.",
    )


def classifier_details(measured: dict[str, Any], noun: str) -> str:
    """The error beside guessing as bars, and label by label, as HTML."""
    bars = [
        ("always guessing the most common label", float(measured["baselines"]["majority"]), "ta-plain"),
        ("<b>this model</b>", float(measured["error_rate"]), ""),
    ]
    lines = "".join(
        f'<p>{name} <span class="ta-soft">{percent(rate)} wrong</span></p>{bar_html(rate, kind)}'
        for name, rate, kind in bars
    )
    rows = "".join(_row(one) for one in measured["classes"])
    notes = [*map(str, measured.get("notes", [])), f"Trained in {seconds(float(measured['seconds']))}."]
    said = "".join(f'<p class="ta-soft">{html.escape(one)}</p>' for one in notes)
    return (
        f'<h2>Beside guessing</h2><div class="ta-bars ta-narrow">{lines}</div><h2>Label by label</h2>'
        '<div class="ta-scroll" tabindex="0" role="region" aria-label="Label by label">'
        '<table class="ta-table ta-counts ta-apart"><thead>'
        f'<tr><th scope="col">Label</th><th scope="col" class="ta-number">{noun.capitalize()}s</th>'
        '<th scope="col" class="ta-number">Found</th><th scope="col" class="ta-number">Right when predicted</th></tr>'
        f"</thead><tbody>{rows}</tbody></table></div>{said}"
    )


def _row(one: dict[str, Any]) -> str:
    shares = [one["recall"], one["precision"]]
    cells = [f"{int(one['n']):,}", *("–" if share is None else percent(float(share)) for share in shares)]
    numbers = "".join(f'<td class="ta-number">{cell}</td>' for cell in cells)
    return f'<tr><th scope="row">{html.escape(str(one["label"]))}</th>{numbers}</tr>'


def answer_html(probabilities: dict[str, float], at_most: int = 6) -> str:
    """An answer as its likeliest labels with bars, the likeliest told first. probabilities: likeliest first."""
    rows = "".join(
        f'<div class="ta-share"><span title="{html.escape(label)}">{html.escape(label)}</span>{bar_html(share)}'
        f'<span class="ta-number">{percent(share)}</span></div>'
        for label, share in list(probabilities.items())[:at_most]
    )
    label, share = next(iter(probabilities.items()))
    top = f'<p class="ta-top-answer" role="status"><b>{html.escape(label)}</b> {percent(share)}</p>'
    return f"{top}<div>{rows}</div>"
