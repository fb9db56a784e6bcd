"""What a cell of a table says: nothing, a number, a date, or just its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from math import isfinite, nan

MISSING = frozenset({"", "?", "na", "n/a", "nan", "null", "#n/a", "-", "--"})
_DATES = ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M",
          "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H:%M")  # fmt: skip
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_COMMA = re.compile(r"[+-]?\d+,\d+|[+-]?\d{1,3}(\.\d{3})+,\d+")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_EPOCH = datetime(1970, 1, 1)
_MOST = 1e15  # larger numbers are taken for words
_SHARE = 0.99  # of the cells that have to agree on what they are


def is_missing(cell: str) -> bool:
    """Whether a cell says nothing."""
    return cell.strip().casefold() in MISSING


def number_style(cells: Sequence[str]) -> str:
    """How these cells write numbers: "point" (3.5), "comma" (3,5), "thousands" (1,234.5); "" where they are none, or
    larger ones than are counted with."""
    written: dict[str, Callable[[str], object]] = {
        "point": _NUMBER.fullmatch,
        "thousands": lambda one: _NUMBER.fullmatch(one) or _THOUSANDS.fullmatch(one),
        "comma": lambda one: one.lstrip("+-").isdecimal() or _COMMA.fullmatch(one),
    }
    n = {
        style: sum(1 for one in cells if is_so(one) and isfinite(number(one, style)))
        for style, is_so in written.items()
    }
    best = max(n, key=lambda style: n[style])  # the first of equal ones
    return best if cells and n[best] >= _SHARE * len(cells) else ""


def number(cell: str, style: str) -> float:
    """The number in a cell; NaN where there is none, or a larger one than is counted with."""
    text = cell.strip()
    if style == "comma" and _COMMA.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    elif style == "thousands" and _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    if not _NUMBER.fullmatch(text):
        return nan
    value = float(text)
    return value if isfinite(value) and abs(value) <= _MOST else nan


def date_style(cells: Sequence[str]) -> str:
    """The format of these dates, as `strptime` calls it; "" where they are none."""
    for style in _DATES:
        if cells and sum(1 for one in cells if day(one, style) == day(one, style)) >= _SHARE * len(cells):
            return style
    return ""


def day(cell: str, style: str) -> float:
    """Days since 1970; NaN where the cell is no date of that format."""
    try:
        return (datetime.strptime(cell.strip(), style) - _EPOCH).total_seconds() / 86400
    except ValueError:
        return nan
