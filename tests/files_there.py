"""The files in a folder in which others are at work."""

from __future__ import annotations

import os
from pathlib import Path


def files_in(folder: Path) -> list[str]:
    """The names of all files below, also while others take folders away."""
    return [name for _, _, names in os.walk(folder) for name in names]
