"""The recipe for whoever names none."""

import importlib.util

import pytest
from tellapart.planning import usual_recipe as module
from tellapart.planning.usual_recipe import usual_recipe


@pytest.fixture
def card(monkeypatch):
    """A computer with a graphics card and what it takes to use it; the answer of its parts may be changed."""
    there = {"card": True, "torch": True, "lightning_fabric": True}
    find = importlib.util.find_spec
    monkeypatch.setattr(module, "_has_card", lambda: there["card"])
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: there[name] if name in there else find(name)
    )
    return there


def test_all_layers_where_a_card_makes_that_quick(card):
    assert usual_recipe({"cat": 40, "dog": 20, "fox": 0}) == "everything"


@pytest.mark.parametrize("missing", ["card", "torch", "lightning_fabric"])
def test_quick_where_something_is_missing(card, missing):
    card[missing] = False
    assert usual_recipe({"cat": 40, "dog": 40}) == "quick"


@pytest.mark.parametrize("counts", [{}, {"cat": 90}, {"cat": 90, "dog": 19}])
def test_quick_with_few_pictures(card, counts):
    assert usual_recipe(counts) == "quick"
