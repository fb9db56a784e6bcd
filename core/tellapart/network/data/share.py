"""Which pictures of a batch are whose, where several processes train one network together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NOBODY = -1  # in the place of an item: a black picture that counts for nothing, so that each process has one


@dataclass(frozen=True)
class Share:
    """Of the process with number `rank`, from 0, of `n`. Together they have each picture once."""

    rank: int = 0
    n: int = 1

    def of(self, rows: Any) -> Any:
        """Every n-th of them, from its own on."""
        return rows[self.rank :: self.n]


WHOLE = Share()
