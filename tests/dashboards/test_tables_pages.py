"""The page of a project of rows without a browser."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from acting import one, settled, text_of, upload
from ipywidgets import Button, ToggleButton
from made_tables import made_table, write_table
from tellapart.tables import new_project, train
from tellapart.tables.cells import day
from tellapart.tables.columns import TableColumn
from tellapart.tables.encoding import Feature
from tellapart.tables.model import LinearScores, TableModel
from tellapart_dashboards.pages.kinds.more.state import MoreThings
from tellapart_dashboards.pages.kinds.more.view import more_view
from tellapart_dashboards.pages.kinds.training import ThingsTraining
from tellapart_dashboards.pages.tables import door
from tellapart_dashboards.pages.tables import door as tables_door
from tellapart_dashboards.pages.tables.classifying import RowsClassify
from tellapart_dashboards.pages.tables.form import form_of
from tellapart_dashboards.pages.tables.page import more_rows


@pytest.fixture(scope="module")
def trained_table_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loans")
    project = new_project(folder / "loans", write_table(folder / "loans.csv", *made_table()))
    train(project)
    return folder / "loans"


async def test_a_table_is_offered_with_its_columns_and_the_one_to_be_told(tmp_path: Path) -> None:
    file = write_table(tmp_path / "loans.csv", *made_table(60))
    found = tables_door.offer(file)
    assert "income (number), town (category)" in found.sentence and found.choices[0].value == "paid"
    (tmp_path / "amounts.csv").write_text("a,b,c\n" + "".join(f"{i},x{i % 2},{i / 7}\n" for i in range(40)))
    found = tables_door.offer(tmp_path / "amounts.csv")
    assert found.choices[0].value == "" and "Choose the column that is to be told" in found.problem


async def test_more_rows_come_in_on_the_page(tmp_path: Path) -> None:
    titles, rows = made_table(60)
    project = new_project(tmp_path / "loans", write_table(tmp_path / "loans.csv", titles, rows[:50]))
    more = MoreThings(project.root, more_rows(project))
    view = more_view(more, "row")
    one(view, ToggleButton).value = True
    await upload(view, {"more.csv": write_table(tmp_path / "more.csv", titles, rows).read_bytes()})
    assert "60 rows, 6 columns." in text_of(view) and sum(project.label_counts().values()) == 50
    one(view, Button, "Add them").click()
    await settled()
    assert more.said == "10 rows added; 50 were there already. Train again to learn from them."
    assert sum(project.label_counts().values()) == 60 and more.offer is None
    await upload(view, {"odd.csv": b"a,b\n1,2\n"}, "c")
    one(view, Button, "Add them").click()
    await settled()
    assert "has no column 'paid'" in more.problem and not more.is_busy
    await upload(view, {"odd.xlsx": b"PK"}, "d")
    assert "is no table" in more.problem and more.offer is None
    assert sorted(path.name for path in more.uploads_dir.iterdir()) == []


def test_a_date_is_asked_for_as_it_is_read() -> None:
    for style in ("%d.%m.%Y", "%Y-%m-%dT%H:%M:%S"):
        since = Feature(TableColumn("since", "date", style))
        model = TableModel(
            ("a", "b"), "y", (since.column,), (since,), LinearScores(np.zeros((2, 2)), np.zeros(2)), np.zeros(2), 1.0,
            0.0, {},
        )  # fmt: skip
        assert not np.isnan(day(form_of(model)[0].hint.removeprefix("such as "), style))


async def test_a_row_is_answered_as_it_is_filled_in(trained_table_dir: Path) -> None:
    page = door.opened(trained_table_dir)
    training = page.followed[0]
    assert isinstance(training, ThingsTraining) and training.trained is not None
    fields = {one.title: one for one in form_of(training.trained.predictor.model)}
    assert fields["town"].options == ("Bern", "Oslo", "Riga", "Rome") and "usually" in fields["income"].hint
    classify = RowsClassify(training)
    classify.fill("income", "45")
    classify.fill("town", "Rome")
    await settled()
    assert classify.answer is not None and classify.answer.label == "yes"
    classify.fill("town", "Paris")
    await settled()
    assert classify.answer.unknown == ("town",)
    for title in ("income", "town"):
        classify.fill(title, "")
    await settled()
    assert classify.answer is None
