"""Classify: a visitor's pictures in, the likeliest labels out; live before the camera, put right where it is wrong."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import Any

from ipywidgets import HTML, Box, Button, VBox

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import count, heading_html, message_html, percent
from tellapart_dashboards.pages.classify.answers import Answer
from tellapart_dashboards.pages.classify.state import ClassifyState
from tellapart_dashboards.widgets.answers.answers import Answers
from tellapart_dashboards.widgets.upload.upload import ON_THIS_COMPUTER, UploadLimits, UploadWidget
from tellapart_dashboards.widgets.webcam.webcam import Webcam

OF_VISITORS = UploadLimits(200, 2**29, "Choose fewer at a time.")


def classify_view(
    state: ClassifyState,
    go_to_train: Callable[[], None] | None = None,
    limits: UploadLimits = ON_THIS_COMPUTER,
    where: str = "this computer",
) -> VBox:
    """The Classify page. go_to_train: opens the Train page, where there is one beside this. limits: of one upload.
    where: the pictures stay, in words."""
    lead = f"Pictures stay on {where}, until you clear them or close the page."
    head, note, model_line, busy = HTML(), HTML(), HTML(), HTML()
    upload = UploadWidget(
        state.uploads_dir,
        state.take_upload,
        limits,
        accessible_name="Pictures to classify",
        accept="image/*,.heic,.heif",
    )
    camera = Webcam(state.uploads_dir, state.take_shots, on_frame=state.answer_frame, needs_label=False)
    answers = Answers(state.ask)
    stop = Button(description="Stop", tooltip="Leave out the pictures that still wait").add_class("ta-link")
    stop.on_click(lambda _: state.give_up())
    train = Button(description="Train a model").add_class("ta-primary")
    train.on_click(lambda _: go_to_train() if go_to_train else None)
    ways = Box([upload, camera]).add_class("ta-beside")
    waiting = Box([busy, stop]).add_class("ta-line").add_class("ta-waiting")
    card = VBox([ways, waiting, answers]).add_class("ta-card")

    def draw(_: Any = None) -> None:
        if state.stage == "opening":
            head.value = heading_html("What is in the picture?", "Loading the model …")
        elif state.stage == "ready":
            head.value = heading_html("What is in the picture?", lead)
        else:
            where = "on the Train page" if go_to_train else "with the notebook 3_train.ipynb"
            head.value = heading_html("No model yet", f"Train one first {where}, then drop any picture here.")
        note.value = message_html(state.message, "failed")
        model_line.value = f'<p class="ta-soft">{html.escape(state.model_text)}</p>'
        answers.labels = state.labels
        busy.value = (
            f'<p class="ta-soft" role="status">Classifying {count(state.n_left, "picture")} …</p>'
            if state.n_left
            else ""
        )

    def add(change: dict[str, Any]) -> None:
        batch, found = change["new"]
        answers.add(*_rows(batch, found))

    state.observe(draw, ["stage", "message", "model_text", "labels", "n_left"])
    state.observe(add, "latest")
    shown_when(card, state, ["stage"], lambda: state.stage == "ready")
    shown_when(waiting, state, ["n_left"], lambda: state.n_left > 0)
    shown_when(train, state, ["stage"], lambda: state.stage == "no model" and go_to_train is not None)
    draw()
    soon(state.warm_up())
    return VBox([head, note, train, card, model_line])


def _rows(batch: int, found: Sequence[Answer]) -> tuple[list[dict[str, Any]], list[bytes]]:
    """For the page: a row and a thumbnail for each."""
    rows = [
        {
            "number": one.number, "batch": batch, "name": one.name, "label": one.label, "is_none": one.is_none_of_these,
            "shares": [[label, percent(share), share] for label, share in one.shares], "reason": one.reason,
        }
        for one in found
    ]  # fmt: skip
    return rows, [one.thumbnail for one in found]
