"""Epochs kept while a network learns: a training goes on after the last one, to the very same weights, also after a kill."""

import errno
import shutil
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from described_shapes import SHAPES
from make_data import draw_shape, make_tiny_folder
from other_process import forking
from PIL import Image
from tellapart import atomic_files
from tellapart.errors import TrainError
from tellapart.network.learner import training
from tellapart.vision import RandomResizedCrop, Resize, aug_transforms, learner

SMALL = SHAPES.new(item=RandomResizedCrop(32, min_scale=0.6), batch=aug_transforms(warp=0))
OPTIONS = {"mixup": 0.4, "ema": 0.9, "patience": 5}  # all that a training remembers
OTHER = "belongs to another project, or to other settings"


@pytest.fixture(scope="module")
def shapes(tmp_path_factory):
    """One picture cannot be read."""
    folder = tmp_path_factory.mktemp("kept") / "shapes"
    make_tiny_folder(folder, n_per_class=6)
    (folder / "circle" / "circle_002.png").write_bytes(b"no picture")
    return folder


def started(shapes, said=None, described=SMALL):
    return learner(described.data(shapes, batch_size=6), say=(said if said is not None else []).append)


def weights(learn):
    return {name: values.clone() for name, values in learn.classifier.state_dict().items()}


def same_bits(one, other):
    return all(torch.equal(values, other[name]) for name, values in one.items())


@pytest.fixture(scope="module")
def undisturbed(shapes):
    """Three epochs and two more, kept nowhere."""
    learn = started(shapes)
    learn.fine_tune(3, **OPTIONS)
    first = weights(learn)
    learn.fine_tune(2)
    return first, weights(learn), learn


@pytest.mark.parametrize("last", [0, 1, 2])
def test_stopped_after_any_epoch_it_goes_on_to_the_same_bits(
    shapes, undisturbed, tmp_path, monkeypatch, last
):
    usual, calls = training._pass, []

    def stopping(*arguments):
        calls.append(arguments)
        if len(calls) > last:
            raise KeyboardInterrupt
        return usual(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(training, "_pass", stopping)
        with pytest.raises(KeyboardInterrupt):
            started(shapes).fine_tune(3, keep=tmp_path / "kept", **OPTIONS)
    said = []
    learn = started(shapes, said)
    learn.fine_tune(3, keep=tmp_path / "kept", **OPTIONS)
    assert f"Going on after epoch {last} of 3, which was kept." in said
    assert len([line for line in said if line.startswith("Epoch ")]) == 3 - last
    assert same_bits(undisturbed[0], weights(learn))
    assert [epoch.number for epoch in learn.history] == [1, 2, 3]
    assert learn.judgement().n_wrong == undisturbed[2].history[2].judgement.n_wrong


def test_what_is_done_is_only_read_and_a_second_call_has_a_place_of_its_own(shapes, undisturbed, tmp_path):
    for _ in range(2):
        said = []
        learn = started(shapes, said)
        learn.fine_tune(3, keep=tmp_path, **OPTIONS)
        learn.fine_tune(2, keep=tmp_path)
        assert same_bits(undisturbed[1], weights(learn)) and len(learn.history) == 5
    assert [line for line in said if line.startswith("Epoch ")] == []
    assert sorted(path.name for path in tmp_path.glob("*.safetensors")) == [
        "fine-tune-1.safetensors", "fine-tune-2.safetensors",
    ]  # fmt: skip


def test_epochs_of_other_pictures_or_settings_are_refused(shapes, tmp_path):
    started(shapes).fine_tune(1, keep=tmp_path)
    kept = (tmp_path / "fine-tune-1.safetensors").read_bytes()
    with pytest.raises(TrainError, match=OTHER):
        started(shapes).fine_tune(1, rate=1e-4, keep=tmp_path)
    with pytest.raises(TrainError, match=OTHER):
        started(shapes, described=SMALL.new(item=Resize(32))).fine_tune(1, keep=tmp_path)
    make_tiny_folder(tmp_path / "others", n_per_class=6)
    with pytest.raises(TrainError, match=OTHER):
        started(tmp_path / "others").fine_tune(1, keep=tmp_path)
    assert (tmp_path / "fine-tune-1.safetensors").read_bytes() == kept, "nothing is lost"
    (tmp_path / "fine-tune-1.safetensors").write_bytes(kept[:100])
    with pytest.raises(TrainError, match=r"is damaged .*Delete"):
        started(shapes).fine_tune(1, keep=tmp_path)


def painted(picture):
    """Another picture under the same name."""
    other = picture.copy()
    other.paste((255, 0, 0), (0, 0, 8, 8))
    return other


def test_epochs_of_files_that_were_changed_since_are_refused(shapes, tmp_path):
    folder = Path(shutil.copytree(shapes, tmp_path / "shapes"))
    started(folder).fine_tune(1, keep=tmp_path / "kept")
    file = folder / "circle" / "circle_001.png"
    painted(Image.open(file)).save(file)
    with pytest.raises(TrainError, match=OTHER):
        started(folder).fine_tune(1, keep=tmp_path / "kept")


def test_epochs_of_other_pictures_that_are_no_files_are_refused(tmp_path):
    rng = np.random.default_rng(0)
    drawn = [(label, draw_shape(label, rng)) for label in ("circle", "square") for _ in range(4)]

    def learning(pictures, said):
        label_of = {id(picture): label for (label, _), picture in zip(drawn, pictures, strict=True)}
        described = SMALL.new(items=list, labels=lambda item: label_of[id(item)])
        return started(pictures, said, described)

    pictures, said = [picture for _, picture in drawn], []
    learning(pictures, said).fine_tune(1, keep=tmp_path)
    learning([np.asarray(picture) for picture in pictures], said).fine_tune(1, keep=tmp_path)
    assert [line for line in said if "Going on" in line] == ["Going on after epoch 1 of 1, which was kept."]
    with pytest.raises(TrainError, match=OTHER):
        learning([painted(pictures[0]), *pictures[1:]], said).fine_tune(1, keep=tmp_path)


def test_epochs_of_other_bits_or_another_function_are_refused(shapes, tmp_path):
    def brighter(pictures):
        return pictures * 1.1

    def darker(pictures):
        return pictures * 0.9

    started(shapes, described=SMALL.new(batch=brighter)).fine_tune(1, keep=tmp_path)
    with pytest.raises(TrainError, match=OTHER):
        started(shapes, described=SMALL.new(batch=darker)).fine_tune(1, keep=tmp_path)
    learn = started(shapes, described=SMALL.new(batch=brighter))
    learn.device.bits = "bf16"
    with pytest.raises(TrainError, match=OTHER):
        learn.fine_tune(1, keep=tmp_path)


def cutting(right):
    return [lambda picture: picture.crop((0, 0, right, 20)), Resize(32)]


def test_epochs_of_a_changed_function_of_the_same_name_are_refused(shapes, tmp_path):
    described = SMALL.new(item=cutting(16))
    started(shapes, described=described).fine_tune(1, keep=tmp_path)
    said = []
    started(shapes, said, SMALL.new(item=cutting(16))).fine_tune(1, keep=tmp_path)
    assert "Going on after epoch 1 of 1, which was kept." in said
    with pytest.raises(TrainError, match=OTHER):
        started(shapes, described=SMALL.new(item=cutting(18))).fine_tune(1, keep=tmp_path)


def test_a_full_disk_a_deleted_folder_and_a_file_in_its_place_are_said(shapes, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    with pytest.raises(TrainError, match="is a file. Name a folder"):
        started(shapes).fine_tune(1, keep=tmp_path / "file")
    usual = training._pass

    def deleting(*arguments):
        shutil.rmtree(tmp_path / "kept")
        return usual(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(training, "_pass", deleting)
        with pytest.raises(TrainError, match=r"was deleted while training.*Start the training again"):
            started(shapes).fine_tune(1, keep=tmp_path / "kept")

    def full(path, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic_files, "write_bytes", full)
    with pytest.raises(TrainError, match=r"The disk .* is full"):
        started(shapes).fine_tune(1, keep=tmp_path / "kept")


def test_two_trainings_do_not_share_a_folder(shapes, tmp_path, monkeypatch):
    usual, said = training._pass, []

    def second(*arguments):
        with pytest.raises(TrainError, match="Another training keeps its epochs in") as caught:
            started(shapes).fine_tune(1, keep=tmp_path)
        said.append(str(caught.value))
        return usual(*arguments)

    monkeypatch.setattr(training, "_pass", second)
    started(shapes).fine_tune(1, keep=tmp_path)
    assert len(said) == 1


# It kills itself, as kill -9 does, in the midst of an epoch.
LEARNING = """
import signal
from hashlib import sha256
import torch
from tellapart.network.learner import steps
from tellapart.vision import DataDescription, RandomResizedCrop, aug_transforms, learner, random_split
torch.set_num_threads(1)
described = DataDescription(split=random_split(0.25), item=RandomResizedCrop(32, min_scale=0.6), batch=aug_transforms(warp=0))
signal.signal(signal.SIGALRM, signal.SIG_DFL)
def work():
    folder, kept, last, late_s = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    once, done = steps.OneCycle.once, []
    def counted(self, batch, is_last):
        loss = once(self, batch, is_last)
        done.append(loss)
        if len(done) == last:
            if late_s:
                signal.setitimer(signal.ITIMER_REAL, late_s)
            else:
                os.kill(os.getpid(), signal.SIGKILL)
        return loss
    steps.OneCycle.once = counted
    learn = learner(described.data(folder, batch_size=6), say=lambda line: None)
    learn.fine_tune(3, keep=kept, mixup=0.4, ema=0.9, accumulate=2)
    bits = sha256()
    for name, values in sorted(learn.classifier.state_dict().items()):
        bits.update(name.encode() + values.numpy().tobytes())
    print(bits.hexdigest())
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9, and no fork")
def test_killed_at_ten_moments_it_ends_with_the_same_bits(shapes, tmp_path):
    import random

    def learned(folder, last=0, late_s=0.0):
        code, said = learning(shapes, tmp_path / folder, last, late_s)
        if last and code in (-signal.SIGKILL, -signal.SIGALRM):
            return None
        assert code == 0, said
        return said.strip()

    rng = random.Random(0)
    with forking(LEARNING) as learning:
        undisturbed = learned("undisturbed")
        for round_ in range(10):
            learned(f"round-{round_}", rng.randint(1, 8), rng.choice([0.0, rng.uniform(0, 0.3)]))
            assert learned(f"round-{round_}") == undisturbed
