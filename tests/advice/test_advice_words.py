"""Advice in words, and what thorough training is advised by."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tellapart.advice import Advice, AdviceKind, Advised, Basis
from tellapart.advice.words import NOTHING_HELPS, range_words, reason, sentences, title
from tellapart.learning.gains.error_gain import ErrorGain

CHECK = Advice(
    AdviceKind.CHECK_LABELS, ErrorGain(0.02, 0.01, 0.03, 0.99), Basis.OWN_PICTURES, 0.6, 9, n_wrong=6,
    labels=("paper", "cardboard", "glass"), image_ids=("a",) * 9,
)  # fmt: skip


@pytest.mark.parametrize(
    "low, high, said",
    [
        (0.01, 0.03, "1 to 3 fewer of 100 wrong"),
        (0.004, 0.02, "0.4 to 2 fewer of 100 wrong"),
        (0.018, 0.022, "about 2 fewer of 100 wrong"),
        (0.0, 0.02, "up to 2 fewer of 100 wrong"),
        (0.0, 0.01, "up to 1 fewer of 100 wrong"),
        (-0.01, 0.006, "up to 0.6 fewer of 100 wrong"),
        (-0.01, 0.0, "no change"),
    ],
)
def test_ranges_are_said_as_pictures_of_a_hundred(low, high, said):
    assert range_words(ErrorGain((low + high) / 2, low, high, 0.9)) == said
    assert range_words(None) == "not known"


def test_each_kind_says_what_to_do_and_why():
    assert title(CHECK) == "Check 9 doubtful labels"
    assert reason(CHECK) == "mostly paper and cardboard; about 6 of them are probably wrong"
    assert title(replace(CHECK, n=1)) == "Check 1 doubtful label"
    more = replace(CHECK, kind=AdviceKind.ADD_PICTURES, n=60, n_of=30, n_wrong=12, labels=("paper",))
    assert title(more) == "Add 60 pictures of paper"
    assert reason(more) == "of 30 pictures of that label, models that had not seen them get 12 wrong"
    pair = replace(CHECK, kind=AdviceKind.LOOK_AT_PAIR, gain=None, n=5, image_ids=("a",) * 6)
    assert title(pair) == "Look at 6 pictures of paper and cardboard"
    assert reason(pair).startswith(
        "models that had not seen the pictures mistook one label for the other 5 times"
    )
    tried = replace(CHECK, kind=AdviceKind.SHARPER_BACKBONE, n=120, backbone="resnet50")
    assert "resnet50" in title(tried) and "120 of your pictures" in reason(tried)
    thorough = replace(CHECK, kind=AdviceKind.TRAIN_THOROUGHLY, basis=Basis.OUR_SETS, minutes=1.0)
    assert reason(thorough) == "about 60 s on this computer; a range from sets that we measured"
    assert "3 min" in reason(replace(thorough, minutes=3.2)) and "earlier" in reason(
        replace(thorough, basis=Basis.EARLIER_RUN)
    )


def test_a_terminal_gets_a_line_for_each_or_why_there_is_none():
    (line,) = sentences(Advised("run", (CHECK,)))
    assert line.startswith("1. Check 9 doubtful labels (1 to 3 fewer of 100 wrong): mostly paper")
    assert sentences(Advised("run")) == [NOTHING_HELPS]
