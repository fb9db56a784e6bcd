"""From torch to ONNX: pixels in, probabilities out, kept only where ONNX Runtime and torch answer alike."""

from __future__ import annotations

import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnxruntime
import torch
from torch import nn

from tellapart.errors import TrainError
from tellapart.network.outlines.network import OutlineNetwork

OPSET = 17
TOLERANCE = 1e-3  # of a probability


class _PixelOutlines(nn.Module):
    """uint8 (N, H, W, 3) to (N, C, H, W) probabilities."""

    def __init__(self, network: OutlineNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        planes = pixels.permute(0, 3, 1, 2).float() * (2 / 255) - 1
        return torch.softmax(self.network(planes), dim=1)


def outlines_onnx(network: OutlineNetwork, pixels: np.ndarray) -> bytes:
    """An ONNX model from "pixels" (N, H, W, 3) uint8 to "probabilities" (N, C, H, W) float32.

    Args:
        pixels: (N, H, W, 3) uint8, two pictures at least, by which it is checked; their size is the model's.
    Raises:
        TrainError: torch cannot convert it, or the answers differ.
    """
    whole = _PixelOutlines(network).eval()
    try:
        with TemporaryDirectory() as folder, warnings.catch_warnings(), torch.inference_mode():
            warnings.simplefilter("ignore")  # notes on traced shapes, where the check below decides
            path = Path(folder) / "outlines.onnx"
            torch.onnx.export(
                whole, (torch.from_numpy(pixels[:2]),), path, input_names=["pixels"],
                output_names=["probabilities"], opset_version=OPSET, dynamo=False,
                dynamic_axes={"pixels": {0: "n"}, "probabilities": {0: "n"}},
            )  # fmt: skip
            data = path.read_bytes()
            wanted = whole(torch.from_numpy(pixels)).numpy()
    except (RuntimeError, TypeError, ValueError) as error:
        said = str(error).strip().partition("\n")[0]
        raise TrainError(f"torch {torch.__version__} cannot convert the network to ONNX: {said}") from error
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    (got,) = session.run(["probabilities"], {"pixels": pixels})
    (alone,) = session.run(["probabilities"], {"pixels": pixels[-1:]})
    worst = max(float(np.abs(got - wanted).max()), float(np.abs(alone - wanted[-1:]).max()))
    if not worst <= TOLERANCE:
        raise TrainError(
            f"After conversion to ONNX a probability differs from torch's by {worst:.2g}; at most {TOLERANCE:g} was "
            "expected. Nothing was kept. Train again, or with another version of torch."
        )
    return data
