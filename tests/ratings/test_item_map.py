"""The map of items: two tastes lie apart, the same again for the same ratings, as values, a figure and a command."""

import json
from dataclasses import replace

import numpy as np
import pytest
from command_line import tellapart
from tellapart.errors import BundleError, DeployError
from tellapart.ratings import load_predictor, map_items
from tellapart.ratings.item_map import map_items as mapped
from tellapart.ratings.item_map import save_map


def test_two_tastes_lie_on_two_sides(trained_ratings):
    found = map_items(trained_ratings[1])
    sides = {letter: [one.x for one in found if f"The {letter} film" in one.title] for letter in "ab"}
    assert len(found) == 24 and max(abs(one.x) for one in found) == 1
    assert max(sides["a"]) < 0 < min(sides["b"]) or max(sides["b"]) < 0 < min(sides["a"])
    counts = [one.count for one in found]
    assert counts == sorted(counts, reverse=True) and all(1 <= one.stars <= 5 for one in found)
    assert [*found] == [*map_items(trained_ratings[1].bundle_dir)] and len(
        map_items(trained_ratings[1], 3)
    ) == 3


def test_one_factor_is_a_line_and_none_is_told(trained_ratings):
    model = load_predictor(trained_ratings[1])
    strongest = np.abs(model.factors).sum(axis=0).argmax()  # others may have been found to tell nothing
    line = mapped(
        replace(model, factors=model.factors[:, [strongest]], variance=model.variance[:, [strongest]])
    )
    assert {one.y for one in line} == {0.0} and len({one.x for one in line}) > 20
    none = np.zeros((24, 0))
    with pytest.raises(BundleError, match="No tastes were found"):
        mapped(replace(model, factors=none, variance=none))
    nothing = np.zeros((24, 2))  # alike in every taste
    assert {(one.x, one.y) for one in mapped(replace(model, factors=nothing))} == {(0.0, 0.0)}


def test_a_figure_names_what_most_rated(trained_ratings, tmp_path):
    found = map_items(trained_ratings[1])
    chart = found.chart()
    axes = chart.axes[0]
    assert axes.collections[0].get_offsets().tolist() == [[one.x, one.y] for one in found]
    named = [one.get_text() for one in axes.texts]
    assert named[0] == found.items[0].name and set(named) <= {one.name for one in found.items[:20]}
    save_map(found, tmp_path / "map.svg")
    assert "<svg" in (tmp_path / "map.svg").read_text("utf-8")
    for name, said in (("map.svg", "exists"), ("map.txt", "Let it end in .png")):
        with pytest.raises(DeployError, match=said):
            save_map(found, tmp_path / name)


def test_the_commands_map_and_app(trained_ratings, tmp_path):
    bundle = trained_ratings[1].bundle_dir
    listed = json.loads(tellapart("map", bundle, "--most", "5", "--json"))
    assert len(listed) == 5 and set(listed[0]) == {"item", "title", "x", "y", "stars", "count"}
    assert "… and 4 more" in tellapart("map", bundle)
    assert "24 items are on the map" in tellapart("map", bundle, "--out", tmp_path / "map.png")
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")
    assert "holds no user" in tellapart("app", bundle, tmp_path / "page.html")
    assert "exists" in tellapart("app", bundle, tmp_path / "page.html", code=1)
