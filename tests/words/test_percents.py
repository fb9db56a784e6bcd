"""Shares in words."""

import pytest
from tellapart.words.percents import between, percent, tenths, whole


@pytest.mark.parametrize(
    ("fraction", "said"),
    [
        (0, "0 %"), (0.0004, "below 0.1 %"), (0.0283, "2.8 %"), (0.05, "5 %"), (0.0833, "8.3 %"), (0.126, "13 %"),
        (0.0996, "10 %"), (0.994, "99 %"), (0.996, "99.6 %"), (0.9995, "above 99.9 %"), (1, "100 %"),
    ],
)  # fmt: skip
def test_a_sentence_has_as_many_places_as_help(fraction, said):
    assert percent(fraction) == said


def test_numbers_that_are_compared_have_as_many_places():
    assert (tenths(0.5), tenths(0.0283), tenths(None)) == ("50.0 %", "2.8 %", "–")
    assert between(0.04, 0.15) == "4.0 % to 15.0 %" and whole(0.913) == "91 %"
