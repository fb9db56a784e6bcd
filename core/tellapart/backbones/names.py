"""What the built-in backbone is called, and what it was called before; importing this costs nothing."""

from __future__ import annotations

DEFAULT_BACKBONE = "efficientnet_lite0"
RETIRED = ("pocket",)  # built-in ones of older versions: bundles carry theirs, projects train anew


def current_name(name: str) -> str:
    """The backbone to use where an older version used this one: itself, unless it has gone."""
    return DEFAULT_BACKBONE if name in RETIRED else name
