"""The arithmetic of the lessons, against calculations by hand, and what is said of numbers that make no sense."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
from tellapart.errors import LessonError
from tellapart.lessons import descent
from tellapart.lessons.baseline import accuracy_and_loss, distances, mean_digits, nearest
from tellapart.lessons.descent import height, learn_by_hand, learn_with_torch, slope, walk
from tellapart.lessons.digits import DrawnDigits, drawn_digits
from tellapart.lessons.feedback import N_PATROLS, patrol_loop
from tellapart.lessons.overfitting import (
    Points,
    error_of,
    errors_by_degree,
    fitted,
    noisy_points,
    truth,
)

TWO = DrawnDigits(
    np.array([[[0.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [1.0, 1.0]]], np.float32),
    np.array([0, 1, 0]),
)


def test_digits_are_the_same_for_a_seed_and_all_different() -> None:
    digits, again, others = drawn_digits(20, seed=3), drawn_digits(20, seed=3), drawn_digits(20, seed=4)
    assert np.array_equal(digits.pixels, again.pixels) and not np.array_equal(digits.pixels, others.pixels)
    assert digits.pixels.shape == (40, 28, 28) and digits.pixels.dtype == np.float32
    assert digits.pixels.min() == 0 and digits.pixels.max() == 1
    assert len({picture.tobytes() for picture in digits.pixels}) == len(digits) == 40
    assert digits.targets.tolist() == [0, 1] * 20
    ink = digits.pixels.mean(axis=(1, 2))
    assert ink.min() > 0.04 and ink.max() < 0.3, "neither a dot nor a blot"
    border = np.concatenate([digits.pixels[:, [0, -1]].ravel(), digits.pixels[:, :, [0, -1]].ravel()])
    assert border.mean() < 0.01, "in the picture, not cut off"


@pytest.mark.parametrize("n", [0, -1, 10_000])
def test_digits_that_cannot_be_drawn_are_a_sentence(n: int) -> None:
    with pytest.raises(LessonError, match=r"n_each=.*choose from 1 to 2,000"):
        drawn_digits(n)


def test_means_and_distances_by_hand() -> None:
    means = mean_digits(TWO)
    assert means[0].tolist() == [[0.0, 0.5], [1.0, 1.0]] and means[1].tolist() == [[1.0, 0.0], [0.0, 0.0]]
    assert mean_digits(TWO, 1)[0].tolist() == TWO.pixels[0].tolist()
    l1, l2 = (distances(TWO.pixels[:1], means, metric) for metric in ("L1", "L2"))
    assert l1.tolist() == [[0.5 / 4, 1.0]]
    assert l2.tolist() == [[pytest.approx(math.sqrt(0.25 / 4)), 1.0]]
    assert nearest(np.array([[1.0, 2.0], [2.0, 1.0], [1.0, 1.0]])).tolist() == [0, 1, 0]
    with pytest.raises(LessonError, match="no metric 'L3' here. Choose one of L1, L2"):
        distances(TWO.pixels, means, "L3")
    for n in (0, 3):
        with pytest.raises(LessonError, match="2 are there. Choose from 1 to 2"):
            mean_digits(TWO, n)


def test_the_baseline_beats_guessing_and_more_pictures_make_a_better_mean() -> None:
    training, held_out = drawn_digits(100, seed=1), drawn_digits(100, seed=2)

    def accuracy(n: int, metric: str) -> float:
        away = distances(held_out.pixels, mean_digits(training, n), metric)
        return float((nearest(away) == held_out.targets).mean())

    assert accuracy(100, "L1") > 0.75 and accuracy(100, "L2") > 0.85
    assert accuracy(100, "L2") > accuracy(1, "L2") + 0.1


def test_the_accuracy_is_a_staircase_and_the_loss_a_slope() -> None:
    away = np.array([[0.1, 0.2], [0.3, 0.1]])  # nearer to the three; nearer to the seven
    targets = np.array([0, 1])
    accuracy, loss = accuracy_and_loss(away, targets, np.array([0.0, 0.001, 0.15]), sharpness=10.0)
    assert accuracy.tolist() == [1.0, 1.0, 0.5], "a tiny nudge changes nothing, a large one the first answer"
    by_hand = (math.log1p(math.exp(-1.0)) + math.log1p(math.exp(-2.0))) / 2
    assert loss[0] == pytest.approx(by_hand)
    assert loss[1] != loss[0] and loss[2] > loss[0]


def test_the_slope_is_that_of_the_curve() -> None:
    places, tiny = np.linspace(-5, 5, 41), 1e-6
    measured = (height(places + tiny) - height(places - tiny)) / (2 * tiny)
    assert slope(places) == pytest.approx(measured, abs=1e-6)


def test_a_walk_by_hand() -> None:
    found = walk(start=4.5, rate=0.7, n_steps=2)
    first = 4.5 - 0.7 * (0.3 * 4.5 + 0.6 * math.cos(9.0))
    second = first - 0.7 * (0.3 * first + 0.6 * math.cos(2 * first))
    assert found.places.tolist() == pytest.approx([4.5, first, second])
    assert found.heights[1] == pytest.approx(0.15 * first**2 + 0.3 * math.sin(2 * first))


def test_four_rates_lead_where_the_lesson_says() -> None:
    small, right, jump, large = (walk(4.5, rate).places[-1] for rate in (0.05, 0.7, 1.6, 8.0))
    assert small > 4.0, "still on the slope"
    assert right == pytest.approx(1.8, abs=0.05), "in the first dip"
    assert -1.0 < jump < 0.0, "in the deepest one"
    assert abs(large) > 50, "away"


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        (0.0, "A learning rate of 0 does not work: it would stay where it is. Choose a number above 0"),
        (-0.1, "-0.1 does not work: it would walk uphill"),
        (math.nan, "nan does not work"),
        (1e9, r"1e\+09 is beyond all use. Choose at most 1,000,000"),
        (math.inf, "inf is beyond all use"),
    ],
)
def test_rates_that_make_no_sense_are_a_sentence(rate: float, said: str) -> None:
    for steps in (lambda: walk(1.0, rate), lambda: learn_by_hand(TWO.pixels, TWO.targets, rate)):
        with pytest.raises(LessonError, match=said):
            steps()


def test_steps_beyond_all_numbers_and_no_steps_are_a_sentence() -> None:
    with pytest.raises(LessonError, match="until no computer can write the numbers. Choose a smaller one"):
        walk(4.5, 1e6, n_steps=1000)
    for n_steps in (0, 1001):
        with pytest.raises(LessonError, match="steps were asked for. Choose from 1 to 1,000"):
            walk(4.5, 0.1, n_steps)


def test_the_first_step_of_the_classifier_by_hand() -> None:
    learned = learn_by_hand(TWO.pixels, TWO.targets, rate=0.3, n_steps=1)
    inputs, errors = (
        TWO.pixels.reshape(3, 4),
        np.array([0.5, -0.5, 0.5]),
    )  # probabilities of 1/2 minus answers
    assert learned.weights[0].tolist() == [0.0] * 4 and learned.losses[0] == pytest.approx(math.log(2))
    assert learned.weights[1].tolist() == pytest.approx((-0.3 * inputs.T @ errors / 3).tolist())
    assert learned.biases.tolist() == pytest.approx([0.0, -0.3 * 0.5 / 3])
    assert learned.losses[1] < learned.losses[0]


def test_the_classifier_beats_the_baseline_in_seven_steps() -> None:
    digits = drawn_digits(100, seed=1)
    small, right, large = (learn_by_hand(digits.pixels, digits.targets, rate) for rate in (0.003, 0.3, 3.0))
    assert small.losses[-1] > 0.6 and (np.diff(small.losses) < 0).all()
    assert right.losses[-1] < 0.3 and right.accuracies[-1] > 0.9
    assert large.losses.max() > 5, "it leaps"


def test_torch_makes_the_same_steps() -> None:
    pytest.importorskip("torch")
    digits = drawn_digits(20, seed=1)
    by_hand, by_torch = (
        learn(digits.pixels, digits.targets, 0.3) for learn in (learn_by_hand, learn_with_torch)
    )
    assert by_torch.weights == pytest.approx(by_hand.weights, abs=1e-12)
    assert by_torch.losses == pytest.approx(by_hand.losses, abs=1e-12)


def test_without_torch_a_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descent, "has_torch", lambda: False)
    with pytest.raises(LessonError, match=r"torch is not installed here. Install it .*tellapart\[torch\]"):
        learn_with_torch(TWO.pixels, TWO.targets, 0.3)


def test_curves_by_hand() -> None:
    points = Points(np.array([-1.0, 0.0, 1.0]), np.array([0.0, 3.0, 0.0]))
    level = fitted(points, 0)
    assert level.degree == 0 and level.at(np.array([0.7])) == pytest.approx([1.0])
    assert error_of(level, points) == pytest.approx(math.sqrt((1 + 4 + 1) / 3))
    through = fitted(points, 2)  # 3 - 3 x²
    assert through.at(np.array([0.5])) == pytest.approx([2.25])
    assert error_of(through, points) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("degree", "said"),
    [
        (-1, "no curve of degree -1. Choose 0"),
        (3, r"4 numbers to choose, and 3 point\(s\) .* Choose degree 2 or less"),
    ],
)
def test_degrees_that_cannot_be_fitted_are_a_sentence(degree: int, said: str) -> None:
    with pytest.raises(LessonError, match=said):
        fitted(noisy_points(3), degree)


def test_points_are_near_the_truth_and_the_same_for_a_seed() -> None:
    points = noisy_points(500, seed=5)
    assert np.array_equal(points.y, noisy_points(500, seed=5).y)
    assert float(np.std(points.y - truth(points.x))) == pytest.approx(0.3, rel=0.15)
    assert (np.diff(points.x) > 0).all() and points.x[0] >= -1 and points.x[-1] <= 1
    assert np.array_equal(noisy_points(9, noise=0.0).y, truth(noisy_points(9, noise=0.0).x))
    for wrong in (lambda: noisy_points(0), lambda: noisy_points(2000), lambda: noisy_points(3, noise=-1.0)):
        with pytest.raises(LessonError, match="hoose"):
            wrong()


def test_the_training_error_only_falls_and_the_held_out_error_rises_again() -> None:
    errors = errors_by_degree(noisy_points(10, seed=37), noisy_points(10, seed=1037), 9)
    assert errors.shape == (10, 2)
    assert (np.diff(errors[:, 0]) < 1e-9).all() and errors[9, 0] == pytest.approx(0, abs=1e-6)
    assert 0 < errors[:, 1].argmin() < 9 and errors[9, 1] > 2 * errors[:, 1].min()


EQUAL, MORE_IN_THE_NORTH = np.array([0.5, 0.5]), np.array([30.0, 20.0])


def test_the_first_week_by_hand() -> None:
    loop = patrol_loop(EQUAL, MORE_IN_THE_NORTH, follow=1.0, n_weeks=1, seed=7)
    assert loop.patrols[0].tolist() == pytest.approx([0.6, 0.4])
    found = np.random.default_rng(7).poisson(N_PATROLS * np.array([0.5 * 0.6, 0.5 * 0.4]))
    assert (loop.records[1] - loop.records[0]).tolist() == found.tolist()
    assert loop.patrols[1] == pytest.approx(loop.records[1] / loop.records[1].sum())


def test_records_that_are_followed_hard_prove_themselves_right() -> None:
    ends = [patrol_loop(EQUAL, MORE_IN_THE_NORTH, follow=2.0, seed=seed).patrols[-1, 0] for seed in range(8)]
    assert min(ends) > 0.9, "nothing more happens in the north"
    same = patrol_loop(EQUAL, MORE_IN_THE_NORTH, follow=0.0)
    assert (same.patrols == 0.5).all()
    reported = [
        patrol_loop(EQUAL, MORE_IN_THE_NORTH, follow=1.0, reported=1.0, seed=seed).patrols[-1, 0]
        for seed in range(8)
    ]
    assert float(np.mean(reported)) == pytest.approx(0.5, abs=0.05), "reports do not depend on patrols"
    assert patrol_loop(EQUAL, MORE_IN_THE_NORTH, 3.0).patrols.sum(axis=1) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rates": np.array([0.5])}, "Give one of each for two or more districts"),
        ({"rates": np.array([-1.0, 0.5])}, "Rates must be 0 or more"),
        ({"records": np.array([0.0, 5.0])}, "a district without any is never visited"),
        ({"follow": -1.0}, "follow=-1: choose from 0"),
        ({"follow": math.nan}, "follow=nan"),
        ({"reported": 1.5}, "reported=1.5: it is a share"),
        ({"n_weeks": 0}, "0 weeks were asked for"),
    ],
)
def test_cities_that_make_no_sense_are_a_sentence(change: dict[str, object], said: str) -> None:
    with pytest.raises(LessonError, match=said):
        patrol_loop(**{"rates": EQUAL, "records": MORE_IN_THE_NORTH, **change})  # type: ignore[arg-type]


def test_the_lessons_import_numpy_alone() -> None:
    code = (
        "import sys; import tellapart.lessons.baseline, tellapart.lessons.descent, tellapart.lessons.overfitting, "
        "tellapart.lessons.feedback; print(sorted({'torch', 'PIL', 'scipy', 'onnxruntime', 'sqlite3'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
