"""Many small pictures as one message: all JPEGs joined, and where each begins."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np


def packed(jpegs: Sequence[bytes]) -> tuple[bytes, bytes]:
    """(offsets, blob): n + 1 little-endian uint32, the last one the blob's length, and the JPEGs joined.

    Raises:
        ValueError: they have 4 GB or more.
    """
    ends = list(accumulate((len(jpeg) for jpeg in jpegs), initial=0))
    if ends[-1] >= 2**32:
        raise ValueError(
            f"The thumbnails have {ends[-1]:,} bytes; expected less than 4 GB. Show fewer at once."
        )
    return np.asarray(ends, "<u4").tobytes(), b"".join(jpegs)
