"""The findings of outlines as cards: the worst pictures and the worst regions, each drawn twice."""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import Any

import numpy as np
from tellapart.errors import ProjectError
from tellapart.kinds.decisions import ThingDecision
from tellapart.outlines import open_review
from tellapart.outlines.drawing import jpeg_of, scaled_down, side_by_side
from tellapart.outlines.model import OutlineModel
from tellapart.outlines.project import OutlineProject
from tellapart.outlines.review import OutlineFinding, OutlineRegion, OutlineReview
from tellapart.pictures.index_masks import resized_mask
from tellapart.progress import Progress

from tellapart_dashboards.app.wording import percent
from tellapart_dashboards.pages.kinds.cases import Case, Cleanable, Doubt, Looked

PICTURE, REGION = "whole picture", "region"
_LEAST_WRONG = 0.05  # share of the pixels, for a picture without a region to be looked at
_LONGEST = 1024  # pixels of a picture that is drawn
_SIDE = 360  # of one of the two on a card
_ROOM = 0.6  # around a region, of its longer side
_WHOLE = "A decision about a region settles its picture."
_UNJUDGED = (
    "Train a network first; then the masks that look wrong come first. All can be looked at and painted now."
)


class OutlinesLooked(Cleanable):
    """A project of pictures with masks, looked through."""

    noun = "picture"
    case_noun = "finding"
    judged = "The network looks at each picture, also at those that it learned from."

    def __init__(self, project: OutlineProject) -> None:
        super().__init__(project.decisions)
        self.project = project
        self._review: OutlineReview | None = None
        self._pictures: dict[str, OutlineFinding] = {}
        self._regions: dict[str, OutlineRegion] = {}

    def look(self, progress: Progress) -> Looked:
        if self.project.newest_bundle() is None:
            return Looked(len(self.project.pictures()), (), (), unjudged=_UNJUDGED)
        review = open_review(self.project, progress)
        self._review = review
        self._pictures = {one.picture_id: one for one in review.findings()}
        self._regions = {one.region_id: one for one in review.regions()}
        worst = [
            _of_picture(one)
            for one in self._pictures.values()
            if one.regions or one.share_wrong >= _LEAST_WRONG
        ]
        regions = [_of_region(one) for one in self._regions.values()]
        cases = chain.from_iterable(zip_longest(worst, regions))
        remarks = (*review.sentences()[1:], *([_WHOLE] if regions else []))
        return Looked(len(self._pictures), tuple(filter(None, cases)), (), remarks)

    def settled(self) -> dict[str, str]:
        """A decision about a picture settles its regions, too."""
        settled = super().settled()
        by_picture = ((one.region_id, settled.get(one.picture_id)) for one in self._regions.values())
        return settled | {region_id: action for region_id, action in by_picture if action}

    def card(self, case: Case) -> dict[str, Any]:
        assert self._review is not None
        region = self._regions.get(case.thing_id)
        picture_id = region.picture_id if region else case.thing_id
        return {
            "id": case.thing_id,
            "name": f"{picture_id}, a region" if region else picture_id,
            "label": "",
            "picture": _drawn_twice(self.project, self._review.model, picture_id, region),
            "caption": "Left as it is drawn, right as the network tells it",
            "opens": True,
            "reasons": [case.doubts[0].code],
            "pieces": [],
            "rest": "",
            "cells": [],
            "words": [one.sentence for one in case.doubts],
            "other": {},
            "action": case.doubts[0].action,
            "suggested": case.doubts[0].label,
        }

    def decide(self, decision: ThingDecision) -> None:
        region = self._regions.get(decision.thing_id)
        if decision.action != "relabel":
            whole = region.picture_id if region else decision.thing_id
            self.project.decide([ThingDecision(whole, decision.action)])
        elif region is None or self._review is None or decision.label != region.told:
            raise ProjectError(f"{decision.thing_id} has a mask and no label. Look closer, and paint it.")
        else:
            self.project.decide(self._review.accepted([region.region_id]))

    def picture_of(self, thing_id: str) -> str:
        """The picture of a card."""
        region = self._regions.get(thing_id)
        return region.picture_id if region else thing_id

    def remark(self, picture_id: str) -> str:
        """What the look found about a picture, in a sentence; "" for nothing."""
        found = self._pictures.get(picture_id)
        return _told(found) if found else ""


def _of_picture(one: OutlineFinding) -> Case:
    return Case(one.picture_id, (Doubt(PICTURE, one.share_wrong, _told(one)),))


def _of_region(one: OutlineRegion) -> Case:
    return Case(one.region_id, (Doubt(REGION, one.score, one.sentence(), "relabel", one.told),))


def _told(one: OutlineFinding) -> str:
    learned = "The network never learned from it." if one.is_held_out else "The network learned from it."
    return f"{percent(one.share_wrong)} of its pixels are told otherwise. {learned}"


def _drawn_twice(
    project: OutlineProject, model: OutlineModel, picture_id: str, region: OutlineRegion | None
) -> bytes:
    """A JPEG of the picture, or of a region with room around it: as it is drawn, and as the network tells it."""
    one = project.picture(picture_id)
    pixels = scaled_down(project.pixels(one, _LONGEST), _LONGEST)
    height, width = pixels.shape[:2]
    sides = [resized_mask(project.mask(one), width, height), model.told(pixels)[0]]
    if region is not None:
        rows, columns = _around(region.box, one.width, one.height, width, height)
        pixels, sides = pixels[rows, columns], [places[rows, columns] for places in sides]
    times = max(1, _SIDE // max(pixels.shape[:2]))  # so that edges stay thin over large pixels
    pixels, *sides = (np.repeat(np.repeat(one, times, 0), times, 1) for one in (pixels, *sides))
    return jpeg_of(side_by_side(pixels, sides, model.colours, gap=6))


def _around(
    box: tuple[int, int, int, int], full_width: int, full_height: int, width: int, height: int
) -> tuple[slice, slice]:
    """Rows and columns around a box of the whole picture, in one of another size."""
    left, top, right, bottom = box
    room = _ROOM * max(right - left, bottom - top)
    across, down = width / full_width, height / full_height
    return (
        slice(max(0, int((top - room) * down)), min(height, int((bottom + room) * down) + 1)),
        slice(max(0, int((left - room) * across)), min(width, int((right + room) * across) + 1)),
    )
