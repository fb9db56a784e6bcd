"""Which pictures of a project may be examples in an app, and whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from tellapart.errors import OutsideError
from tellapart.safe_paths import path_inside
from tellapart.store.ledger import credit_line, may_be_shown_small
from tellapart.store.manifest import Manifest, Picture

if TYPE_CHECKING:
    from tellapart.store.project import Project


@dataclass(frozen=True)
class Example:
    """A picture file that visitors may try. credit: whose it is, as Markdown on one line; "" for the owner's own."""

    source: Path
    credit: str = ""


def showable(manifest: Manifest, most: int) -> list[Picture]:
    """Pictures of a project that others may be shown, at most so many, taken from its labels in turn."""
    by_label = (
        [one for one in manifest.pictures(label) if one.is_member and may_be_shown_small(one)]
        for label in manifest.labels()
    )
    in_turn = chain.from_iterable(zip_longest(*(few[:most] for few in by_label)))
    return [picture for picture in in_turn if picture is not None][:most]


def examples_of(project: Project, image_ids: Sequence[str]) -> list[Example]:
    """Those pictures of the project; without those that are no longer there or may not be shown."""
    wanted = set(image_ids)
    known = {one.image_id: one for one in project.manifest.pictures() if one.image_id in wanted}
    found = []
    for image_id in image_ids:
        picture = known.get(image_id)
        if picture is not None and picture.is_member and may_be_shown_small(picture):
            try:
                found.append(Example(path_inside(project.root, picture.path), credit_line(picture)))
            except OutsideError:
                continue
    return found
