"""The findings of ratings as cards: a rating, a user or an item that may be wrong, kept or taken out."""

from __future__ import annotations

from typing import Any

from tellapart.kinds.decisions import ThingDecision
from tellapart.progress import Progress
from tellapart.ratings import open_review
from tellapart.ratings.clean.checks import RatingFinding
from tellapart.ratings.clean.review import RatingReview
from tellapart.ratings.project import RatingProject

from tellapart_dashboards.app.wording import count
from tellapart_dashboards.pages.kinds.cases import Case, Cleanable, Doubt, Looked

_NAMES = {"row": "Row", "user": "User", "item": "Item"}  # by the first part of a thing's id


class RatingsLooked(Cleanable):
    """A project of ratings, looked through."""

    noun = "rating"

    def __init__(self, project: RatingProject) -> None:
        super().__init__(project.decisions)
        self._project = project
        self._review: RatingReview | None = None

    def look(self, progress: Progress) -> Looked:
        self._review = open_review(self._project, progress)
        cases = tuple(Case(one.thing_id, (_doubt(one),)) for one in self._review.findings())
        return Looked(self._review.n, cases, ())

    def card(self, case: Case) -> dict[str, Any]:
        kind, _, name = case.thing_id.partition(":")
        return {
            "id": case.thing_id,
            "name": f"{_NAMES.get(kind, kind)} {name}",
            "label": "",
            "reasons": [one.code for one in case.doubts],
            "pieces": [],
            "rest": "",
            "cells": [],
            "words": [one.sentence for one in case.doubts],
            "other": {},
            "action": "",
            "suggested": "",
        }

    def decide(self, decision: ThingDecision) -> None:
        assert self._review is not None  # a card of it is on the page
        self._review.decide([decision])


def _doubt(finding: RatingFinding) -> Doubt:
    """The finding, with what taking it out would cost."""
    cost = f" Taken out, {count(finding.n, 'rating')} go with it." if finding.n > 1 else ""
    return Doubt(str(finding.code), finding.score, f"{finding.sentence}{cost}", finding.action)
