"""The checks by themselves, on arrays and pictures made for each."""

import numpy as np
import pytest
from make_data import draw_shape
from PIL import Image, ImageEnhance, ImageFilter
from tellapart.clean import open_review
from tellapart.clean.gain import measure_gain
from tellapart.clean.leaks import find_leaks
from tellapart.clean.measures import look_at
from tellapart.clean.quality import find_flaws
from tellapart.gather import take_in
from tellapart.learning import cross_validation
from tellapart.learning.cross_validation import NOT_A_MEMBER, OutOfFold
from tellapart.learning.embedding_map import lay_out
from tellapart.learning.label_noise import find_doubts
from tellapart.learning.neighbours import _EXACT, NOBODY, directions, nearest
from tellapart.learning.outliers import outlier_scores, robust_scores
from tellapart.samples import make_samples
from tellapart.store.project import create_project


def made(n=600, size=20, n_classes=4, noise=0.0, spread=1.0, seed=0):
    """Coordinates, true and given targets: classes around centres of their own, some labels wrong."""
    rng = np.random.default_rng(seed)
    true = np.arange(n) % n_classes
    coordinates = rng.normal(0, 2, (n_classes, size))[true] + rng.normal(0, spread * 2, (n, size))
    is_wrong = rng.random(n) < noise
    given = np.where(is_wrong, (true + rng.integers(1, n_classes, n)) % n_classes, true)
    return coordinates.astype(np.float32), true, given


def test_judgements_are_out_of_fold_and_equal_those_of_fitting_each_fold_anew():
    coordinates, true, given = made(noise=0.1)
    folds = np.arange(len(true)) % 5
    logits = OutOfFold(coordinates, folds).logits(given, 4)
    for fold in range(5):
        changed = given.copy()
        changed[folds == fold] = 0  # a picture's own label, and its fold's, say nothing about it
        again = OutOfFold(coordinates, folds).logits(changed, 4)
        assert np.allclose(again[folds == fold], logits[folds == fold], atol=1e-3)
    assert (logits.argmax(axis=1) != true).mean() < 0.1


def test_pictures_of_no_class_change_nothing_for_the_others():
    coordinates, _, given = made()
    folds = np.arange(len(given)) % 5
    strangers = np.arange(len(given)) >= 400
    logits = OutOfFold(coordinates, folds).logits(np.where(strangers, NOT_A_MEMBER, given), 4)
    alone = OutOfFold(coordinates[:400], folds[:400]).logits(given[:400], 4)
    assert np.allclose(logits[:400], alone, atol=0.02)


@pytest.mark.parametrize("n_strangers", [0, 3, 40])
def test_the_correction_along_the_axes_is_the_same_as_solving_the_whole(n_strangers, monkeypatch):
    coordinates, _, given = made(size=60)
    given[17 : 17 + n_strangers] = NOT_A_MEMBER
    folds = np.arange(len(given)) * 7 % 5
    corrected = OutOfFold(coordinates, folds)
    assert np.array_equal(corrected.coordinates, coordinates)
    monkeypatch.setattr(cross_validation, "_FEW", 1)
    few = corrected.logits(given, 4)
    monkeypatch.setattr(cross_validation, "_FEW", 0)
    assert np.allclose(few, OutOfFold(coordinates, folds).logits(given, 4), atol=1e-3)


def test_a_class_without_pictures_elsewhere_is_never_chosen():
    coordinates, _, given = made(200)
    given[given == 3] = 2
    given[7] = 3
    logits = OutOfFold(coordinates, np.arange(200) % 5).logits(given, 5)
    assert (logits[7].argmax() not in (3, 4)) and not (logits.argmax(axis=1) == 4).any()


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.25])
def test_the_share_of_wrong_labels_is_estimated_and_the_wrong_ones_come_first(noise):
    coordinates, true, given = made(2000, noise=noise)
    logits = OutOfFold(coordinates, np.arange(2000) % 10).logits(given, 4)
    doubts = find_doubts(logits, given)
    assert noise * 0.6 - 0.001 <= doubts.model.noise <= noise + 0.03
    order = np.argsort(-doubts.score)
    n_wrong = int((given != true).sum())
    assert n_wrong == 0 or (given != true)[order[:n_wrong]].mean() > 0.85
    sure = doubts.confidence > 0.95
    assert not sure.any() or (doubts.suggested == true)[sure].mean() > 0.95
    assert np.allclose(doubts.probs.sum(axis=1), 1, atol=1e-4)


def test_good_labels_of_a_weak_classifier_are_not_taken_for_wrong_ones():
    coordinates, _, given = made(800, noise=0.0, spread=2.5)
    logits = OutOfFold(coordinates, np.arange(800) % 10).logits(given, 4)
    assert (logits.argmax(axis=1) != given).mean() > 0.1, "it is weak"
    doubts = find_doubts(logits, given)
    assert doubts.model.noise < 0.05 and (doubts.confidence > 0.95).mean() < 0.01


def test_neighbours_in_cells_are_nearly_those_of_comparing_all():
    rng = np.random.default_rng(0)
    n = _EXACT + 3000
    centres = rng.normal(size=(60, 24))
    points = (centres[rng.integers(0, 60, n)] + rng.normal(0, 0.3, (n, 24))).astype(np.float32)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    groups = np.arange(n)
    groups[1] = 0
    rows, similarities = nearest(points, groups, k=10)
    assert 1 not in rows[0] and 0 not in rows[1] and (np.diff(similarities, axis=1) <= 0).all()
    found = []
    for row in range(5, n, 500):
        every = points @ points[row]
        every[row] = -2
        found.append(len(set(np.argsort(-every)[:10]) & set(rows[row].tolist())) / 10)
    assert np.mean(found) > 0.85


def test_a_single_picture_has_no_neighbour_and_copies_do_not_count():
    points = directions(np.ones((3, 5), np.float32))
    rows, similarities = nearest(points, np.zeros(3, int), k=4)
    assert (rows == NOBODY).all() and (similarities == -1).all()
    assert lay_out(points).shape == (3, 2) and lay_out(points[:0]).shape == (0, 2)


def test_a_robust_score_is_counted_within_the_label():
    values = np.concatenate(
        [np.random.default_rng(0).normal(0, 1, 50), np.random.default_rng(1).normal(100, 1, 50)]
    )
    values[3] = 12.0  # odd for its label, not for all
    odd = robust_scores(values, np.repeat([0, 1], 50))
    assert odd.argmax() == 3 and odd[3] > 6 and np.abs(np.delete(odd, 3)).max() < 5
    assert robust_scores(values, np.full(100, NOT_A_MEMBER)).max() == 0


@pytest.fixture(scope="module")
def sharp():
    rng = np.random.default_rng(3)
    shapes = ("circle", "square", "cross", "ring")
    return [draw_shape(shapes[i % 4], rng, 200) for i in range(48)]


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("blurred", lambda image: image.filter(ImageFilter.GaussianBlur(6))),
        ("dark", lambda image: image.point(lambda value: value // 6)),
        ("bright", lambda image: image.point(lambda value: 190 + value // 5)),
        ("low contrast", lambda image: ImageEnhance.Contrast(image).enhance(0.08)),
        ("without colour", lambda image: image.convert("L").convert("RGB")),
        ("odd shape", lambda image: image.resize((600, 90))),
        ("tiny", lambda image: image.resize((40, 40))),
        ("collage or strip", lambda image: beside(image, image.transpose(Image.Transpose.ROTATE_90), 90)),
        ("collage or strip", lambda image: beside(image, Image.new("RGB", image.size, (20, 30, 90)), 170)),
        ("plain background", lambda image: on_white(image)),
    ],
)
def test_a_spoilt_picture_among_good_ones_is_called_what_it_is(sharp, name, spoil):
    images = [*sharp, spoil(sharp[0])]
    looks = np.array([look_at(image) for image in images])
    flaws = find_flaws(looks, [Fact(*image.size) for image in images])
    column = flaws.scores[:, flaws.names.index(name)]
    assert column[-1] > 0.3 and (column[:-1] > 0.3).mean() < 0.05
    same = find_flaws(np.tile(looks[-1], 30), [Fact(*images[-1].size)] * 30)
    assert same.scores.max() == 0, "what all have is how the set is"


def beside(image, other, place):
    """The other picture, brighter, covers this one from a column on."""
    both = image.copy()
    both.paste(ImageEnhance.Brightness(other).enhance(2.5).crop((place, 0, *other.size)), (place, 0))
    return both


def on_white(image):
    ground = Image.new("RGB", image.size, (255, 255, 255))
    ground.paste(image.crop((50, 50, 150, 150)), (50, 50))
    return ground


def test_a_straight_edge_that_ends_within_the_picture_is_no_line(sharp):
    picture = sharp[0].copy()
    picture.paste((250, 250, 250), (60, 50, 150, 150))
    assert look_at(picture)["lines"] == 0
    picture.paste((250, 250, 250), (60, 0, 150, 200))
    assert look_at(picture)["lines"] > 0.7


def test_a_border_is_exact_to_the_pixel_and_a_hem_is_not():
    noise = np.random.default_rng(0).integers(0, 20, (160, 160, 3), np.uint8)
    border, hem = noise.copy(), noise.copy()
    border[:, 60:] += 160
    for row in range(160):
        hem[row, 60 + row // 7 % 2 :] += 160  # now this pixel, now the next, all along the picture
    assert look_at(Image.fromarray(border))["lines"] > 0.7 and look_at(Image.fromarray(hem))["lines"] < 0.5


def test_of_two_pictures_equally_unlike_their_label_the_one_in_odd_company_is_stranger():
    rng = np.random.default_rng(0)
    rows = np.stack([rng.permutation(np.delete(np.arange(60), i))[:20] for i in range(60)])
    similarities = np.sort(rng.uniform(0.75, 0.8, (60, 20)), axis=1)[:, ::-1].copy()
    similarities[[3, 4, 5, 6, 7]] -= 0.2  # five that are as unlike the others
    similarities[[3, 4]] = similarities[3]
    rows[3, :3], rows[4, :3] = (5, 6, 7), (20, 21, 22)
    strange = outlier_scores(np.zeros(60, int), rows, similarities)
    assert set(np.argsort(-strange)[:5].tolist()) == {3, 4, 5, 6, 7} and strange[3] > strange[4]


class Fact:
    """The part of a picture's row that quality looks at."""

    label = "shape"

    def __init__(self, width, height):
        self.width, self.height = width, height


def test_the_error_without_leaks_leaves_the_copies_out():
    coordinates, true, _ = made(400, spread=3.0)
    groups = np.arange(400)
    groups[300:340] = np.arange(40)  # forty that check have a copy that teaches
    coordinates[300:340] = coordinates[:40]
    true[300:340] = true[:40]
    rng = np.random.default_rng(0)
    random_labels = rng.integers(0, 4, 400)
    random_labels[300:340] = random_labels[:40]

    class Given:
        def __init__(self, split):
            self.given_split = split

    pictures = [Given("test" if i >= 300 else "train") for i in range(400)]
    leak = find_leaks(pictures, coordinates, groups, random_labels, 4)
    assert leak.is_given and (leak.n_checked, leak.n_copies) == (100, 40)
    assert leak.error_with < leak.error_without and "40 of the 100" in leak.sentence
    honest = find_leaks([Given(None)] * 400, coordinates, np.arange(400), true, 4)
    assert not honest.is_given and "nothing leaks" in honest.sentence
    assert find_leaks(pictures, coordinates, groups, np.zeros(400, int), 1) is None


def test_gain_says_when_it_bought_something_nothing_or_harm():
    truth = np.zeros(1000, int)
    truth[::2] = 1
    wrong = truth.copy()
    wrong[:80] = 1 - wrong[:80]
    bought = measure_gain(12, truth, truth, wrong, truth)
    assert bought.sentence == (
        "12 decisions: cross-validated error 8.0 % → 0.0 % (6 to 10 fewer of 100 wrong) on the 1000 pictures you did "
        "not change."
    )
    assert measure_gain(1, truth, truth, wrong, wrong).sentence == (
        "1 decision: cross-validated error 8.0 % → 8.0 % (0.2 fewer to 0.2 more of 100 wrong): the difference could be "
        "chance."
    )
    assert "0.0 % → 8.0 % (6 to 10 more of 100 wrong): worse than before" in (
        measure_gain(1, truth, truth, truth, wrong).sentence
    )


def test_the_gain_of_few_pictures_is_no_more_than_all_of_them():
    truth = np.arange(10) % 2
    wrong = np.where(np.arange(10) < 8, 1 - truth, truth)
    assert (
        "80.0 % → 0.0 % (48 to 100 fewer of 100 wrong)"
        in measure_gain(8, truth, truth, wrong, truth).sentence
    )
    assert "(48 to 100 more of 100 wrong)" in measure_gain(8, truth, truth, truth, wrong).sentence


def test_the_map_puts_likes_together_and_is_the_same_each_time(tiny_project):
    review = open_review(tiny_project)
    ids, places = review.map_points()
    assert places.shape == (72, 2) and np.abs(places).max() <= 1 and len(set(ids)) == 72
    again, same = review.map_points()
    assert again == ids and np.array_equal(places, same)


@pytest.mark.slow
def test_the_planted_flaws_of_the_samples_are_found(tmp_path):
    planted = make_samples(tmp_path / "leaves").flaws  # as many as the sample project has
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "leaves")
        review = open_review(project)
        queue = review.queue()
        found = {}
        for finding in queue:
            kinds = {finding.kind, *(one.kind for one in finding.also)}
            found[review.picture(finding.image_id).original_name] = kinds
            for other in finding.related:
                found.setdefault(review.picture(other).original_name, set()).update(kinds)
        wanted = {
            "wrong label": {"wrong label"},
            "near-duplicate": {"duplicate", "conflict"},
            "blurred": {"quality"},
            "dark": {"quality"},
        }
        missed = [
            (flaw.name, flaw.path)
            for flaw in planted
            if flaw.name in wanted and not found.get(flaw.path, set()) & wanted[flaw.name]
        ]
        assert missed == []
        report = review.summary()
        assert {flaw.path for flaw in planted if flaw.name == "broken"} <= {
            path for path, _ in report.unreadable
        }
        assert {flaw.path for flaw in planted if flaw.name == "exact duplicate"} & {
            name for copy in report.copies for name in copy
        } or report.copies


def test_a_class_of_one_picture_does_not_silence_the_doubts_about_the_others():
    rng = np.random.default_rng(0)
    targets = np.repeat([0, 1, 2], 40)
    coordinates = rng.normal(size=(120, 8)).astype(np.float32)
    coordinates[np.arange(120), targets] += 6
    wrong = [3, 50, 100]
    given = targets.copy()
    given[wrong] = (given[wrong] + 1) % 3
    coordinates = np.vstack([coordinates, rng.normal(size=(1, 8)).astype(np.float32)])
    given = np.append(given, 3)
    logits = OutOfFold(coordinates, np.arange(121) % 5).logits(given, 4)
    doubts = find_doubts(logits, given)
    assert sorted(np.argsort(-doubts.score[:120])[:3].tolist()) == wrong
    assert doubts.confidence[wrong].min() > 0.8 and doubts.probs[:120].max(axis=1).mean() > 0.9
