"""The recipe for whoever names none."""

import importlib.util
from types import SimpleNamespace

import pytest
from tellapart.planning import usual_recipe as module
from tellapart.planning.graphics_card import has_card
from tellapart.planning.usual_recipe import usual_recipe

FOR_CARDS = "__version__ = '2.14.1+cu130'\ncuda: Optional[str] = '13.0'\nhip: Optional[str] = None\n"
FOR_THE_PROCESSOR = "__version__ = '2.14.1+cpu'\ncuda: Optional[str] = None\nhip: Optional[str] = None\n"


@pytest.fixture
def card(monkeypatch, tmp_path):
    """A computer with a graphics card and what it takes to use it; the answer of its parts may be changed."""
    there = {
        "card": True,
        "torch": SimpleNamespace(origin=str(tmp_path / "__init__.py")),
        "lightning_fabric": True,
    }
    find = importlib.util.find_spec
    monkeypatch.setattr(module, "has_card", lambda: there["card"])
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: there[name] if name in there else find(name)
    )
    (tmp_path / "version.py").write_text(FOR_CARDS)
    return there


def test_all_layers_where_a_card_makes_that_quick(card):
    assert usual_recipe({"cat": 40, "dog": 20, "fox": 0}) == "everything"


@pytest.mark.parametrize("missing", ["card", "torch", "lightning_fabric"])
def test_quick_where_something_is_missing(card, missing):
    card[missing] = None
    assert usual_recipe({"cat": 40, "dog": 40}) == "quick"


@pytest.mark.parametrize("text", [FOR_THE_PROCESSOR, "cuda = None\n", ""])
def test_quick_where_torch_cannot_use_the_card(card, tmp_path, text):
    (tmp_path / "version.py").write_text(text)
    assert usual_recipe({"cat": 40, "dog": 40}) == "quick"
    (tmp_path / "version.py").unlink()
    assert usual_recipe({"cat": 40, "dog": 40}) == "quick"


def test_a_card_that_is_hidden_from_programs_is_none(monkeypatch):
    monkeypatch.setattr("pathlib.Path.glob", lambda self, pattern: iter([self / "nvidia0"]))
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert has_card()
    for hidden in ("", "-1"):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
        assert not has_card()


@pytest.mark.parametrize("counts", [{}, {"cat": 90}, {"cat": 90, "dog": 19}])
def test_quick_with_few_pictures(card, counts):
    assert usual_recipe(counts) == "quick"
