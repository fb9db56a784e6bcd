"""The findings of texts as cards: each text with the words marked that speak for what is suggested, or against it."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from tellapart.progress import Progress
from tellapart.texts import open_review
from tellapart.texts.clean.review import TextReview
from tellapart.texts.model import TextModel
from tellapart.texts.project import TextProject
from tellapart.texts.training import model_of_fit, shortened

from tellapart_dashboards.app.wording import percent
from tellapart_dashboards.pages.kinds.cases import Case, LabelledThings, Looked, cases_of
from tellapart_dashboards.pages.texts.marking import marked, spoken

SHOWN, MOST, LARGE = (
    700,
    20_000,
    200_000,
)  # characters of a text at first, at most, and in a window of its own
_NEAR, _MOST_OF_NEAR = 5, 400  # texts most like one; characters of each
_NAME = 50


class TextsLooked(LabelledThings):
    """A project of texts, looked through."""

    noun = "text"

    def __init__(self, project: TextProject) -> None:
        super().__init__(project)
        self._texts = project
        self._review: TextReview | None = None
        self._model: TextModel | None = None

    def look(self, progress: Progress) -> Looked:
        review = open_review(self._texts, progress)
        self._review, self._model = review, model_of_fit(review.judged, {})
        cases = cases_of(review.findings(), attrgetter("text_id"))
        return Looked(len(review.texts), cases, review.judged.labels, tuple(review.sentences()[1:]))

    def card(self, case: Case) -> dict[str, Any]:
        assert self._review is not None and self._model is not None
        item = self._review.texts[case.thing_id]
        wish = case.suggested
        label = wish.label if wish and wish.label else item.label
        pieces = marked(item.text[:SHOWN], self._model.evidence(item.text, label))
        other = next((self._review.texts.get(one.other_id) for one in case.doubts if one.other_id), None)
        return {
            "id": item.text_id,
            "name": f"“{shortened(item.text, _NAME)}”",
            "label": item.label,
            "reasons": [one.sentence for one in case.doubts],
            "pieces": pieces,
            "rest": item.text[SHOWN:MOST],
            "cells": [],
            "words": spoken(pieces, label),
            "other": {"label": other.label, "text": shortened(other.text, 300)} if other else {},
            "action": wish.action if wish else "",
            "suggested": wish.label if wish else "",
            "has_large": True,
        }

    def large(self, case: Case) -> dict[str, Any]:
        assert self._review is not None and self._model is not None
        item, wish = self._review.texts[case.thing_id], case.suggested
        label = wish.label if wish and wish.label else item.label
        pieces = marked(item.text[:LARGE], self._model.evidence(item.text, label))
        n_more = len(item.text) - LARGE
        return {
            "id": item.text_id,
            "pieces": pieces,
            "cells": [],
            "rest": f"… and {n_more:,} more characters" if n_more > 0 else "",
            "words": spoken(pieces, label),
            "near": [
                {
                    "label": one.label,
                    "note": f"{percent(likeness)} alike",
                    "text": shortened(one.text, _MOST_OF_NEAR),
                }
                for one, likeness in self._review.nearest(item.text_id, _NEAR)
            ],
        }
