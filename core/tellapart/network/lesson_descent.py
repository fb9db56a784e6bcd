"""The steps of `lessons.descent` with torch, which finds the slopes by itself."""

from __future__ import annotations

import numpy as np
import torch


def torch_steps(
    inputs: np.ndarray, targets: np.ndarray, rate: float, n_steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """(n_steps + 1, D) weights and (n_steps + 1,) biases, the start first. inputs: (N, D). targets: (N,), 0 or 1."""
    pictures = torch.tensor(inputs, dtype=torch.float64)
    answers = torch.tensor(targets, dtype=torch.float64)
    weights = torch.zeros(pictures.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([weights, bias], lr=rate)
    kept = [(weights.detach().clone(), bias.detach().clone())]
    for _ in range(n_steps):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(pictures @ weights + bias, answers)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        kept.append((weights.detach().clone(), bias.detach().clone()))
    return torch.stack([one for one, _ in kept]).numpy(), torch.cat([one for _, one in kept]).numpy()
