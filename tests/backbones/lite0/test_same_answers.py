"""One bundle, the same answers: any number of threads and pictures at once, any ONNX Runtime, and WebAssembly."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from tellapart.backbones.lite0 import keeping
from tellapart.bundle.loading import load_bundle
from tellapart.pictures.images import load_pixels

EXPECTED = Path(__file__).with_name("embeddings.json")
N_PICTURES = 16


@pytest.fixture(scope="module")
def pixels(trained) -> np.ndarray:
    """(16, 224, 224, 3) uint8: pictures of the project that was trained, decoded."""
    root, result = trained
    files = sorted((root / "images").rglob("*.*"))[:: max(1, 72 // N_PICTURES)][:N_PICTURES]
    return np.stack([load_pixels(file, load_bundle(result.bundle_dir).preprocess) for file in files])


def probs(model: Path, pixels: np.ndarray, n_threads: int) -> np.ndarray:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = n_threads
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(["probabilities"], {"pixels": pixels})[0])


@pytest.mark.slow
@pytest.mark.parametrize("n_threads", [1, 2])
def test_threads_and_batches_make_no_difference(trained, pixels, n_threads):
    model = trained[1].bundle_dir / "model.onnx"
    together = probs(model, pixels, n_threads)
    alone = np.concatenate([probs(model, one[None], n_threads) for one in pixels])
    assert np.abs(together - alone).max() < 1e-4
    assert np.abs(together - probs(model, pixels, 1)).max() < 1e-4


def drawn_pixels() -> np.ndarray:
    """(3, 224, 224, 3) uint8 by integer arithmetic alone, the same everywhere: ramps, a chequerboard, a disc."""
    rows, columns = np.mgrid[0:224, 0:224]
    ramp = np.stack([rows * 255 // 223, columns * 255 // 223, 255 - rows * 255 // 223], axis=-1)
    squares = ((rows // 28 + columns // 28) % 2 * 200 + 20)[..., None].repeat(3, axis=-1)
    disc = np.where((rows - 112) ** 2 + (columns - 112) ** 2 < 70**2, 230, 60)[..., None] * [1, 0.75, 0.5]
    return np.stack([ramp, squares, disc]).astype(np.uint8)


def test_this_onnx_runtime_gives_the_embeddings_that_others_gave():
    """embeddings.json was written by ONNX Runtime 1.32.0 on x86-64; the oldest and the newest supported read it."""
    session = onnxruntime.InferenceSession(keeping.made_onnx(), providers=["CPUExecutionProvider"])
    found = session.run(None, {"pixels": drawn_pixels()})[0]
    expected = np.array(json.loads(EXPECTED.read_text())["first_40_of_each"])
    assert np.abs(found[:, :40] - expected).max() < 1e-4 * np.abs(expected).max()


@pytest.mark.slow
def test_webassembly_gives_the_same_probabilities(trained, pixels, tmp_path):
    folder = os.environ.get("TELLAPART_NODE")
    if not folder or shutil.which("node") is None:
        pytest.skip(
            "no Node.js with onnxruntime-web here; tools/node_packages.py installs it, make test asks for it"
        )
    model = trained[1].bundle_dir / "model.onnx"
    (tmp_path / "pixels").write_bytes(pixels.tobytes())
    dist = Path(folder) / "node_modules" / "onnxruntime-web" / "dist"
    script = Path(__file__).with_name("webassembly.mjs")
    arguments = [dist, model, tmp_path / "pixels", len(pixels), pixels.shape[1]]
    done = subprocess.run(["node", script, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    answers = json.loads(done.stdout)
    found = np.reshape(answers["probabilities"], (len(pixels), -1))
    assert np.abs(found - probs(model, pixels, 1)).max() < 1e-4
    assert len(answers["novelty"]) == len(pixels)
