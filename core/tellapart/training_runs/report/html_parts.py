"""Tables and sections of a report. Every text is escaped here, once."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from tellapart.words.percents import between


def section(title: str, *parts: str, place: str = "") -> str:
    """A part of the report under its heading; parts are HTML. place: its id, for the list of contents."""
    name = f' id="{escape(place)}"' if place else ""
    return f"<section{name}><h2>{escape(title)}</h2>{''.join(parts)}</section>"


def paragraph(text: str, is_soft: bool = False) -> str:
    """A paragraph of plain text."""
    return f'<p class="soft">{escape(text)}</p>' if is_soft else f"<p>{escape(text)}</p>"


def table(
    name: str, heads: Sequence[str], rows: Sequence[Sequence[str]], has_row_heads: bool = True, kind: str = ""
) -> str:
    """A table of plain texts, moved sideways with the keyboard where it is wide. name: for who cannot see it.

    has_row_heads: the first cell of each row names it.
    """
    head = "".join(f'<th scope="col">{escape(one)}</th>' if one else "<td></td>" for one in heads)
    body = []
    for row in rows:
        cells = [f"<td>{escape(one)}</td>" for one in row]
        if has_row_heads and row:
            cells[0] = f'<th scope="row">{escape(row[0])}</th>'
        body.append(f"<tr>{''.join(cells)}</tr>")
    return scrolled(
        name,
        f'<table class="{escape(kind)}"><thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody></table>',
    )


def scrolled(name: str, inner: str) -> str:
    """A region that is moved sideways, also with the keyboard. inner: HTML."""
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(name)}">{inner}</div>'


def folded(title: str, inner: str) -> str:
    """What is read when it is opened. inner: HTML."""
    return f"<details><summary>{escape(title)}</summary>{inner}</details>"


def interval(ends: Sequence[float]) -> str:
    """(0.04, 0.15) -> "4.0 % to 15.0 %"."""
    return between(ends[0], ends[1])
