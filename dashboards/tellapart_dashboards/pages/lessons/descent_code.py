"""The code that the lesson about gradient descent shows; a test runs both and compares them with the page."""

BY_HAND = """\
import numpy as np

weights, bias = np.zeros(784), 0.0
for step in range(7):
    scores = pixels @ weights + bias
    probabilities = 1 / (1 + np.exp(-scores))
    errors = probabilities - targets
    weights -= rate * pixels.T @ errors / len(pixels)
    bias -= rate * errors.mean()
"""
WITH_TORCH = """\
import torch
from torch.nn import functional as F

weights = torch.zeros(784, requires_grad=True)
bias = torch.zeros(1, requires_grad=True)
optimizer = torch.optim.SGD([weights, bias], lr=rate)
for step in range(7):
    scores = pixels @ weights + bias
    loss = F.binary_cross_entropy_with_logits(scores, targets)
    optimizer.zero_grad()
    loss.backward()  # finds both slopes
    optimizer.step()
"""
