import numpy as np
import pytest
from tellapart.learning import head as module
from tellapart.learning.folds import assign_folds
from tellapart.learning.head import fit_head, oof_logits_without, refit_head
from tellapart.learning.metrics import softmax
from tellapart.learning.novelty import fit_novelty
from tellapart.learning.numerics.principal_components import sample_rows


def made_embeddings(n=240, size=40, n_classes=3, spread=1.0, seed=0):
    rng = np.random.default_rng(seed)
    centres = rng.normal(0, 1.2, (n_classes, size))
    targets = np.arange(n) % n_classes
    return (centres[targets] + rng.normal(0, spread, (n, size))).astype(np.float32) + 5, targets


def names(n):
    return [f"picture {i}" for i in range(n)]


def fitted(embeddings, targets, n_classes):
    """The fit of pictures that are no copies of one another."""
    return fit_head(embeddings, targets, n_classes, assign_folds(targets, names(len(targets))))


def test_a_head_learns_and_its_out_of_fold_logits_agree_with_fresh_pictures():
    embeddings, targets = made_embeddings(600)
    fit = fitted(embeddings[:300], targets[:300], 3)
    fresh = (fit.head.logits(embeddings[300:]).argmax(axis=1) != targets[300:]).mean()
    out_of_fold = (fit.oof_logits.argmax(axis=1) != targets[:300]).mean()
    assert fresh < 0.05 and abs(out_of_fold - fresh) < 0.05


def test_out_of_fold_logits_do_not_know_the_label():
    embeddings, _ = made_embeddings(200, spread=1.0)
    noise = np.random.default_rng(1).integers(0, 2, 200)  # labels that mean nothing
    fit = fitted(embeddings, noise, 2)
    assert 0.35 < (fit.oof_logits.argmax(axis=1) == noise).mean() < 0.65


def test_pictures_of_one_fold_are_judged_by_a_head_that_knows_nothing():
    embeddings, targets = made_embeddings(60)
    fit = fit_head(embeddings, targets, 3, np.zeros(60, np.int64))
    again = refit_head(np.roll(targets, 1), fit)
    for found in (fit.oof_logits, again.oof_logits, oof_logits_without(fit, np.arange(60) < 6)):
        assert np.array_equal(found, np.zeros((60, 3)))
    assert (fit.head.logits(embeddings).argmax(axis=1) == targets).mean() > 0.9


def test_the_gradient_vanishes_at_the_solution():
    embeddings, targets = made_embeddings(150, size=20, spread=2.0)
    fit = fitted(embeddings, targets, 3)
    inputs = (embeddings - fit.head.mean) / fit.head.scale
    probs = softmax(fit.head.logits(embeddings))
    # at the optimum the gradient of the balanced loss plus the penalty vanishes
    error = probs.copy()
    error[np.arange(150), targets] -= 1
    gradient = inputs.T @ error / 150 + fit.head.l2 * fit.head.weights
    assert np.abs(gradient).max() < 2e-3


def test_classes_weigh_the_same_whatever_their_size():
    embeddings, targets = made_embeddings(330, spread=1.8)
    kept = np.flatnonzero((targets != 2) | (np.arange(330) < 30))
    fit = fitted(embeddings[kept], targets[kept], 3)
    recall = (fit.oof_logits.argmax(axis=1) == targets[kept])[targets[kept] == 2].mean()
    assert recall > 0.5


def test_training_twice_gives_the_same_head():
    embeddings, targets = made_embeddings()
    first, again = (fitted(embeddings, targets, 3) for _ in range(2))
    assert np.array_equal(first.head.weights, again.head.weights) and np.array_equal(
        first.oof_logits, again.oof_logits
    )


def test_a_refit_after_relabelling_gives_what_a_fresh_fit_at_that_strength_gives():
    embeddings, targets = made_embeddings(spread=2.5)
    fit = fitted(embeddings, targets, 3)
    changed = targets.copy()
    changed[[3, 50]] = (changed[[3, 50]] + 1) % 3
    again = refit_head(changed, fit)
    back = refit_head(targets, again)
    assert not np.array_equal(again.head.weights, fit.head.weights)
    assert np.abs(softmax(back.oof_logits) - softmax(fit.oof_logits)).max() < 0.05
    with pytest.raises(ValueError, match="3 targets do not match"):
        refit_head(targets[:3], fit)


def test_more_pictures_than_components_still_learn():
    embeddings, targets = made_embeddings(700, size=module.MOST_DIRECTIONS + 60)
    fit = fitted(embeddings, targets, 3)
    assert fit.coordinates.shape == (700, module.MOST_DIRECTIONS)
    assert (fit.oof_logits.argmax(axis=1) != targets).mean() < 0.05


def test_folds_keep_groups_whole_spread_classes_and_ignore_order():
    targets = np.array([0] * 40 + [1] * 20)
    groups = [f"group {i // 2}" for i in range(60)]
    folds = assign_folds(targets, groups)
    assert (folds[::2] == folds[1::2]).all()
    assert (
        np.bincount(folds[:40], minlength=5).tolist() == [8] * 5
        and np.bincount(folds[40:], minlength=5).tolist() == [4] * 5
    )
    assert (assign_folds(targets[::-1], groups[::-1])[::-1] == folds).all()


def test_two_pictures_per_class_are_enough_to_fit():
    embeddings, targets = made_embeddings(4, n_classes=2)
    fit = fitted(embeddings, targets, 2)
    novelty = fit_novelty(embeddings, targets, 2, fit.folds)
    assert np.isfinite(fit.oof_logits).all() and np.isfinite(novelty.threshold)


@pytest.mark.parametrize("n_rare", [30, 60, 140])
def test_a_search_on_some_of_the_pictures_weighs_their_classes_alike(monkeypatch, n_rare):
    """As a search on those pictures alone would: a large class of which a part is taken counts no less for it."""
    embeddings, targets = made_embeddings(900, spread=3.0)
    kept = np.flatnonzero((targets != 2) | (np.arange(900) < 3 * n_rare))
    embeddings, targets = embeddings[kept], targets[kept]
    monkeypatch.setattr(module, "_ENOUGH_TO_SEARCH", 200)
    searched = {}

    def seen(inputs, chosen, n_classes, folds):
        searched.update(
            targets=chosen, inputs=inputs, folds=folds, found=search(inputs, chosen, n_classes, folds)
        )
        return searched["found"]

    search = module._search
    monkeypatch.setattr(module, "_search", seen)
    fit = fitted(embeddings, targets, 3)
    some = sample_rows(targets, 200)
    assert searched["targets"].tolist() == targets[some].tolist() and len(some) < 210
    # the loss by hand: the mean over the classes of the mean loss in each
    solutions, losses = searched["found"]
    oof = module._oof(searched["inputs"], solutions, searched["folds"], 3)
    by_temperature = []
    for temperature in module._TEMPERATURES:
        losses_of = -np.log(softmax(oof / temperature)[np.arange(len(some)), targets[some]])
        by_temperature.append(np.mean([losses_of[targets[some] == k].mean() for k in range(3)]))
    assert losses[fit.head.l2] == pytest.approx(min(by_temperature), rel=1e-3)
    assert losses[fit.head.l2] <= 1.03 * min(losses.values())


@pytest.mark.parametrize(("n", "spread"), [(60, 4.0), (120, 6.0), (120, 2.0), (240, 6.0), (60, 2.0)])
def test_of_strengths_that_differ_by_chance_alone_the_strongest_is_taken_and_of_others_the_best(n, spread):
    fit = fitted(*made_embeddings(n, spread=spread), 3)
    best = min(fit.cv_loss, key=fit.cv_loss.__getitem__)
    as_good = {l2 for l2, loss in fit.cv_loss.items() if loss <= 1.01 * fit.cv_loss[best]}
    assert fit.head.l2 == max(as_good)
    assert (fit.head.l2 > best) == (spread >= 4 and n < 240), "both kinds are tried here"


def test_a_label_of_one_group_does_not_decide_how_strong_the_penalty_is():
    embeddings, targets = made_embeddings(200, spread=1.0)
    alone = fitted(embeddings, targets, 3)
    lone = np.random.default_rng(3).normal(9, 0.1, (80, 40)).astype(np.float32)
    groups = [*names(200), *["one group"] * 80]
    both = np.concatenate([targets, np.full(80, 3)])
    fit = fit_head(np.concatenate([embeddings, lone]), both, 4, assign_folds(both, groups))
    assert fit.head.l2 <= alone.head.l2


def test_a_class_without_pictures_is_the_callers_mistake():
    embeddings, targets = made_embeddings(30)
    with pytest.raises(ValueError, match=r"Classes \[3\] have no picture"):
        fitted(embeddings, targets, 4)


def test_identical_embeddings_do_not_break_the_fit():
    fit = fitted(np.ones((20, 8), np.float32), np.arange(20) % 2, 2)
    assert np.allclose(softmax(fit.oof_logits), 0.5, atol=0.2)


def test_strangers_are_novel_and_about_one_in_twenty_members_is():
    embeddings, targets = made_embeddings(800, size=60)
    fit = fitted(embeddings[:400], targets[:400], 3)
    novelty = fit_novelty(embeddings[:400], targets[:400], 3, fit.folds)
    members = (novelty.model.novelty(embeddings[400:]) > novelty.threshold).mean()
    strangers = np.random.default_rng(9).normal(5, 4, (200, 60)).astype(np.float32)
    assert 0.01 < members < 0.12
    assert (novelty.model.novelty(strangers) > novelty.threshold).mean() > 0.95
