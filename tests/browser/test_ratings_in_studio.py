"""Ratings in the studio: from a file to a recommender, stars that are put right, and a saved model."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from driving import Tab
from looks import seen
from made_ratings import made_rows, write_table
from playwright.sync_api import Page, expect
from tellapart.ratings import load_predictor, open_project
from things import go_to, make_it, named, saved, train

pytestmark = pytest.mark.slow


@pytest.fixture
def films(tmp_path: Path) -> Path:
    rows = [*made_rows(), ("person-001-x", "f1", "many", 1_300_000, "")]
    rows += [
        ("person-bot-x", f"f{i}", 3, 1_300_000 + 100 * i, f"The {'ab'[i % 2]} film, number {i}")
        for i in range(12)
    ]
    return write_table(tmp_path / "films.csv", rows)


def test_from_a_file_to_a_recommender_other_stars_and_a_model(
    opened: Tab, workspace: Path, films: Path, tmp_path: Path
) -> None:
    page = named(opened, films, "ratings from 1 to 5, of 25 items by 81 users")
    seen(opened, "ratings-offer")
    make_it(page, "films")
    train(page)
    expect(page.get_by_role("heading", name="stars off")).to_be_visible()
    seen(opened, "ratings-train")
    go_to(page, "Look")
    expect(page.get_by_role("heading", name="ratings").first).to_be_visible()
    expect(page.get_by_text("whose rating is no number: 'many'")).to_be_visible()
    expect(page.get_by_role("img", name="A map of 24 items")).to_be_visible()
    seen(opened, "ratings-look")

    what_may_be_wrong_is_taken_out_with_keys(opened, workspace / "films")
    page.get_by_role("tab", name="Train").click()
    train(page, "1 change since: train again")

    go_to(page, "Recommend")
    stars_are_given_and_put_right_with_keys(page)
    seen(opened, "ratings-recommend")
    page.get_by_role("combobox", name="Another one").fill("number 99")
    page.get_by_role("button", name="Rate it").press("Enter")
    expect(page.get_by_text("There is no item 'number 99'")).to_be_visible()
    page.get_by_role("combobox", name="Another one").fill("film, number 7")
    page.get_by_role("button", name="Rate it").press("Enter")
    expect(page.get_by_role("radiogroup", name="Stars for The b film, number 7", exact=True)).to_be_visible()

    go_to(page, "Share")
    page.get_by_label("Title of the page").fill("Films for you")
    assert "Films for you" in saved(page, "Save the web page", tmp_path).read_text("utf-8")
    with zipfile.ZipFile(saved(page, "Save the model", tmp_path)) as archive:
        archive.extractall(tmp_path / "out")
    best = load_predictor(tmp_path / "out" / "films-model").recommend({"f1": 5.0, "f2": 1.0})[0]
    assert best.title.startswith("The b film")
    seen(opened, "ratings-share")


def what_may_be_wrong_is_taken_out_with_keys(opened: Tab, root: Path) -> None:
    page = opened.page
    go_to(page, "Clean")
    cards = page.get_by_role("list", name="Findings, most suspicious first").get_by_role("listitem")
    bot = cards.filter(has_text="gave each of 12 items 3")
    expect(bot).to_contain_text("12 ratings go with it")
    expect(page.get_by_role("button", name="Other label")).to_have_count(0)
    seen(opened, "ratings-clean")
    n = cards.count()
    bot.focus()
    page.keyboard.press("d")
    expect(cards).to_have_count(n - 1)
    page.keyboard.press("u")
    expect(bot).to_be_focused()
    page.keyboard.press("d")
    expect(cards).to_have_count(n - 1)
    assert "person-bot-x" not in open_project(root).table.user_names


def stars_are_given_and_put_right_with_keys(page: Page) -> None:
    rows = page.get_by_role("radiogroup", name="Stars for")
    expect(rows).to_have_count(5)
    liked = page.get_by_role("list", name="You may like").get_by_role("listitem")
    expect(page.get_by_text("stand here after the first stars")).to_be_visible()
    names = [str(one.get_attribute("aria-label")) for one in rows.all()]
    first = next(i for i, name in enumerate(names) if " a film" in name)
    rows.nth(first).get_by_role("radio", name="not seen").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(rows.nth(first).get_by_role("radio", name="5 ★")).to_be_checked()
    expect(liked.first).to_contain_text("The a film")
    for _ in range(4):  # it was a slip of the keys
        page.keyboard.press("ArrowLeft")
    expect(rows.nth(first).get_by_role("radio", name="1 ★")).to_be_checked()
    expect(liked.first).to_contain_text("The b film")
    page.get_by_role("button", name="Ask about others").press("Enter")
    expect(rows.nth(1)).not_to_have_attribute("aria-label", names[1])
    expect(rows).to_have_count(5)
    expect(page.get_by_role("radiogroup", name=names[first], exact=True)).to_be_visible()
