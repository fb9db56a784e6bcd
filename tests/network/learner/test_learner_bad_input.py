"""What goes wrong in a training is a sentence, and nothing is lost by it."""

import importlib.util
import math
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from described_shapes import SMALL, small
from safetensors.torch import save_file
from tellapart.errors import BackboneError, DescriptionError, TrainError, WeightsError
from tellapart.network.data.kept_pictures import KeptPictures
from tellapart.network.device import device_of
from tellapart.network.learner import training
from tellapart.network.learner.judging import Confusion, TopLosses
from tellapart.network.learner.networks import Network, check_size
from tellapart.network.learner.rates import RateSearch
from tellapart.network.learner.steps import OneCycle
from tellapart.vision import learner


def test_a_loss_that_is_no_number_stops_and_keeps_the_best(shapes):
    said = []
    learn = small(shapes, said)
    learn.fine_tune(0)
    before = {name: values.clone() for name, values in learn.classifier.state_dict().items()}
    loss = learn.judgement().loss
    learn.fine_tune(3, rate=1e30)
    assert "no longer a number in epoch 1 of 3" in said[-1] and "from before the first epoch" in said[-1]
    assert "rate=1e+29" in said[-1] and "lr_find()" in said[-1]
    after = learn.classifier.state_dict()
    assert all(torch.equal(values, after[name]) for name, values in before.items())
    assert learn.history == [] and learn.judgement().loss == loss and learn.confusion().counts.sum() == 6


def test_after_a_good_epoch_its_weights_are_the_best(shapes, monkeypatch):
    from tellapart.network.learner import steps

    said, calls = [], []
    learn = small(shapes, said)
    once = steps.OneCycle.once

    def failing(self, batch, is_last):
        calls.append(batch)
        is_first_epoch = len(calls) <= 3
        return once(self, batch, is_last) if is_first_epoch else (float("nan"), len(batch.targets))

    monkeypatch.setattr(steps.OneCycle, "once", failing)
    learn.fine_tune(4, rate=3e-4)
    assert "epoch 2 of 4" in said[-1]
    assert [epoch.number for epoch in learn.history] in ([1], []) and len(calls) == 4
    best = "of epoch 1, the best so far," if learn.history else "from before the first epoch"
    assert best in said[-1]


def test_a_loss_that_is_no_number_or_only_rises_suggests_no_rate(shapes, monkeypatch):
    learn = small(shapes)
    learn.fine_tune(0)
    for losses, n_steps in (((math.nan,), 0), (range(1, 100), 5)):
        given = iter(losses)
        monkeypatch.setattr(OneCycle, "once", lambda self, batch, given=given: (float(next(given)), 8))
        found = learn.lr_find(n_steps=10)
        assert found.suggestion is None and len(found.rates) == n_steps
        assert found.sentence().startswith("No learning rate can be suggested")


def test_an_unknown_network_gets_the_nearest_names(shapes):
    with pytest.raises(BackboneError, match=r"no backbone 'efficientnet_lite'.*efficientnet_lite0"):
        small(shapes, backbone="efficientnet_lite")
    with pytest.raises(BackboneError, match=r"Did you mean .*resnet50"):
        small(shapes, backbone="ResNet-5O")


def test_weights_that_do_not_fit_are_named(shapes, tmp_path):
    save_file({"features.0.weight": torch.zeros(3, 3)}, tmp_path / "other.safetensors")
    with pytest.raises(
        WeightsError, match=r"other.safetensors do not fit efficientnet_lite0: tensors .* missing"
    ):
        small(shapes, weights=tmp_path / "other.safetensors")
    with pytest.raises(WeightsError, match="cannot be read"):
        small(shapes, weights=str(tmp_path / "gone.pth"))


def test_weights_of_a_file_are_those_it_starts_from(shapes, tmp_path):
    start = small(shapes)
    state = {name: values.clone() for name, values in start.classifier.body.network.state_dict().items()}
    state["_bn1.bias"] = state["_bn1.bias"] + 1
    state["_fc.weight"] = torch.zeros(7, 1280)  # of other classes; not used
    save_file(state, tmp_path / "mine.safetensors")
    learn = small(shapes, weights=tmp_path / "mine.safetensors")
    assert torch.equal(learn.classifier.body.network._bn1.bias.data, state["_bn1.bias"])
    assert learn.network.licence == "that of the weights file mine.safetensors"


def test_a_network_of_one_size_only_says_which(shapes):
    network = Network("vit_b_16", torch.nn.Identity(), 8, (0.5,) * 3, (0.5,) * 3, 224, "")
    check_size(network, 224)
    with pytest.raises(
        BackboneError, match=r"224 pixels a side only, and the description makes 128.*Resize\(224\)"
    ):
        check_size(network, 128)


def test_a_label_whose_pictures_cannot_be_read_is_named(shapes):
    data = SMALL.data(shapes)
    for path in (shapes / "cross").glob("*.png"):
        path.write_bytes(b"")
    said = []
    with pytest.raises(
        TrainError, match=r"None of the training pictures of 'cross' can be read; .*cross_\d+.png: "
    ):
        learner(data, say=said.append).fine_tune(1)


def test_validation_pictures_that_cannot_be_read_are_a_sentence(shapes):
    data = SMALL.data(shapes)
    for row in data.assembly.rows(True):
        data.assembly.items[row].write_bytes(b"")
    with pytest.raises(TrainError, match="None of the validation pictures can be read"):
        learner(data, say=lambda line: None).fine_tune(1)


def test_a_broken_picture_and_a_missing_label_are_said_and_stop_nothing(shapes):
    described = SMALL.new(split=lambda item: item.stem[-1] in "67" and item.parent.name != "cross")
    (shapes / "circle" / "circle_001.png").write_bytes(b"")
    said = []
    learn = learner(described.data(shapes), say=said.append)
    learn.fine_tune(1)
    assert "no picture of 'cross'" in said[0] and "circle_001.png cannot be read and was left out" in said[1]
    assert learn.confusion().counts.sum(axis=1).tolist() == [2, 0, 2] and len(learn.history) == 1


def test_a_picture_that_goes_while_training_is_left_out_and_named(shapes, monkeypatch):
    """Where pictures are decoded again in each epoch, as those are that found no room to be kept."""
    usual, said = training._pass, []
    monkeypatch.setattr(KeptPictures, "put", lambda self, place, pixels: None)

    def removing(*arguments):
        if victim.exists():
            victim.unlink()
        return usual(*arguments)

    learn = small(shapes, said)
    victim = learn.data.assembly.items[int(learn.data.assembly.rows(False)[0])]
    monkeypatch.setattr(training, "_pass", removing)
    learn.fine_tune(2)
    assert [Path(one.path) for one in learn.data.refused] == [victim] and len(learn.history) == 2
    learn.export(shapes.parent / "app")
    assert any(f"{victim} cannot be read and was left out" in line for line in said)


def gone(data, *labels):
    """The files of the training pictures of these labels, deleted."""
    for row in data.assembly.rows(False):
        if data.classes[data.assembly.targets[row]] in labels:
            data.assembly.items[row].unlink()


def test_where_all_pictures_went_nothing_is_learned_and_no_search_goes_on_for_ever(shapes):
    said = []
    learn = small(shapes, said)
    learn.fine_tune(0)
    gone(learn.data, *learn.data.classes)
    before = {name: values.clone() for name, values in learn.classifier.state_dict().items()}
    for ask in (learn.lr_find, lambda: learn.fine_tune(1)):
        with pytest.raises(TrainError, match=r"None of the training pictures can be read; .*the drive"):
            ask()
    assert learn.history == [] and not any("Epoch 1" in line for line in said)
    assert all(torch.equal(values, learn.classifier.state_dict()[name]) for name, values in before.items())


def test_a_label_that_went_while_training_is_named_and_the_weights_before_are_kept(shapes):
    learn = small(shapes)
    learn.fine_tune(0)
    gone(learn.data, "cross")
    before = {name: values.clone() for name, values in learn.classifier.state_dict().items()}
    with pytest.raises(TrainError, match="None of the training pictures of 'cross' can be read"):
        learn.fine_tune(1)
    assert all(torch.equal(values, learn.classifier.state_dict()[name]) for name, values in before.items())


def test_a_held_out_picture_that_went_is_grey_among_the_worst_and_says_so(shapes):
    learn = small(shapes)
    gone = Path(learn.top_losses(1)[0].picture)
    gone.unlink()
    worst = learn.top_losses(3)
    assert worst[0].picture == str(gone) and worst[0].gone == "file not found"
    assert str(worst).splitlines()[0].endswith("; it can no longer be read: file not found")
    shown = [axes.images[0].get_array() for axes in worst.figure().axes]
    assert (shown[0] == 128).all() and not (shown[1] == 128).all() and worst[1].gone == ""


def test_figures_without_matplotlib_say_what_to_install(shapes, monkeypatch):
    monkeypatch.delitem(sys.modules, "tellapart.network.charts", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(DescriptionError, match=r'matplotlib, which is not installed.*"tellapart\[charts\]"'):
        SMALL.data(shapes).show_batch()


def test_a_notebook_without_matplotlib_shows_the_text(monkeypatch):
    monkeypatch.delitem(sys.modules, "tellapart.network.charts", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    for value in (
        Confusion(np.array([[3, 1], [0, 4]]), ("a", "b")),
        RateSearch((), (), None),
        TopLosses((), ()),
    ):
        assert value._repr_png_() is None and "<img" not in value._repr_html_()


def test_numbers_out_of_range_are_told(shapes):
    learn = small(shapes)
    given = ({"epochs": -1}, {"epochs": 2.5}, {"epochs": "3"}, {"epochs": 1, "freeze_epochs": 0.5})
    for wrong in (*given, {"epochs": 1, "rate": 0.0}, {"epochs": 1, "smoothing": 1.0}):
        with pytest.raises(ValueError, match="choose whole numbers"):
            learn.fine_tune(**wrong)
    with pytest.raises(ValueError, match="batch_size=0"):
        SMALL.data(shapes, batch_size=0)


def test_devices_that_are_not_there_and_packages_that_are_missing(monkeypatch):
    with pytest.raises(ValueError, match="device='gpu'"):
        device_of("gpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(TrainError, match="There is no cuda device"):
        device_of("cuda")
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "lightning_fabric" else find(name)
    )
    with pytest.raises(TrainError, match=r'Lightning Fabric, which is not installed.*"tellapart\[gpu\]"'):
        device_of("cpu", "bf16")
    assert device_of("cpu").torch_device.type == "cpu"
    said = []
    monkeypatch.setattr("tellapart.network.device.has_card", lambda: True)
    assert device_of(say=said.append).torch_device.type == "cpu" and "cannot use it" in said.pop()
    device_of("cpu", say=said.append)
    assert said == []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert device_of(say=said.append).torch_device.type == "cpu" and "graphics card is not used" in said[0]


def test_a_description_that_was_applied_to_nothing_is_no_data(shapes):
    with pytest.raises(
        TypeError, match=r"makes of a folder or table, not a description. Write learner\(bears.data"
    ):
        learner(SMALL)
    with pytest.raises(TypeError, match="not this str"):
        learner(str(shapes))


def test_no_picture_at_all_is_not_shown(shapes):
    with pytest.raises(ValueError, match=r"n=-2: choose how many pictures to show, at least 1"):
        SMALL.data(shapes).show_batch(n=-2)
