"""Which share of tuned weights is taken."""

import numpy as np
from tellapart.train.mixing import choose_share
from tellapart.train.thorough import _kept_quick

TARGETS = np.arange(30) % 3
FOLDS = np.arange(30) // 10
APART = [str(row) for row in range(30)]  # no copies


def logits(n_wrong, sure):
    """(30, 3) that are right but for so many, and so sure."""
    told = TARGETS.copy()
    told[:n_wrong] = (told[:n_wrong] + 1) % 3
    return (sure * np.eye(3))[told].astype(np.float32)


def test_the_lowest_loss_without_more_mistakes_is_taken():
    choice = choose_share({0.0: logits(6, 3), 0.5: logits(3, 3), 1.0: logits(5, 3)}, TARGETS, FOLDS, APART)
    assert choice.share == 0.5 and (choice.only_before, choice.only_after) == (3, 0)
    assert choice.n_wrong == {0.0: 6, 0.5: 3, 1.0: 5} and choice.n == 30


def test_where_all_make_more_mistakes_none_is_taken():
    assert (
        choose_share({0.0: logits(2, 3), 0.5: logits(3, 3), 1.0: logits(4, 3)}, TARGETS, FOLDS, APART).share
        == 0
    )


def test_a_gain_within_a_standard_error_may_be_chance_and_that_is_said():
    tuned = logits(6, 3)
    tuned[:2], tuned[20] = logits(0, 3)[:2], np.roll(tuned[20], 1)  # two are put right, another one is lost
    choice = choose_share({0.0: logits(6, 3), 1.0: tuned}, TARGETS, FOLDS, APART)
    assert choice.loss[1.0] < choice.loss[0.0] and choice.share == 0 and choice.may_be_chance
    said = _kept_quick(choice, "thorough training")
    assert said.startswith("What thorough training gained may be chance") and "at best 5 of 30 wrong" in said
    assert not choose_share({0.0: logits(6, 3), 1.0: logits(2, 3)}, TARGETS, FOLDS, APART).may_be_chance


def test_fewer_mistakes_at_less_probability_bring_nothing_and_that_is_said():
    barely, surely = logits(6, 3), logits(5, 3)
    barely[:6] *= 0.1  # of its mistakes the one is unsure, the other sure
    surely[:5] *= 10
    choice = choose_share({0.0: barely, 1.0: surely}, TARGETS, FOLDS, APART)
    assert choice.share == 0
    said = _kept_quick(choice, "Thorough training")
    assert "at best 5 of 30 wrong; quick training has 6. It gives the right labels less probability" in said
    assert "though" not in _kept_quick(
        choose_share({0.0: logits(2, 3), 0.5: logits(3, 3)}, TARGETS, FOLDS, APART), "Thorough training"
    )


def test_a_class_in_one_fold_alone_does_not_count():
    targets = np.where(FOLDS == 2, 3, TARGETS)
    four = np.pad(logits(0, 3), ((0, 0), (0, 1)))
    assert choose_share({0.0: four}, targets, FOLDS, APART).n == 20


def test_copies_of_one_picture_gain_once():
    """Of 60 pictures 10 are copies of one, the only thing that the tuned network is better at; of two it is less sure."""
    targets, folds = np.arange(60) % 2, np.arange(60) // 20
    copied = (folds == 1) & (targets == 0)
    groups = ["copied" if one else str(row) for row, one in enumerate(copied)]
    quick = (3 * np.eye(2))[targets]
    quick[copied] = 3 * np.eye(2)[1]
    tuned = (3 * np.eye(2))[targets]
    tuned[:2] *= 0.01
    logits = {0.0: quick, 1.0: tuned}
    assert choose_share(logits, targets, folds, [str(row) for row in range(60)]).share == 1
    choice = choose_share(logits, targets, folds, groups)
    assert choice.share == 0 and choice.may_be_chance and choice.n_wrong == {0.0: 10, 1.0: 0}
