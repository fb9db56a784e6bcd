"""Steps: the row across the top of every page: name, project, the stages with their counts."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import anywidget
from traitlets import Bool, Dict, List, TraitError, Unicode, validate

from tellapart_dashboards.app.event_loop import from_thread
from tellapart_dashboards.widgets import BUILT

PROJECTS = "projects"


class Steps(anywidget.AnyWidget):
    """Tabs with numbers. steps: [{"key", "label", "badge"}]; `current` is the key of the page in sight, or "";
    `shown` that of the page that is there already: another one while `current` is being opened.

    has_projects: in the studio, the project's name leads to the list of projects, which is the page PROJECTS."""

    _esm = BUILT / "steps.js"
    _css = Path(__file__).parent / "steps.css"
    project_name = Unicode("").tag(sync=True)
    steps = List(Dict()).tag(sync=True)
    current = Unicode("").tag(sync=True)
    shown = Unicode("").tag(sync=True)
    note = Unicode("").tag(sync=True)
    has_projects = Bool(False).tag(sync=True)
    is_drawn = Bool(False).tag(sync=True)  # said by the browser

    async def drawn(self) -> None:
        """Nothing, once a browser shows this row, and with it has everything that was made before."""
        is_said = asyncio.Event()
        say = from_thread(is_said.set)  # JupyterLab says it on another loop
        self.observe(lambda _: say(), "is_drawn")
        if not self.is_drawn:
            await is_said.wait()

    @validate("current")
    def _current_is_a_step(self, proposal: dict[str, Any]) -> str:
        keys = [*(step["key"] for step in self.steps), *([PROJECTS] if self.has_projects else [])]
        if proposal["value"] and proposal["value"] not in keys:
            raise TraitError(f"current={proposal['value']!r} is no step; expected one of {', '.join(keys)}.")
        return proposal["value"]
