"""The one door from a description to torch, opened late, with a sentence where torch is missing or broken."""

from __future__ import annotations

import importlib.util
from types import ModuleType

from tellapart.errors import DescriptionError


def network_door() -> ModuleType:
    """`tellapart.network.learning_door`; importing it takes seconds.

    Raises:
        DescriptionError: torch is not installed, or does not start.
    """
    if any(importlib.util.find_spec(package) is None for package in ("torch", "torchvision")):
        raise DescriptionError(
            "Loading pictures for training needs torch, which is not installed. Install it: pip install "
            '"tellapart[torch]". Training from a project (`train`) needs no torch.'
        )
    try:
        from tellapart.network import learning_door
    except (ImportError, OSError, RuntimeError) as error:  # torchvision of another torch raises RuntimeError
        raise DescriptionError(
            f"Loading pictures for training needs torch, which is installed but does not start ({error}). `tellapart "
            "doctor` says how to fix it."
        ) from error
    return learning_door
