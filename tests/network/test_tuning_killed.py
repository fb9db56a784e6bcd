"""Killed at any moment, a tuning goes on from its last checkpoint and ends with the very same bits."""

import random
import signal
import sys

import pytest
from other_process import forking

N_STEPS = 8
# It kills itself, as kill -9 does, a moment after a step: in the next one, or in the write of a checkpoint.
TUNING = """
import signal
import numpy as np
import torch
from hashlib import sha256
from tellapart.backbones.lite0.weights import read_weights, weights_file
from tellapart.learning.head import Head
from tellapart.network.tuning.checkpoints import Checkpoints
from tellapart.network.tuning.last_blocks import LastBlocks
from tellapart.network.tuning.noted_curve import NotedCurve
from tellapart.network.tuning.steps import Lesson, TuningSettings, Views, tune
torch.set_num_threads(1)
N_STEPS = 8
rng = np.random.default_rng(0)
views = np.abs(rng.normal(0, 0.3, (8, 3, 49 * 192 + 152))).astype(np.float16)
lesson = Lesson(Views(views[:, 0], views[:, 1:]), np.arange(8), np.arange(8) % 2, np.ones(8, np.float32))
head = Head(np.zeros(1624, np.float32), np.ones(1624, np.float32), np.zeros((1624, 2), np.float32), np.zeros(2, np.float32), 1.0)
weights = read_weights(weights_file())
signal.signal(signal.SIGALRM, signal.SIG_DFL)
def work():
    folder, last, late_s = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    network = LastBlocks(weights, [4, 10, 14], head)
    def tell(step):
        if step == last:
            if late_s:
                signal.setitimer(signal.ITIMER_REAL, late_s)
            else:
                os.kill(os.getpid(), signal.SIGKILL)
    settings = TuningSettings(n_epochs=4, n_views=2, batch=4, save_every_s=0)
    curve = NotedCurve(4, N_STEPS, np.arange(4))
    tune(network, lesson, settings, Checkpoints(folder, "key"), "one", tell, curve=curve)
    bits = sha256()
    for name, values in sorted(network.state_dict().items()):
        bits.update(name.encode() + values.numpy().tobytes())
    for values in curve.tensors().values():
        bits.update(values.numpy().tobytes())
    print(bits.hexdigest())
"""


def tuned(tuning, folder, last=0, late_s=0.0):
    """The hash of the weights; None where it was killed, so long after that step."""
    code, said = tuning(folder, last, late_s)
    if last and code in (-signal.SIGKILL, -signal.SIGALRM):
        return None
    assert code == 0, said
    return said.strip()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9, and no fork")
def test_killed_at_ten_moments_it_ends_with_the_same_bits(tmp_path):
    (tmp_path / "undisturbed").mkdir()
    with forking(TUNING) as tuning:
        undisturbed = tuned(tuning, tmp_path / "undisturbed")
    rng = random.Random(0)
    with forking(TUNING) as tuning:
        for round_ in range(10):
            folder = tmp_path / str(round_)
            folder.mkdir()
            tuned(tuning, folder, rng.randint(1, N_STEPS - 1), rng.uniform(0, 0.3))
            assert tuned(tuning, folder) == undisturbed
            assert [path.name for path in folder.iterdir() if not path.name.endswith(".part")] == [
                "one.safetensors"
            ]
