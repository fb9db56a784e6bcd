"""The built-in network in torch and the ONNX file made from the same weights give the same embeddings."""

import numpy as np
import onnxruntime
import pytest
import torch
from tellapart.backbones.lite0 import graph, keeping
from tellapart.backbones.lite0.weights import read_weights, weights_file
from tellapart.network.efficientnet_lite import EfficientNetLite


@pytest.fixture(scope="module")
def network() -> EfficientNetLite:
    network = EfficientNetLite()
    network.load(read_weights(weights_file()))
    return network.eval()


@pytest.fixture(scope="module")
def kept_whole() -> bytes:
    """The ONNX file with every weight as it is."""
    with pytest.MonkeyPatch.context() as patch:
        for store in ("_store_8_bits", "_store_16_bits"):
            patch.setattr(graph, store, lambda graph, name, values: graph.constant(name, values))
        return graph.embedding_onnx(read_weights(weights_file()), [4, 10, 14])


@pytest.mark.parametrize("size_px", [224, 160, 97])
def test_torch_and_onnx_agree_where_weights_are_kept_whole(network, size_px, kept_whole):
    assert largest_distance(network, kept_whole, size_px) < 1e-4


def test_stored_in_8_and_16_bits_the_embeddings_stay_near(network):
    assert largest_distance(network, keeping.made_onnx(), 224) < 0.1


def largest_distance(network: EfficientNetLite, content: bytes, size_px: int) -> float:
    """As a fraction of the embedding's length, over noise and a ramp."""
    rng = np.random.default_rng(0)
    ramp = np.linspace(0, 255, size_px)[:, None, None] * np.ones((1, size_px, 3))
    pixels = np.stack([rng.integers(0, 256, (size_px, size_px, 3)), ramp]).astype(np.uint8)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    found = session.run(None, {"pixels": pixels})[0]
    planes = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 127.5 - 1
    with torch.inference_mode():
        wanted = network.features(planes, (4, 10, 14)).numpy()
    return float((np.linalg.norm(found - wanted, axis=1) / np.linalg.norm(wanted, axis=1)).max())


def test_its_last_layer_knows_imagenets_classes(network):
    assert network(torch.zeros(1, 3, 64, 64)).shape == (1, 1000)
    with pytest.raises(RuntimeError, match=r"do not fit"):
        network.load({"_fc.weight": np.zeros((1000, 1280), np.float32)})
