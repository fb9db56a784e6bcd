"""Sliders: numbers to slide and switches, each with its name and its value in words, heard by screen readers; those of
ipywidgets have no name there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget
from traitlets import Dict, List, TraitError, Unicode, validate

from tellapart_dashboards.widgets import BUILT


class Sliders(anywidget.AnyWidget):
    """options: [{"key", "label", "low", "high", "step", "unit"}], a switch where step is 0. values: key -> number, 0 or
    1 of a switch; the page changes them while somebody slides."""

    _esm = BUILT / "sliders.js"
    _css = Path(__file__).parent / "sliders.css"
    options = List(Dict()).tag(sync=True)
    values = Dict().tag(sync=True)
    accessible_name = Unicode("").tag(sync=True)

    @validate("values")
    def _values_are_in_range(self, proposal: dict[str, Any]) -> dict[str, float]:
        values = dict(proposal["value"])
        for option in self.options:
            value = values.get(option["key"])
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if not (is_number and option["low"] <= value <= option["high"]):
                raise TraitError(
                    f"{option['key']}={value!r}; expected a number from {option['low']} to {option['high']}."
                )
        if unknown := values.keys() - {option["key"] for option in self.options}:
            raise TraitError(f"There are no sliders {sorted(unknown)}.")
        return values

    def show(self, values: Mapping[str, float]) -> None:
        """Put them there."""
        if dict(values) != self.values:
            self.values = dict(values)
