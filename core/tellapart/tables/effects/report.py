"""influence_of: importance of all columns and dependence on the first ones, as sentences, tables and figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tellapart import atomic_files
from tellapart.errors import ProjectError
from tellapart.kinds.project_kind import vacant
from tellapart.progress import Progress, silent
from tellapart.safe_text import csv_cell
from tellapart.store.sqlite.database_errors import disk_reason
from tellapart.tables.effects.dependence import MOST_COLUMNS, Dependence, column_dependence
from tellapart.tables.effects.importance import Importance, column_importance
from tellapart.tables.judging import judge_rows
from tellapart.tables.project import TableProject

if TYPE_CHECKING:
    from tellapart.network.charts import Chart

FILES = ("importance.csv", "dependence.csv", "importance.png", "dependence.png")


@dataclass(frozen=True)
class Influence:
    """importance: of all columns; dependence: on those with most to say, at most six."""

    importance: Importance
    dependence: tuple[Dependence, ...]

    def sentences(self) -> list[str]:
        """The whole in words."""
        return [
            *self.importance.sentences(),
            "How the answer changes with one column, all others left as they are:",
            *(f"  {one.sentence}" for one in self.dependence),
            "What goes together with an answer need not be its cause.",
        ]

    def importance_chart(self) -> Chart:
        """A bar for each column; a notebook shows it.

        Raises:
            DescriptionError: matplotlib is not installed.
        """
        from tellapart.tables.effects.charts import importance_chart

        return importance_chart(self.importance)

    def dependence_chart(self) -> Chart:
        """A panel for each column; a notebook shows it.

        Raises:
            DescriptionError: matplotlib is not installed.
        """
        from tellapart.tables.effects.charts import dependence_chart

        return dependence_chart(self.dependence)

    def save(self, folder: Path | str) -> list[Path]:
        """Both as CSV and as figures, in a new or empty folder; where they lie.

        Raises:
            DescriptionError: matplotlib is not installed. ProjectError: the folder holds something, or the disk does
            not take it.
        """
        from tellapart.tables.effects.charts import png_of

        folder = vacant(folder)
        contents = (
            _csv(_importance_rows(self.importance)),
            _csv(_dependence_rows(self.dependence)),
            png_of(self.importance_chart()),
            png_of(self.dependence_chart()),
        )
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, content in zip(FILES, contents, strict=True):
                atomic_files.write_bytes(folder / name, content)
        except OSError as error:
            raise ProjectError(disk_reason(folder.parent, error)) from error
        return [folder / name for name in FILES]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "importance": self.importance.to_json(),
            "dependence": [one.to_json() for one in self.dependence],
        }

    def __repr__(self) -> str:
        return "\n".join(self.sentences())


def influence_of(project: TableProject, progress: Progress = silent) -> Influence:
    """What each column has to say, and how the answers change with those that say most.

    Raises:
        TrainError: nothing can be learned from the rows; see `judge_rows`.
    """
    judged = judge_rows(project, progress)
    importance = column_importance(judged, progress)
    chosen = [one.title for one in importance.columns if one.loss > 0][:MOST_COLUMNS]
    return Influence(importance, tuple(column_dependence(judged, chosen, progress)))


def _importance_rows(found: Importance) -> list[list[str]]:
    rows = [["column", "error grows by", "from", "to", "loss grows by", "about people"]]
    for one in found.columns:
        numbers = [f"{value:.6f}" for value in (one.error, one.low, one.high, one.loss)]
        rows.append([one.title, *numbers, "yes" if one.is_sensitive else "no"])
    return rows


def _dependence_rows(found: Sequence[Dependence]) -> list[list[str]]:
    rows = [["column", "value", "answer", "probability", "middle half from", "to"]]
    for one in found:
        for name, mean, low, high in zip(one.names, one.mean, one.low, one.high, strict=True):
            for k, label in enumerate(one.labels):
                rows.append(
                    [one.title, name, label, *(f"{value:.6f}" for value in (mean[k], low[k], high[k]))]
                )
    return rows


def _csv(rows: list[list[str]]) -> bytes:
    """Numbers may be negative; a title or label that a spreadsheet would calculate gets an apostrophe."""
    written = io.StringIO(newline="")
    table = csv.writer(written)
    for row in rows:
        table.writerow([cell if _is_number(cell) else csv_cell(cell) for cell in row])
    return written.getvalue().encode("utf-8-sig", "replace")


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
