"""How views vary, as plain values: what is refused, and what a project keeps."""

import pytest
from tellapart.errors import TrainError
from tellapart.planning.config import TrainConfig
from tellapart.planning.variation import USUAL, Variation, keep_variation, kept_variation


def test_it_comes_back_from_json_and_what_is_not_said_is_as_usual():
    chosen = Variation(min_scale=0.5, flip=False, rotate=15, zoom=1.25, warp=0.2, lighting=0.0)
    assert Variation.from_json(chosen.to_json()) == chosen
    assert Variation.from_json({}) == USUAL and Variation.from_json({"rotate": 5}) == Variation(rotate=5.0)
    assert not USUAL.moves and Variation(warp=0.1).moves and Variation(zoom=1.1).moves


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"rotate": 90}, r"rotate=90\.0 is out of range; choose a number from 0 to 45"),
        ({"min_scale": 0}, r"min_scale=0\.0 is out of range"),
        ({"warp": float("nan")}, r"warp=nan is out of range"),
        ({"spin": 1}, r"Unknown setting\(s\) of views: spin\. Known are"),
        ({"zoom": "near"}, r"is no number"),
        ([1], r"Unknown setting\(s\) of views"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(record, said):
    with pytest.raises(TrainError, match=said):
        Variation.from_json(record)


def test_a_project_keeps_it_and_a_damaged_one_is_as_usual(tiny_project):
    assert kept_variation(tiny_project.manifest) == USUAL
    keep_variation(tiny_project.manifest, Variation(rotate=7))
    assert kept_variation(tiny_project.manifest) == Variation(rotate=7)
    tiny_project.manifest.set_setting("variation", {"rotate": 1000})
    assert kept_variation(tiny_project.manifest) == USUAL


def test_a_training_says_it_or_leaves_it_to_the_project():
    assert TrainConfig().variation is None and TrainConfig.from_json(TrainConfig().to_json()) == TrainConfig()
    chosen = TrainConfig(recipe="thorough", variation=Variation(warp=0.1))
    assert TrainConfig.from_json(chosen.to_json()) == chosen
