"""Settings of a training that cannot be followed are refused, with the value, before anything is done."""

import pytest
from tellapart.errors import TrainError
from tellapart.planning.config import TrainConfig


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"seed": -1}, "seed=-1 is out of range; choose 0 or more"),
        ({"seed": "x"}, "seed='x' is no whole number"),
        ({"seed": None}, "seed=None is no whole number"),
        ({"recipe": "thorough", "epochs": 2.5}, r"epochs=2\.5 is no whole number. Give one, or leave it out"),
        ({"recipe": "thorough", "epochs": "3"}, "epochs='3' is no whole number"),
        ({"recipe": "thorough", "rate": True}, "rate=True is no number"),
        ({"backbone": ["resnet50"]}, r"backbone=\['resnet50'\] is no name. Give one"),
        ({"backbone": None}, "backbone=None is no name"),
        ({"valid": "0.2"}, r"valid='0\.2' is no number"),
    ],
)
def test_settings_of_the_wrong_kind_are_refused_with_their_value(settings, said):
    with pytest.raises(TrainError, match=said):
        TrainConfig.from_json({**TrainConfig().to_json(), **settings})
