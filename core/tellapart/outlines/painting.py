"""Masks that a person paints: to a page and back as packed bytes, each checked before it becomes a decision."""

from __future__ import annotations

import re
import zlib

import numpy as np

from tellapart.errors import ProjectError
from tellapart.kinds.decisions import ThingDecision
from tellapart.outlines.classes import VOID
from tellapart.outlines.project import OutlineProject, ProjectOutline
from tellapart.words.commands import typed

MOST_BYTES = 8 * 2**20  # of a packed mask; a larger message would not arrive
MOST_CORRECTIONS = 500  # of one picture; each is a file that stays


def packed_mask(mask: np.ndarray) -> bytes:
    """(H, W) uint8 as zlib's bytes, row by row."""
    return zlib.compress(np.ascontiguousarray(mask, np.uint8).tobytes())


def painted(project: OutlineProject, one: ProjectOutline, data: bytes) -> ThingDecision:
    """The decision that a picture has the mask of these bytes, see `packed_mask`; the mask is written now.

    Args:
        one: the picture as it stood when the painting began.
    Raises:
        ProjectError: it is no mask of this picture, its mask was changed meanwhile, or the disk does not take it.
    """
    now = project.picture(one.picture_id)
    if (now.mask, now.is_removed) != (one.mask, one.is_removed):
        raise ProjectError(
            f"{one.picture_id} was decided in another window meanwhile. What you painted is still here: save once more "
            "to put it in place of that; undo brings that back."
        )
    mask = unpacked_mask(data, one.width, one.height, len(project.classes))
    if (mask == VOID).all():
        raise ProjectError(
            f"The mask of {one.picture_id} shows no class any more. Leave some, or take the picture out."
        )
    if np.array_equal(mask, project.mask(now)):
        raise ProjectError(f"Nothing was painted on {one.picture_id}: its mask is as it was.")
    if _n_corrected(project, one.picture_id) >= MOST_CORRECTIONS:
        raise ProjectError(
            f"{one.picture_id} has {MOST_CORRECTIONS} corrected masks, and no more are kept. Move those away from "
            f"{project.root / 'corrected'} that no decision names, see: tellapart log {typed(project.root)}"
        )
    return project.correction(one.picture_id, mask)


def unpacked_mask(data: bytes, width: int, height: int, n_classes: int) -> np.ndarray:
    """(height, width) uint8 places of classes, or 255 for what counts for nothing.

    Raises:
        ProjectError: the bytes are too many, no packed mask, of another size, or hold values that no class has.
    """
    if len(data) > MOST_BYTES:
        raise ProjectError(
            f"The painted mask has {len(data):,} bytes; at most {MOST_BYTES:,} are taken. Nothing was saved."
        )
    wanted = width * height
    reader = zlib.decompressobj()
    try:
        values = reader.decompress(data, wanted + 1)  # never more, however small the bytes are
    except zlib.error as error:
        raise ProjectError(
            f"The painted mask is damaged ({error}). Nothing was saved; save it again."
        ) from error
    if len(values) != wanted or not reader.eof or reader.unused_data:
        found = f"{len(values):,}" if len(values) <= wanted else f"more than {wanted:,}"
        raise ProjectError(
            f"The painted mask has {found} pixels, and the picture {width} × {height} = {wanted:,}. Nothing was saved; "
            "open the picture again."
        )
    mask = np.frombuffer(values, np.uint8).reshape(height, width)
    strange = sorted(set(np.unique(mask).tolist()) - {*range(n_classes), VOID})
    if strange:
        listed = ", ".join(map(str, strange[:5]))
        raise ProjectError(
            f"The painted mask has values that no class has ({listed}). Nothing was saved; open the picture again."
        )
    return mask


def _n_corrected(project: OutlineProject, picture_id: str) -> int:
    its_own = re.compile(rf"{re.escape(picture_id)}-[0-9a-f]+\.png")
    folder = project.root / "corrected"
    return (
        sum(its_own.fullmatch(path.name) is not None for path in folder.iterdir()) if folder.is_dir() else 0
    )
