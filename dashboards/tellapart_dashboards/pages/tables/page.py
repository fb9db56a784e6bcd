"""The page of a project of rows: what the kind brings to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ipywidgets import Widget
from tellapart import tables
from tellapart.kinds.answered import AnsweredRows
from tellapart.progress import Progress
from tellapart.tables.files.adding import add_rows
from tellapart.tables.files.answering import answer_table
from tellapart.tables.predictor import TablePredictor
from tellapart.tables.project import TableProject
from tellapart.tables.reading import SUFFIXES, titled_rows

from tellapart_dashboards.app.wording import count
from tellapart_dashboards.pages.kinds.exports import classifier_exports
from tellapart_dashboards.pages.kinds.more.state import LEARN, MoreWays
from tellapart_dashboards.pages.kinds.offers import SourceOffer
from tellapart_dashboards.pages.kinds.page import ClassifierParts, classifier_page
from tellapart_dashboards.pages.kinds.things import ThingsPage
from tellapart_dashboards.pages.kinds.training import ThingsTraining
from tellapart_dashboards.pages.kinds.whole_table.state import MOST_ROWS, WholeTable
from tellapart_dashboards.pages.tables.classifying import RowsClassify, classifying_view
from tellapart_dashboards.pages.tables.influence import ColumnsSay, influence_view
from tellapart_dashboards.pages.tables.looking import RowsLooked

_PAGE = "One file that anyone opens in a browser: fill in a row, and the answer is there, without a server."
_HOLDS = "It holds titles, categories and thresholds of your table, and no row."


def tables_page(root: Path) -> ThingsPage:
    """The parts of the page of the project in a folder. For a thread."""
    project = tables.open_project(root)
    exports = classifier_exports(getattr(tables, "export_html", None), _PAGE, _HOLDS)
    say = ColumnsSay(project)

    def closer(training: ThingsTraining) -> Widget:
        return influence_view(say, training)

    return classifier_page(
        ClassifierParts(RowsLooked(project), _loaded, _classify, exports, more_rows(project), closer)
    )


def more_rows(project: TableProject) -> MoreWays:
    """How more rows come into a project."""

    def offer(source: Path) -> SourceOffer:
        titles, rows = titled_rows(source)
        return SourceOffer(f"{count(len(rows), 'row')}, {count(len(titles), 'column')}.")

    def add(source: Path, _chosen: dict[str, str]) -> list[str]:
        added = add_rows(project, source)
        return [*added.sentences(), *([LEARN] if added.n_added else [])]

    return MoreWays(offer, add, ",".join(SUFFIXES))


def _loaded(bundle: Path) -> tuple[Any, dict[str, Any]]:
    predictor = tables.load_predictor(bundle)
    return predictor, predictor.model.measured


def _classify(training: ThingsTraining, go_to_train: Callable[[], None]) -> Widget:
    return classifying_view(RowsClassify(training), training, WholeTable(training, _answered), go_to_train)


def _answered(
    predictor: TablePredictor, source: Path, out: Path, _column: str, progress: Progress
) -> AnsweredRows:
    return answer_table(predictor, source, out, progress, MOST_ROWS)
