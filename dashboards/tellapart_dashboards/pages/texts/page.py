"""The page of a project of texts: what the kind brings to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ipywidgets import Widget
from tellapart import texts
from tellapart.kinds.answered import AnsweredRows
from tellapart.kinds.labelled_project import added_sentence
from tellapart.progress import Progress
from tellapart.texts.answering import answer_table
from tellapart.texts.predictor import TextPredictor
from tellapart.texts.project import TextProject
from tellapart.texts.reading import SUFFIXES, read_texts

from tellapart_dashboards.pages.kinds.exports import classifier_exports
from tellapart_dashboards.pages.kinds.more.state import LEARN, MoreWays
from tellapart_dashboards.pages.kinds.page import ClassifierParts, classifier_page
from tellapart_dashboards.pages.kinds.things import ThingsPage
from tellapart_dashboards.pages.kinds.training import ThingsTraining
from tellapart_dashboards.pages.kinds.whole_table.state import MOST_ROWS, WholeTable
from tellapart_dashboards.pages.texts.classifying import TextsClassify, classifying_view
from tellapart_dashboards.pages.texts.door import offer
from tellapart_dashboards.pages.texts.looking import TextsLooked

_PAGE = "One file that anyone opens in a browser: type or paste a text, and the answer is there, without a server."
_HOLDS = "It holds words of your texts: of 100 texts or more, only those that two of them have."


def texts_page(root: Path) -> ThingsPage:
    """The parts of the page of the project in a folder. For a thread."""
    project = texts.open_project(root)
    exports = classifier_exports(texts.export_html, _PAGE, _HOLDS)
    parts = ClassifierParts(TextsLooked(project), _loaded, _classify, exports, _more(project))
    return classifier_page(parts)


def _more(project: TextProject) -> MoreWays:
    def add(source: Path, chosen: dict[str, str]) -> list[str]:
        columns = (chosen.get("text_column") or None, chosen.get("label_column") or None)
        table = read_texts(source, *columns, is_more=True)
        n_added = project.add(table)
        came = added_sentence("text", n_added, len(table.texts) - n_added)
        return [*table.notes, came, *([LEARN] if n_added else [])]

    return MoreWays(offer, add, ",".join(SUFFIXES))


def _loaded(bundle: Path) -> tuple[Any, dict[str, Any]]:
    predictor = texts.load_predictor(bundle)
    return predictor, predictor.model.measured


def _classify(training: ThingsTraining, go_to_train: Callable[[], None]) -> Widget:
    return classifying_view(TextsClassify(training), training, WholeTable(training, _answered), go_to_train)


def _answered(
    predictor: TextPredictor, source: Path, out: Path, column: str, progress: Progress
) -> AnsweredRows:
    return answer_table(predictor, source, out, column or None, progress, MOST_ROWS)
