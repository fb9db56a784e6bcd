"""What a misspelt name probably means."""

import pytest
from tellapart.words.near_names import did_you_mean, near_names


@pytest.mark.parametrize(
    ("name", "known", "near"),
    [
        ("oka", ["birch", "oak", "maple"], ["oak"]),
        ("ResNet-50", ["resnet18", "resnet50"], ["resnet50"]),
        ("EFFICIENTNET lite0", ["efficientnet_lite0", "mobilenet_v2"], ["efficientnet_lite0"]),
        ("Strasse", ["Straße", "Weg"], ["Straße"]),
        ("banana", ["birch", "oak"], []),
        ("", ["oak"], []),
        ("!", ["?", "oak"], []),
        ("oak", [], []),
    ],
)
def test_the_nearest_name_is_found_whatever_its_case_and_punctuation(name, known, near):
    assert near_names(name, known) == near


def test_several_are_named_the_nearest_first():
    assert near_names("resnet", ["resnet18", "resnet152", "vgg"], n=3) == ["resnet18", "resnet152"]
    assert (
        did_you_mean("resnet", ["resnet18", "resnet152"], n=3) == " Did you mean 'resnet18' or 'resnet152'?"
    )


def test_there_is_no_question_where_nothing_is_near():
    assert did_you_mean("oka", ["oak"]) == " Did you mean 'oak'?"
    assert did_you_mean("banana", ["oak"]) == ""
