"""The result of a training in words, numbers and bars."""

from __future__ import annotations

import html
from typing import Any

from tellapart.backbones.names import DEFAULT_BACKBONE, RETIRED

from tellapart_dashboards.app.wording import bar_html, count, percent, seconds

_RELIABILITY_HEADS = (
    '<th scope="col" class="ta-number">Share</th>'
    '<th scope="col" class="ta-number">Average probability</th>'
    '<th scope="col" class="ta-number">Probability error</th>'
)


def headline(result: dict[str, Any], counts: dict[str, int]) -> tuple[str, str]:
    """The answer, and what it means."""
    if result:
        n_valid, n_wrong = result["n_valid"], result["n_wrong"]
        took = seconds(result["seconds"]["total"])
        return (
            f"{n_wrong:,} of {n_valid:,} wrong" if n_wrong else f"None of {n_valid:,} wrong",
            f"Trained in {took} on {count(result['n_train'], 'picture')}, "
            f"tested on {n_valid:,} held-out pictures.",
        )
    if len(counts) < 2:
        return (
            "Nothing to train on yet",
            "Training needs pictures of at least two labels. Add some on the Gather page.",
        )
    return (
        f"Ready to tell {len(counts)} labels apart",
        f"{count(sum(counts.values()), 'picture')} so far. Training takes seconds; "
        "a fifth is held out to measure the result.",
    )


def offer_text(offer: Any) -> str:
    """A backbone as one line of the choice: name, size, whether it is downloaded first."""
    if offer.name == DEFAULT_BACKBONE:
        return f"{offer.name} · built in"
    return f"{offer.name} · {offer.megabytes:.0f} MB{'' if offer.is_ready else ', downloaded once'}"


def paused_html(fraction: float, config: dict[str, Any]) -> str:
    """How far a training is that waits to go on."""
    recipe = "Thorough training" if config.get("recipe") == "thorough" else "Training"
    return (
        f'<h2>{recipe} is paused</h2><p class="ta-soft" role="status">{100 * fraction:.0f} % is done and kept. It goes '
        "on from there as long as the pictures stay the same; training quickly is possible meanwhile.</p>"
    )


def scores_html(result: dict[str, Any]) -> str:
    """The error rate with its interval, beside what guessing and comparing pixels would give."""
    low, high = result["error_interval"]
    baselines = result.get("baselines", {})
    bars = [
        ("always guessing the most common label", baselines.get("majority"), "ta-plain"),
        ("comparing pixels", baselines.get("pixels"), "ta-plain"),
    ]
    lines = "".join(
        f"<p>{name} <span class=ta-soft>{percent(rate)}</span></p>{bar_html(rate, kind)}"
        for name, rate, kind in bars
        if rate is not None
    )
    rate = result["error_rate"]
    remarks = [*result.get("notes", [])]
    if result["backbone"] in RETIRED:
        remarks.insert(
            0,
            "This was trained with an older version. Train again: the current built-in backbone makes far "
            "fewer mistakes.",
        )
    notes = "".join(f'<p class="ta-soft">{html.escape(str(one))}</p>' for one in remarks)
    return (
        f'<div class="ta-big">{percent(rate)}</div>'
        '<p class="ta-soft" style="margin-bottom:14px">'
        f"error, between {percent(low)} and {percent(high)} (95 % interval)</p>"
        f"{lines}<p><b>this model</b> <span class=ta-soft>{percent(rate)}, with "
        f"{html.escape(result['backbone'])}</span></p>"
        f"{bar_html(rate)}{notes}"
    )


def classes_html(result: dict[str, Any]) -> str:
    """Precision, recall and reliability of each class in plain words."""
    has_reliability = all(
        "mean_probability" in one for one in result["per_class"]
    )  # results of old have none
    rows = "".join(
        f'<tr><th scope="row">{html.escape(one["label"])}</th><td class="ta-number">{one["n"]:,}</td>'
        f'<td class="ta-number">{_share(one["recall"])}</td>'
        f'<td class="ta-number">{_share(one["precision"])}</td>{_reliability(one) if has_reliability else ""}</tr>'
        for one in result["per_class"]
    )
    return (
        '<div class="ta-scroll" tabindex="0" role="region" aria-label="Label by label">'
        '<table class="ta-table"><thead><tr><th scope="col">Label</th>'
        '<th scope="col" class="ta-number">Held out</th>'
        '<th scope="col" class="ta-number">Found (recall)</th>'
        '<th scope="col" class="ta-number">Right when predicted (precision)</th>'
        f"{_RELIABILITY_HEADS if has_reliability else ''}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _reliability(one: dict[str, Any]) -> str:
    """How common the label is, its probability on average, which should be the same, and how far single ones are
    off."""
    cells = (
        percent(one["share"]),
        percent(one["mean_probability"]),
        f"± {percent(one['calibration_error'])}",
    )
    return "".join(f'<td class="ta-number">{cell}</td>' for cell in cells)


def _share(fraction: float | None) -> str:
    return "–" if fraction is None else percent(fraction)
