"""Pictures in the studio: their page; a project of them is made empty, and filled on it."""

from __future__ import annotations

from pathlib import Path

from tellapart.errors import IntakeError

from tellapart_dashboards.pages.kinds.doors import OpenedPage
from tellapart_dashboards.pages.kinds.offers import SourceOffer
from tellapart_dashboards.pages.pictures import STEPS


def offer(source: Path) -> SourceOffer:
    """Nothing.

    Raises:
        IntakeError: always; it says what a project is made from, and what pictures go into.
    """
    raise IntakeError(
        f"“{source.name}” is no table, and no folder of texts or of pictures with masks that tellapart reads. Give "
        "a CSV, TSV or JSON-lines file, a folder with a folder of .txt files for each label, or pictures in images/"
        " and masks of the same names in labels/. Pictures go into a new project: give it a name above."
    )


def opened(root: Path) -> OpenedPage:
    """The parts of its page."""
    from tellapart_dashboards.pages.pictures.page import pictures_page

    return pictures_page(root, tuple(STEPS))
