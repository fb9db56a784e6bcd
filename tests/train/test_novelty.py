"""The line for 'none of these', against the formula written down plainly."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import eigh
from tellapart.train.components import MAX_COMPONENTS, fit_components
from tellapart.train.novelty import fit_novelty


def made(n, size, n_classes, seed):
    """Embeddings of a few directions and some noise, targets with every class, and five folds."""
    rng = np.random.default_rng(seed)
    targets = np.arange(n) % n_classes
    centres = rng.normal(0, 2, (n_classes, size))
    embeddings = centres[targets] + rng.normal(0, 1, (n, size)) * rng.uniform(0.2, 2, size)
    return embeddings.astype(np.float32), targets, rng.permutation(np.arange(n) % 5)


def plain_novelty(seen, targets, others):
    """Squared Mahalanobis distance to the nearest class, per dimension, with nothing shared and nothing saved."""
    mean, scale = seen.mean(axis=0), seen.std(axis=0)
    scale = np.maximum(scale, max(1e-6, 0.05 * np.median(scale)))
    inputs, others = (seen - mean) / scale, (others - mean) / scale
    _, spreads, directions = np.linalg.svd(inputs, full_matrices=False)
    basis = directions[:MAX_COMPONENTS][spreads[:MAX_COMPONENTS] ** 2 > 1e-6 * spreads[0] ** 2].T
    along = inputs @ basis
    means = np.array([along[targets == k].mean(axis=0) for k in np.unique(targets)])
    residuals = along - means[np.unique(targets, return_inverse=True)[1]]
    covariance = residuals.T @ residuals / len(residuals)
    average = np.trace(covariance) / len(covariance)
    inverse = np.linalg.inv(0.9 * covariance + 0.1 * average * np.eye(len(covariance)))
    apart = (others @ basis)[:, None] - means[None]
    within = np.einsum("nci,ij,ncj->nc", apart, inverse, apart).min(axis=1)
    beside = (others**2).sum(axis=1) - ((others @ basis) ** 2).sum(axis=1)
    return (within + beside / (0.3 * average)) / others.shape[1]


def assert_as_plain(embeddings, targets, folds):
    found = fit_novelty(embeddings, targets, int(targets.max()) + 1, folds)
    exact = embeddings.astype(np.float64)
    unseen = [
        plain_novelty(exact[folds != fold], targets[folds != fold], exact[folds == fold])
        for fold in np.unique(folds)
    ]
    assert found.unseen == pytest.approx(np.concatenate(unseen), rel=2e-3, abs=2e-3)
    assert found.threshold == pytest.approx(
        np.quantile(np.concatenate(unseen), 0.95, method="higher"), rel=2e-3, abs=2e-3
    )
    whole = plain_novelty(exact, targets, exact[:10])
    assert found.model.novelty(embeddings[:10]) == pytest.approx(whole, rel=2e-3, abs=2e-3)


@given(st.integers(15, 60), st.integers(3, 40), st.integers(2, 4), st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_novelty_and_its_line_are_what_the_plain_formula_gives(n, size, n_classes, seed):
    assert_as_plain(*made(n, size, n_classes, seed))


def test_the_plain_formula_also_holds_where_directions_are_left_out():
    assert_as_plain(*made(360, 340, 3, seed=1))


def test_a_class_that_a_fold_left_out_whole_is_no_class_to_be_near():
    embeddings, targets, folds = made(60, 12, 3, seed=2)
    folds[targets == 2], folds[targets != 2] = 0, np.arange(40) % 4 + 1
    assert_as_plain(embeddings, targets, folds)
    strangers = fit_novelty(embeddings, targets, 3, folds).unseen[:20]
    assert strangers.min() > 1


@pytest.mark.parametrize("n", [900, 300])
def test_the_directions_are_those_of_the_largest_spread(n):
    """However many there are to choose from, and whichever of LAPACK's ways is the quicker one."""
    rng = np.random.default_rng(3)
    embeddings = (rng.normal(size=(n, 1000)) * np.linspace(3, 0.1, 1000)).astype(np.float32)
    found = fit_components(embeddings)
    inputs = ((embeddings - found.mean) / found.scale).astype(np.float64)
    values = eigh(inputs @ inputs.T, eigvals_only=True)[-MAX_COMPONENTS:]
    assert (found.coordinates(embeddings) ** 2).sum(axis=0) == pytest.approx(values, rel=1e-3)
    assert np.abs(found.basis.T @ found.basis - np.eye(MAX_COMPONENTS)).max() < 1e-3
