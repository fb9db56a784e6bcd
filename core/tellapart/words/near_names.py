"""What a misspelt name probably means: the one place that says "Did you mean"."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable

_CUTOFF = 0.6  # of difflib: how much of two names is the same


def near_names(name: str, known: Iterable[str], n: int = 1) -> list[str]:
    """At most n of the known names that are spelled like this one, the nearest first; case and punctuation do not
    count, so that ResNet-50 is resnet50."""
    plain: dict[str, str] = {}
    for one in known:
        plain.setdefault(_plain(one), one)
    return [plain[found] for found in difflib.get_close_matches(_plain(name), list(plain), n, _CUTOFF)]


def did_you_mean(name: str, known: Iterable[str], n: int = 1) -> str:
    """A question for the end of a sentence, with the space before it: " Did you mean 'oak'?"; "" where none is near."""
    near = near_names(name, known, n)
    return f" Did you mean {' or '.join(map(repr, near))}?" if near else ""


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\W_]", "", folded) or folded
