"""reference.json: what a bundle keeps of the pictures it was made from, to notice when those of visitors are others.

Of each embedding a sketch is kept, 16 numbers: sums of all its dimensions, standardised, with signs that are drawn once
for all. They tell that a set of pictures looks unlike another, and nothing of what is in one. Source: Achlioptas 2003,
"Database-friendly random projections".
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from hashlib import shake_256
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from msgspec import Meta, Struct, ValidationError, convert

from tellapart.errors import BundleError

FILE = "reference.json"
FORMAT = 1
SKETCH = 16
MOST = 500  # pictures of whom a sketch is kept
_MAX_BYTES = 16 * 2**20
_LEAST_SCALE = 1e-3
_FAR = 8.0  # standard deviations: what lies further counts as that far
_Number = Annotated[float, Meta(ge=-1e9, le=1e9)]
_Row = Annotated[list[_Number], Meta(min_length=SKETCH, max_length=SKETCH)]


class _ReferenceRecord(Struct):
    format: Annotated[int, Meta(ge=1)]
    mean: Annotated[list[_Number], Meta(min_length=1, max_length=100_000)]
    scale: Annotated[list[_Number], Meta(min_length=1, max_length=100_000)]
    sketches: Annotated[list[_Row], Meta(max_length=5000)]
    confidences: Annotated[list[Annotated[float, Meta(ge=0, le=1)]], Meta(max_length=5000)]


@dataclass(frozen=True)
class Reference:
    """mean, scale: (D,) of the embeddings. sketches: (N, 16) of pictures that it was made from. confidences: (M,) of
    its answers to held-out pictures."""

    mean: np.ndarray
    scale: np.ndarray
    sketches: np.ndarray
    confidences: np.ndarray

    def sketch(self, embeddings: np.ndarray) -> np.ndarray:
        """(N, 16) of embeddings (N, D), to two places."""
        standard = (embeddings.astype(np.float64) - self.mean) / np.maximum(self.scale, _LEAST_SCALE)
        standard = np.clip(np.nan_to_num(standard), -_FAR, _FAR)
        return np.asarray((standard @ _signs(len(self.mean))).round(2))


def reference_of(
    embeddings: np.ndarray, mean: np.ndarray, scale: np.ndarray, confidences: np.ndarray, seed: int = 0
) -> bytes:
    """The file. embeddings: (N, D) of the pictures, at most 500 of which are kept; confidences: see `Reference`."""
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.permutation(len(embeddings))[:MOST])
    plain = Reference(_short(mean), _short(scale), np.empty(0), np.empty(0))
    record = {
        "format": FORMAT,
        "mean": plain.mean.tolist(),
        "scale": plain.scale.tolist(),
        "sketches": plain.sketch(embeddings[chosen]).tolist(),
        "confidences": np.sort(rng.permutation(confidences)[:MOST]).astype(float).round(4).tolist(),
    }
    return json.dumps(record, separators=(",", ":")).encode()


def read_reference(bundle_dir: Path) -> Reference | None:
    """What the bundle keeps; None where an older version made it, which kept nothing.

    Raises:
        BundleError: it cannot be read.
    """
    path = bundle_dir / FILE
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _damaged(path, error.strerror or error) from error
    try:
        record = convert(json.loads(data.decode("utf-8")), _ReferenceRecord, strict=True)
    except (ValueError, RecursionError, ValidationError) as error:
        raise _damaged(path, error) from error
    if record.format > FORMAT:
        return None  # of a newer version: its answers are the same, and nothing is said of drift
    if len(record.mean) != len(record.scale):
        raise _damaged(path, "mean and scale are of different sizes")
    rows = np.array(record.sketches, np.float64).reshape(-1, SKETCH)
    return Reference(np.array(record.mean), np.array(record.scale), rows, np.array(record.confidences))


@lru_cache(maxsize=4)
def _signs(size: int) -> np.ndarray:
    """(D, 16) of signs over the root of D: the same on every computer and in every version."""
    n_bytes = math.ceil(size * SKETCH / 8)
    bits = np.unpackbits(np.frombuffer(shake_256(b"tellapart sketch 1").digest(n_bytes), np.uint8))
    signs = bits[: size * SKETCH].reshape(size, SKETCH).astype(np.float64) * 2 - 1
    return np.asarray(signs / math.sqrt(size))


def _short(values: np.ndarray) -> np.ndarray:
    """To six digits, as the file has them."""
    return np.array([float(f"{value:.6g}") for value in np.asarray(values, np.float64)])


def _damaged(path: Path, reason: Any) -> BundleError:
    return BundleError(f"{path} is damaged ({reason}). Export the bundle again.")
