"""The built-in backbone in two parts: blocks in ONNX that stay as they are, and the last ones in torch that learn."""

import numpy as np
import onnxruntime
from tellapart.learning.head import Head

AVERAGES = [4, 10, 14]
N_CLASSES = 3


def session(content):
    return onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])


def some_head(seed=0, size=1624):
    rng = np.random.default_rng(seed)
    mean, scale = rng.normal(0, 0.1, size).astype(np.float32), rng.uniform(0.5, 2, size).astype(np.float32)
    weights = rng.normal(0, 0.05, (size, N_CLASSES)).astype(np.float32)
    return Head(mean, scale, weights, rng.normal(0, 1, N_CLASSES).astype(np.float32), 0.1)


def distance(found, wanted):
    """The largest, as a fraction of the embedding's length."""
    return float((np.linalg.norm(found - wanted, axis=1) / np.linalg.norm(wanted, axis=1)).max())
