"""What a text is like, whatever its label: short, in another language, odd, with repeated lines."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tellapart.learning.outliers import robust_scores
from tellapart.texts.terms import TermCounts

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

SHORT = 2  # words and signs, at most, that hardly say anything
_ENOUGH_TOKENS = 5  # fewer tell no language
_FEW_TEXTS = 20  # among which nothing is usual
_LANGUAGE, _ODD = 5.0, 5.0  # robust standard deviations
_LEAST_LINES, _LINE_SHARE, _MOST_BOILERPLATE = 5, 0.02, 20


@dataclass(frozen=True)
class Boilerplate:
    """A line that stands in many texts. n: in how many; labels: label -> how many of them."""

    line: str
    n: int
    labels: dict[str, int]

    @property
    def sentence(self) -> str:
        """What it is, in words."""
        most, n_most = max(self.labels.items(), key=lambda one: one[1])
        leads = (
            f" {n_most} of them are {most!r}: the label may be learned from the line alone."
            if n_most > 0.9 * self.n
            else ""
        )
        return f"{self.n} texts have the line {self.line[:60]!r}.{leads}"


def scripts(texts: Sequence[str]) -> list[str]:
    """(N,) the letters that most of each text is written in, such as LATIN or CYRILLIC; "" where it has none."""
    return [_script(text[:2000]) for text in texts]


def strangeness(counts: TermCounts) -> np.ndarray:
    """(N,) robust standard deviations by which the pieces of a text's words are rarer in the other texts than is usual:
    a language of its own. 0 for short texts, and where there are few texts.

    Source: Cavnar & Trenkle 1994, "N-Gram-Based Text Categorization" (languages by their runs of characters).
    """
    n = counts.pieces.shape[0]
    if n < _FEW_TEXTS:
        return np.zeros(n)
    short = np.array([len(name) == 3 for name in counts.piece_names])
    three = counts.pieces[:, np.flatnonzero(short)].tocsr()
    n_texts = np.bincount(three.indices, minlength=three.shape[1])
    rarity = -np.log((n_texts - 1 + 0.5) / n)  # in the other texts
    sums = _sums(three, rarity)
    means = sums / np.maximum(np.asarray(three.sum(axis=1)).ravel(), 1)
    judged = counts.n_tokens >= _ENOUGH_TOKENS
    return np.where(judged, robust_scores(means, np.where(judged, 0, -1)), 0.0)


def oddness(rows: csr_matrix, targets: np.ndarray, n_classes: int) -> np.ndarray:
    """(N,) robust standard deviations by which a text is less like the others of its label than is usual for the label.

    Args:
        rows: (N, V) weighed, all of one length. targets: (N,) int.
    """
    from scipy.sparse import csr_matrix

    n = len(targets)
    if n < _FEW_TEXTS:
        return np.zeros(n)
    of_class = csr_matrix((np.ones(n, np.float32), (targets, np.arange(n))), shape=(n_classes, n))
    sums = np.asarray((of_class @ rows).todense())  # (C, V)
    own = np.asarray(rows.multiply(rows).sum(axis=1)).ravel()
    likeness = np.zeros(n)
    for k in range(n_classes):
        chosen = np.flatnonzero(targets == k)
        likeness[chosen] = (rows[chosen] @ sums[k] - own[chosen]) / max(1, len(chosen) - 1)
    return np.asarray(robust_scores(-likeness, targets), float)


def boilerplate(texts: Sequence[str], labels: Sequence[str]) -> list[Boilerplate]:
    """Lines that stand in many of the texts that have several lines, the commonest first."""
    where: dict[str, Counter[str]] = defaultdict(Counter)
    n_several = 0
    for text, label in zip(texts, labels, strict=True):
        lines = {" ".join(line.split()) for line in text.splitlines()} - {""}
        if len(lines) > 1:
            n_several += 1
            for line in lines:
                where[line[:200]][label] += 1
    least = max(_LEAST_LINES, _LINE_SHARE * n_several)
    found = [
        Boilerplate(line, sum(counts.values()), dict(counts))
        for line, counts in where.items()
        if sum(counts.values()) >= least
    ]
    return sorted(found, key=lambda one: (-one.n, one.line))[:_MOST_BOILERPLATE]


def is_of_another_language(strangeness: float) -> bool:
    """Whether `strangeness` says so."""
    return strangeness > _LANGUAGE


def is_odd(oddness: float) -> bool:
    """Whether `oddness` is worth a look."""
    return oddness > _ODD


def _script(text: str) -> str:
    if text.isascii():
        return "LATIN" if any(one.isalpha() for one in text) else ""
    counts = Counter(unicodedata.name(one, "").partition(" ")[0] for one in text if one.isalpha())
    return max(counts, key=lambda one: (counts[one], one), default="")


def _sums(counts: csr_matrix, values: np.ndarray) -> np.ndarray:
    """(N,) sum over the columns of counts times values (V,)."""
    return np.asarray(counts @ values.astype(np.float64), float).ravel()
