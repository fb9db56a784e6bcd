"""A classifier as one JSON object that carries a hash of all that it says; nothing in it can run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import numpy as np

from tellapart.errors import BundleError


def seal(record: dict[str, Any]) -> str:
    """SHA-256 of all that a record says but for its "sha256", under which it is to be kept in it."""
    said = {key: value for key, value in record.items() if key != "sha256"}
    text = json.dumps(said, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return sha256(text.encode()).hexdigest()


def written(record: dict[str, Any]) -> bytes:
    """A record as it stands in its file."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode(
        "utf-8", "surrogatepass"
    )


def opened(data: bytes, name: str, kind: str, newest: int, what: str = "") -> dict[str, Any]:
    """The record that the bytes of a file say.

    Args:
        name: what errors call it. kind: of its things, "texts" for instance. newest: format that can be read.
        what: it is, for errors; a classifier of its kind unless given.
    Raises:
        BundleError: it is damaged, of another kind, or of a newer version.
    """
    try:
        record = json.loads(data, object_pairs_hook=_no_name_twice, parse_constant=_no_constant)
        found_hash = seal(dict(record))
    except TypeError:
        record, found_hash = None, ""  # JSON, but no object
    except (ValueError, RecursionError) as error:
        raise damaged(name, f"it is no JSON ({error})") from error
    if not isinstance(record, dict) or record.get("kind") != kind:
        raise BundleError(
            f"{name} is no {what or f'classifier of {kind}'}. Give a file that tellapart made of {kind}."
        )
    made_in = record.get("format")
    if not isinstance(made_in, int) or isinstance(made_in, bool) or made_in < 1:
        raise damaged(name, f"its format is {made_in!r}")
    if made_in > newest:
        raise BundleError(
            f"{name} has format {made_in}; this tellapart reads up to {newest}. Update tellapart: "
            "pip install -U tellapart"
        )
    if record.get("sha256") != found_hash:
        raise damaged(name, "it is not what it was when it was made")
    return record


def damaged(name: str, why: Exception | str) -> BundleError:
    """What is raised where the record of a file is impossible; name: what errors call the file."""
    said = str(why)[:100] or type(why).__name__
    return BundleError(f"{name} is damaged: {said}. Copy or train it again.")


def numbers(value: Any, n: int, most: float = 1e6) -> np.ndarray:
    """(n,) of a list of n plain numbers from -most to most.

    Raises:
        ValueError: it is something else.
    """
    if not isinstance(value, list) or len(value) != n or not all(type(one) in (int, float) for one in value):
        raise ValueError(f"{n} numbers are missing")
    found = np.array(value, float)
    if not np.isfinite(found).all() or np.abs(found).max(initial=0.0) > most:
        raise ValueError("a number is out of range")
    return found


def rounded(values: np.ndarray, n_digits: int) -> list[float]:
    """(N,) as plain numbers with so many digits that count."""
    return [float(f"{one:.{n_digits}g}") for one in values.tolist()]


def _no_name_twice(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is no number")
