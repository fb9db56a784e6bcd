"""torch -> ONNX, kept only when ONNX Runtime and torch give the same embeddings.

The file that comes out: input "pixels", uint8 (N, H, W, 3) RGB; output "embeddings", float32 (N, D). Mean,
deviation and the division by 255 are inside. N is free, H and W too where the network allows.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
import torchvision
from torch import nn

from tellapart.backbones.torchvision_models import TorchvisionModel, recognise
from tellapart.errors import BackboneError
from tellapart.network.weights import build_network, load_state, read_state
from tellapart.pictures.preprocess import Preprocess

OPSET = 17  # read by onnxruntime 1.14 and later
TOLERANCE = 1e-3  # largest distance of an embedding from torch's, as a fraction of its length
HALF_ABOVE_BYTES = 1_900_000_000  # one ONNX file ends at 2 GB: beyond this, weights are stored in 16 bits


class PixelNetwork(nn.Module):
    """A network that takes the pixels of pictures as they are: uint8 (N, H, W, 3)."""

    scale: torch.Tensor
    shift: torch.Tensor

    def __init__(self, network: nn.Module, preprocess: Preprocess) -> None:
        super().__init__()
        self.network = network
        std = torch.tensor(preprocess.std)
        self.register_buffer("scale", (1 / (255 * std)).view(1, 3, 1, 1))
        self.register_buffer("shift", (-torch.tensor(preprocess.mean) / std).view(1, 3, 1, 1))

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """(N, D) float32 embeddings."""
        planes = pixels.permute(0, 3, 1, 2).float()  # (N, 3, H, W)
        return torch.flatten(self.network(planes * self.scale + self.shift), 1)  # (N, D)


def convert_torchvision(model: TorchvisionModel, weights_path: Path, onnx_path: Path) -> None:
    """Write the torchvision network with the weights of a file to `onnx_path`.

    Raises:
        WeightsError: the file cannot be read safely or does not fit.
        BackboneError: the network cannot be converted, or answers differently afterwards.
    """
    network = build_network(model)
    load_state(network, read_state(weights_path), model, str(weights_path))
    export(network, model.preprocess, onnx_path, is_size_free=model.is_size_free)


def recognise_file(weights_path: Path) -> TorchvisionModel | None:
    """The torchvision network that a state dict file belongs to; None when it is none of them.

    Raises:
        WeightsError: the file cannot be read safely.
    """
    return recognise({key: tuple(tensor.shape) for key, tensor in read_state(weights_path).items()})


def export(network: nn.Module, preprocess: Preprocess, onnx_path: Path, is_size_free: bool) -> None:
    """Write `network`, which maps normalised (N, 3, H, W) to embeddings, as ONNX; prove it the same.

    Raises:
        BackboneError: torch cannot convert it, or the answers differ by more than TOLERANCE.
    """
    pixel_network = PixelNetwork(network, preprocess).eval()
    free_axes = {0: "n", 1: "height", 2: "width"} if is_size_free else {0: "n"}
    n_bytes = sum(tensor.nbytes for tensor in pixel_network.state_dict().values())
    try:
        with warnings.catch_warnings(), torch.inference_mode(), _plain_attention():
            warnings.simplefilter("ignore")  # notes on traced shapes, where the check below decides
            # The exporter by tracing gives a folded graph of opset 17 in under a second. The newer one took
            # half a minute for MobileNetV2, needs opset 18, and left shape arithmetic in the graph.
            torch.onnx.export(
                pixel_network,
                (torch.from_numpy(_check_pixels(preprocess.size_px)),),
                str(onnx_path),
                input_names=["pixels"],
                output_names=["embeddings"],
                dynamic_axes={"pixels": free_axes, "embeddings": {0: "n"}},
                opset_version=OPSET,
                dynamo=False,
            )
    except (RuntimeError, TypeError, ValueError) as error:  # torch's OnnxExporterError is a RuntimeError
        raise BackboneError(
            f"torch {torch.__version__} cannot convert {type(network).__name__} to ONNX: "
            f"{str(error).strip().partition(chr(10))[0]} Choose another backbone; `efficientnet_lite0` "
            "needs no conversion."
        ) from error
    if n_bytes > HALF_ABOVE_BYTES:
        store_half(onnx_path)
    largest = largest_difference(pixel_network, onnx_path, preprocess.size_px, is_size_free)
    if not largest <= TOLERANCE:  # also when it is not a number
        raise BackboneError(
            f"After conversion the embeddings differ from torch's by {largest:.2g} of their length; at most "
            f"{TOLERANCE:g} was expected. Nothing was kept. Choose another backbone, for instance `efficientnet_lite0`."
        )


@contextmanager
def _plain_attention() -> Iterator[None]:
    """Attention as single steps: the fused one that torch takes for evaluation has no form in ONNX."""
    was_enabled = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(was_enabled)


def store_half(onnx_path: Path) -> None:
    """Rewrite the file with its large weights in 16 bits; ONNX Runtime widens them when it opens it."""
    graph_file = onnx.load(onnx_path)
    graph = graph_file.graph
    casts = []
    for tensor in graph.initializer:
        if tensor.data_type != onnx.TensorProto.FLOAT or np.prod(tensor.dims) < 256:
            continue
        name = tensor.name
        values = onnx.numpy_helper.to_array(tensor).astype(np.float16)
        halved = onnx.numpy_helper.from_array(values, f"{name}_half")
        tensor.CopyFrom(halved)
        casts.append(onnx.helper.make_node("Cast", [halved.name], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(graph_file)
    onnx.save(graph_file, onnx_path)


def largest_difference(pixel_network: nn.Module, onnx_path: Path, size_px: int, is_size_free: bool) -> float:
    """How far ONNX Runtime's embeddings are from torch's at worst, as a fraction of their length.

    Looked at: one picture and several at once, noise and structure, and a smaller square where the size is
    free.
    """
    session = onnxruntime.InferenceSession(str(onnx_path), providers=["CPUExecutionProvider"])
    several = _check_pixels(size_px)
    batches = [several, several[:1]]
    if is_size_free:
        batches.append(_check_pixels(max(96, size_px * 5 // 7 // 32 * 32)))  # 160 px for 224
    worst = 0.0
    for pixels in batches:
        with torch.inference_mode():
            wanted = pixel_network(torch.from_numpy(pixels)).numpy()
        (got,) = session.run(["embeddings"], {"pixels": pixels})
        if got.shape != wanted.shape:
            return float("inf")
        lengths = np.linalg.norm(wanted, axis=1)
        worst = float(np.maximum(worst, np.max(np.linalg.norm(got - wanted, axis=1) / (lengths + 1e-6))))
    return worst


def _check_pixels(size_px: int) -> np.ndarray:
    """Three made pictures, (3, size, size, 3) uint8: noise, a ramp of colours, and tilted stripes."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (size_px, size_px, 3))
    rows, columns = np.mgrid[0:size_px, 0:size_px]
    ramp = np.stack([255 * rows // size_px, 255 * columns // size_px, 255 - 255 * rows // size_px], axis=-1)
    stripes = np.stack([127 + 127 * np.sin((rows + k * columns) / 5) for k in (1, 2, 3)], axis=-1)
    return np.stack([noise, ramp, stripes]).astype(np.uint8)  # (3, size, size, 3)


def versions() -> dict[str, str]:
    """What a conversion was made with."""
    return {package.__name__: package.__version__ for package in (torch, torchvision, onnx)}
