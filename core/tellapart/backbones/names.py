"""What the built-in backbone is called, and what it was called before; importing this costs nothing."""

from __future__ import annotations

from collections.abc import Mapping

DEFAULT_BACKBONE = "efficientnet_lite0"
RETIRED = ("pocket",)  # built-in ones of older versions: bundles carry theirs, projects train anew

# Those that are offered by name, from quick to slow: processor time of a picture beside the built-in one's, at the size
# in which each sees pictures here, as benchmarks/backbone_speed.py measures it.
TIME_BESIDE: Mapping[str, float] = {
    "mobilenet_v2": 0.44,
    "efficientnet_b0": 0.73,
    "resnet50": 4.1,
    "convnext_tiny": 5.5,
}

# How sharply a model looks, as pages call it: by how much a backbone holds, not by what was measured of pictures here.
LEVELS: Mapping[str, str] = {
    "Quick": DEFAULT_BACKBONE,
    "Sharper": "efficientnet_b0",
    "Sharpest": "convnext_tiny",
}


def current_name(name: str) -> str:
    """The backbone to use where an older version used this one: itself, unless it has gone."""
    return DEFAULT_BACKBONE if name in RETIRED else name
