"""How every benchmark reports: a table for people, then one JSON object on the last line for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import machine
from rich.console import Console
from rich.table import Table

WIDTH = 150


def table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], notes: Sequence[str] = ()
) -> None:
    """Print a table; the first column is words, the others are numbers."""
    drawn = Table()
    for i, column in enumerate(columns):
        drawn.add_column(column, justify="right" if i else "left")
    for row in rows:
        drawn.add_row(*row)
    console = Console(markup=False, highlight=False)
    if not console.is_terminal:  # a log file has room for all columns
        console = Console(markup=False, highlight=False, width=WIDTH)
    for part in ("", title, drawn, *notes):
        console.print(part)


def machine_line() -> None:
    """Print what the figures were measured on, and a warning when others are using it."""
    found = machine.describe()
    parts = [
        f"{found['cpus']} cores",
        f"{found['memory_gb']} GB",
        found["system"],
        f"Python {found['python']}",
    ]
    print(f"{', '.join(parts)}, load {found['load']} at the start")
    if found["load"] > 0.5:
        print(
            "The machine is busy with something else: times are longer than they should be, and ratios uncertain."
        )


def finish(result: dict[str, Any]) -> None:
    """Print the result as one line of JSON, the last one."""
    print(json.dumps(result, sort_keys=False), flush=True)


def number(value: float | None, digits: int = 2, unit: str = "") -> str:
    """A number for a table, "–" when there is none."""
    return "–" if value is None else f"{value:,.{digits}f}{unit}"


def percent(value: float | None, digits: int = 1) -> str:
    """A fraction as percent, "–" when there is none."""
    return "–" if value is None else f"{100 * value:.{digits}f} %"
