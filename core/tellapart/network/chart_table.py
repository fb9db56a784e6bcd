"""A chart and the table of the same numbers below it, as a notebook shows them: everything escaped, nothing fetched."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape

# On a dark ground the ink of a chart is turned round and its hues stay; JupyterLab and Voila say so on the page's body,
# VS Code by a class. Where styles are stripped, as in a preview of a notebook, it stays as it is.
_ON_DARK = (
    '<style>:is([data-jp-theme-light="false"], .vscode-dark) .tellapart-chart '
    "{ filter: invert(0.9) hue-rotate(180deg); }</style>"
)


def chart_and_table(
    picture: bytes | None,
    title: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    has_photographs: bool = False,
) -> str:
    """HTML to stand by itself in a cell's output.

    Args:
        picture: the chart as a PNG; None where it cannot be drawn, so that the table stands alone. title: of both.
        heads: of the columns. rows: a cell each, the first one names its row. has_photographs: it looks the same on a
            dark ground.
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
    style, kind = ("", "tellapart-pictures") if has_photographs else (_ON_DARK, "tellapart-chart")
    image = f'{style}<img class="{kind}" src="{source}" alt="{escape(title)}" style="max-width:100%">'
    return f"{image}<details><summary>{escape(title)}, as a table</summary>{table}</details>"
