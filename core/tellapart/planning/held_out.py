"""HeldOut: what a model answered about each held-out picture, kept with the run so that two runs can be compared."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tellapart.errors import RunError
from tellapart.store.files.arrays import read_arrays

FILE = "held_out.npz"


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Of the held-out pictures, in the order of the plan.

    image_ids: (N,). targets: (N,) int, the class each was labelled with then. probs: (N, C) float32. groups: (N,) int,
    shared by near-duplicates and by pictures of one subject. is_none: (N,) bool, called none of these; None where an
    older version did not keep it.
    """

    image_ids: tuple[str, ...]
    targets: np.ndarray
    probs: np.ndarray
    groups: np.ndarray
    is_none: np.ndarray | None = None

    @property
    def predicted(self) -> np.ndarray:
        """(N,) int."""
        return np.asarray(self.probs.argmax(axis=1))

    @property
    def is_wrong(self) -> np.ndarray:
        """(N,) bool."""
        return np.asarray(self.predicted != self.targets)

    def to_bytes(self) -> bytes:
        """The file held_out.npz: plain arrays, no pickle."""
        ids = np.frombuffer(bytes.fromhex("".join(self.image_ids)), np.uint8).reshape(-1, 32)
        arrays: dict[str, Any] = {
            "image_ids": ids,
            "targets": self.targets.astype(np.int32),
            "probs": self.probs.astype(np.float32),
            "groups": self.groups.astype(np.int32),
        }
        if self.is_none is not None:
            arrays["is_none"] = self.is_none
        file = io.BytesIO()
        np.savez_compressed(file, **arrays)
        return file.getvalue()


def read_held_out(run_dir: Path, n_classes: int) -> HeldOut:
    """What a run kept; every value is checked, since a stranger may have written it.

    Raises:
        RunError: there is none, as in runs of older versions, or it cannot be used.
    """
    path = run_dir / FILE
    if not path.is_file():
        raise RunError(
            f"Run {run_dir.name} did not keep what it answered about each held-out picture, as older versions did not. "
            "Train again with the same settings, and use that run."
        )
    try:
        found = read_arrays(path)
        ids, targets, probs, groups = (found[name] for name in ("image_ids", "targets", "probs", "groups"))
        is_none = found.get("is_none")
        image_ids, n = _hex(ids), targets.size
        shapes = ((n, 32), (n,), (n, n_classes), (n,))
        if tuple(one.shape for one in (ids, targets, probs, groups)) != shapes:
            raise ValueError("its parts do not fit together")
        if (targets.dtype.kind, probs.dtype.kind, groups.dtype.kind) != ("i", "f", "i"):
            raise ValueError("its parts are not of the right kind")
        if not ((probs >= 0) & (probs < 1.001)).all():  # rounding may leave a little more than 1
            raise ValueError("its probabilities are none")
        targets = targets.astype(np.int64)
        if n and not 0 <= targets.min() <= targets.max() < n_classes:
            raise ValueError("it names a label that is not there")
        if is_none is not None and (is_none.shape, is_none.dtype) != ((n,), np.bool_):
            raise ValueError("its parts do not fit together")
    except (OSError, ValueError, KeyError) as error:
        raise RunError(
            f"{FILE} of run {run_dir.name} is damaged ({error}). Train again, and use that run."
        ) from error
    return HeldOut(image_ids, targets, probs, groups, is_none)


def held_out_ids(run_dir: Path) -> set[str] | None:
    """The image_ids of what a run held out; None where it kept no note of them, as older versions did not, or a damaged
    one."""
    try:
        return set(_hex(read_arrays(run_dir / FILE)["image_ids"]))
    except (OSError, ValueError, KeyError):
        return None


def _hex(ids: np.ndarray) -> tuple[str, ...]:
    if ids.ndim != 2 or ids.shape[1] != 32 or ids.dtype != np.uint8:
        raise ValueError("its parts do not fit together")
    return tuple(bytes(one).hex() for one in ids)
