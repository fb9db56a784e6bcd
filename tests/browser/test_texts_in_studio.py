"""Texts in the studio: from a table to a classifier, a corrected mistake and a page that answers, by keyboard."""

from __future__ import annotations

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
