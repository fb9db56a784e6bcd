"""One network trained by two processes comes out as by one: each picture is seen by one of them, all know what all have
found, and the first alone speaks and writes."""

import json
import os
import socket
import subprocess
import sys

import pytest
import torch
import trained_together
from make_data import make_tiny_folder
from safetensors.torch import load_file
from tellapart.errors import TrainError
from tellapart.network.device import device_of

pytest.importorskip("lightning_fabric", reason='several devices need pip install "tellapart[gpu]"')


@pytest.fixture(scope="module")
def shapes(tmp_path_factory):
    """One of the pictures to train on cannot be read."""
    folder = tmp_path_factory.mktemp("together") / "shapes"
    make_tiny_folder(folder, n_per_class=8)
    assembly = trained_together.DESCRIBED.data(folder).assembly
    assembly.items[assembly.rows(False)[3]].write_bytes(b"no picture")
    return folder


@pytest.fixture(scope="module")
def alone(shapes, tmp_path_factory):
    """What one process comes to."""
    notes = tmp_path_factory.mktemp("alone")
    trained_together.trained(shapes, notes)
    return noted(notes, 0)


def noted(notes, rank):
    facts = json.loads((notes / f"noted-{rank}.json").read_text("utf-8"))
    weights, again = (load_file(notes / f"{name}-{rank}.safetensors") for name in ("weights", "again"))
    assert all(torch.equal(values, again[name]) for name, values in weights.items()), "kept is kept"
    return facts, weights


@pytest.fixture
def port():
    """Kept for this test as long as it runs: nobody else is given it, and who names it may still listen there."""
    with socket.socket() as kept:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", 0))
        yield kept.getsockname()[1]


def by_itself(shapes, notes, port):
    return [trained_together.__file__, str(shapes), str(notes), "2"]


def by_command(shapes, notes, port):
    """The program says nothing of several; the command does."""
    options = ["--accelerator", "cpu", "--devices", "2", "--main-port", str(port)]
    program = [trained_together.__file__, str(shapes), str(notes), "1"]
    return ["-c", "from lightning_fabric.cli import _main; _main()", "run", *options, *program]


@pytest.mark.slow
@pytest.mark.parametrize("start", [by_itself, by_command])
def test_two_processes_come_to_what_one_comes_to(shapes, alone, tmp_path, start, port):
    path = os.pathsep.join(one for one in sys.path if one)
    done = subprocess.run(
        [sys.executable, *start(shapes, tmp_path, port)], capture_output=True, text=True, timeout=600,
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    (facts, weights), (other, others) = noted(tmp_path, 0), noted(tmp_path, 1)
    assert all(torch.equal(values, others[name]) for name, values in weights.items())
    silent, spoken = other.pop("said"), facts.pop("said")
    assert facts == other and silent == [] and any(line.startswith("Epoch 2 of 2") for line in spoken)
    assert sum("cannot be read and was left out" in line for line in spoken) == 2, "once for each learner"
    wanted, wanted_weights = alone
    assert facts["has_bundle"] and facts["places"] == wanted["places"]
    assert facts["left_out"] == wanted["left_out"] and facts["wrong"] == wanted["wrong"]
    for losses, alike in zip(facts["losses"], wanted["losses"], strict=True):
        assert losses == pytest.approx(alike, rel=2e-3)
    for name, values in weights.items():
        assert float((values - wanted_weights[name]).abs().max()) < 2e-3, name


def test_a_notebook_cannot_be_run_several_times(monkeypatch):
    monkeypatch.delattr(
        sys.modules["__main__"], "__file__", raising=False
    )  # whatever runs the tests has none at times
    with pytest.raises(TrainError, match="Save the program as a file, and start it with `python FILE`"):
        device_of("cpu", devices=2)


def test_fewer_than_one_device_is_told():
    with pytest.raises(ValueError, match="devices=0, num_nodes=1: choose whole numbers from 1"):
        device_of("cpu", devices=0)


def test_a_precision_of_the_command_that_is_unknown_here_is_told(monkeypatch):
    monkeypatch.setattr(sys.modules["__main__"], "__file__", __file__, raising=False)
    monkeypatch.setenv("LT_CLI_USED", "1")
    monkeypatch.setenv("LT_PRECISION", "64-true")
    with pytest.raises(TrainError, match="--precision=64-true: unknown here; use 32, bf16, 16"):
        device_of("cpu")
