"""What the built-in backbone is called, and what it was called before; importing this costs nothing."""

from __future__ import annotations

from collections.abc import Mapping

DEFAULT_BACKBONE = "efficientnet_lite0"
RETIRED = ("pocket",)  # built-in ones of older versions: bundles carry theirs, projects train anew

# How sharply a model looks, as pages call it: a larger backbone sees more, and takes longer.
LEVELS: Mapping[str, str] = {
    "Quick": DEFAULT_BACKBONE,
    "Sharper": "efficientnet_b0",
    "Sharpest": "convnext_tiny",
}


def current_name(name: str) -> str:
    """The backbone to use where an older version used this one: itself, unless it has gone."""
    return DEFAULT_BACKBONE if name in RETIRED else name
