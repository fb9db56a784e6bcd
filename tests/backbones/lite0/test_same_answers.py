"""One bundle, the same answers: any number of threads and pictures at once, any ONNX Runtime, and WebAssembly."""

import itertools
import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from tellapart.backbones.lite0 import keeping
from tellapart.bundle.loading import load_bundle
from tellapart.pictures.images import load_pixels

KNOWN = Path(__file__).with_name("known_answers.json")
BUNDLE = Path(__file__).parents[2] / "golden" / "project-format-3.zip"
N_PICTURES, N_OF_EACH_PART = 16, 40


@pytest.fixture(scope="module")
def pixels(trained) -> np.ndarray:
    """(16, 224, 224, 3) uint8: pictures of the project that was trained, decoded."""
    root, result = trained
    files = sorted((root / "images").rglob("*.*"))[:: max(1, 72 // N_PICTURES)][:N_PICTURES]
    return np.stack([load_pixels(file, load_bundle(result.bundle_dir).preprocess) for file in files])


def given(
    model: Path, pixels: np.ndarray, n_threads: int, batch: int = N_PICTURES
) -> tuple[np.ndarray, np.ndarray]:
    """(N, C) probabilities and (N,) novelty, so many pictures at once."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = n_threads
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    parts = np.split(pixels, range(batch, len(pixels), batch))
    found = [session.run(["probabilities", "novelty"], {"pixels": part}) for part in parts]
    probabilities, novelty = map(np.concatenate, zip(*found, strict=True))
    return probabilities, novelty


def drawn_pixels(n: int) -> np.ndarray:
    """(n, 224, 224, 3) uint8 by integer arithmetic alone, the same everywhere: ramps, a chequerboard, a disc, and these
    again with their colours and places changed."""
    rows, columns = np.mgrid[0:224, 0:224]
    ramp = np.stack([rows * 255 // 223, columns * 255 // 223, 255 - rows * 255 // 223], axis=-1)
    squares = ((rows // 28 + columns // 28) % 2 * 200 + 20)[..., None].repeat(3, axis=-1)
    disc = np.where((rows - 112) ** 2 + (columns - 112) ** 2 < 70**2, 230, 60)[..., None] * [4, 3, 2] // 4
    drawn = [ramp, squares, disc]
    changed = [np.roll(drawn[k % 3], (17 * (k // 3), k // 3), (0, 2)) // (1 + k // 6) for k in range(n)]
    return np.stack(changed).astype(np.uint8)


@pytest.fixture(scope="module")
def answers() -> dict[str, np.ndarray]:
    """What ONNX Runtime 1.32.0 gave on x86-64; the oldest and the newest supported read it."""
    known = json.loads(KNOWN.read_text())
    return {name: np.array(known[name]) for name in ("probabilities", "novelty", "embeddings")}


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    """Of a bundle that an older version made of pictures."""
    with zipfile.ZipFile(BUNDLE) as archive:
        (name,) = [one for one in archive.namelist() if one.endswith("/model.onnx")]
        return Path(archive.extract(name, tmp_path_factory.mktemp("bundle")))


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("batch", [1, N_PICTURES])
def test_this_onnx_runtime_gives_the_answers_that_others_gave(model, answers, n_threads, batch):
    probabilities, novelty = given(model, drawn_pixels(N_PICTURES), n_threads, batch)
    assert np.abs(probabilities - answers["probabilities"]).max() < 1e-4
    assert novelty == pytest.approx(answers["novelty"], rel=1e-4)


def test_this_onnx_runtime_gives_every_part_of_the_embeddings_that_others_gave(answers):
    session = onnxruntime.InferenceSession(keeping.made_onnx(), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"pixels": drawn_pixels(3)})
    starts = np.cumsum([0, *keeping.record()["parts"]])
    for part, (start, end) in enumerate(itertools.pairwise(starts)):
        expected = answers["embeddings"][:, part]
        assert (
            np.abs(found[:, start:end][:, :N_OF_EACH_PART] - expected).max() < 1e-4 * np.abs(expected).max()
        )


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
    assert np.abs(found - given(model, pixels, 1)[0]).max() < 1e-4
    assert len(answers["novelty"]) == len(pixels)
