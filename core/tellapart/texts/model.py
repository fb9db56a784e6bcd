"""TextModel: what was learned from texts, as plain numbers; it answers with numpy alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from tellapart.learning.metrics import cautious, softmax
from tellapart.texts.terms import pieces, words_and_pairs
from tellapart.texts.tokens import token_places, tokens


@dataclass(frozen=True)
class TermTable:
    """Terms of one kind. columns: term -> place in idf (V,) and weights (V, C). length: of a text's part of them."""

    columns: dict[str, int]
    idf: np.ndarray
    weights: np.ndarray
    length: float

    def shares(self, terms: Sequence[str]) -> tuple[list[str], np.ndarray]:
        """The T different known ones of these terms, and (T, C): what all places of each add to the logits."""
        found = Counter(term for term in terms if term in self.columns)
        if not found:
            return [], np.zeros((0, self.weights.shape[1]))
        at = np.fromiter((self.columns[term] for term in found), np.int64, len(found))
        values = (1 + np.log(np.fromiter(found.values(), np.float64, len(found)))) * self.idf[at]
        values *= self.length / np.sqrt(values @ values)
        return list(found), values[:, None] * self.weights[at]


@dataclass(frozen=True)
class TextModel:
    """labels: in the order of the columns of weights, bias (C,) and probabilities. caution: share of an answer that is
    spread evenly. temperature: by which weights and bias were divided already. measured: what it was found to be worth,
    plain JSON values."""

    labels: tuple[str, ...]
    words: TermTable
    pieces: TermTable
    bias: np.ndarray
    caution: float
    temperature: float
    measured: dict[str, Any]

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """(N, C), calibrated, rows sum to 1."""
        logits = (
            np.stack([self._logits(text) for text in texts]) if texts else np.zeros((0, len(self.labels)))
        )
        return cautious(softmax(logits), self.caution)

    def is_strange(self, text: str) -> bool:
        """Whether none of its words was learned from, so that the answer says only how common the labels are."""
        return not any(word in self.words.columns for word in tokens(text))

    def evidence(self, text: str, label: str) -> list[tuple[int, int, float]]:
        """(start, end, weight) of each word of the text: by how much it raises the logit of the label above the mean of
        all labels; together with the bias that is the logit itself.

        Raises:
            ValueError: the model has no such label.
        """
        k = self.labels.index(label)
        places = token_places(text)
        words = [word for word, _, _ in places]
        in_words = [pieces(word) for word in words]
        of_words = _each_time(self.words, words_and_pairs(words), k)
        of_pieces = _each_time(self.pieces, [piece for inside in in_words for piece in inside], k)
        weights = [of_words.get(word, 0.0) for word in words]
        for i, (one, other) in enumerate(pairwise(words)):
            half = of_words.get(f"{one} {other}", 0.0) / 2
            weights[i], weights[i + 1] = weights[i] + half, weights[i + 1] + half
        for i, inside in enumerate(in_words):
            weights[i] += sum(of_pieces.get(piece, 0.0) for piece in inside)
        return [(start, end, weight) for (_, start, end), weight in zip(places, weights, strict=True)]

    def _logits(self, text: str) -> np.ndarray:
        words = tokens(text)
        _, of_words = self.words.shares(words_and_pairs(words))
        _, of_pieces = self.pieces.shares([piece for word in words for piece in pieces(word)])
        return np.asarray(self.bias + of_words.sum(axis=0) + of_pieces.sum(axis=0), np.float64)


def _each_time(table: TermTable, terms: list[str], k: int) -> dict[str, float]:
    """By how much one place of each known term raises the logit of class k above the mean."""
    names, shares = table.shares(terms)
    n_times = Counter(terms)
    above = shares[:, k] - shares.mean(axis=1)
    return {name: value / n_times[name] for name, value in zip(names, above.tolist(), strict=True)}
