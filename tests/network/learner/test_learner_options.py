"""What may be asked of a training besides its epochs: mixed pictures, averaged weights, an early end. Each does what it
says, and the network still learns."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from described_shapes import SHAPES
from make_data import make_tiny_folder
from tellapart.errors import TrainError
from tellapart.network.data.batches import PictureBatch
from tellapart.network.data.growing import made_smaller, side_at
from tellapart.network.learner import steps, training
from tellapart.network.learner.classifier import Classifier
from tellapart.network.learner.mixed_pictures import Mixer
from tellapart.network.learner.moving_average import MovingAverage
from tellapart.vision import Resize, learner

SMALL = SHAPES.new(item=Resize(48), batch=())


@pytest.fixture(scope="module")
def shapes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("options") / "shapes"
    make_tiny_folder(folder, n_per_class=12)
    return folder


def learned(shapes, epochs=2, said=None, rate=steps.RATE, **options):
    learn = learner(SMALL.data(shapes, batch_size=9), say=(said if said is not None else []).append)
    learn.fine_tune(epochs, rate=rate, **options)
    return learn


@pytest.fixture(scope="module")
def plain(shapes):
    """Trained with none of them. Do not change it."""
    return learned(shapes)


@pytest.fixture
def batch():
    """Six pictures, each of one grey of its own, of three classes."""
    greys = torch.linspace(0.1, 0.9, 6).view(6, 1, 1, 1).expand(6, 3, 16, 16).clone()
    return PictureBatch(greys, torch.arange(6) % 3, torch.arange(6))


def test_mixup_lays_two_pictures_over_one_another_and_their_labels_alike(batch):
    torch.manual_seed(0)
    pictures, targets = Mixer(0.4, 0, 3)(batch)
    assert torch.allclose(targets.sum(dim=1), torch.ones(6)) and (targets > 0).sum(dim=1).max() == 2
    own = targets[torch.arange(6), batch.targets]
    partner = batch.pictures.roll(1, 0)
    found = own.view(6, 1, 1, 1) * batch.pictures + (1 - own.view(6, 1, 1, 1)) * partner
    assert 0 < float(own[0]) < 1 and torch.allclose(pictures, found, atol=1e-5)


def test_cutmix_puts_a_part_of_one_into_the_other_and_labels_by_its_area(batch):
    torch.manual_seed(1)
    pictures, targets = Mixer(0, 1.0, 3)(batch)
    for row in range(6):
        greys = set(pictures[row].unique().tolist())
        assert greys <= {float(batch.pictures[row, 0, 0, 0]), float(batch.pictures[row - 1, 0, 0, 0])}
        area = float((pictures[row] == batch.pictures[row]).float().mean())
        assert float(targets[row, batch.targets[row]]) == pytest.approx(area, abs=1e-5)


def test_without_either_a_batch_stays_as_it_is(batch):
    pictures, targets = Mixer(0, 0, 3)(batch)
    assert pictures is batch.pictures and targets is batch.targets


@pytest.mark.parametrize("option", [{"mixup": 0.4}, {"cutmix": 1.0}, {"mixup": 0.4, "cutmix": 1.0}])
def test_a_network_learns_from_mixed_pictures_and_is_less_sure_of_them(shapes, plain, option):
    learn = learned(shapes, **option)
    assert learn.history[-1].train_loss > plain.history[-1].train_loss, (
        "what is mixed cannot be told for sure"
    )
    start = learn.history[0].judgement.loss
    assert learn.history[-1].judgement.loss < 1.1 * start and learn.history[-1].error_rate <= 0.34
    again = learned(shapes, **option)
    assert all(
        torch.equal(values, again.classifier.state_dict()[name])
        for name, values in learn.classifier.state_dict().items()
    )


def test_the_average_forgets_its_start_and_follows(shapes):
    network = torch.nn.Linear(2, 1)
    with torch.no_grad():
        network.weight.fill_(0)
    average = MovingAverage(network, 0.9)
    with torch.no_grad():
        network.weight.fill_(1)
    expected = 0.0
    for step in range(1, 41):
        average.update(network)
        decay = min(0.9, step / (step + 10))
        expected = decay * expected + (1 - decay)
    assert average.values["weight"].flatten().tolist() == pytest.approx([expected] * 2)
    assert expected > 0.98


def test_what_is_judged_and_kept_are_the_averaged_weights(shapes, monkeypatch):
    judged, averages = [], []
    usual = training.judge

    def judge(classifier, data, device):
        judged.append({name: values.clone() for name, values in classifier.state_dict().items()})
        return usual(classifier, data, device)

    update = MovingAverage.update

    def noted(self, network):
        update(self, network)
        averages.append((self, {name: values.clone() for name, values in network.state_dict().items()}))

    monkeypatch.setattr(training, "judge", judge)
    monkeypatch.setattr(MovingAverage, "update", noted)
    learn = learned(shapes, ema=0.9)
    average, last = averages[-1]
    assert average.n_steps == len(averages) == 2 * len(learn.data.train)
    kept = learn.classifier.state_dict()
    assert all(torch.equal(values, kept[name]) for name, values in average.values.items())
    assert all(torch.equal(values, judged[-1][name]) for name, values in kept.items())
    assert not torch.equal(kept["head.weight"], last["head.weight"])
    assert learn.history[-1].error_rate <= 0.34


def test_it_ends_where_nothing_gets_better_and_keeps_the_best(shapes, monkeypatch):
    said = []
    once = steps.OneCycle.once

    def getting_worse(self, batch, is_last):
        loss = once(self, batch, is_last)
        if self.schedule.last_epoch > len_of_epoch:
            with torch.no_grad():
                self.classifier.head.weight.neg_()
        return loss

    len_of_epoch = 3
    monkeypatch.setattr(steps.OneCycle, "once", getting_worse)
    learn = learned(shapes, epochs=8, said=said, patience=2)
    n_best = len(learn.history)
    assert "Nothing got better in 2 epochs. Training stopped" in said[-1]
    assert len([line for line in said if line.startswith("Epoch ")]) == n_best + 2 < 8
    fresh = training.judge(learn.classifier, learn.data, learn.device)
    assert fresh.loss == pytest.approx(learn.judgement().loss, abs=1e-6)


@pytest.fixture
def steps_made(monkeypatch):
    """Of each step the highest rate, and the length of the gradient, which nothing shortens."""
    made, step = [], torch.optim.AdamW.step

    def noted(self, *rest):
        gradients = [one.grad.norm() for group in self.param_groups for one in group["params"]]
        made.append([self.param_groups[-1]["lr"], float(torch.stack(gradients).norm())])
        return step(self, *rest)

    monkeypatch.setattr(torch.optim.AdamW, "step", noted)
    monkeypatch.setattr(steps, "_LONGEST", 1e9)
    return made


@pytest.mark.slow
def test_four_batches_of_four_teach_what_one_of_sixteen_does(shapes, steps_made, monkeypatch):
    """Of 27 pictures the second step has 4, 4 and 3; and memory is short in the middle of a step. With 64 bits, since
    Adam makes much of the rounding of 32."""
    forward = Classifier.forward
    too_many: list[int] = []  # pictures at once

    def with_64_bits(self, pictures):
        if self.training and len(steps_made) == 1 and too_many[:1] == [len(pictures)]:
            too_many.pop(0)
            raise MemoryError
        return forward(self, pictures.double())

    monkeypatch.setattr(Classifier, "forward", with_64_bits)

    def learn(batch_size, **options):
        said = []
        learner_of_shapes = learner(SMALL.data(shapes, batch_size=batch_size), say=said.append)
        learner_of_shapes.classifier.double()
        learner_of_shapes.fine_tune(1, ema=0.9, **options)
        return learner_of_shapes, said

    whole, _ = learn(16)
    wanted = steps_made.copy()
    steps_made.clear()
    too_many += [3, 1]  # all of the last batch; then, in parts of two and one, the second part
    parts, said = learn(4, accumulate=4)
    assert len(wanted) == 2 and np.array(steps_made) == pytest.approx(np.array(wanted), rel=1e-5)
    assert "The memory was not enough: batches are taken 1 pictures at a time from here on." in said
    losses = [[epoch.train_loss for epoch in one.history] for one in (parts, whole)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)
    for (name, values), other in zip(
        parts.classifier.state_dict().items(), whole.classifier.state_dict().values(), strict=True
    ):
        assert torch.allclose(values, other, atol=3e-6), name


def test_an_accumulation_that_cannot_be_is_told(shapes):
    learn = learner(SMALL.data(shapes), say=lambda line: None)
    for wrong in (0, -4, 2.5, "4"):
        with pytest.raises(ValueError, match=f"accumulate={wrong!r}: choose a whole number from 1"):
            learn.fine_tune(1, accumulate=wrong)


def test_numbers_out_of_range_are_told(shapes):
    learn = learner(SMALL.data(shapes), say=lambda line: None)
    for wrong in ({"mixup": -1.0}, {"cutmix": -0.1}, {"ema": 1.0}, {"patience": 0}):
        with pytest.raises(ValueError, match="choose numbers from 0, an ema below 1, and a patience from 1"):
            learn.fine_tune(1, **wrong)


def test_pictures_grow_by_equal_steps_to_their_full_size():
    sides = [side_at(step / 12, 128, 224) for step in range(12)]
    assert sides == [128, 128, 128, 160, 160, 160, 192, 192, 224, 224, 224, 224]
    assert [side_at(share, 32, 48) for share in (0, 0.5, 0.7)] == [32, 32, 48]
    assert side_at(0, 48, 48) == 48


def test_a_picture_made_smaller_keeps_its_greys():
    rows = torch.linspace(0, 1, 64).view(1, 1, 64, 1).expand(2, 3, 64, 64)
    small = made_smaller(rows, 16)
    assert small.shape == (2, 3, 16, 16) and made_smaller(rows, 64) is rows
    assert small[0, 0, :, 0].tolist() == pytest.approx(
        rows[0, 0, :, 0].view(16, 4).mean(1).tolist(), abs=0.01
    )


def test_training_starts_on_small_pictures_and_is_judged_on_full_ones(shapes, plain):
    sides = []
    learn = learner(SMALL.data(shapes, batch_size=9), say=lambda line: None)
    learn.classifier.body.register_forward_pre_hook(
        lambda body, given: sides.append((learn.classifier.training, given[0].shape[-1]))
    )
    learn.fine_tune(2, start_size=32)
    learned_on = [side for is_learning, side in sides if is_learning]
    assert learned_on == [32] * 4 + [48] * 2 and {side for is_learning, side in sides if not is_learning} == {
        48
    }
    assert learn.history[-1].error_rate <= 0.34 and learn.history[0].train_loss != plain.history[0].train_loss


def test_a_size_to_start_at_that_cannot_be_is_told(shapes, monkeypatch):
    learn = learner(SMALL.data(shapes), say=lambda line: None)
    for wrong in (16, 64):
        with pytest.raises(ValueError, match=f"start_size={wrong}: choose 32 to 48 pixels"):
            learn.fine_tune(1, start_size=wrong)
    monkeypatch.setattr(learn, "network", replace(learn.network, size_px=48))
    with pytest.raises(
        TrainError, match="takes pictures of 48 pixels only, so they cannot grow. Leave `start_size` out"
    ):
        learn.fine_tune(1, start_size=32)


def test_few_steps_learn_at_a_lower_rate_and_a_given_rate_is_taken_as_it_is(shapes, monkeypatch):
    rates = []
    usual = steps.OneCycle.__init__

    def noted(self, classifier, device, settings, *rest):
        rates.append(settings.rate)
        usual(self, classifier, device, settings, *rest)

    monkeypatch.setattr(training.OneCycle, "__init__", noted)
    learn = learned(shapes, epochs=1, rate=None)
    assert rates == [pytest.approx(1e-3 * len(learn.data.train) / 100)]
    learn.fine_tune(1, rate=2e-4)
    assert rates[1] == 2e-4 and steps.usual_rate(100) == steps.usual_rate(5000) == 1e-3
