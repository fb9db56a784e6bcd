"""Settings of the last training that the page has no control for: the next one keeps them, and the page says so."""

from __future__ import annotations

from typing import Any

from tellapart.errors import TellapartError
from tellapart.planning.config import TrainConfig

from tellapart_dashboards.app.wording import percent

_OF_ALL, _OF_LAYERS = ("split", "seed", "valid"), ("epochs", "rate")


def as_before(last: dict[str, Any], recipe: str) -> dict[str, Any]:
    """Those of the last training's that are not as usual. Of layers that learn only where the recipe is the same, as
    each has its own."""
    try:
        known, usual = TrainConfig.from_json(last).to_json(), TrainConfig().to_json()
    except TellapartError:  # of another version
        return {}
    names = (*_OF_ALL, *(_OF_LAYERS if known["recipe"] == recipe else ()))
    return {name: known[name] for name in names if known[name] != usual[name]}


def as_before_words(kept: dict[str, Any]) -> str:
    """For instance "As in the last training: 20 passes over the pictures, seed 3."; "" where there is none."""
    words = {
        "epochs": "{} passes over the pictures",
        "rate": "learning rate {:g}",
        "valid": "{} held out",
        "split": "drawn at random",
        "seed": "seed {}",
    }
    told = {**kept, **({"valid": percent(kept["valid"])} if "valid" in kept else {})}
    said = ", ".join(text.format(told[name]) for name, text in words.items() if name in told)
    return f"As in the last training: {said}." if said else ""
