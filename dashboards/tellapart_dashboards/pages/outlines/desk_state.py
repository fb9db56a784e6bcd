"""What the page of one mask shows, made by one function of the picture, its masks and what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from tellapart.outlines.classes import OutlineClass
from tellapart.outlines.painting import packed_mask
from tellapart.outlines.project import ProjectOutline

from tellapart_dashboards.widgets.mask_brush.mask_brush import NOTHING

_DECIDED = {
    "relabel": "Its mask was corrected.",
    "keep": "Kept as it is.",
    "remove": "Taken out of the project.",
}


@dataclass(frozen=True)
class OpenedMask:
    """A picture that is open. one: as it stood then; place: among all, from 0. jpeg: the picture, perhaps smaller.
    told: by the newest network, None where there is none. remark: what a look found."""

    one: ProjectOutline
    place: int
    jpeg: bytes = field(repr=False)
    mask: np.ndarray = field(repr=False)
    told: np.ndarray | None = field(repr=False)
    remark: str = ""


@dataclass(frozen=True)
class DeskState:
    """scene: for `MaskBrush`; lead: what is known about the picture, in sentences. picture_id: "" for none."""

    scene: dict[str, Any] = field(default_factory=lambda: dict(NOTHING), repr=False)
    lead: str = ""
    picture_id: str = ""


def desk_state(opened: OpenedMask | None, n: int, turn: int, said: str) -> DeskState:
    """The page as it is. n: of all pictures; turn: another one whenever something is drawn anew; said: what came of the
    latest wish."""
    if opened is None:
        return DeskState()
    one, told = opened.one, opened.told
    scene = {
        "id": one.picture_id,
        "turn": turn,
        "name": f"{one.picture_id} · {opened.place + 1} of {n:,}",
        "width": one.width,
        "height": one.height,
        "picture": opened.jpeg,
        "mask": packed_mask(opened.mask),
        "told": b"" if told is None else packed_mask(told),
        "has_previous": opened.place > 0,
        "has_next": opened.place < n - 1,
        "said": said,
    }
    lead = _DECIDED.get(one.decided) or opened.remark  # a look was at the mask before the decision
    return DeskState(scene, lead, one.picture_id)


def shown_classes(classes: Sequence[OutlineClass]) -> list[dict[str, Any]]:
    """Names and colours, for `MaskBrush`."""
    return [{"name": one.name, "colour": list(one.colour)} for one in classes]
