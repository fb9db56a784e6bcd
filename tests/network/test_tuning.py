"""The last blocks in torch continue the earlier ones in ONNX, learn, and go back into the backbone's own form."""

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from tellapart.backbones.lite0 import keeping
from tellapart.backbones.lite0.graph import embedding_onnx, first_blocks_onnx
from tellapart.backbones.lite0.weights import read_weights, weights_file
from tellapart.errors import Cancelled, TrainError
from tellapart.learning.head import Head
from tellapart.network.device import PROCESSOR
from tellapart.network.tuning import steps
from tellapart.network.tuning.blocks import OwnBackward
from tellapart.network.tuning.checkpoints import Checkpoints
from tellapart.network.tuning.folds import _plain
from tellapart.network.tuning.last_blocks import FIRST, LastBlocks, averaged, mixed
from tellapart.network.tuning.noted_curve import NotedCurve, curve_of
from tellapart.network.tuning.steps import DivergedError, Learning, Lesson, TuningSettings, tune
from tellapart.network.tuning.views import kept_views
from torch.nn import functional

AVERAGES = [4, 10, 14]
N_CLASSES = 3


def session(content):
    return onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])


@pytest.fixture(scope="module")
def weights():
    return read_weights(weights_file())


@pytest.fixture(scope="module")
def pixels():
    """Three pictures: noise, a ramp and a flat one."""
    ramp = np.linspace(0, 255, 224)[:, None, None] * np.ones((1, 224, 3))
    noise = np.random.default_rng(0).integers(0, 256, (224, 224, 3))
    return np.stack([noise, ramp, np.full((224, 224, 3), 90)]).astype(np.uint8)


@pytest.fixture(scope="module")
def embeddings(pixels):
    """The backbone's own."""
    return session(keeping.made_onnx()).run(None, {"pixels": pixels})[0]


@pytest.fixture(scope="module")
def features(weights, pixels):
    return session(first_blocks_onnx(weights, FIRST, AVERAGES)).run(None, {"pixels": pixels})[0]


def some_head(seed=0, size=1624):
    rng = np.random.default_rng(seed)
    mean, scale = rng.normal(0, 0.1, size).astype(np.float32), rng.uniform(0.5, 2, size).astype(np.float32)
    weights = rng.normal(0, 0.05, (size, N_CLASSES)).astype(np.float32)
    return Head(mean, scale, weights, rng.normal(0, 1, N_CLASSES).astype(np.float32), 0.1)


@pytest.fixture
def network(weights):
    return LastBlocks(weights, AVERAGES, some_head())


def distance(found, wanted):
    """The largest, as a fraction of the embedding's length."""
    return float((np.linalg.norm(found - wanted, axis=1) / np.linalg.norm(wanted, axis=1)).max())


def test_earlier_blocks_in_onnx_and_last_ones_in_torch_give_the_backbones_embeddings(
    network, features, embeddings
):
    with torch.inference_mode():
        found = network.embeddings(torch.from_numpy(features)).numpy()
    assert distance(found, embeddings) < 1e-5


def test_before_it_learns_the_network_gives_its_heads_logits(network, features, embeddings):
    with torch.inference_mode():
        assert (
            np.abs(network(torch.from_numpy(features)).numpy() - some_head().logits(embeddings)).max() < 1e-3
        )
        network.start_from(other := some_head(1))  # standardised otherwise
        assert np.abs(network(torch.from_numpy(features)).numpy() - other.logits(embeddings)).max() < 1e-3
    assert np.abs(network.fitted_head(0.1).logits(embeddings) - other.logits(embeddings)).max() < 1e-3


def test_what_has_learned_is_written_in_the_backbones_form_and_gives_the_same_embeddings(
    network, weights, features, pixels
):
    rng = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter += 0.02 * parameter.abs().mean() * torch.randn(parameter.shape, generator=rng)
    content = embedding_onnx(network.into(weights), AVERAGES)
    made, usual = (onnx.load_from_string(one).graph for one in (content, keeping.made_onnx()))
    assert [node.op_type for node in made.node] == [node.op_type for node in usual.node]
    kinds = [
        [(one.name, one.data_type, list(one.dims)) for one in graph.initializer] for graph in (made, usual)
    ]
    assert kinds[0] == kinds[1]
    network.round_as_stored()
    with torch.inference_mode():
        wanted = network.embeddings(torch.from_numpy(features)).numpy()
    assert distance(session(content).run(None, {"pixels": pixels})[0], wanted) < 1e-5


def test_weights_that_did_not_learn_come_back_as_they_were(network, weights, pixels, embeddings):
    content = embedding_onnx(network.into(weights), AVERAGES)
    assert distance(session(content).run(None, {"pixels": pixels})[0], embeddings) < 1e-5


def test_views_go_on_from_where_a_stopped_training_was(tmp_path):
    made, told, path = [], [], tmp_path / "views.f16"

    class Maker:
        n_views, dtype = 1, np.float16

        def of(self, file):
            made.append(file)
            return np.full((2, 3), file, np.float16)

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
    assert np.array_equal(views[:, :, 0], np.arange(12)[:, None] * np.ones(2))
    assert [one.name for one in tmp_path.iterdir()] == ["views.f16"]


def test_pictures_are_judged_a_few_at_a_time():
    parts = _plain(np.zeros((70, 2, 5), np.float16), np.arange(70))
    assert [len(next(parts)) for _ in range(3)] == [32, 32, 6] and next(parts, None) is None


def test_the_filters_gradient_is_torchs_own():
    rng = torch.Generator().manual_seed(0)
    planes, filters = torch.randn(2, 6, 7, 7, generator=rng), torch.randn(6, 1, 5, 5, generator=rng)
    bias, back = torch.randn(6, generator=rng), torch.randn(2, 6, 7, 7, generator=rng)
    found = []
    for convolve in (
        OwnBackward.apply,
        lambda x, f, b: functional.conv2d(x, f, b, padding=2, groups=6),
    ):
        inputs = [one.clone().requires_grad_() for one in (planes, filters, bias)]
        convolve(*inputs).backward(back)
        found.append([one.grad for one in inputs])
    assert all(torch.allclose(own, usual, atol=1e-4) for own, usual in zip(*found, strict=True))
    still = [
        planes.clone().requires_grad_(),
        filters,
        bias.clone().requires_grad_(),
    ]  # filters that do not learn
    OwnBackward.apply(*still).backward(back)
    assert torch.allclose(still[0].grad, found[0][0]) and filters.grad is None


def test_weights_are_mixed_and_averaged():
    start, tuned = {"a": torch.zeros(2)}, {"a": torch.full((2,), 4.0)}
    assert mixed(start, tuned, 0.25)["a"].tolist() == [1, 1] and mixed(start, tuned, 0)["a"].tolist() == [
        0,
        0,
    ]
    assert averaged([start, tuned])["a"].tolist() == [2, 2]


@pytest.fixture(scope="module")
def lesson(features):
    """Twelve pictures of three classes, with noise in the place of augmentation."""
    rng = np.random.default_rng(0)
    views = features[np.arange(12) % 3][:, None] + rng.normal(0, 0.1, (12, 3, features.shape[1]))
    return Lesson(views.astype(np.float16), np.arange(12), np.arange(12) % 3, np.ones(12, np.float32))


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
        logits = network(torch.from_numpy(lesson.views[:, 0].astype(np.float32)))
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
    broken = Lesson(lesson.views * np.float16("nan"), lesson.rows, lesson.targets, lesson.weights)
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
    highest = [group["highest"] for group in steps._optimizer(network, SHORT).param_groups]
    assert highest == sorted(highest, reverse=True) and len(set(highest)) == len(highest)


def test_the_whole_network_gives_the_backbones_embeddings_of_pixels(weights, pixels, embeddings):
    whole = LastBlocks(weights, AVERAGES, some_head(), first=0)
    with torch.inference_mode():
        found = whole.embeddings(torch.from_numpy(pixels).reshape(len(pixels), -1).float()).numpy()
    assert distance(found, embeddings) < 1e-5


def test_the_whole_network_goes_out_in_the_backbones_form(weights, pixels):
    whole = LastBlocks(weights, AVERAGES, some_head(), first=0)
    rng = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in whole.parameters():
            parameter += 0.02 * parameter.abs().mean() * torch.randn(parameter.shape, generator=rng)
    content = embedding_onnx(whole.into(weights), AVERAGES)
    made, usual = (onnx.load_from_string(one).graph for one in (content, keeping.made_onnx()))
    assert [node.op_type for node in made.node] == [node.op_type for node in usual.node]
    kinds = [
        [(one.name, one.data_type, list(one.dims)) for one in graph.initializer] for graph in (made, usual)
    ]
    assert kinds[0] == kinds[1]
    whole.round_as_stored()
    with torch.inference_mode():
        wanted = whole.embeddings(torch.from_numpy(pixels).reshape(len(pixels), -1).float()).numpy()
    assert distance(session(content).run(None, {"pixels": pixels})[0], wanted) < 1e-5


ALL_LAYERS = TuningSettings(first=0, n_epochs=2, n_views=2, batch=3, save_every_s=3600)


@pytest.fixture(scope="module")
def small_pictures():
    """Six pictures of 32 px, of three classes that differ in colour, each with two views."""
    rng = np.random.default_rng(0)
    colours = np.array([[200, 60, 60], [60, 200, 60], [60, 60, 200]])[np.arange(6) % 3]
    noise = rng.integers(-40, 40, (6, 3, 32, 32, 3))
    views = np.clip(colours[:, None, None, None] + noise, 0, 255).astype(np.uint8)
    return Lesson(views.reshape(6, 3, -1), np.arange(6), np.arange(6) % 3, np.ones(6, np.float32))


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
    highest = [group["highest"] for group in steps._optimizer(whole, ALL_LAYERS).param_groups]
    assert len(highest) == 18 and highest == sorted(highest, reverse=True) and highest[-1] < 0.03 * highest[0]
    with pytest.raises(Cancelled):
        all_learned(weights, small_pictures, tmp_path, tell=stop_at(3))
    assert same_bits(after, all_learned(weights, small_pictures, tmp_path))
