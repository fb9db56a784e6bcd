"""Where memory is short a Learner takes its pictures in parts, or says so."""

import pytest
import torch
from described_shapes import SMALL, small
from tellapart.errors import TrainError
from tellapart.network.data import batches
from tellapart.network.learner.classifier import Classifier
from tellapart.vision import aug_transforms, learner


def test_short_memory_halves_the_batch_and_goes_on(shapes, monkeypatch):
    said, largest = [], []
    forward = Classifier.forward

    def short_of_memory(self, pictures):
        if self.training and len(pictures) > 3:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 123 bytes")
        largest.append(len(pictures))
        return forward(self, pictures)

    whole = small(shapes)
    whole.fine_tune(1, rate=1e-4)
    monkeypatch.setattr(Classifier, "forward", short_of_memory)
    learn = small(shapes, said)
    learn.fine_tune(1, rate=1e-4)
    assert "The memory was not enough: batches are taken 2 pictures at a time from here on." in said
    assert len(learn.history) == 1 and learn.history[0].train_loss == pytest.approx(
        whole.history[0].train_loss, rel=1e-3
    )


def test_short_memory_while_a_batch_is_put_together_takes_it_in_parts(shapes, monkeypatch):
    """What is drawn for a picture goes by its place in the batch, so the parts come out as the whole does."""
    usual = batches.augmented
    described = SMALL.new(batch=aug_transforms())

    def short_of_memory(pictures, *arguments):
        if len(pictures) > 3:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 6.00 GiB")
        return usual(pictures, *arguments)

    whole = described.data(shapes, batch_size=8).one_batch().pictures
    monkeypatch.setattr(batches, "augmented", short_of_memory)
    data = described.data(shapes, batch_size=8)
    assert torch.equal(data.one_batch().pictures, whole)
    learn = learner(data, say=lambda line: None)
    learn.fine_tune(1)
    assert len(learn.history) == 1


def test_no_memory_even_for_one_is_a_sentence(shapes, monkeypatch):
    def none(self, pictures):
        if self.training:
            raise MemoryError
        return torch.zeros(len(pictures), 3)

    monkeypatch.setattr(Classifier, "forward", none)
    with pytest.raises(TrainError, match=r"not enough for even one picture.*batch_size=4"):
        small(shapes).fine_tune(1)


def test_short_memory_is_no_matter_before_training_either(shapes, monkeypatch):
    whole = small(shapes)
    whole.fine_tune(0)
    features = Classifier.features

    def short_of_memory(self, pictures):
        if len(pictures) > 3:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return features(self, pictures)

    monkeypatch.setattr(Classifier, "features", short_of_memory)
    learn = small(shapes)
    learn.fine_tune(0)
    assert learn.judgement().loss == pytest.approx(whole.judgement().loss, rel=1e-3)


def test_no_memory_even_for_one_is_a_sentence_wherever_a_network_looks(shapes, monkeypatch):
    fresh, learn = small(shapes), small(shapes)
    learn.fine_tune(0)

    def none(self, pictures):
        raise MemoryError

    monkeypatch.setattr(Classifier, "features", none)
    picture = next(shapes.glob("*/*.png"))
    for ask in (lambda: fresh.fine_tune(0), fresh.judgement, learn.lr_find, lambda: learn.predict(picture)):
        with pytest.raises(TrainError, match=r"not enough for even one picture.*Close other programs"):
            ask()
