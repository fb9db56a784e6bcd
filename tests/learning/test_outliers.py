"""What does not belong, in labels of a few pictures."""

import numpy as np
import pytest
from tellapart.learning.neighbours import nearest
from tellapart.learning.outliers import outlier_scores


def a_stranger_among_few(seed: int, n_of_label: int) -> tuple[np.ndarray, np.ndarray]:
    """Points of length 1 of three labels, and last one of none under the label of some."""
    rng = np.random.default_rng(seed)
    middles = rng.normal(size=(3, 24))
    points = np.repeat(middles, n_of_label, axis=0) + 0.4 * rng.normal(size=(3 * n_of_label, 24))
    points = np.concatenate([points, rng.normal(size=(1, 24))])
    targets = np.append(np.repeat(np.arange(3), n_of_label), rng.integers(3))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32), targets


@pytest.mark.parametrize("n_of_label", [5, 6, 8, 40])
def test_what_does_not_belong_is_first_in_labels_of_a_few_pictures_too(n_of_label):
    """Compared with fifteen or twenty of its label, so with all of it, it was missed in a fifth of these."""
    for seed in range(20):
        points, targets = a_stranger_among_few(seed, n_of_label)
        scores = outlier_scores(targets, *nearest(points, np.arange(len(points))))
        assert scores.argmax() == len(points) - 1, seed


def test_pictures_without_a_label_are_compared_with_none():
    points, targets = a_stranger_among_few(0, 6)
    scores = outlier_scores(np.full(len(targets), -1), *nearest(points, np.arange(len(points))))
    assert not scores.any()
