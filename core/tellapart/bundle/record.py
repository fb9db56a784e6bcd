"""bundle.json, read as a stranger's: every value that tellapart relies on has its type, its range and its limit."""

from __future__ import annotations

import json
import math
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, ValidationError, convert

from tellapart.errors import IntakeError
from tellapart.label_names import clean_label

FORMAT = 2
MAX_BYTES = 16 * 2**20  # 8 golden pictures of 20,000 classes are 2 MB
_MAX_DEPTH = 16
_MAX_FILES = 32

_Name = Annotated[str, Meta(min_length=1, max_length=400)]
_Hash = Annotated[str, Meta(max_length=64)]  # compared with the file's own, so any text may stand here
_Fraction = Annotated[float, Meta(ge=0, le=1)]
_Positive = Annotated[float, Meta(gt=0)]
_Side = Annotated[int, Meta(ge=8, le=4096)]


class GoldenRecord(Struct):
    """A small picture inside the bundle and the probabilities it must get."""

    file: _Name
    probabilities: Annotated[list[_Fraction], Meta(min_length=1)]


class _PreprocessRecord(Struct, forbid_unknown_fields=True):
    size_px: _Side
    resize_px: _Side
    mean: tuple[float, float, float]
    std: tuple[_Positive, _Positive, _Positive]
    fit: Literal["crop", "stretch"] = "crop"
    interpolation: Literal["bilinear", "bicubic"] = "bilinear"
    pixels: Literal[1, 2] = 1


class _BackboneRecord(Struct):
    name: _Name


class BundleRecord(Struct):
    """What loading and the pages rely on; what else the record says is for people and is passed on as it is."""

    format: Annotated[int, Meta(ge=1)]
    classes: Annotated[list[_Name], Meta(min_length=1, max_length=100_000)]
    preprocess: _PreprocessRecord
    threshold: float
    files: Annotated[dict[_Name, _Hash], Meta(min_length=1, max_length=_MAX_FILES)]
    golden: Annotated[list[GoldenRecord], Meta(min_length=1, max_length=8)]
    backbone: _BackboneRecord
    temperature: _Positive = 1.0


def parse(data: bytes) -> dict[str, Any]:
    """JSON as plain values: one object, no name twice in one place, no NaN, no infinity, not deeper than 16 levels.

    Raises:
        ValueError: it is anything else.
    """
    try:
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_number, parse_float=_finite
        )
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("it is not an object")
    _check_depth(value)
    return value


def validate(record: dict[str, Any]) -> BundleRecord:
    """The record, every value checked.

    Raises:
        ValueError: a value is missing, or of another type or range; the text says which, as in `$.golden[0].file`.
    """
    try:
        found = convert(record, BundleRecord, strict=True)
    except ValidationError as error:
        raise ValueError(str(error)) from None
    if len(set(found.classes)) != len(found.classes):
        raise ValueError("a label appears twice")
    try:
        for label in found.classes:
            clean_label(label)
    except IntakeError as error:
        raise ValueError(str(error)) from None
    for golden in found.golden:
        if len(golden.probabilities) != len(found.classes):
            raise ValueError(
                f"{golden.file!r} has {len(golden.probabilities)} probabilities; there are "
                f"{len(found.classes)} classes"
            )
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"it has {twice[:60]!r} twice")
    return found


def _no_number(text: str) -> float:
    raise ValueError(f"it holds {text}, which is no number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"it holds {text[:20]}, which is too large a number")
    return value


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(_MAX_DEPTH):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return
    raise ValueError("it is nested too deeply")
