"""Probabilities that mean what they say: in the project's proportions, with few pictures, with a label of one group."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import check_grad, minimize
from tellapart.learning.calibration import calibrate_held_out, fit_calibration, label_prior
from tellapart.learning.folds import assign_folds, can_be_told
from tellapart.learning.head import fit_head
from tellapart.learning.metrics import class_calibration_errors, expected_calibration_error, softmax
from tellapart.learning.numerics.lbfgs import minimise


def names(n):
    return [f"picture {i}" for i in range(n)]


def drawn(shares, n, apart, seed=0, size=20):
    """Embeddings of classes that overlap, of which these shares are there, and targets with every class."""
    rng = np.random.default_rng(seed)
    counts = np.maximum((np.array(shares) * n).round().astype(int), 2)
    targets = rng.permutation(np.repeat(np.arange(len(shares)), counts))
    centres = np.random.default_rng(1).normal(0, apart, (len(shares), size))
    return (centres[targets] + rng.normal(0, 1, (len(targets), size))).astype(np.float32), targets


def fitted(embeddings, targets, kind="project", groups=None):
    groups = groups or names(len(targets))
    fit = fit_head(embeddings, targets, int(targets.max()) + 1, assign_folds(targets, groups))
    return fit, fit_calibration(fit.oof_logits, targets, fit.folds, groups, kind)


@pytest.mark.parametrize("shares", [(0.95, 0.05), (0.9, 0.05, 0.05), (0.7, 0.2, 0.06, 0.04), (0.5, 0.5)])
@pytest.mark.parametrize("apart", [0.0, 0.1, 0.25, 1.0])
def test_a_label_gets_as_much_probability_as_it_has_pictures(shares, apart):
    embeddings, targets = drawn(shares, 700, apart)
    fit, calibration = fitted(embeddings[:400], targets[:400])
    fresh = calibration.probs(fit.head.logits(embeddings[400:]))
    assert fresh.mean(axis=0) == pytest.approx(np.bincount(targets[400:]) / len(fresh), abs=0.06)
    guessing = 1 - max(np.bincount(targets[400:])) / len(fresh)
    assert (fresh.argmax(axis=1) != targets[400:]).mean() < guessing + 0.06
    assert expected_calibration_error(fresh, targets[400:]) < 0.09
    assert class_calibration_errors(fresh, targets[400:]).max() < 0.12


@pytest.mark.parametrize("n_rare", [15, 40])
def test_with_all_labels_equally_likely_a_rare_one_is_found_as_often_as_a_common_one(n_rare):
    embeddings, targets = drawn((1 - n_rare / 800, n_rare / 800), 800, 0.3)
    fit, equal = fitted(embeddings, targets, "equal")
    recall = [(equal.probs(fit.oof_logits).argmax(axis=1) == targets)[targets == k].mean() for k in (0, 1)]
    assert abs(recall[0] - recall[1]) < 0.25 and equal.prior.tolist() == [0.5, 0.5]
    _, own = fitted(embeddings, targets)
    assert own.probs(fit.oof_logits)[:, 1].mean() < 0.6 * equal.probs(fit.oof_logits)[:, 1].mean()
    assert own.prior[1] == pytest.approx(n_rare / 800)


@pytest.mark.parametrize("n_of_it", [1, 5, 60])
@pytest.mark.parametrize("n_others", [30, 200])
def test_a_label_of_one_group_leaves_the_answers_about_the_others_as_they_were(n_of_it, n_others):
    embeddings, targets = drawn((0.5, 0.5), n_others, 1.0)
    alone = fitted(embeddings, targets)[1]
    lone = np.random.default_rng(5).normal(6, 0.1, (n_of_it, embeddings.shape[1])).astype(np.float32)
    together = np.concatenate([embeddings, lone])
    groups = [*names(n_others), *["one group"] * n_of_it]
    fit, calibration = fitted(together, np.concatenate([targets, np.full(n_of_it, 2)]), groups=groups)
    assert 0.5 * alone.temperature < calibration.temperature < 2 * alone.temperature
    confidence = calibration.probs(fit.head.logits(embeddings)).max(axis=1)
    assert np.median(confidence) > 0.85
    assert calibration.probs(fit.head.logits(lone)).argmax(axis=1).tolist() == [2] * n_of_it


@pytest.mark.parametrize("n", [4, 6, 20, 60, 150, 1000])
@pytest.mark.parametrize("n_classes", [2, 5])
def test_however_far_apart_the_labels_are_nobody_is_surer_than_so_few_pictures_allow(n, n_classes):
    rng = np.random.default_rng(0)
    targets = np.arange(max(n, 2 * n_classes)) % n_classes
    embeddings = (40 * np.eye(n_classes, 12)[targets] + rng.normal(0, 0.1, (len(targets), 12))).astype(
        np.float32
    )
    fit, calibration = fitted(embeddings, targets)
    probs = calibration.probs(fit.head.logits(10 * embeddings))
    assert (probs.argmax(axis=1) == targets).all() and probs.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert probs.max() <= (len(targets) + 1) / (len(targets) + 2) + 1e-6
    assert len(targets) > 150 or round(float(probs.max()), 2) < 1.0


def test_copies_of_one_picture_make_nobody_surer():
    embeddings, targets = drawn((0.5, 0.5), 40, 4.0)
    groups = names(40)
    alone = fitted(embeddings, targets, groups=groups)[1]
    copied = fitted(
        np.repeat(embeddings, 9, axis=0), np.repeat(targets, 9), groups=[g for g in groups for _ in range(9)]
    )[1]
    assert copied.caution == alone.caution and copied.temperature == pytest.approx(
        alone.temperature, rel=0.25
    )


def test_a_temperature_undoes_confidence_that_is_too_high_or_too_low():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (4000, 3))
    targets = np.array([rng.choice(3, p=row) for row in softmax(logits)])
    folds = np.arange(4000) % 5
    for factor in (0.4, 1.0, 3.0):
        found = fit_calibration(factor * logits, targets, folds, names(4000), "project")
        assert found.temperature == pytest.approx(factor, rel=0.1)


@given(st.integers(6, 80), st.integers(2, 5), st.integers(0, 2**32), st.sampled_from(["project", "equal"]))
@settings(max_examples=40, deadline=None)
def test_whatever_the_logits_the_answers_are_probabilities_in_the_order_of_the_logits(
    n, n_classes, seed, kind
):
    rng = np.random.default_rng(seed)
    targets = np.concatenate([np.arange(n_classes), rng.integers(0, n_classes, n)])
    logits = rng.normal(0, 10 ** rng.uniform(-3, 3), (len(targets), n_classes))
    groups = [f"group {i}" for i in rng.integers(0, n, len(targets))]
    found = fit_calibration(logits, targets, assign_folds(targets, groups), groups, kind)
    probs = found.probs(logits)
    assert np.isfinite(probs).all() and probs.min() >= 0 and probs.sum(axis=1) == pytest.approx(1)
    assert found.prior.sum() == pytest.approx(1) and 0.05 <= found.temperature <= 20
    weights, bias = found.folded(np.eye(n_classes), np.zeros(n_classes))
    assert (logits @ weights + bias).argmax(axis=1).tolist() == probs.argmax(axis=1).tolist()


def test_from_pictures_held_out_it_is_the_same_and_a_label_without_any_keeps_its_share():
    embeddings, targets = drawn((0.6, 0.3, 0.1), 200, 0.4)
    fit, folded = fitted(embeddings, targets)
    groups, prior = names(len(targets)), label_prior(targets, 3, "project")
    held_out = calibrate_held_out(fit.oof_logits, targets, groups, prior)
    assert held_out.temperature == pytest.approx(folded.temperature)
    assert held_out.bias == pytest.approx(folded.bias) and held_out.caution == folded.caution
    there = targets != 2
    without = calibrate_held_out(fit.oof_logits[there], targets[there], groups[: there.sum()], prior)
    assert without.bias[2] == pytest.approx(np.log(prior[2]), rel=1e-5) and np.isfinite(without.bias).all()
    nothing = calibrate_held_out(fit.oof_logits[:0], targets[:0], [], prior)
    assert nothing.probs(fit.oof_logits).sum(axis=1) == pytest.approx(np.ones(len(targets)))
    assert nothing.caution == 0.5 and nothing.temperature == pytest.approx(1, abs=1e-3)


def test_the_gradient_is_that_of_the_loss(monkeypatch):
    losses = []

    def seen(functions, starts, stop_at):
        def at(x):
            (loss,), (gradient,) = functions(np.array([0]), x[None])
            return loss, gradient

        losses.append((lambda x: at(x)[0], lambda x: at(x)[1], starts[0]))
        return minimise(functions, starts, stop_at)

    monkeypatch.setattr("tellapart.learning.calibration.minimise", seen)
    rng = np.random.default_rng(0)
    targets = np.arange(30) % 3
    fit_calibration(rng.normal(0, 2, (30, 3)), targets, np.arange(30) // 3 % 5, names(30), "project")
    loss, gradient, start = losses[0]
    for _ in range(5):
        assert check_grad(loss, gradient, start + rng.normal(0, 0.5, start.shape)) < 1e-4


def test_the_minimum_is_the_one_that_scipy_finds(monkeypatch):
    rng = np.random.default_rng(0)
    for seed in range(20):
        n, n_classes, size = int(rng.integers(20, 200)), int(rng.integers(2, 8)), float(rng.uniform(0.1, 30))
        targets = np.arange(n) % n_classes
        logits = rng.normal(0, size, (n, n_classes)).astype(np.float32)
        logits[np.arange(n), targets] += rng.uniform(-3, 60)
        asked = (logits, targets, rng.integers(0, 5, n), names(n), ("project", "equal")[seed % 2])
        with monkeypatch.context() as patched:
            patched.setattr("tellapart.learning.calibration.minimise", by_scipy)
            theirs = fit_calibration(*asked)
        ours = fit_calibration(*asked)
        assert ours.temperature == pytest.approx(theirs.temperature, rel=1e-3)
        assert ours.bias == pytest.approx(theirs.bias, abs=1e-3)


def by_scipy(functions, starts, stop_at):
    def at(x):
        (loss,), (gradient,) = functions(np.array([0]), x[None])
        return loss, gradient

    return [minimize(at, starts[0], jac=True, method="L-BFGS-B", tol=1e-12).x]


def test_the_prior_is_that_of_the_pictures_or_even():
    targets = np.array([0, 0, 0, 1])
    assert label_prior(targets, 2, "project").tolist() == [0.75, 0.25]
    assert label_prior(targets, 2, "equal").tolist() == [0.5, 0.5]


def test_what_lies_in_one_fold_alone_cannot_be_told():
    targets, folds = np.array([0, 0, 1, 1, 2, -1]), np.array([0, 1, 2, 2, 0, 1])
    assert can_be_told(targets, folds).tolist() == [True, True, False, False, False, False]
    assert can_be_told(np.zeros(0, int), np.zeros(0, int)).tolist() == []
