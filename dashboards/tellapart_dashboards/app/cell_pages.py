"""Pages in the cells of a notebook: when a cell is run again, the page it showed before is closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ipywidgets import Widget

from tellapart_dashboards.app.event_loop import heard_in_turn

_KINDS_OF_CELL_ID = ("cellId", "cell_id")


@dataclass
class _Shown:
    """What one execution of a cell has shown."""

    execution: str
    pages: list[Widget] = field(default_factory=list)


_of_cell: dict[str, _Shown] = {}


def show_in_cell(page: Widget) -> None:
    """Close what an earlier execution of the same cell has shown: nobody sees it, and it would follow for ever.

    Pages of one execution stay side by side. Outside a cell (a Voila page, a script) nothing is closed.
    """
    heard_in_turn(page)
    cell, execution = _running_cell()
    if not cell:
        return
    shown = _of_cell.get(cell)
    if shown is None or shown.execution != execution:
        for earlier in shown.pages if shown else ():
            close_whole(earlier)
        shown = _of_cell[cell] = _Shown(execution)
    shown.pages.append(page)


def close_whole(page: Widget) -> None:
    """Close a widget and all inside it; what follows for the page ends with it."""
    for child in getattr(page, "children", ()):
        close_whole(child)
    page.close()


def _running_cell() -> tuple[str, str]:
    """(id of the cell that runs, id of this execution), as the notebook's front end gives them; "" where none does."""
    from IPython.core.getipython import get_ipython

    parent: dict[str, Any] = getattr(get_ipython(), "get_parent", dict)()
    metadata, header = parent.get("metadata", {}), parent.get("header", {})
    cell = next((metadata[name] for name in _KINDS_OF_CELL_ID if metadata.get(name)), "")
    return str(cell), str(header.get("msg_id", ""))
