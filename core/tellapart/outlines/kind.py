"""Outlines as a kind: what a folder of pictures and masks looks like, and where their commands and pages are."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tellapart.kinds.kind import ThingKind

_LOOKED_AT = 3  # masks
_WORDS = {"labels", "masks", "annotations", "segmentationclass", "annot", "gt", "groundtruth"}
_ENDING = re.compile(r"[_\-](?:P|L|mask|masks|label|labels|gt|seg)$")
_FILES = 500  # of a folder that are looked at
_PNG, _GREY, _PALETTE = b"\x89PNG\r\n\x1a\n", 0, 3


def _is_source(root: Path) -> bool:
    """A folder in which grey or palette PNGs stand where masks do, with a picture of the same name. People with and
    without masks before their faces, in folders called so, are pictures in colours."""
    files = list(islice(_files(root, 3), 4 * _FILES))
    found = {Path(one).stem for one in files if not _is_mask_name(root, one)}
    masks = [one for one in files if _is_mask_name(root, one) and one.lower().endswith(".png")]
    paired = [one for one in masks if _ENDING.sub("", Path(one).stem) in found]
    return bool(paired) and all(_is_index(one) for one in paired[:_LOOKED_AT])


def _files(folder: Path, depth: int) -> Iterator[str]:
    """At most so many of each folder, so that masks are seen behind ten thousand pictures."""
    with os.scandir(folder) as found:  # closed at once: Windows moves no folder that is open
        entries = sorted(islice(found, _FILES), key=lambda one: one.name)
    for entry in entries:
        if entry.is_file():
            yield entry.path
        elif depth and not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path), depth - 1)


def _is_mask_name(root: Path, file: str) -> bool:
    path = Path(file)
    words = {
        word for part in path.relative_to(root).parts[:-1] for word in re.split(r"[_\-. ]+", part.casefold())
    }
    return bool(words & _WORDS) or _ENDING.search(path.stem) is not None


def _is_index(file: str) -> bool:
    with Path(file).open("rb") as opened:
        head = opened.read(26)
    return head.startswith(_PNG) and len(head) == 26 and head[25] in (_GREY, _PALETTE)


KIND = ThingKind(
    name="outlines",
    model_name="outlines-model.json",
    verbs_at="tellapart.outlines",
    commands_at="tellapart.cli.outlines.commands:outlines_app",
    studio_at="tellapart_dashboards.pages.outlines.door",
    is_source=_is_source,
)
