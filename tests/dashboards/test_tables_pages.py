"""The page of a project of rows without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from acting import settled
from made_tables import made_table, write_table
from tellapart.tables import new_project, train
from tellapart_dashboards.pages.kinds.doors import door_of
from tellapart_dashboards.pages.kinds.training import ThingsTraining
from tellapart_dashboards.pages.tables import door as tables_door
from tellapart_dashboards.pages.tables.classifying import RowsClassify
from tellapart_dashboards.pages.tables.form import form_of


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


async def test_a_row_is_answered_as_it_is_filled_in(trained_table_dir: Path) -> None:
    page = door_of("tables").opened(trained_table_dir)
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
