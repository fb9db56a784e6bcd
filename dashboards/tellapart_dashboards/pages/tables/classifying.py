"""Classify for rows: a form of the columns, whose answer follows what is filled in."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable
from typing import Any

from ipywidgets import HTML, Box, Button, Dropdown, Text, VBox
from tellapart.tables.predictor import RowPrediction
from tellapart.tables.reading import SUFFIXES
from traitlets import Dict, HasTraits, Instance

from tellapart_dashboards.app.event_loop import Repeated
from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import heading_html, listed
from tellapart_dashboards.pages.kinds.classifier_words import answer_html
from tellapart_dashboards.pages.kinds.training import ThingsTraining
from tellapart_dashboards.pages.kinds.whole_table.state import WholeTable
from tellapart_dashboards.pages.kinds.whole_table.view import whole_table_view
from tellapart_dashboards.pages.tables.form import FormField, form_of

_NOT_KNOWN = "– not known –"
_UNKNOWN, _UNREAD = "Never learned", "No number or date as it learned them"


class RowsClassify(HasTraits):
    """cells: what was filled in, by title; answer: for them, by the newest classifier, None without one."""

    cells = Dict()
    answer = Instance(RowPrediction, allow_none=True)

    def __init__(self, training: ThingsTraining) -> None:
        super().__init__()
        self._training = training
        answering = Repeated(self._answer)
        self.observe(lambda _: answering.ask(), "cells")
        training.observe(lambda _: answering.ask(), "trained")

    def fill(self, title: str, value: str) -> None:
        """Have this stand in the column."""
        self.cells = {**self.cells, title: value}

    async def _answer(self) -> None:
        trained = self._training.trained
        if trained is None or not any(self.cells.values()):
            self.answer = None
            return
        known = {title: self.cells.get(title, "") for title in trained.predictor.titles}
        self.answer = await asyncio.to_thread(trained.predictor.predict, known)


def classifying_view(
    classify: RowsClassify, training: ThingsTraining, table: WholeTable, go_to_train: Callable[[], None]
) -> VBox:
    """The page."""
    head, answer = HTML(), HTML()
    train = Button(description="Train a model").add_class("ta-primary")
    train.on_click(lambda _: go_to_train())
    form = Box().add_class("ta-form")
    card = Box([form, answer.add_class("ta-form-answer")]).add_class("ta-card").add_class("ta-form-card")
    whole = whole_table_view(table, "row", ",".join(SUFFIXES))
    fields: list[FormField] = []

    def draw_form(_: Any = None) -> None:
        trained = training.trained
        if trained is None:
            head.value = heading_html("No model yet", "Train one first, then fill in a row here.")
            return
        labels = listed(list(trained.predictor.labels), at_most=6)
        lead = f"Fill in what you know; the rest may stay empty. It tells {labels} apart."
        head.value = heading_html(f"{trained.predictor.model.target}?", lead)
        wanted = form_of(trained.predictor.model)
        if wanted != fields:
            fields[:] = wanted
            form.children = [_field(one, classify) for one in wanted]

    def draw(_: Any = None) -> None:
        one = classify.answer
        if one is None:
            answer.value = '<p class="ta-soft">The answer stands here as soon as something is filled in.</p>'
            return
        said = [
            f"{why}, so counted as missing: {listed(list(titles))}."
            for why, titles in ((_UNKNOWN, one.unknown), (_UNREAD, one.unread))
            if titles
        ]
        care = (f'<p class="ta-message ta-care">{html.escape(words)}</p>' for words in said)
        answer.value = answer_html(one.probabilities) + "".join(care)

    training.observe(draw_form, "trained")
    classify.observe(draw, "answer")
    is_there = lambda: training.trained is not None  # noqa: E731
    shown_when(train, training, ["trained"], lambda: not is_there())
    for part in (card, whole):
        shown_when(part, training, ["trained"], is_there)
    draw_form()
    draw()
    return VBox([head, train, card, whole])


def _field(field: FormField, classify: RowsClassify) -> Dropdown | Text:
    value = str(classify.cells.get(field.title, ""))
    made: Dropdown | Text
    if field.options:
        options = [(_NOT_KNOWN, ""), *((one, one) for one in field.options)]
        made = Dropdown(
            description=field.title, options=options, value=value if value in field.options else ""
        )
    else:
        made = Text(description=field.title, placeholder=field.hint, value=value)
    made.observe(lambda change: classify.fill(field.title, str(change["new"])), "value")
    return made
