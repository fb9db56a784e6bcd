"""Epoch: one pass over the training pictures, and what the network then says of those that were held out. History: all
of them, as a curve and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tellapart.network.chart_table import chart_and_table
from tellapart.network.learner.judging import Judgement, shown
from tellapart.words.percents import tenths

if TYPE_CHECKING:
    from tellapart.network.charts import Chart

_HEADS = ("epoch", "training loss", "validation loss", "wrong", "seconds")


@dataclass(frozen=True)
class Epoch:
    """What an epoch came to. number: from 1; 0 for the linear probe, whose training loss is NaN."""

    number: int
    train_loss: float
    judgement: Judgement
    seconds: float

    def __repr__(self) -> str:
        return f"Epoch {self.number}: training loss {self.train_loss:.3f}, {self.judgement.sentence()}"

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


class History(list[Epoch]):
    """The epochs of a learner, those of all its calls of `fine_tune` one after the other."""

    def figure(self) -> Chart:
        """The losses after each epoch.

        Raises:
            DescriptionError: matplotlib is not installed.
        """
        from tellapart.network.charts import loss_chart

        return loss_chart([one.train_loss for one in self], [one.valid_loss for one in self])

    def __repr__(self) -> str:
        if not self:
            return "No epochs so far."
        lines = (_HEADS, *self._rows())
        return "\n".join(
            "  ".join(f"{cell:>{len(head)}}" for head, cell in zip(_HEADS, line, strict=True))
            for line in lines
        )

    def _repr_png_(self) -> bytes | None:
        return shown(self.figure) if self else None

    def _repr_html_(self) -> str:
        return chart_and_table(self._repr_png_(), "Loss after each epoch", _HEADS, self._rows())

    def _rows(self) -> list[tuple[str, ...]]:
        return [
            (
                str(number),
                f"{one.train_loss:.3f}",
                f"{one.valid_loss:.3f}",
                tenths(one.error_rate),
                f"{one.seconds:.0f}",
            )
            for number, one in enumerate(self, start=1)
        ]
