"""Matrix: what is mistaken for what, as a table whose mistakes are buttons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
from traitlets import Int, List, TraitError, Unicode, validate

from tellapart_dashboards.widgets import BUILT


class Matrix(anywidget.AnyWidget):
    """The confusion matrix: rows actual, columns predicted. `chosen` is [row, column], or [] for none."""

    _esm = BUILT / "matrix.js"
    _css = Path(__file__).parent / "matrix.css"
    classes = List(Unicode()).tag(sync=True)
    counts = List(List(Int())).tag(sync=True)
    chosen = List(Int()).tag(sync=True)

    @validate("chosen")
    def _chosen_exists(self, proposal: dict[str, Any]) -> list[int]:
        chosen = proposal["value"]
        n = len(self.classes)
        if chosen and not (len(chosen) == 2 and all(0 <= i < n for i in chosen)):
            raise TraitError(
                f"chosen={chosen} but the table has {n} rows; expected two numbers below {n}, or none."
            )
        return chosen

    def show(self, classes: list[str], counts: list[list[int]]) -> None:
        """Show this table."""
        self.chosen = []
        with self.hold_sync():
            self.classes, self.counts = classes, counts
