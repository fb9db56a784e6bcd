"""Steps: the row across the top of every page: name, project, the stages with their counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
from traitlets import Dict, List, TraitError, Unicode, validate

STATIC = Path(__file__).parent / "static"


class Steps(anywidget.AnyWidget):
    """Tabs with numbers. steps: [{"key", "label", "badge"}]; `current` is the key of the page in sight, or ""."""

    _esm = STATIC / "steps.js"
    _css = STATIC / "steps.css"
    project_name = Unicode("").tag(sync=True)
    steps = List(Dict()).tag(sync=True)
    current = Unicode("").tag(sync=True)
    note = Unicode("").tag(sync=True)

    @validate("current")
    def _current_is_a_step(self, proposal: dict[str, Any]) -> str:
        keys = [step["key"] for step in self.steps]
        if proposal["value"] and proposal["value"] not in keys:
            raise TraitError(f"current={proposal['value']!r} is no step; expected one of {', '.join(keys)}.")
        return proposal["value"]
