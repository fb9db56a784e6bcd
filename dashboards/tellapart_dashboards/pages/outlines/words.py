"""What was measured of a network of outlines, in words and numbers."""

from __future__ import annotations

import html
from typing import Any

from tellapart.outlines.measuring import FEW
from tellapart.outlines.project import OutlineProject
from tellapart.outlines.training import SIDE_PX, working_size

from tellapart_dashboards.app.wording import bar_html, count, percent, seconds

ROUNDS = {"4": "quick", "12": "usual", "30": "thorough"}  # how often each picture is learned from


def before_words(project: OutlineProject) -> tuple[str, str]:
    """What stands there before the first training."""
    return f"Ready to tell {_apart(project)}", _learned_from(project)


def during_words(project: OutlineProject) -> tuple[str, str]:
    """What stands there while the first training is under way."""
    return f"Learning to tell {_apart(project)}", f"From {_learned_from(project)}"


def time_sentence(project: OutlineProject, n_epochs: int, measured: dict[str, Any] | None) -> str:
    """How long a training may take, as far as it can be known."""
    pictures = project.pictures()
    if not pictures:
        return "All pictures are taken out. Take some back on the Clean page."
    width, height = working_size(pictures, SIDE_PX)
    said = f"{count(len(pictures), 'picture')} of {width} × {height} pixels, {count(n_epochs, 'round')}. "
    last, before = (measured or {}).get("seconds"), (measured or {}).get("n_epochs")
    if isinstance(last, float) and isinstance(before, int) and before > 0:
        return f"{said}The last training took {seconds(last)} for {count(before, 'round')}; rounds cost about the same."
    return (
        f"{said}It learns on the processor alone, which takes minutes where there are hundreds of pictures. After a "
        "few steps it says how long is left, and it can be stopped at any time; then nothing is kept of it."
    )


def outlines_headline(measured: dict[str, Any]) -> tuple[str, str]:
    """The share of the pixels that are right, and what the mean IoU is."""
    n, others = int(measured["n_held_out"]), "they are all alike, and say little about others."
    if measured["interval"]:
        others = "expect {:.2f} to {:.2f} on other pictures like these.".format(*measured["interval"])
    if n < FEW:
        others = f"{count(n, 'picture')} {'says' if n == 1 else 'say'} little about others, which may differ by more."
    lead = (
        f"Mean IoU {float(measured['mean_iou']):.2f}; {others} "
        f"Saying for each place the class that is there most often: {percent(_right(measured['baseline']))} right, "
        f"mean IoU {float(measured['baseline']['mean_iou']):.2f}. Measured on "
        f"{count(n, 'picture')} that were not learned from."
    )
    return f"{percent(_right(measured))} of the pixels right", lead.replace(" %", "\u00a0%")


def outlines_details(measured: dict[str, Any], classes: list[str]) -> str:
    """Both numbers beside the guess as bars, and the classes one by one, as HTML."""
    guess = measured["baseline"]
    bars = "".join(
        f"<h2>{title}</h2><div class='ta-bars ta-narrow'>"
        + "".join(
            f'<p>{name} <span class="ta-soft">{said}</span></p>{bar_html(share, kind)}'
            for name, said, share, kind in rows
        )
        + "</div>"
        for title, rows in (
            (
                "Pixels right",
                [
                    (name, percent(_right(one)), _right(one), kind)
                    for name, one, kind in _both(measured, guess)
                ],
            ),
            (
                "Mean IoU: of a class, pixels drawn and told, divided by those that are either",
                [
                    (name, f"{float(one['mean_iou']):.2f}", float(one["mean_iou"]), kind)
                    for name, one, kind in _both(measured, guess)
                ],
            ),
        )
    )
    rows = "".join(
        _row(name, iou)
        for iou, name in sorted(
            zip(measured["ious"], classes, strict=False),
            key=lambda one: 2.0 if one[0] is None else float(one[0]),
        )
    )
    notes = [
        *(
            [f"Only in held-out pictures, so never learned: {', '.join(measured['unlearned'])}."]
            * bool(measured.get("unlearned"))
        ),
        f"Trained in {seconds(float(measured['seconds']))} on {count(int(measured['n_learned']), 'picture')}.",
    ]
    said = "".join(f'<p class="ta-soft">{html.escape(one)}</p>' for one in notes)
    return (
        f'{bars}<h2>Class by class</h2><div class="ta-scroll" tabindex="0" role="region" aria-label="Class by class">'
        '<table class="ta-table ta-counts ta-apart"><thead><tr><th scope="col">Class</th>'
        f'<th scope="col" class="ta-number">IoU</th></tr></thead><tbody>{rows}</tbody></table></div>{said}'
    )


def _apart(project: OutlineProject) -> str:
    return f"{count(len(project.classes), 'class', 'classes')} apart, pixel by pixel"


def _learned_from(project: OutlineProject) -> str:
    n = len(project.pictures())
    return f"{count(n, 'picture')} with masks. A fifth of them, in runs of names, is held out to measure on."


def _row(name: str, iou: float | None) -> str:
    shown = "–" if iou is None else f"{iou:.2f}"
    return f'<tr><th scope="row">{html.escape(name)}</th><td class="ta-number">{shown}</td></tr>'


def _right(scores: dict[str, Any]) -> float:
    return float(scores["pixel_accuracy"])


def _both(measured: dict[str, Any], guess: dict[str, Any]) -> list[tuple[str, dict[str, Any], str]]:
    return [("the class most often there", guess, "ta-plain"), ("<b>this network</b>", measured, "")]
