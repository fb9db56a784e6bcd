"""Player: steps one after the other, by a slider or by themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
from traitlets import Int, TraitError, Unicode, validate

from tellapart_dashboards.widgets import BUILT


class Player(anywidget.AnyWidget):
    """at: the step in sight, 0 to n_steps, which the page changes. n_plays: raise it to have the steps played from the
    first one; where a computer is set to less motion, the last one is in sight at once. pace_ms: for one step."""

    _esm = BUILT / "player.js"
    _css = Path(__file__).parent / "player.css"
    n_steps = Int(1).tag(sync=True)
    at = Int(0).tag(sync=True)
    n_plays = Int(0).tag(sync=True)
    pace_ms = Int(700).tag(sync=True)
    accessible_name = Unicode("").tag(sync=True)

    @validate("at")
    def _at_is_a_step(self, proposal: dict[str, Any]) -> int:
        if not 0 <= proposal["value"] <= self.n_steps:
            raise TraitError(f"at={proposal['value']}; expected a step from 0 to {self.n_steps}.")
        return int(proposal["value"])

    def play(self) -> None:
        """Have the steps played from the first one."""
        self.n_plays += 1
