"""Text of strangers on its way to a terminal, a spreadsheet or another program: nothing in it is obeyed there.

Names of files, labels, titles, answers of servers and errors of libraries may hold escape sequences (also as single C1
signs), signs that turn the direction of reading so that `gpj.exe` looks like a picture, and signs that show nothing.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

_JOINERS = (
    "\u200c\u200d"  # words of Persian and of India, and many emoji, need them between two signs of their own
)
_WHITE = {"\n": " ", "\t": " "}  # a name in two lines would look like two
_FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "＝",
    "＋",
    "－",
    "＠",
)  # a spreadsheet calculates these; Excel takes the wide ones too
_NOT_PRINTABLE = re.compile("[^\x20-\x7e]")


def harmless(text: str) -> str:
    """The text in one line, with \ufffd for each sign that a terminal would obey or nobody can see."""
    if text.isprintable():
        return text
    return "".join(one if _is_harmless(text, i) else _WHITE.get(one, "\ufffd") for i, one in enumerate(text))


def harmless_json(value: Any) -> str:
    """The value as JSON in one line; signs that are not harmless are written as escapes, so that nothing is lost."""
    text = json.dumps(value, ensure_ascii=False)
    if text.isprintable():
        return text
    return _NOT_PRINTABLE.sub(lambda found: _escaped(found[0]) if _is_odd(found[0]) else found[0], text)


def csv_cell(value: str | None) -> str:
    """The text as a cell of a CSV file; "" for None. An apostrophe stands before what a spreadsheet would calculate."""
    text = harmless(value or "")
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def from_csv_cell(text: str) -> str:
    """The text of a cell that `csv_cell` made."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA) else text


def _is_harmless(text: str, i: int) -> bool:
    if text[i] in _JOINERS:
        return 0 < i < len(text) - 1 and _is_joined(text[i - 1]) and _is_joined(text[i + 1])
    return not _is_odd(text[i])


def _is_joined(one: str) -> bool:
    """Whether a joiner beside this sign can be meant: no letter of an alphabet whose letters stand alone."""
    return ord(one) > 0x5FF and not _is_odd(one)


def _is_odd(one: str) -> bool:
    return unicodedata.category(one) in ("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp")


def _escaped(one: str) -> str:
    return json.dumps(one)[1:-1] if one != "\x7f" else "\\u007f"  # two halves of a pair for what is far out
