"""Which pictures of a project may be examples in an app, and whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from tellapart.errors import OutsideError, ProjectError
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
    in_turn = chain.from_iterable(
        zip_longest(*(_showable_of(manifest, label, most) for label in manifest.labels()))
    )
    return [picture for picture in in_turn if picture is not None][:most]


def _showable_of(manifest: Manifest, label: str, most: int) -> list[Picture]:
    """Of one label: the first rows are mostly enough, and there may be a hundred thousand."""
    n_first = 4 * most
    for limit in (n_first, -1):
        rows = manifest.pictures(label, limit=limit)
        found = [one for one in rows if _may_be_shown(one)][:most]
        if len(found) == most or len(rows) < n_first:
            break
    return found


def chosen_pictures(manifest: Manifest, image_ids: Sequence[str]) -> list[Picture]:
    """Those pictures, in that order; without those that are no longer there or may not be shown."""
    found = []
    for image_id in image_ids:
        with suppress(ProjectError):
            found.append(manifest.picture(image_id))
    return [one for one in found if _may_be_shown(one)]


def examples_of(project: Project, image_ids: Sequence[str]) -> list[Example]:
    """The same as files with their credits."""
    found = []
    for picture in chosen_pictures(project.manifest, image_ids):
        with suppress(OutsideError):
            found.append(Example(path_inside(project.root, picture.path), credit_line(picture)))
    return found


def _may_be_shown(picture: Picture) -> bool:
    return picture.is_member and may_be_shown_small(picture)
