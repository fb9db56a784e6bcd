"""The last blocks learn: the same bits each time, also after a stop at any step; and so do all layers."""

import numpy as np
import pytest
import torch
from backbone_parts import AVERAGES, some_head
from tellapart.errors import Cancelled, TrainError
from tellapart.network.device import PROCESSOR
from tellapart.network.tuning import cores, steps
from tellapart.network.tuning.checkpoints import Checkpoints
from tellapart.network.tuning.cores import Cores
from tellapart.network.tuning.folds import Tunings, TuningTask, _weights
from tellapart.network.tuning.judging import plain_views
from tellapart.network.tuning.last_blocks import LastBlocks
from tellapart.network.tuning.noted_curve import NotedCurve, curve_of
from tellapart.network.tuning.steps import DivergedError, Learning, Lesson, TuningSettings, Views, tune
from tellapart.network.tuning.views import kept_views
from torch.nn import functional


def test_views_go_on_from_where_a_stopped_training_was(tmp_path):
    made, told, path = [], [], tmp_path / "views.f16"

    class Maker:
        n_views, dtype = 1, np.float16

        def of(self, file):
            made.append(file)
            return np.full(5, file, np.float16)

        def apart(self, rows):
            return Views(rows[:, :3], rows[:, 3:].reshape(len(rows), 1, 2))

    def stop_at_five(n_done):
        if n_done == 5:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        kept_views(path, range(12), Maker(), stop_at_five)
    with (tmp_path / ".views.f16.part").open("ab") as part:
        part.write(b"what a kill left, nobody knows how")
    made.clear()
    views = kept_views(path, range(12), Maker(), told.append)
    assert sorted(made) == list(range(5, 12)) and told == list(range(6, 13))
    assert np.array_equal(views.plain, np.arange(12)[:, None] * np.ones(3))
    assert np.array_equal(views.varied[:, 0], np.arange(12)[:, None] * np.ones(2))
    assert [one.name for one in tmp_path.iterdir()] == ["views.f16"]


def test_pictures_are_judged_a_few_at_a_time():
    parts = plain_views(Views(np.zeros((70, 5), np.float16), np.zeros((70, 1, 3), np.float16)), np.arange(70))
    assert [len(next(parts)) for _ in range(3)] == [32, 32, 6] and next(parts, None) is None


def tunings(features, weights, own_cores, tell):
    """That begin and end with the backbone as it is, of three pictures."""
    task = TuningTask(
        [], np.zeros(0), np.zeros(0), np.zeros((1, 0)), [some_head()], np.zeros((0, 3)), some_head(), {"averaged_blocks": AVERAGES},
        PROCESSOR, "", SHORT, "training", 0,
    )  # fmt: skip
    start = LastBlocks(weights, AVERAGES, some_head()).state_dict()
    views = Views(features.astype(np.float16), features[:, None].astype(np.float16))
    curve = curve_of([], SHORT.n_epochs, SHORT.rates(3))
    return Tunings(task, views, (start,), (start,), {}, 1, curve, own_cores, tell)


@pytest.fixture
def looks(monkeypatch):
    """The networks that look at pictures, and with how many threads."""
    usual, seen = LastBlocks.embeddings, []

    def noting(self, some):
        seen.append((self, torch.get_num_threads()))
        return usual(self, some)

    monkeypatch.setattr(LastBlocks, "embeddings", noting)
    return seen


def test_what_is_looked_at_afterwards_takes_as_many_threads_as_the_tuning(features, weights, looks):
    """Of one network that learns alone; on a busy machine that is one: two would wait for each other most of the time."""
    before, told = torch.get_num_threads(), []
    found = tunings(features, weights, Cores(1, before + 1), lambda n, is_new: told.append(n))
    assert len(found.embeddings_without(0, 0.5, np.array([2, 0]))) == 2
    assert [n for _, n in looks] == [before + 1] and torch.get_num_threads() == before and told == [2]


def test_of_looks_side_by_side_each_has_a_network_of_its_own(features, weights, looks, monkeypatch):
    """They take it to the device and back, each when it is done."""
    monkeypatch.setattr(cores, "available_cpus", lambda: 2)
    found = tunings(features, weights, Cores(3, 1), lambda n, is_new: None)
    whole = tunings(features, weights, Cores(1, 1), lambda n, is_new: None)
    rows = np.arange(3)
    assert np.allclose(
        found.embeddings_without(0, 0.5, rows), whole.embeddings_without(0, 0.5, rows), atol=1e-3
    )
    (first, _), (second, _), _ = looks
    assert first is not second and [n for _, n in looks] == [1, 1, 1]


def test_want_of_memory_for_looks_is_told_in_words(features, weights, monkeypatch):
    def too_much(self, some):
        raise RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(LastBlocks, "embeddings", too_much)
    with pytest.raises(TrainError, match=r"memory is not enough for training\. Close other programs"):
        tunings(features, weights, Cores(1, 1), lambda n, is_new: None).embeddings(0.5)


@pytest.fixture(scope="module")
def lesson(features):
    """Twelve pictures of three classes, with noise in the place of augmentation."""
    rng = np.random.default_rng(0)
    views = features[np.arange(12) % 3][:, None] + rng.normal(0, 0.1, (12, 3, features.shape[1]))
    return Lesson(apart(views.astype(np.float16)), np.arange(12), np.arange(12) % 3, np.ones(12, np.float32))


def apart(views):
    """Of (N, 1 + V, F) the first and the others."""
    return Views(views[:, 0], views[:, 1:])


SHORT = TuningSettings(n_epochs=3, n_views=2, batch=6, save_every_s=3600)


def learned(weights, lesson, folder, settings=SHORT, tell=lambda step: None, key="one", curve=None):
    network = LastBlocks(weights, AVERAGES, some_head())
    tune(network, lesson, settings, Checkpoints(folder, key), "fold-0", tell, curve=curve)
    return network.state_dict()


def same_bits(one, other):
    return all(torch.equal(values, other[name]) for name, values in one.items())


def stop_at(last):
    def tell(step):
        if step == last:
            raise Cancelled("Stopped.")

    return tell


@pytest.fixture(scope="module")
def whole(weights, lesson, tmp_path_factory):
    """What comes out where nothing interrupts."""
    return learned(weights, lesson, tmp_path_factory.mktemp("whole"))


def test_it_learns_and_the_same_bits_each_time(weights, lesson, features, whole, tmp_path):
    assert same_bits(whole, learned(weights, lesson, tmp_path))
    network = LastBlocks(weights, AVERAGES, some_head())
    assert not same_bits(whole, network.state_dict())
    network.load_state_dict(whole)
    losses = []
    for one in (LastBlocks(weights, AVERAGES, some_head()), network):
        with torch.inference_mode():
            losses.append(float(functional.cross_entropy(one(torch.from_numpy(features)), torch.arange(3))))
    assert losses[1] < losses[0]


@pytest.mark.parametrize("last", [1, 4, 6])
def test_stopped_after_any_step_it_goes_on_to_the_same_bits(weights, lesson, whole, tmp_path, last):
    with pytest.raises(Cancelled):
        learned(weights, lesson, tmp_path, tell=stop_at(last))
    told = []
    assert same_bits(whole, learned(weights, lesson, tmp_path, tell=told.append))
    assert told == list(range(last + 1, 7))


def watching():
    """A curve to be noted of SHORT, judged on all pictures."""
    return NotedCurve(3, 6, np.arange(12))


def test_the_curve_is_noted_without_a_bit_of_the_weights_changing(weights, lesson, whole, tmp_path):
    curve = watching()
    assert same_bits(whole, learned(weights, lesson, tmp_path, curve=curve))
    found = curve_of([curve], 3, SHORT.rates(6))
    one = found.networks[0]
    assert one.n_known == 6 + 3 and np.isfinite(one.held_out_losses).tolist() == [True, True, True, False]
    assert one.held_out_losses[2] < one.held_out_losses[0] and found.place == (0, 11)
    assert np.nanmax(found.rates) <= SHORT.rate and np.nanargmax(found.rates) < 6


def test_held_out_pictures_are_judged_as_the_network_learns(weights, lesson):
    network = LastBlocks(weights, AVERAGES, some_head())
    learning = Learning(network, torch.optim.SGD(network.parameters(), lr=0.0), PROCESSOR, SHORT)
    loss, wrong = learning.judged(lesson, np.arange(12))
    with torch.inference_mode():
        logits = network(torch.from_numpy(lesson.views.plain.astype(np.float32)))
    assert wrong == pytest.approx(float((logits.argmax(1).numpy() != lesson.targets).mean()))
    smoothed = functional.cross_entropy(logits, torch.from_numpy(lesson.targets), label_smoothing=0.1)
    assert loss == pytest.approx(float(smoothed), rel=1e-4)
    assert np.isnan(learning.judged(lesson, np.arange(0))).all()


def test_a_tuning_that_goes_on_has_the_whole_curve(weights, lesson, tmp_path):
    undisturbed, before, after, again = (watching() for _ in range(4))
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    learned(weights, lesson, tmp_path / "other", curve=undisturbed)
    with pytest.raises(Cancelled):
        learned(weights, lesson, tmp_path / "one", tell=stop_at(3), curve=before)
    learned(weights, lesson, tmp_path / "one", curve=after)
    again.take(Checkpoints(tmp_path / "one", "one").load("fold-0")[1])
    wanted, *got = (curve_of([one], 3, SHORT.rates(6)).to_json() for one in (undisturbed, after, again))
    assert got == [wanted, wanted]


def test_a_checkpoint_of_another_training_is_refused(weights, lesson, tmp_path):
    learned(weights, lesson, tmp_path)
    with pytest.raises(TrainError, match=r"another project, or to other settings\. Delete"):
        learned(weights, lesson, tmp_path, key="another")
    (tmp_path / "fold-0.safetensors").write_bytes(b"nonsense")
    with pytest.raises(TrainError, match=r"is damaged .* Delete"):
        learned(weights, lesson, tmp_path)


def test_a_loss_that_is_no_number_stops_it_and_an_earlier_checkpoint_stays(weights, lesson, tmp_path):
    nothing = Views(lesson.views.plain, lesson.views.varied * np.float16("nan"))
    broken = Lesson(nothing, lesson.rows, lesson.targets, lesson.weights)
    with pytest.raises(DivergedError):
        learned(weights, broken, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_short_of_memory_a_batch_is_taken_in_parts(weights, lesson, whole, tmp_path, monkeypatch):
    sizes, usual = [], LastBlocks.forward

    def forward(self, features):
        sizes.append(len(features))
        if len(features) > 3:
            raise RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory")
        return usual(self, features)

    monkeypatch.setattr(LastBlocks, "forward", forward)
    parts = learned(weights, lesson, tmp_path)
    assert sizes == [6, *12 * [3]]
    assert all(torch.allclose(whole[name], parts[name], atol=2e-3) for name in whole)


def test_the_rate_rises_falls_and_is_lower_for_earlier_blocks(network):
    rates = [SHORT.rate_at(step, 50) for step in range(50)]
    top = rates.index(max(rates))
    assert (
        8 <= top <= 11
        and rates[:top] == sorted(rates[:top])
        and rates[top:] == sorted(rates[top:], reverse=True)
    )
    highest = [group["highest"] for group in steps.optimizer_of(network, SHORT).param_groups]
    assert highest == sorted(highest, reverse=True) and len(set(highest)) == len(highest)


ALL_LAYERS = TuningSettings(first=0, n_epochs=2, n_views=2, batch=3, save_every_s=3600)


@pytest.fixture(scope="module")
def small_pictures():
    """Six pictures of 32 px, of three classes that differ in colour, each with two views."""
    rng = np.random.default_rng(0)
    colours = np.array([[200, 60, 60], [60, 200, 60], [60, 60, 200]])[np.arange(6) % 3]
    noise = rng.integers(-40, 40, (6, 3, 32, 32, 3))
    views = np.clip(colours[:, None, None, None] + noise, 0, 255).astype(np.uint8)
    return Lesson(apart(views.reshape(6, 3, -1)), np.arange(6), np.arange(6) % 3, np.ones(6, np.float32))


def all_learned(weights, lesson, folder, tell=lambda step: None):
    network = LastBlocks(weights, AVERAGES, some_head(), first=0)
    tune(network, lesson, ALL_LAYERS, Checkpoints(folder, "one"), "fold-0", tell)
    return network.state_dict()


def test_all_layers_learn_the_first_ones_least_and_go_on_to_the_same_bits(weights, small_pictures, tmp_path):
    (tmp_path / "whole").mkdir()
    before = LastBlocks(weights, AVERAGES, some_head(), first=0).state_dict()
    after = all_learned(weights, small_pictures, tmp_path / "whole")
    still = [name for name in after if torch.equal(before[name], after[name])]
    assert still == ["mean", "scale"], "every convolution and every bias learns"
    whole = LastBlocks(weights, AVERAGES, some_head(), first=0)
    highest = [group["highest"] for group in steps.optimizer_of(whole, ALL_LAYERS).param_groups]
    assert len(highest) == 18 and highest == sorted(highest, reverse=True) and highest[-1] < 0.03 * highest[0]
    with pytest.raises(Cancelled):
        all_learned(weights, small_pictures, tmp_path, tell=stop_at(3))
    assert same_bits(after, all_learned(weights, small_pictures, tmp_path))


def test_a_picture_counts_as_its_label_is_trusted_and_classes_count_alike():
    targets, trust = (
        np.array([0, 0, 0, 0, 1, 1]),
        np.array([[1, 1, 0.5, 0.5, 1, 0], [1, 1, 1, 1, 1, 1]], np.float32),
    )
    task = TuningTask(
        [],
        targets,
        np.zeros(6),
        trust,
        [],
        np.zeros((6, 2)),
        some_head(),
        {},
        PROCESSOR,
        "",
        SHORT,
        "training",
        0,
    )
    doubted, trusted = _weights(task, 0), _weights(task, 1)
    assert doubted.tolist() == [1, 1, 0.5, 0.5, 3, 0] and trusted.tolist() == [0.75] * 4 + [1.5] * 2
