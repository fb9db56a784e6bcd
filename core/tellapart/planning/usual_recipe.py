"""The recipe for whoever names none: quick, and all layers where a graphics card makes them quick, too."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tellapart.planning.config import Recipe

_NEEDED = ("torch", "lightning_fabric")
_LEAST_PICTURES = 20  # of each label; with fewer there is little to learn, and duplicates may leave too few


def usual_recipe(label_counts: Mapping[str, int]) -> Recipe:
    """ "everything" where an NVIDIA card, torch and Lightning Fabric are there, and pictures enough; else "quick".

    Args:
        label_counts: label -> pictures.
    """
    counts = [n for n in label_counts.values() if n]
    if len(counts) < 2 or min(counts) < _LEAST_PICTURES or not _has_card():
        return "quick"
    return "everything" if all(importlib.util.find_spec(name) for name in _NEEDED) else "quick"


def _has_card() -> bool:
    """Told without torch, whose import takes seconds."""
    if sys.platform == "linux":
        return any(Path("/dev").glob("nvidia[0-9]*"))
    return sys.platform == "win32" and shutil.which("nvidia-smi") is not None
