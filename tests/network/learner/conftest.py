"""One network that learned shapes, for all who look at what it became."""

from __future__ import annotations

import pytest
import torch
from described_shapes import SHAPES
from make_data import make_tiny_folder
from tellapart.vision import learner


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """Small pictures are learned no faster by more threads, and beside other tests much slower."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tuned(tiny_folder):
    """A learner after two epochs, and what it said. Do not train it on."""
    said = []
    learn = learner(SHAPES.data(tiny_folder), say=said.append)
    before = {name: values.clone() for name, values in learn.classifier.state_dict().items()}
    learn.fine_tune(2)
    return learn, said, before


@pytest.fixture
def shapes(tmp_path):
    """A folder of eight pictures a label, for one test."""
    make_tiny_folder(tmp_path / "shapes", n_per_class=8)
    return tmp_path / "shapes"
