"""Drawn masks beside pictures: found by their names, proved by what is in them, and never taken for pictures."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from tellapart.errors import ImageError
from tellapart.gather.layout.folder_names import is_for_masks
from tellapart.gather.layout.found_file import Found
from tellapart.pictures.images import read_image

_MASK_NAME = re.compile(
    r"(.+?)[\s_.\-]*(masks?|seg|segmentation|annotation|gt|ground_?truth|labelids|labels?)[\s_.\-]*\d*",
    re.IGNORECASE,
)
_N_SAMPLES = 3
_MOST_COLOURS = 48  # of a drawing of areas; any photograph has hundreds


def masks_among(pictures: Sequence[Found]) -> set[str]:
    """The names of those that are drawn masks: in a folder for masks, or beside the picture that they belong to.

    pictures: files that are pictures by their names.
    """
    folders: dict[tuple[str, ...], list[Found]] = {}
    for one in pictures:
        if folder := _mask_folder(one.parts):
            folders.setdefault(folder, []).append(one)
    masked = {one.name for held in folders.values() for one in held}
    outside = {one.stem for one in pictures if one.name not in masked}
    found: set[str] = set()
    for held in folders.values():
        if (
            outside
            and _are_drawn(held)
            and (_belong(held, outside) or all(_is_flat(one) for one in _some(held)))
        ):
            found |= {one.name for one in held}
    beside = {(one.parts[:-1], one.stem) for one in pictures}
    for one in pictures:
        match = _MASK_NAME.fullmatch(one.stem)
        if match and (one.parts[:-1], match[1].strip()) in beside:
            found.add(one.name)
    return found if len(found) < len(pictures) else set()


def _mask_folder(parts: tuple[str, ...]) -> tuple[str, ...] | None:
    return next((parts[: at + 1] for at, name in enumerate(parts[:-1]) if is_for_masks(name)), None)


def _belong(held: Sequence[Found], outside: set[str]) -> bool:
    """Whether most have the name of a picture elsewhere, perhaps with a word for masks behind it."""
    n = 0
    for one in held:
        match = _MASK_NAME.fullmatch(one.stem)
        n += (
            one.stem in outside
            or (match is not None and match[1].strip() in outside)
            or one.stem[:-2] in outside
        )
    return n * 2 > len(held)


def _some(held: Sequence[Found]) -> list[Found]:
    return [held[len(held) * i // _N_SAMPLES] for i in range(min(_N_SAMPLES, len(held)))]


def _are_drawn(held: Sequence[Found]) -> bool:
    """Whether samples of them have the few colours of areas filled by hand or by a program."""
    for one in _some(held):
        try:
            pixels = np.asarray(read_image(one.read()))
        except ImageError:
            return False
        step = max(1, max(pixels.shape[:2]) // 256)
        coarse = (pixels[::step, ::step] >> 4).reshape(-1, 3).astype(np.uint32)
        if len(np.unique(coarse @ np.array([256, 16, 1], np.uint32))) > _MOST_COLOURS:
            return False
    return True


def _is_flat(one: Found) -> bool:
    """Whether it is a PNG with one channel or a palette, as programs save masks."""
    try:
        head = one.read()[:26]
    except ImageError:
        return False
    return head.startswith(b"\x89PNG") and len(head) == 26 and head[25] in (0, 3)
