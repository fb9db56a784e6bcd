"""Classify for texts: type or paste, and the answer follows, with the words that speak for it."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ipywidgets import HTML, Button, Textarea, VBox
from tellapart.texts.predictor import TextPredictor
from tellapart.texts.reading import SUFFIXES
from traitlets import HasTraits, Instance, Unicode

from tellapart_dashboards.app.event_loop import Repeated
from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import heading_html, listed
from tellapart_dashboards.pages.kinds.classifier_words import answer_html
from tellapart_dashboards.pages.kinds.training import ThingsTraining
from tellapart_dashboards.pages.kinds.whole_table.state import WholeTable
from tellapart_dashboards.pages.kinds.whole_table.view import whole_table_view
from tellapart_dashboards.pages.texts.marking import marked, marked_html

_LEAD = "Type or paste a text. It stays on this computer."
_STRANGE = "None of its words is known, so this only says how common the labels are."


@dataclass(frozen=True)
class TextAnswer:
    """probabilities: label -> 0 to 1, likeliest first; {} for no text. pieces: of the text, see `marked`."""

    probabilities: dict[str, float]
    pieces: tuple[tuple[str, str], ...] = ()
    is_strange: bool = False


def text_answer(predictor: TextPredictor, text: str) -> TextAnswer:
    """What the page shows for a text."""
    if not text.strip():
        return TextAnswer({})
    found = predictor.predict(text)
    pieces = marked(text, predictor.model.evidence(text, found.label))
    return TextAnswer(found.probabilities, tuple((one[0], one[1]) for one in pieces), found.is_strange)


class TextsClassify(HasTraits):
    """text: what was typed; answer: for it, by the newest classifier."""

    text = Unicode("")
    answer = Instance(TextAnswer, args=({},))

    def __init__(self, training: ThingsTraining) -> None:
        super().__init__()
        self._training = training
        answering = Repeated(self._answer)
        for owner, name in ((self, "text"), (training, "trained")):
            owner.observe(lambda _: answering.ask(), name)

    async def _answer(self) -> None:
        trained = self._training.trained
        if trained is None:
            self.answer = TextAnswer({})
        else:
            self.answer = await asyncio.to_thread(text_answer, trained.predictor, self.text)


def classifying_view(
    classify: TextsClassify, training: ThingsTraining, table: WholeTable, go_to_train: Callable[[], None]
) -> VBox:
    """The page."""
    head, answer = HTML(), HTML()
    train = Button(description="Train a model").add_class("ta-primary")
    train.on_click(lambda _: go_to_train())
    field = Textarea(description="Text", placeholder="Type or paste a text here", rows=5)
    field.observe(lambda change: classify.set_trait("text", change["new"]), "value")
    card = VBox([field.add_class("ta-long-text"), answer]).add_class("ta-card")
    whole = whole_table_view(table, "text", ",".join(SUFFIXES))

    def draw_head(_: Any = None) -> None:
        if training.trained is None:
            head.value = heading_html("No model yet", "Train one first, then type any text here.")
            return
        labels = listed(list(training.trained.predictor.labels), at_most=6)
        head.value = heading_html("What kind of text is it?", f"It tells {labels} apart. {_LEAD}")

    def draw(_: Any = None) -> None:
        one = classify.answer
        if not one.probabilities:
            answer.value = ""
            return
        strange = f'<p class="ta-message ta-care">{html.escape(_STRANGE)}</p>' if one.is_strange else ""
        text = marked_html(one.pieces, next(iter(one.probabilities)))
        answer.value = f'<div class="ta-gap">{answer_html(one.probabilities)}</div>{strange}{text}'

    training.observe(draw_head, "trained")
    classify.observe(draw, "answer")
    is_there = lambda: training.trained is not None  # noqa: E731
    shown_when(train, training, ["trained"], lambda: not is_there())
    for part in (card, whole):
        shown_when(part, training, ["trained"], is_there)
    draw_head()
    draw()
    return VBox([head, train, card, whole])
