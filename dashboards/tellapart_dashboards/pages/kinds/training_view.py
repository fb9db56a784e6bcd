"""The Train page of things: one button, the answer beside guessing, and the numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ipywidgets import HTML, Box, Button, DOMWidget, VBox

from tellapart_dashboards.app.visibility import lead_with, shown_when
from tellapart_dashboards.app.wording import heading_html, message_html, progress_html, train_again_words
from tellapart_dashboards.pages.kinds.training import ThingsTraining


@dataclass(frozen=True)
class TrainingWords:
    """What a kind says on its Train page. before: head and lead before the first training; during: while that is under
    way; headline: the same of what was measured; details: HTML of the numbers. missing: what has to be installed first,
    "" for nothing."""

    before: Callable[[], tuple[str, str]]
    during: Callable[[], tuple[str, str]]
    headline: Callable[[dict[str, Any]], tuple[str, str]]
    details: Callable[[dict[str, Any]], str]
    missing: str = ""


def training_view(
    training: ThingsTraining, words: TrainingWords, ways: dict[str, Callable[[], None]],
    settings: Sequence[DOMWidget] = (),
) -> VBox:  # fmt: skip
    """The page. ways: on from here, by what stands on their buttons. settings: what can be chosen for a training."""
    head, note, running, details = HTML(), HTML(), HTML(), HTML()
    train, cancel = Button(description="Train"), Button(description="Cancel")
    on = [_way(name, go) for name, go in ways.items()]

    def draw(_: Any = None) -> None:
        trained, is_running = training.trained, training.is_running
        untrained = words.during if is_running else words.before
        head.value = heading_html(*(words.headline(trained.measured) if trained else untrained()))
        details.value = words.details(trained.measured) if trained else ""
        note.value = message_html(training.problem, "failed") + message_html(words.missing, "care")
        if training.stage in ("failed", "cancelled"):
            note.value = message_html(training.message, "failed" if training.stage == "failed" else "")
        train.description = train_again_words(trained.n_changes) if trained else "Train"
        if is_running:
            train.description = "Training …"
        train.disabled = is_running or bool(words.missing)
        is_next = trained is None or trained.n_changes > 0
        lead_with("train" if is_next else "on", {"train": train, "on": on[0]})

    def draw_busy(_: Any = None) -> None:
        running.value = progress_html(
            training.progress, training.message, training.is_progress_known, "Training"
        )

    training.observe(draw, ["trained", "problem", "stage", "message"])
    training.observe(draw_busy, ["stage", "message", "progress"])
    train.on_click(lambda _: training.train())
    cancel.on_click(lambda _: training.cancel())
    busy = VBox([running, cancel]).add_class("ta-card").add_class("ta-busy")
    numbers = VBox([details]).add_class("ta-card")
    shown_when(busy, training, ["stage"], lambda: training.is_running)
    for part in (*on, numbers):
        shown_when(part, training, ["trained"], lambda: training.trained is not None)
    draw()
    draw_busy()
    line = Box([train, *on]).add_class("ta-line").add_class("ta-below")
    return VBox([head, note, busy, *settings, line, numbers])


def _way(name: str, go: Callable[[], None]) -> Button:
    button = Button(description=name)
    button.on_click(lambda _: go())
    return button
