"""Texts in the studio: from a table to a classifier, a corrected mistake and a page that answers, by keyboard."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from driving import Tab
from looks import seen
from made_texts import made_reviews, write_csv
from playwright.sync_api import expect
from tellapart.texts.project import open_text_project
from things import given, go_to, make_it, saved, train

pytestmark = pytest.mark.slow
N_WRONG = 6


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    texts, labels, _ = made_reviews(160, n_wrong=N_WRONG)
    texts += ["ok", texts[0]]
    labels += ["good", labels[0]]
    return write_csv(tmp_path / "reviews.csv", texts, labels)


def test_from_a_file_to_a_classifier_a_corrected_mistake_and_a_page_that_answers(
    opened: Tab, workspace: Path, reviews: Path, tmp_path: Path, open_tab: Callable[..., Tab]
) -> None:
    page = given(opened, reviews, "A table of texts: 162 rows")
    expect(page.get_by_role("combobox", name="Labels")).to_have_value("label")
    seen(opened, "texts-offer")
    make_it(page, "reviews")
    train(page)
    expect(page.get_by_role("heading", name="% wrong:")).to_be_visible()
    expect(page.get_by_text("Guessing would be wrong")).to_be_visible()
    seen(opened, "texts-train")

    mistakes_are_put_right_with_keys(opened, workspace / "reviews")
    page.get_by_role("tab", name="Train").click()
    more_texts_come_in(opened, workspace / "reviews", tmp_path)
    train(page, "2 changes since: train again")
    expect(page.get_by_role("button", name="Train again")).to_be_enabled()

    go_to(page, "Classify")
    page.get_by_label("Text", exact=True).focus()
    page.keyboard.type("a dull and tedious film")
    expect(page.get_by_text("Speaks for bad: ").locator("visible=true")).to_contain_text("tedious")
    page.get_by_label("Text", exact=True).fill("a warm and clever film")
    expect(page.get_by_text("Speaks for good: ").locator("visible=true")).to_contain_text("clever")
    seen(opened, "texts-classify")
    page.get_by_label("Text", exact=True).fill("<b>zzz</b>")
    expect(page.get_by_text("None of its words is known")).to_be_visible()
    assert page.locator(".ta-marked b").count() == 0
    a_whole_table_comes_back(opened, tmp_path)

    go_to(page, "Share")
    page.get_by_label("Title of the page").fill("Did they like it?")
    page.keyboard.press("Tab")
    html = saved(page, "Save the web page", tmp_path)
    archive = zipfile.ZipFile(saved(page, "Save the model", tmp_path))
    assert json.loads(archive.read("reviews-model/text-model.json"))["labels"] == ["bad", "good"]
    seen(opened, "texts-share")

    page.get_by_role("button", name="reviews").click()
    expect(page.get_by_role("listitem").filter(has_text="texts from reviews.csv")).to_be_visible()
    visitor = open_tab()
    visitor.page.goto(html.as_uri())
    expect(visitor.page.get_by_role("heading", name="Did they like it?")).to_be_visible()
    visitor.page.get_by_role("textbox").fill("a dull and tedious film")
    expect(visitor.page.get_by_text("bad").first).to_be_visible()


def more_texts_come_in(opened: Tab, root: Path, folder: Path) -> None:
    page = opened.page
    n = len(open_text_project(root).items(with_removed=True))
    file = folder / "more.csv"
    file.write_text(
        "note,kind\na warm and clever end to it,good\na dull and tedious end to it,bad\n", "utf-8"
    )
    page.get_by_role("button", name="Add more texts").press("Enter")
    area = page.get_by_role("group", name="More texts")
    area.locator('input[aria-label="Files"]').set_input_files(file)
    expect(page.get_by_role("combobox", name="Texts", exact=True)).to_have_value("note")
    seen(opened, "texts-more")
    page.get_by_role("button", name="Add them").press("Enter")
    expect(page.get_by_text("2 texts added; 0 were there already. Train again")).to_be_visible()
    assert len(open_text_project(root).items(with_removed=True)) == n + 2


def a_whole_table_comes_back(opened: Tab, folder: Path) -> None:
    page = opened.page
    file = folder / "new.csv"
    file.write_text("id,review\n1,a warm and clever film\n2,=a dull and tedious film\n", "utf-8")
    area = page.get_by_role("group", name="A whole table")
    area.locator('input[aria-label="Files"]').set_input_files(file)
    expect(page.get_by_text("2 texts of new.csv classified.")).to_be_visible()
    seen(opened, "texts-whole-table")
    with saved(page, "Save the answers", folder).open(encoding="utf-8-sig", newline="") as opened_file:
        rows = list(csv.DictReader(opened_file))
    assert [(one["id"], one["predicted"]) for one in rows] == [("1", "good"), ("2", "bad")]
    assert rows[1]["review"] == "'=a dull and tedious film"


def mistakes_are_put_right_with_keys(opened: Tab, root: Path) -> None:
    page = opened.page
    go_to(page, "Clean")
    cards = page.get_by_role("list", name="Findings, most suspicious first").get_by_role("listitem")
    expect(page.get_by_role("heading", name="texts to review")).to_be_visible()
    expect(cards.first).to_contain_text("reads like")
    expect(cards.first.locator("mark").first).to_be_visible()
    seen(opened, "texts-clean")
    n = cards.count()
    worst = cards.first.get_by_role("blockquote").inner_text()
    cards.first.focus()
    page.keyboard.press("v")
    window = page.get_by_role("dialog")
    expect(window.get_by_role("list", name="Most like it").get_by_role("listitem")).to_have_count(5)
    expect(window.locator("mark").first).to_be_visible()
    assert window.get_by_role("blockquote").first.inner_text() == worst
    seen(opened, "texts-large")
    page.keyboard.press("Escape")
    expect(cards.first).to_be_focused()
    page.keyboard.press("Enter")
    expect(cards).to_have_count(n - 1)
    expect(cards.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(cards.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(cards).to_have_count(n - 2)
    page.keyboard.press("u")
    expect(cards).to_have_count(n - 1)
    expect(cards.nth(1)).to_be_focused()
    page.keyboard.press("Shift+U")
    expect(cards).to_have_count(n - 2)
    expect(page.get_by_text("Done again.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(cards).to_have_count(n - 1)
    expect(cards.nth(1)).to_be_focused()
    page.keyboard.press("r")
    page.get_by_label("Other label").locator("visible=true").fill("mixed")
    page.keyboard.press("Escape")
    expect(cards.nth(1)).to_be_focused()
    page.keyboard.press("d")
    expect(cards).to_have_count(n - 2)
    expect(page.get_by_text("taken out.")).to_be_visible()
    decided = {one.text: one.decided for one in open_text_project(root).items(with_removed=True)}
    assert decided[worst] == "relabel" and sorted(filter(None, decided.values())) == ["relabel", "remove"]
    page.get_by_role("radio", name="short").click()
    expect(cards).to_have_count(1)
    expect(cards.first).to_contain_text("Only 1 word")
    page.get_by_role("radio", name="all").click()
