"""Train: one button, then the answer in numbers and the mistakes in pictures."""

from __future__ import annotations

import asyncio
import html
from pathlib import Path
from typing import Any

from ipywidgets import HTML, Box, Button, Dropdown, VBox, dlink, link
from tellapart.backbones.names import DEFAULT_BACKBONE
from tellapart.errors import ProjectError, TellapartError
from traitlets import Dict, Enum, Int, List, Tuple, Unicode, observe

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.app.run_follower import Job, newest_result
from tellapart_dashboards.app.thumbnails import Thumbnails
from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import (
    count,
    heading_html,
    licence_mark,
    message_html,
    percent,
    progress_html,
)
from tellapart_dashboards.pages.train.scores import classes_html, headline, scores_html
from tellapart_dashboards.widgets.gallery.gallery import Gallery
from tellapart_dashboards.widgets.matrix.matrix import Matrix

FIRST_MISTAKES = 24
PRIORS = [("as common as in this project", "project"), ("all equally likely", "equal")]
MATRIX_HEAD = (
    '<h2>What is mistaken for what</h2><p class="ta-soft" style="margin-bottom:8px">Rows: the true label. '
    "Columns: the predicted label. Press a number to see the pictures.</p>"
)


class TrainState(Job):
    """What the Train page knows and does. result: result.json of the last good training, {} before."""

    tasks = ("train",)
    prior = Enum(("project", "equal"), "project")  # how common the labels are among the pictures to come
    backbone = Unicode(DEFAULT_BACKBONE)
    offers = List(Dict())  # {"name", "text"}, from quick to slow
    result = Dict()
    chosen = List(Int())  # [actual, predicted] whose mistakes are in sight, [] for all
    n_shown = Int(FIRST_MISTAKES)
    mistakes = List(Dict())  # those of the chosen cell, surest first
    pictures = Tuple(([], [], [], []))  # thumbnails, captions, badges, marks of the first n_shown mistakes

    def __init__(self, project: ProjectState, **traits: Any) -> None:
        super().__init__(project_dir=project.project_dir, **traits)
        self.project = project
        self._thumbnails = Thumbnails(Path(project.project_dir), side_px=240)
        newest = newest_result(Path(project.project_dir), "train")
        if newest is not None:
            self.chosen, self.result = [], newest[1]
            self.prior = newest[1].get("config", {}).get("prior", self.prior)
        self.read()

    def train(self) -> None:
        """Have training started."""
        self.start("train", {"backbone": self.backbone, "prior": self.prior})

    def begin(self) -> None:
        """Have drawn what the page shows first, and read what there is to choose from."""
        self._draw_soon()
        self.observe(self._draw_soon, ["n_shown", "chosen", "result"])
        soon(self.load_offers())

    async def load_offers(self) -> None:
        """Take over the backbones to choose from, with their size."""
        try:
            found = await asyncio.to_thread(_offers)
        except TellapartError as error:
            self.message = str(error)
            return
        self.offers = [{"name": one.name, "text": offer_text(one), "sentence": one.sentence} for one in found]

    def take_result(self, result: dict[str, Any]) -> None:
        self.chosen = []
        self.result = result

    def show_more(self) -> None:
        """Have twice as many mistakes in sight."""
        self.n_shown = 2 * self.n_shown

    def has_hint(self) -> bool:
        """Whether the commonest mistake is worth naming; a large matrix names several by itself."""
        is_small = len(self.result.get("classes", [])) <= 12
        return is_small and not self.chosen and self.largest_confusion() is not None

    def largest_confusion(self) -> tuple[int, int, int] | None:
        """(actual, predicted, number) of the commonest mistake, None when there is none; ties: the first."""
        cells = [
            (n, -actual, -predicted)
            for actual, row in enumerate(self.result.get("confusion", []))
            for predicted, n in enumerate(row)
            if n and actual != predicted
        ]
        n, actual, predicted = max(cells, default=(0, 0, 0))
        return (-actual, -predicted, n) if n else None

    @observe("result", "chosen")
    def _choose(self, _: Any) -> None:
        # results of older versions have them by loss
        wrong = sorted(self.result.get("mistakes", []), key=lambda one: -one["confidence"])
        if self.chosen:
            actual, predicted = (self.result["classes"][i] for i in self.chosen)
            wrong = [one for one in wrong if one["label"] == actual and one["predicted"] == predicted]
        self.n_shown = FIRST_MISTAKES
        self.mistakes = wrong

    def _draw_soon(self, _: Any = None) -> None:
        soon(self._draw(self.mistakes[: self.n_shown]))

    async def _draw(self, wrong: list[dict[str, Any]]) -> None:
        jpegs = await self._thumbnails.many([(one["image_id"], one["path"]) for one in wrong])
        marks = await asyncio.to_thread(self._marks, wrong)
        if wrong == self.mistakes[: self.n_shown]:  # else the person has chosen something else meanwhile
            badges = [f"predicted {one['predicted']} {percent(one['confidence'])}" for one in wrong]
            self.pictures = (jpegs, [one["label"] for one in wrong], badges, marks)

    def _marks(self, wrong: list[dict[str, Any]]) -> list[str]:
        marks = []
        for one in wrong:
            try:
                marks.append(licence_mark(self.project.project.manifest.picture(one["image_id"])))
            except ProjectError:  # the picture is no longer in the project
                marks.append("")
        return marks


def _offers() -> list[Any]:
    from tellapart.backbones.catalogue import offers

    return list(offers())


def offer_text(offer: Any) -> str:
    """A backbone as one line of the choice: name, size, whether it is downloaded first."""
    if offer.name == DEFAULT_BACKBONE:
        return f"{offer.name} · built in"
    return f"{offer.name} · {offer.megabytes:.0f} MB{'' if offer.is_ready else ', downloaded once'}"


def train_view(state: TrainState) -> VBox:
    """The Train page."""
    project = state.project
    head, note, running, error_card, filter_line, classes = (HTML() for _ in range(6))
    train = Button(description="Train").add_class("ta-primary")
    cancel = Button(description="Cancel")
    gather = Button(description="Add pictures").add_class("ta-primary")
    backbone = Dropdown(description="Backbone", options=[(DEFAULT_BACKBONE, DEFAULT_BACKBONE)])
    about = HTML()
    prior = Dropdown(description="Assume labels are", options=PRIORS)
    hint, show_all, more = (
        Button().add_class("ta-link").add_class("ta-hint"),
        Button(description="Show all mistakes").add_class("ta-link"),
        Button(),
    )
    matrix, gallery = Matrix(), Gallery(accessible_name="Most confident mistakes", tile_px=150)

    def draw(_: Any = None) -> None:
        is_running, is_trained = state.stage == "running", bool(state.result)
        head.value = heading_html(*headline(state.result, project.counts))
        note.value = message_html(state.message, "failed") if state.stage == "failed" else ""
        if state.stage == "cancelled":
            note.value = message_html(state.message)
        running.value = (
            progress_html(state.progress, state.message, state.is_progress_known, "Training")
            if is_running
            else ""
        )
        train.description = "Train again" if is_trained else "Train"
        train.disabled = is_running or len(project.counts) < 2

    def draw_result(_: Any = None) -> None:
        result = state.result
        if not result:
            return
        error_card.value = scores_html(result)
        matrix.show(result["classes"], result["confusion"])
        classes.value = classes_html(result)
        largest = state.largest_confusion()
        if largest:
            actual, predicted, n = largest
            one, other = result["classes"][actual], result["classes"][predicted]
            hint.description = f"Next: see the {f'{n} ' if n > 1 else ''}“{one}” mistaken for “{other}”"

    def draw_mistakes(_: Any = None) -> None:
        gallery.show(*state.pictures)
        n_hidden = len(state.mistakes) - len(state.pictures[0])
        more.description = f"Show more ({n_hidden:,} left)"
        more.layout.display = "" if n_hidden > 0 else "none"

    link((state, "backbone"), (backbone, "value"))
    link((state, "prior"), (prior, "value"))
    dlink(
        (state, "offers"),
        (backbone, "options"),
        lambda offers: (
            [(one["text"], one["name"]) for one in offers] or [(DEFAULT_BACKBONE, DEFAULT_BACKBONE)]
        ),
    )
    dlink((state, "backbone"), (about, "value"), lambda name: _about(state, name))
    state.observe(lambda _: setattr(about, "value", _about(state, state.backbone)), "offers")
    link((state, "chosen"), (matrix, "chosen"))
    state.observe(draw, ["stage", "message", "progress", "result"])
    state.observe(draw_result, "result")
    state.observe(draw_mistakes, "pictures")
    state.observe(lambda _: filter_line.set_trait("value", mistakes_html(state)), ["mistakes", "chosen"])
    project.observe(draw, "counts")
    gather.on_click(lambda _: project.set_trait("current", "gather"))
    train.on_click(lambda _: state.train())
    cancel.on_click(lambda _: state.cancel())
    hint.on_click(lambda _: state.set_trait("chosen", list((state.largest_confusion() or ())[:2])))
    show_all.on_click(lambda _: state.set_trait("chosen", []))
    more.on_click(lambda _: state.show_more())

    busy = VBox([running, cancel]).add_class("ta-card").add_class("ta-busy")
    choice = VBox([Box([train, backbone, prior]).add_class("ta-line"), about]).add_class("ta-choice")
    number_card = VBox([error_card, choice]).add_class("ta-card")
    matrix_card = VBox([HTML(MATRIX_HEAD), matrix, hint]).add_class("ta-card")
    mistakes = VBox(
        [
            HTML('<h2 class="ta-section">Most confident mistakes</h2>'),
            Box([filter_line, show_all]).add_class("ta-line").add_class("ta-filter"),
            gallery,
            more,
        ]
    )
    classes_card = VBox([HTML("<h2>Label by label</h2>"), classes]).add_class("ta-card").add_class("ta-gap")
    shown_when(busy, state, ["stage"], lambda: state.stage == "running")
    for part in (matrix_card, classes_card, mistakes, error_card):
        shown_when(part, state, ["result"], lambda: bool(state.result))
    shown_when(mistakes, state, ["result"], lambda: bool(state.result.get("mistakes")))
    shown_when(hint, state, ["result", "chosen"], state.has_hint)
    shown_when(show_all, state, ["chosen"], lambda: bool(state.chosen))
    shown_when(number_card, project, ["counts"], lambda: len(project.counts) > 1 or bool(state.result))
    shown_when(gather, project, ["counts"], lambda: len(project.counts) < 2 and "gather" in project.pages)
    draw()
    draw_result()
    draw_mistakes()
    filter_line.value = mistakes_html(state)
    state.begin()
    return VBox(
        [head, note, busy, Box([number_card, matrix_card]).add_class("ta-row"), mistakes, classes_card]
    )


def mistakes_html(state: TrainState) -> str:
    """Which mistakes are in sight."""
    if not state.chosen:
        return f'<span class="ta-soft">{count(len(state.mistakes), "picture")}, most confident first.</span>'
    actual, predicted = (html.escape(state.result["classes"][i]) for i in state.chosen)
    number = count(len(state.mistakes), "picture")
    return f'<span class="ta-soft">{number} of <b>{actual}</b> mistaken for <b>{predicted}</b>.</span>'


def _about(state: TrainState, name: str) -> str:
    sentence = next((one["sentence"] for one in state.offers if one["name"] == name), "")
    return f'<p class="ta-soft">{html.escape(sentence)}</p>'
