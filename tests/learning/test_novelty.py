"""The line for 'none of these', against the formula written down plainly."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import eigh
from tellapart.learning import novelty
from tellapart.learning.folds import assign_folds, can_be_told
from tellapart.learning.novelty import fit_novelty
from tellapart.learning.numerics.principal_components import MAX_COMPONENTS, fit_components


def made(n, size, n_classes, seed):
    """Embeddings of a few directions and some noise, targets with every class, and five folds."""
    rng = np.random.default_rng(seed)
    targets = np.arange(n) % n_classes
    centres = rng.normal(0, 2, (n_classes, size))
    embeddings = centres[targets] + rng.normal(0, 1, (n, size)) * rng.uniform(0.2, 2, size)
    return embeddings.astype(np.float32), targets, rng.permutation(np.arange(n) % 5)


def plain_parts(seen, targets, others):
    """Squared Mahalanobis distance to the nearest class, and the squares beside: nothing shared, nothing saved."""
    mean, scale = seen.mean(axis=0), seen.std(axis=0)
    scale = np.maximum(scale, max(1e-6, 0.05 * np.median(scale)))
    inputs, others = (seen - mean) / scale, (others - mean) / scale
    _, spreads, directions = np.linalg.svd(inputs, full_matrices=False)
    basis = directions[:MAX_COMPONENTS][spreads[:MAX_COMPONENTS] ** 2 > 1e-6 * spreads[0] ** 2].T
    along = inputs @ basis
    means = np.array([along[targets == k].mean(axis=0) for k in np.unique(targets)])
    residuals = along - means[np.unique(targets, return_inverse=True)[1]]
    unknown = 0.5 * (along**2).mean() * np.eye(along.shape[1])
    covariance = (residuals.T @ residuals + unknown) / (len(residuals) - len(means) + 1)
    average = np.trace(covariance) / len(covariance)
    inverse = np.linalg.inv(0.9 * covariance + 0.1 * average * np.eye(len(covariance)))
    apart = (others @ basis)[:, None] - means[None]
    within = np.einsum("nci,ij,ncj->nc", apart, inverse, apart).min(axis=1)
    return within, (others - others @ basis @ basis.T) ** 2


def plain_weights(squares):
    n, usual = len(squares), squares.var(axis=0).mean() + squares.mean() ** 2
    variance = (n * squares.var(axis=0) + 5 * usual) / (n + 5)
    weights = 1 / np.sqrt(np.maximum(variance, 1e-8))
    return weights / max((squares * weights).mean(), 0.05)


def assert_as_plain(embeddings, targets, folds):
    found = fit_novelty(embeddings, targets, int(targets.max()) + 1, folds)
    exact = embeddings.astype(np.float64)
    parts = [
        plain_parts(exact[folds != fold], targets[folds != fold], exact[folds == fold])
        for fold in np.unique(folds)
    ]
    told = can_be_told(targets, folds)
    told = np.concatenate([told[folds == fold] for fold in np.unique(folds)])
    within, squares = (np.concatenate(of_folds) for of_folds in zip(*parts, strict=True))
    weights = plain_weights(squares[told])
    unseen = (within + squares @ weights) / exact.shape[1]
    assert found.unseen == pytest.approx(unseen, rel=1e-2, abs=2e-3)
    line = np.quantile(unseen[told], 0.95, method="higher")
    assert found.threshold == pytest.approx(line, rel=1e-2, abs=2e-3)
    within, squares = plain_parts(exact, targets, exact[:10])
    whole = (within + squares @ weights) / exact.shape[1]
    assert found.model.novelty(embeddings[:10]) == pytest.approx(whole, rel=1e-2, abs=2e-3)


@given(st.integers(15, 60), st.integers(3, 40), st.integers(2, 4), st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_novelty_and_its_line_are_what_the_plain_formula_gives(n, size, n_classes, seed):
    assert_as_plain(*made(n, size, n_classes, seed))


@pytest.mark.slow
def test_the_plain_formula_also_holds_where_directions_are_left_out():
    assert_as_plain(*made(360, 340, 3, seed=1))


def test_of_very_many_pictures_only_those_that_count_are_asked_of_other_networks(monkeypatch):
    monkeypatch.setattr(novelty, "_ENOUGH", 60)
    embeddings, targets, folds = made(100, 6, 3, 0)
    asked = []

    def without(fold, rows):
        asked.append(len(rows))
        return embeddings[rows]

    found = fit_novelty(embeddings, targets, 3, folds, without)
    assert asked and max(asked) < 70
    assert found.threshold == fit_novelty(embeddings, targets, 3, folds).threshold


def test_where_a_network_learned_from_one_fold_the_other_alone_finds_the_line():
    embeddings, targets, _ = made(90, 12, 3, seed=4)
    folds = (np.arange(90) % 4 == 0).astype(int)  # the held-out ones are fold 1
    embeddings[folds == 0] = 0.3 * embeddings[folds == 0]  # what was learned lies close together
    both, held_out = (
        fit_novelty(embeddings, targets, 3, folds),
        fit_novelty(embeddings, targets, 3, folds, None, (1,)),
    )
    assert len(held_out.unseen) == (folds == 1).sum() and len(both.unseen) == 90
    assert (held_out.unseen > held_out.threshold).mean() <= 0.05
    assert held_out.threshold > 1.5 * both.model.novelty(embeddings[folds == 0]).max()


def test_a_class_that_a_fold_left_out_whole_is_no_class_to_be_near():
    embeddings, targets, folds = made(60, 12, 3, seed=2)
    folds[targets == 2], folds[targets != 2] = 0, np.arange(40) % 4 + 1
    assert_as_plain(embeddings, targets, folds)
    strangers = fit_novelty(embeddings, targets, 3, folds).unseen[:20]
    assert strangers.min() > 1


def assert_of_use(embeddings, targets):
    """Finite, and the pictures themselves are members."""
    groups = [f"picture {i}" for i in range(len(targets))]
    found = fit_novelty(embeddings, targets, int(targets.max()) + 1, assign_folds(targets, groups))
    own = found.model.novelty(embeddings)
    assert np.isfinite(found.threshold) and np.isfinite(found.unseen).all() and np.isfinite(own).all()
    assert all(np.isfinite(np.asarray(value)).all() for value in vars(found.model).values())
    assert (own <= found.threshold).mean() >= 0.9
    return found


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("n_each", [1, 2, 3])
@pytest.mark.parametrize("n_classes", [2, 3, 30])
@pytest.mark.parametrize("spread", [0.0, 1e-4, 1.0])
@pytest.mark.parametrize("size", [3, 1600])
def test_as_few_pictures_as_there_can_be_have_a_line(n_each, n_classes, spread, size):
    rng = np.random.default_rng(0)
    targets = np.repeat(np.arange(n_classes), n_each)
    centres = np.maximum(rng.normal(0, 1, (n_classes, size)), 0)
    embeddings = (centres[targets] + rng.normal(0, spread, (len(targets), size))).astype(np.float32)
    found = assert_of_use(embeddings, targets)
    far = (1000 * rng.normal(0, 1, (20, size))).astype(np.float32)
    assert (found.model.novelty(far) > found.threshold).all()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("n", [2, 5, 40])
def test_pictures_that_are_all_the_same_have_a_line(n):
    assert_of_use(np.full((n, 30), 1.5, np.float32), np.arange(n) % 2)
    assert_of_use(np.zeros((n, 30), np.float32), np.arange(n) % 2)


@pytest.mark.parametrize("n_of_it", [1, 20, 100])
def test_a_label_of_one_group_does_not_move_the_line_of_the_others(n_of_it):
    embeddings, targets, folds = made(120, 30, 3, seed=4)
    alone = fit_novelty(embeddings, targets, 3, folds)
    lone = np.random.default_rng(1).normal(8, 1, (n_of_it, 30)).astype(np.float32)
    found = fit_novelty(
        np.concatenate([embeddings, lone]), np.concatenate([targets, np.full(n_of_it, 3)]), 4,
        np.concatenate([folds, np.full(n_of_it, 2)]),
    )  # fmt: skip
    assert 0.5 * alone.threshold < found.threshold < 2 * alone.threshold
    assert found.unseen.max() > 2 * found.threshold, (
        "they are far from all others, which says nothing about them"
    )


@pytest.mark.parametrize("n", [pytest.param(900, marks=pytest.mark.slow), 300])
def test_the_directions_are_those_of_the_largest_spread(n):
    """However many there are to choose from, and whichever of LAPACK's ways is the quicker one."""
    rng = np.random.default_rng(3)
    embeddings = (rng.normal(size=(n, 1000)) * np.linspace(3, 0.1, 1000)).astype(np.float32)
    found, _ = fit_components(embeddings)
    inputs = ((embeddings - found.mean) / found.scale).astype(np.float64)
    values = eigh(inputs @ inputs.T, eigvals_only=True)[-MAX_COMPONENTS:]
    assert (found.coordinates(embeddings) ** 2).sum(axis=0) == pytest.approx(values, rel=1e-3)
    assert np.abs(found.basis.T @ found.basis - np.eye(MAX_COMPONENTS)).max() < 1e-3


@pytest.mark.parametrize("n", [60, 400])  # fewer and more pictures than dimensions
def test_coordinates_found_on_the_way_are_those_of_the_directions(n):
    embeddings = np.random.default_rng(8).normal(3, 2, (n, 120)).astype(np.float32)
    components, coordinates = fit_components(embeddings, 40)
    assert coordinates.shape == (n, 40) and coordinates.dtype == np.float32
    np.testing.assert_allclose(coordinates, components.coordinates(embeddings), atol=2e-3)
