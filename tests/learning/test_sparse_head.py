"""The classifier on sparse rows finds the optimum, whatever it starts from."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from tellapart.learning.metrics import log_softmax
from tellapart.learning.sparse.sparse_head import fit_sparse_head, log_ratios


@pytest.fixture
def some():
    rng = np.random.default_rng(3)
    rows = rng.random((90, 12)) * (rng.random((90, 12)) < 0.3)
    targets = rng.integers(0, 3, 90)
    rows[np.arange(90), targets] += 0.7 * (rng.random(90) < 0.8)
    return csr_matrix(rows.astype(np.float32)), targets


def loss_of(flat, rows, targets, l2, ease):
    both = flat.reshape(13, 3)
    shares = (1 / (3 * np.bincount(targets)))[targets]
    logits = rows.toarray() @ both[:-1] + both[-1]
    fit = -(shares @ log_softmax(logits)[np.arange(len(targets)), targets])
    return fit + l2 / 2 * float(((both[:-1] / ease) ** 2).sum())


@pytest.mark.parametrize("is_eased", [False, True])
def test_it_is_the_minimum_of_the_penalised_loss(some, is_eased):
    rows, targets = some
    ease = np.maximum(log_ratios(rows, targets, 3), 1e-3) if is_eased else np.ones((12, 3))
    head = fit_sparse_head(rows, targets, 3, 0.01, ease if is_eased else None)
    found = np.vstack([head.weights, head.bias]).ravel()
    best = minimize(loss_of, np.zeros(39), args=(rows, targets, 0.01, ease), tol=1e-9).fun
    assert loss_of(found, rows, targets, 0.01, ease) == pytest.approx(best, abs=2e-4)


def test_two_classes_are_mirrors_and_the_minimum_too(some):
    rows, targets = some
    two = targets < 2
    rows, targets = rows[two], targets[two]
    head = fit_sparse_head(rows, targets, 2, 0.01)
    assert np.array_equal(head.weights[:, 0], -head.weights[:, 1]) and head.bias[0] == -head.bias[1]

    def loss(flat):
        both = flat.reshape(13, 2)
        logits = rows.toarray() @ both[:-1] + both[-1]
        fit = -(
            (1 / (2 * np.bincount(targets)))[targets] @ log_softmax(logits)[np.arange(len(targets)), targets]
        )
        return fit + 0.005 * float((both[:-1] ** 2).sum())

    best = minimize(loss, np.zeros(26), tol=1e-9).fun
    assert loss(np.vstack([head.weights, head.bias]).ravel()) == pytest.approx(best, abs=2e-4)


def test_it_goes_on_from_another_solution(some):
    rows, targets = some
    first = fit_sparse_head(rows, targets, 3, 0.1)
    again = fit_sparse_head(rows, targets, 3, 0.01, start=first.solution)
    fresh = fit_sparse_head(rows, targets, 3, 0.01)
    assert np.abs(again.logits(rows) - fresh.logits(rows)).max() < 0.05


def test_log_ratios_are_large_where_a_class_has_a_column_to_itself():
    rows = csr_matrix(np.array([[9, 0, 1], [9, 0, 1], [0, 9, 1], [0, 9, 1]], np.float32))
    ratios = log_ratios(rows, np.array([0, 0, 1, 1]), 2)
    assert ratios.shape == (3, 2) and ratios[:2].min() > 2 and ratios[2].max() == pytest.approx(0, abs=1e-6)


def test_a_class_without_rows_is_refused(some):
    rows, targets = some
    with pytest.raises(ValueError, match=r"Classes \[3\] have no row"):
        fit_sparse_head(rows, targets, 4, 0.1)
