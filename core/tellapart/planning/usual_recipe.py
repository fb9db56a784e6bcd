"""The recipe for whoever names none: quick, and all layers where a graphics card makes them quick, too."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tellapart.planning.graphics_card import has_card, is_torch_for_cards

if TYPE_CHECKING:
    from tellapart.planning.config import Recipe

_LEAST_PICTURES = 20  # of each label; with fewer there is little to learn, and duplicates may leave too few


def usual_recipe(label_counts: Mapping[str, int]) -> Recipe:
    """ "everything" where an NVIDIA card, a torch that can use it and Lightning Fabric are there, and pictures enough;
    else "quick".

    Args:
        label_counts: label -> pictures.
    """
    counts = [n for n in label_counts.values() if n]
    if len(counts) < 2 or min(counts) < _LEAST_PICTURES:
        return "quick"
    is_used = has_card() and is_torch_for_cards() and importlib.util.find_spec("lightning_fabric")
    return "everything" if is_used else "quick"
