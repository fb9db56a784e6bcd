"""A training's result as a notebook shows it: the numbers, the confusion matrix, the surest mistakes as pictures.

Everything is escaped, nothing is loaded from anywhere, and the colours are the notebook's own, light or dark.
"""

from __future__ import annotations

import base64
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from tellapart.errors import ImageError, OutsideError
from tellapart.pictures.images import thumbnail_jpeg
from tellapart.safe_paths import path_inside
from tellapart.train.display.text import label_rows
from tellapart.words.percents import between, whole

if TYPE_CHECKING:
    from tellapart.learning.evaluation import Mistake
    from tellapart.train.result import TrainResult

MOST_SQUARE = 12  # labels; of more the matrix would be wider than the notebook, and the rows say it instead
MOST_PICTURES = 8
_SIDE_PX = 112
_STYLE = (
    ".tellapart-result{color:var(--jp-ui-font-color1,inherit);font-family:var(--jp-ui-font-family,inherit)}"
    ".tellapart-result table{border-collapse:collapse;margin:8px 0}"
    ".tellapart-result th,.tellapart-result td{padding:3px 10px;text-align:right;background:none;"
    "border-top:1px solid var(--jp-border-color2,#8886)}"
    ".tellapart-result th[scope=row],.tellapart-result thead th{font-weight:400;max-width:16ch;overflow-wrap:anywhere}"
    ".tellapart-result .right{font-weight:700}"
    ".tellapart-result figure{display:inline-block;width:112px;margin:0 12px 8px 0;vertical-align:top;font-size:12px}"
    ".tellapart-result img{display:block;max-width:112px;max-height:112px;border-radius:6px}"
    ".tellapart-result figcaption{overflow-wrap:anywhere}"
)


def result_html(result: TrainResult) -> str:
    """HTML to stand by itself in a cell's output."""
    checked = result.evaluation
    low, high = checked.error_interval
    parts = [
        f"<p><b>{escape(result.sentence())}</b> (95 % interval {between(low, high)}), "
        f"on {checked.n:,} held-out pictures.</p>",
        _matrix(result) if len(result.classes) <= MOST_SQUARE else _rows(result),
    ]
    shown = "".join(_figure(result, one) for one in checked.mistakes[:MOST_PICTURES])
    parts += [f"<p>Most confident mistakes:</p><div>{shown}</div>"] if shown else []
    parts.append(f"<p>Model: {escape(str(result.bundle_dir))}</p>")
    return f'<style>{_STYLE}</style><div class="tellapart-result">{"".join(parts)}</div>'


def _matrix(result: TrainResult) -> str:
    """Rows are the labels as they are, columns what the model says."""
    heads = "".join(f'<th scope="col">{escape(label)}</th>' for label in result.classes)
    rows = []
    for row, label in enumerate(result.classes):
        cells = "".join(
            f'<td class="right">{int(n)}</td>' if column == row else f"<td>{int(n) or '·'}</td>"
            for column, n in enumerate(result.evaluation.confusion[row])
        )
        rows.append(f'<tr><th scope="row">{escape(label)}</th>{cells}</tr>')
    head = f"<thead><tr><td>label \\ predicted</td>{heads}</tr></thead>"
    return f"<table>{head}<tbody>{''.join(rows)}</tbody></table>"


def _rows(result: TrainResult) -> str:
    heads = "".join(
        f'<th scope="col">{one}</th>' for one in ("label", "held out", "wrong", "mostly mistaken for")
    )
    rows = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(one)}</td>" for one in row[1:])}</tr>'
        for row in label_rows(result)
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _figure(result: TrainResult, mistake: Mistake) -> str:
    """One mistake; without its picture where that has moved or gone since."""
    words = f"{mistake.label}, mistaken for {mistake.predicted}, {whole(mistake.confidence)}"
    source = _small(result.bundle_dir.parent.parent, mistake.path)
    picture = f'<img src="{source}" alt="{escape(mistake.path)}">' if source else escape(mistake.path)
    return f"<figure>{picture}<figcaption>{escape(words)}</figcaption></figure>"


def _small(project_dir: Path, path: str) -> str:
    try:
        jpeg = thumbnail_jpeg(path_inside(project_dir, path), _SIDE_PX)
    except (ImageError, OutsideError, OSError):
        return ""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
