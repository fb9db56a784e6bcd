"""Minima of functions searched side by side, beside SciPy's, one after the other."""

import numpy as np
import pytest
from scipy.optimize import minimize
from tellapart.learning.numerics.lbfgs import StopRule, minimise

CLOSE = StopRule(gradient=1e-6, loss=1e-14)


def ridges(n, size, seed):
    """(loss, gradient) functions: logistic regression with a ridge, on data of very different spread."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(n):
        inputs = rng.normal(size=(80, size)) * np.geomspace(0.05, 1, size)
        signs = np.sign(inputs @ rng.normal(size=size) + rng.normal(size=80))

        def one(flat, inputs=inputs, signs=signs):
            margins = signs * (inputs @ flat)
            slopes = -signs / (1 + np.exp(margins)) / 80
            return np.logaddexp(0, -margins).mean() + 0.01 * flat @ flat, inputs.T @ slopes + 0.02 * flat

        made.append(one)
    return made


def together(functions):
    def evaluated(which, points):
        found = [functions[i](point) for i, point in zip(which, points, strict=True)]
        return np.array([loss for loss, _ in found]), np.stack([gradient for _, gradient in found])

    return evaluated


@pytest.mark.parametrize("n", [1, 2, 6])
@pytest.mark.parametrize("size", [1, 3, 40])
def test_the_minima_are_scipy_s(n, size):
    functions = ridges(n, size, seed=n * size)
    starts = np.random.default_rng(1).normal(size=(n, size))
    for one, start, found in zip(
        functions, starts, minimise(together(functions), starts, CLOSE), strict=True
    ):
        expected = minimize(one, start, jac=True, method="L-BFGS-B", options={"ftol": 1e-15, "gtol": 1e-9})
        assert np.abs(found - expected.x).max() < 1e-2 and one(found)[0] <= expected.fun + 1e-7  # rounding


def test_what_is_beside_it_changes_nothing():
    functions = ridges(5, 12, seed=0)
    starts = np.zeros((5, 12))
    beside = minimise(together(functions), starts, CLOSE)
    for i in range(5):
        (alone,) = minimise(together(functions[i : i + 1]), starts[i : i + 1], CLOSE)
        assert np.array_equal(alone, beside[i])


def test_from_the_minimum_it_asks_once():
    (function,) = ridges(1, 6, seed=2)
    (found,) = minimise(together([function]), [np.zeros(6)], CLOSE)
    asked = []

    def counted(which, points):
        asked.append(len(which))
        return together([function])(which, points)

    (again,) = minimise(counted, [found], StopRule(gradient=1e-5, loss=1e-12))
    assert asked == [1] and np.array_equal(again, found)


def test_a_step_that_is_far_too_long_is_halved():
    def steep(which, points):
        return 500 * (points**2).sum(axis=1), 1000 * points

    (found,) = minimise(steep, [np.array([3.0, -2.0])], CLOSE)
    assert np.abs(found).max() < 1e-6


def test_it_ends_where_nothing_is_to_be_gained():
    def flat(which, points):
        return np.ones(len(which)), np.ones_like(
            points
        )  # a gradient that promises what the loss does not keep

    (found,) = minimise(flat, [np.zeros(2)], CLOSE)
    assert np.isfinite(found).all()
