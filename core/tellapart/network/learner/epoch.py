"""Epoch: one pass over the training pictures, and what the network then says of those that were held out."""

from __future__ import annotations

from dataclasses import dataclass

from tellapart.network.learner.judging import Judgement


@dataclass(frozen=True)
class Epoch:
    """What an epoch came to. number: from 1; 0 for the linear probe, whose training loss is NaN."""

    number: int
    train_loss: float
    judgement: Judgement
    seconds: float

    @property
    def valid_loss(self) -> float:
        """Mean log loss on the validation part."""
        return self.judgement.loss

    @property
    def error_rate(self) -> float:
        """Share of the validation pictures that are taken for something else, 0 to 1."""
        return self.judgement.n_wrong / len(self.judgement.targets)

    def is_better(self, other: Epoch) -> bool:
        """Whether it makes fewer mistakes; where they are as many, has a lower loss."""
        return (self.error_rate, self.valid_loss) < (other.error_rate, other.valid_loss)
