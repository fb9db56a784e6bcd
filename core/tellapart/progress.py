"""The one callback that every long function takes.

A function calls `progress(done, total, message)` as it goes; `total` is 0 while unknown. The callback may raise
`Cancelled` to stop the work: long functions call it at least a few times a second and leave everything valid.
"""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int, str], None]
Share = Callable[[float], None]  # how much of it is done, 0 to 1; may raise `Cancelled` as well


def silent(done: int, total: int, message: str) -> None:
    """Progress for callers that do not look."""


def silent_share(share: float) -> None:
    """Share for callers that do not look."""
