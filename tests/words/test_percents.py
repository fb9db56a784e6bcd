"""Shares in words."""

import pytest
from tellapart.words.percents import (
    between,
    fewer_wrong,
    likeliest,
    more_between,
    more_of_100,
    of_100,
    percent,
    tenths,
    whole,
)


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


def test_changes_are_told_of_100_things():
    assert [of_100(one) for one in (0, 0.0004, 0.004, 0.0096, 0.02, 1)] == ["0", "0", "0.4", "1", "2", "100"]
    assert fewer_wrong(0.01, 0.03) == "1 to 3 fewer of 100 wrong"
    assert fewer_wrong(-0.03, -0.004) == "0.4 to 3 more of 100 wrong"
    assert fewer_wrong(0.018, 0.022) == "about 2 fewer of 100 wrong"
    assert (more_of_100(0.012), more_of_100(-0.012)) == ("1.2 more", "1.2 fewer")
    assert more_between(-0.02, -0.004) == "0.4 to 2.0 fewer" and more_between(0, 0.02) == "0.0 to 2.0 more"
    assert more_between(-0.003, 0.012) == "0.3 fewer to 1.2 more"


def test_an_answer_names_the_three_likeliest_labels():
    assert (
        likeliest({"ash": 0.02, "oak": 0.8, "elm": 0.06, "fir": 0.12}) == "oak 80.0 %, fir 12.0 %, elm 6.0 %"
    )
