"""Choices: names with numbers, one of them pressed. Screen readers hear which; with ipywidgets' buttons they do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
from traitlets import Dict, List, TraitError, Unicode, validate

from tellapart_dashboards.widgets import BUILT


class Choices(anywidget.AnyWidget):
    """Options side by side. options: [{"key", "label", "n"}], n already in words; `chosen` is a key."""

    _esm = BUILT / "choices.js"
    _css = Path(__file__).parent / "choices.css"
    options = List(Dict()).tag(sync=True)
    chosen = Unicode("").tag(sync=True)
    accessible_name = Unicode("").tag(sync=True)

    @validate("chosen")
    def _chosen_is_offered(self, proposal: dict[str, Any]) -> str:
        keys = [option["key"] for option in self.options]
        if keys and proposal["value"] not in keys:
            raise TraitError(f"chosen={proposal['value']!r} is not offered; expected one of {keys}.")
        return proposal["value"]
