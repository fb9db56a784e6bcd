"""A chart and the table of the same numbers below it, as a notebook shows them: everything escaped, nothing fetched."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape


def chart_and_table(
    picture: bytes | None, title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]
) -> str:
    """HTML to stand by itself in a cell's output.

    Args:
        picture: the chart as a PNG; None where it cannot be drawn, so that the table stands alone. title: of both.
        heads: of the columns. rows: a cell each, the first one names its row.
    """
    columns = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    lines = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>'
        for name, *cells in rows
    )
    table = f"<table><thead><tr>{columns}</tr></thead><tbody>{lines}</tbody></table>"
    if picture is None:
        return f"<p>{escape(title)}</p>{table}"
    source = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
    image = f'<img src="{source}" alt="{escape(title)}" style="max-width:100%">'
    return f"{image}<details><summary>{escape(title)}, as a table</summary>{table}</details>"
