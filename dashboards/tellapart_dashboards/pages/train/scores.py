"""The result of a training in words, numbers and bars."""

from __future__ import annotations

import html
from typing import Any

from tellapart.backbones.names import RETIRED
from tellapart.training_runs.waiting import WaitingTraining
from tellapart.words.percents import whole

from tellapart_dashboards.app.wording import bar_html, count, percent, seconds, wrong_words
from tellapart_dashboards.pages.train.runs_texts import begun

_PAUSED = {"thorough": "Thorough training", "everything": "Training of all layers"}
_RELIABILITY_HEADS = (
    '<th scope="col" class="ta-number">Share</th>'
    '<th scope="col" class="ta-number">Average probability</th>'
    '<th scope="col" class="ta-number">Probability error</th>'
)


def headline(result: dict[str, Any], counts: dict[str, int]) -> tuple[str, str]:
    """The answer, and what it means."""
    if result:
        n_valid, n_wrong = result["n_valid"], result["n_wrong"]
        low, high = map(percent, result["error_interval"])
        wrong = f"{n_wrong:,} of {n_valid:,}" if n_wrong else f"none of {n_valid:,}"
        guessing = result.get("baselines", {}).get("majority")
        beside = "" if guessing is None else f" Guessing would be wrong {percent(guessing)} of the time."
        never_seen = f"{count(n_valid, 'picture')} it had never seen"
        checked = f"Checked on {never_seen}; expect {low} to {high} on others.{beside}"
        return (
            f"{wrong_words(result['error_rate'])}: {wrong}",
            checked.replace(" %", "\u00a0%"),
        )
    if len(counts) < 2:
        return (
            "Nothing to train on yet",
            "Training needs pictures of at least two labels. Add some on the Gather page.",
        )
    return (
        f"Ready to tell {len(counts)} labels apart",
        f"{count(sum(counts.values()), 'picture')} so far. Training takes seconds; "
        "a fifth of them is set aside to check the result.",
    )


def first_training_words(counts: dict[str, int]) -> tuple[str, str]:
    """The head of the page while the first training is under way."""
    return (
        f"Learning to tell {len(counts)} labels apart",
        f"From {count(sum(counts.values()), 'picture')}; a fifth of them is set aside to check the result.",
    )


def paused_html(waiting: WaitingTraining) -> str:
    """How far a training is that waits to go on. What it keeps goes after a week, see `train.work_folder`, or when a
    person wants it to."""
    recipe = _PAUSED.get(waiting.run.recipe, "Training")
    said = "nothing of it is kept: resumed, it begins anew."
    if waiting.is_kept:
        said = (
            f"{whole(waiting.fraction)} is done and kept for a week. It goes on from there as long as the pictures "
            "stay the same; training quickly is possible meanwhile."
        )
    return (
        f'<h2>{recipe} is paused</h2><p class="ta-soft" role="status">Begun {begun(waiting.run)}; {said}</p>'
    )


def outdated_words(result: dict[str, Any]) -> str:
    """What is said of a model of older versions, "" of others."""
    if result.get("backbone") not in RETIRED:
        return ""
    return "This was trained with an older version. Train again: this version makes far fewer mistakes."


def measured_html(result: dict[str, Any], clean: dict[str, Any]) -> str:
    """How the headline was measured, beside guessing and comparing pixels, and why Clean has another figure; folded.

    clean: what Clean measured last, see `Gain.to_json`; {} before.
    """
    n_valid, n = result["n_valid"], result["n_train"] + result["n_valid"]
    low, high = map(percent, result["error_interval"])
    baselines = result.get("baselines", {})
    bars = [
        ("always guessing the most common label", baselines.get("majority"), "ta-plain"),
        ("comparing pixels", baselines.get("pixels"), "ta-plain"),
        ("<b>this model</b>", result["error_rate"], ""),
    ]
    lines = "".join(
        f"<p>{name} <span class=ta-soft>{percent(rate)}</span></p>{bar_html(rate, kind)}"
        for name, rate, kind in bars
        if rate is not None
    )
    said = [
        f"Before the training, {n_valid:,} of the {n:,} pictures were set aside, near-duplicates together; the same "
        "ones each time, as far as they are still there. The model was then asked about them: "
        f"{result['n_wrong']:,} wrong. 95 % interval: {low} to {high}.",
        *_joined(result, clean),
        *map(str, result.get("notes", [])),
        f"Trained in {seconds(result['seconds']['total'])}, with {result['backbone']}.",
    ]
    notes = "".join(f'<p class="ta-soft">{html.escape(one)}</p>' for one in said)
    return (
        '<details class="ta-measured"><summary>How this was measured</summary>'
        f'<div class="ta-bars">{lines}</div>{notes}</details>'
    )


def _joined(result: dict[str, Any], clean: dict[str, Any]) -> list[str]:
    """The sentence that joins the headline and Clean's figure."""
    error = clean.get("error_after")
    if error is None:
        return []
    return [
        f"Clean says {percent(error)}: there each of {clean['n_judged']:,} pictures is judged by a model that learned "
        "from the others, which is how wrong labels are found. This page’s figure is of the one model that you use "
        "and share, so it is the one shown everywhere."
    ]


def classes_html(result: dict[str, Any]) -> str:
    """Precision, recall and reliability of each class."""
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
        '<th scope="col" class="ta-number">Checked on</th>'
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


def answer_badge(one: dict[str, Any]) -> str:
    """What was answered about a picture: "predicted crab 91 %", or "right, 41 %"."""
    if one["predicted"] == one["label"]:
        return f"right, {percent(one['confidence'])}"
    return f"predicted {one['predicted']} {percent(one['confidence'])}"
