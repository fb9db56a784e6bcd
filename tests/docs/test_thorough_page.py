"""What the page about thorough training says of its settings is so."""

import re
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed (light path): pip install 'tellapart[torch]'")

from tellapart.network.tuning import folds
from tellapart.network.tuning_door import settings_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "train-thoroughly.md"


def test_epochs_views_and_watched_pictures_are_those_of_the_recipes():
    page = re.sub(r"\s+", " ", PAGE.read_text("utf-8"))
    thorough, everything = (settings_of(recipe, 0, None, None) for recipe in ("thorough", "everything"))
    assert f"{thorough.n_epochs} times unless given (*everything*: {everything.n_epochs})" in page
    assert (
        f"teaches in {thorough.n_views} views that are varied by chance (*everything*: {everything.n_views};"
        in page
    )
    assert f"learn from, at most {folds.MOST_WATCHED};" in page


def test_the_usual_number_of_epochs_changes_nothing_and_more_bring_more_views():
    for recipe in ("thorough", "everything"):
        usual = settings_of(recipe, 3, None, 1e-4)
        assert settings_of(recipe, 3, usual.n_epochs, 1e-4) == usual and usual.rate == 1e-4
        assert settings_of(recipe, 3, 2 * usual.n_epochs, None).n_views == 2 * usual.n_views
        assert [settings_of(recipe, 3, n, None).n_views for n in (1, 100)] == [1, 20]
