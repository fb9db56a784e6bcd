"""Weights of terms: common ones count little (TF-IDF), a repeated one little more, long texts no more than short ones.

What is weighed by which texts is said by whoever asks: out of fold nothing is known of the texts that are judged, not
even which words there are.
Source: Salton & Buckley 1988, "Term-weighting approaches in automatic text retrieval".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tellapart.texts.terms import TermCounts

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

MOST_TERMS = 80_000  # of either kind: what is rarest is left out
_MOST_NUMBERS = 2_000_000  # weights of all classes together
_FEW = 100  # texts, below which a term of one text counts, too
PIECES_SHARE = 1.0  # length of the part of the pieces beside that of the words, which is 1


@dataclass(frozen=True)
class Vocabulary:
    """The terms that count. words, pieces: which columns of the counts. word_idf, piece_idf: float32, their weights."""

    words: np.ndarray
    word_idf: np.ndarray
    pieces: np.ndarray
    piece_idf: np.ndarray


def choose_vocabulary(counts: TermCounts, rows: np.ndarray, n_classes: int) -> Vocabulary:
    """The terms of these rows that are in two texts at least (in one, where there are few), the commonest first."""
    least = 1 if len(rows) < _FEW else 2
    most = max(1000, min(MOST_TERMS, _MOST_NUMBERS // (2 * n_classes)))
    return Vocabulary(*_chosen(counts.words[rows], least, most), *_chosen(counts.pieces[rows], least, most))


def weighed(counts: TermCounts, vocabulary: Vocabulary, rows: np.ndarray) -> csr_matrix:
    """(N, V + G) float32 of these rows: words and pairs, then pieces; of each text the length is the same."""
    from scipy.sparse import csr_matrix, hstack

    parts = (
        _weighed(counts.words[rows][:, vocabulary.words], vocabulary.word_idf, 1.0),
        _weighed(counts.pieces[rows][:, vocabulary.pieces], vocabulary.piece_idf, PIECES_SHARE),
    )
    return csr_matrix(hstack(parts, format="csr"))


def _chosen(counts: csr_matrix, least: int, most: int) -> tuple[np.ndarray, np.ndarray]:
    n_texts = np.bincount(counts.indices, minlength=counts.shape[1])
    kept = np.flatnonzero(n_texts >= least)
    if len(kept) > most:
        kept = np.sort(kept[np.argsort(-n_texts[kept], kind="stable")[:most]])
    idf = np.log((1 + counts.shape[0]) / (1 + n_texts[kept])) + 1
    return kept, idf.astype(np.float32)


def _weighed(counts: csr_matrix, idf: np.ndarray, length: float) -> csr_matrix:
    from scipy.sparse import csr_matrix

    values = (1 + np.log(counts.data)) * idf[counts.indices]
    starts = counts.indptr[:-1]
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    norms = np.sqrt(np.bincount(rows, weights=values.astype(np.float64) ** 2, minlength=len(starts)))
    values = values * (length / np.maximum(norms, 1e-12))[rows]
    return csr_matrix((values.astype(np.float32), counts.indices, counts.indptr), shape=counts.shape)
