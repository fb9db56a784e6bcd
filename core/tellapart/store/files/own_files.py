"""Files whose place a person names: each is new, or takes the place of one that we wrote there before."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from tellapart.errors import TellapartError
from tellapart.store.sqlite.database_errors import disk_reason

_HEAD = 4096  # bytes in which a file says what it is


def check_own(path: Path, is_own: Callable[[Path], bool], what: str, refusal: type[TellapartError]) -> None:
    """Nothing, where a file may be written there: what is there is ours, or empty.

    Args:
        is_own: whether a file is what we write there. what: its name, such as "report of tellapart".
    Raises:
        refusal: something else is there, or it cannot be read.
    """
    try:
        is_taken = os.path.lexists(path) and not (
            path.is_file() and (not path.stat().st_size or is_own(path))
        )
    except OSError as error:
        raise refusal(disk_reason(path.parent, error)) from error
    if is_taken:
        raise refusal(
            f"{path} is there and no {what}, so it is not replaced. Choose another name, or rename that one."
        )


def has_in_head(pattern: bytes) -> Callable[[Path], bool]:
    """Whether a file has that regular expression among its first bytes."""

    def found(path: Path) -> bool:
        with path.open("rb") as file:
            return re.search(pattern, file.read(_HEAD)) is not None

    return found
