"""RunTable: the trainings of a project as a table to sort, two of them to compare, and those in the trash below it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anywidget
from traitlets import Dict, List, TraitError, Unicode, validate

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.widgets import BUILT


class RunTable(anywidget.AnyWidget):
    """The rows in the page; they decide nothing. Calls `on_wish(name, values)` with what the person wants.

    rows: [{"run", "name", "started", "when", "recipe", "error", "error_text", "note", "can_resume", "pictures",
        "seconds", "time", "bytes", "size"}]: numbers to sort by beside the words for them; "name" is what the person
        called it, or ""; "error" is None where there is no result, and "note" says why.
    trash: [{"run", "name", "text"}], deleted ones.
    chosen: at most two runs, whose comparison the page asks for with "compare".

    The wishes: "compare" {runs}, "rename" {run, name}, "delete" {run}, "restore" {run}, "resume" {run}, "report" {run},
    which `save` answers.
    """

    _esm = BUILT / "run_table.js"
    _css = Path(__file__).parent / "run_table.css"
    rows = List(Dict()).tag(sync=True)
    trash = List(Dict()).tag(sync=True)
    chosen = List(Unicode()).tag(sync=True)

    def __init__(self, on_wish: Callable[[str, dict[str, Any]], Awaitable[None]], **traits: Any) -> None:
        super().__init__(**traits)
        self._on_wish = on_wish
        self.on_msg(lambda _widget, message, _buffers: soon(self.receive(message)))

    @validate("chosen")
    def _at_most_two(self, proposal: dict[str, Any]) -> list[str]:
        if len(proposal["value"]) > 2:
            raise TraitError(f"{len(proposal['value'])} runs are chosen; at most two can be compared.")
        return list(proposal["value"])

    def save(self, run: str, name: str, report: bytes) -> None:
        """Have the browser save the report of a run under that name; "" where there is none."""
        self.send({"t": "report", "run": run, "name": name}, [report] if name else None)

    async def receive(self, message: dict[str, Any]) -> None:
        """A message of the page is a wish."""
        values = dict(message)
        if name := str(values.pop("t", "")):
            await self._on_wish(name, values)
