"""Tables in the studio: from a file to a classifier, a corrected mistake, a filled-in form and a saved model."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from driving import Tab
from looks import seen
from made_tables import made_table, write_table
from playwright.sync_api import expect
from tellapart.tables import load_predictor
from tellapart.tables.project import open_table_project
from things import go_to, make_it, named, saved, train

pytestmark = pytest.mark.slow


@pytest.fixture
def loans(tmp_path: Path) -> Path:
    titles, rows = made_table()
    rows[10][1] = "45000"
    rows += [rows[20], [*rows[21][:-1], "no" if rows[21][-1] == "yes" else "yes"]]
    return write_table(tmp_path / "loans.csv", titles, rows)


def test_from_a_file_to_a_classifier_a_corrected_mistake_a_form_and_a_model(
    opened: Tab, workspace: Path, loans: Path, tmp_path: Path
) -> None:
    page = named(opened, loans, "A table of things: 242 rows, 6 columns")
    expect(page.get_by_role("combobox", name="To be told")).to_have_value("paid")
    seen(opened, "tables-offer")
    make_it(page, "loans")
    train(page)
    expect(page.get_by_role("heading", name="% wrong:")).to_be_visible()
    seen(opened, "tables-train")
    mistakes_are_put_right_with_keys(opened, workspace / "loans")
    page.get_by_role("tab", name="Train").click()
    train(page, "2 changes since: train again")
    page.get_by_role("button", name="Find out").press("Enter")
    expect(page.get_by_role("img", name="What each column has to say")).to_be_visible(timeout=120_000)
    page.get_by_text("The same as a table").first.click()
    expect(page.get_by_role("region", name="Importance").get_by_role("row")).to_have_count(6)
    seen(opened, "tables-columns")

    go_to(page, "Classify")
    expect(page.get_by_text("The answer stands here")).to_be_visible()
    page.get_by_role("textbox", name="income").fill("45")
    page.get_by_role("combobox", name="town").select_option("Rome")
    answer = page.locator(".ta-top-answer:visible")
    expect(answer).to_contain_text("yes")
    page.get_by_role("combobox", name="town").select_option("Bern")
    expect(answer).to_contain_text("no")
    area = page.get_by_role("group", name="A whole table")
    area.locator('input[aria-label="Files"]').set_input_files(loans)
    expect(page.get_by_text("242 rows of loans.csv classified.")).to_be_visible()
    assert saved(page, "Save the answers", tmp_path).read_text("utf-8-sig").count("\n") == 243
    seen(opened, "tables-classify")

    go_to(page, "Share")
    with zipfile.ZipFile(saved(page, "Save the model", tmp_path)) as archive:
        archive.extractall(tmp_path / "out")
    predictor = load_predictor(tmp_path / "out" / "loans-model")
    assert predictor.predict({"income": 45, "town": "Rome"}).label == "yes"
    seen(opened, "tables-share")


def mistakes_are_put_right_with_keys(opened: Tab, root: Path) -> None:
    page = opened.page
    go_to(page, "Clean")
    expect(page.get_by_role("heading", name="rows to review")).to_be_visible()
    cards = page.get_by_role("list", name="Findings, most suspicious first").get_by_role("listitem")
    expect(cards.filter(has_text="45000, far from the others")).to_have_count(1)
    expect(cards.filter(has_text="The other one")).to_have_count(2)
    seen(opened, "tables-clean")
    page.get_by_role("radio", name="outlying").focus()
    page.get_by_role("radio", name="outlying").click()
    expect(cards).to_have_count(1)
    cards.first.focus()
    page.keyboard.press("d")
    expect(cards).to_have_count(0)
    expect(page.get_by_text("No row is like that any more.")).to_be_visible()
    page.get_by_role("radio", name="copy with another label").click()
    expect(cards).to_have_count(1)
    cards.first.focus()
    page.keyboard.press("2")
    expect(page.get_by_text("now yes.")).to_be_visible()
    decided = [one.decided for one in open_table_project(root).rows(with_removed=True) if one.decided]
    assert sorted(decided) == ["relabel", "remove"]
    page.get_by_role("radio", name="all").click()
