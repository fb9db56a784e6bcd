"""TuningCurve: how the loss fell while networks were tuned, coarse enough to be told again and again as plain JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

QUARTERS = 4  # points of the training loss in each epoch
_MOST_EPOCHS, _MOST_NETWORKS = 1000, 100
_MOST = 1e9  # a loss beyond that says no more than that it fell apart
_DIGITS = 5


@dataclass(frozen=True, eq=False)
class NetworkCurve:
    """Of one network, which had not seen the held-out pictures; NaN for what has not come yet.

    losses: (4 E,) mean training loss of each quarter of an epoch. held_out_losses, held_out_errors: (E + 1,) loss, and
    share of the pictures that is wrong, 0 to 1, before the first epoch and after each.
    """

    losses: np.ndarray
    held_out_losses: np.ndarray
    held_out_errors: np.ndarray

    @property
    def n_quarters(self) -> int:
        """How far it is; one that has begun counts."""
        known = np.flatnonzero(np.isfinite(self.losses))
        return int(known[-1]) + 1 if len(known) else 0

    @property
    def n_known(self) -> int:
        """How many of its numbers have come."""
        return int(sum(np.isfinite(one).sum() for one in (self.losses, self.held_out_losses)))


@dataclass(frozen=True, eq=False)
class TuningCurve:
    """Of networks that learned side by side, or one after the other. rates: (4 E,) mean learning rate of each quarter,
    alike for all."""

    n_epochs: int
    rates: np.ndarray
    networks: tuple[NetworkCurve, ...]

    @property
    def n_known(self) -> int:
        """How many of its numbers have come."""
        return sum(one.n_known for one in self.networks)

    @property
    def place(self) -> tuple[int, int]:
        """Of the networks that have begun the one that is least far, counted from 0, and how many of its quarters are
        done."""
        begun = [(one.n_quarters, -number) for number, one in enumerate(self.networks) if one.n_quarters]
        n_quarters, number = min(begun, default=(0, 0))
        return -number, n_quarters

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; None for what has not come yet."""
        return {
            "n_epochs": self.n_epochs,
            "rates": _plain(self.rates),
            "networks": [
                {
                    "losses": _plain(one.losses),
                    "held_out_losses": _plain(one.held_out_losses),
                    "held_out_errors": _plain(one.held_out_errors),
                }
                for one in self.networks
            ],
        }

    @classmethod
    def from_json(cls, record: Any) -> TuningCurve | None:
        """Back from JSON; None for what is none, since a stranger may have written it."""
        try:
            n_epochs, networks = int(record["n_epochs"]), list(record["networks"])
            if not (0 < n_epochs <= _MOST_EPOCHS and 0 < len(networks) <= _MOST_NETWORKS):
                return None
            n_quarters = QUARTERS * n_epochs
            return cls(
                n_epochs,
                _numbers(record["rates"], n_quarters),
                tuple(
                    NetworkCurve(
                        _numbers(one["losses"], n_quarters),
                        _numbers(one["held_out_losses"], n_epochs + 1),
                        _numbers(one["held_out_errors"], n_epochs + 1),
                    )
                    for one in networks
                ),
            )
        except (KeyError, TypeError, ValueError, OverflowError):
            return None


def quarter_means(values: np.ndarray, n_epochs: int) -> np.ndarray:
    """(4 E,) means of the (S,) values of all steps, quarter epoch by quarter epoch; those that are NaN do not count."""
    places = np.arange(len(values)) * QUARTERS * n_epochs // len(values)
    is_known = np.isfinite(values)
    n = np.bincount(places[is_known], minlength=QUARTERS * n_epochs)
    sums = np.bincount(places[is_known], weights=values[is_known], minlength=QUARTERS * n_epochs)
    return np.where(n > 0, sums / np.maximum(n, 1), np.nan)


def _plain(values: np.ndarray) -> list[float | None]:
    return [float(f"{one:.{_DIGITS}g}") if np.isfinite(one) else None for one in values.tolist()]


def _numbers(values: Sequence[Any], n: int) -> np.ndarray:
    """(n,) float, NaN for what has not come.

    Raises:
        ValueError: there are not so many, or one is no number or far too large.
    """
    found = np.array([np.nan if one is None else float(one) for one in values], float)
    if len(found) != n or (np.abs(found) > _MOST).any():
        raise ValueError(f"{len(found)} numbers; expected {n} of at most {_MOST:g}.")
    return found
