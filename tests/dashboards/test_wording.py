from __future__ import annotations

import pytest
from tellapart.errors import TrainError
from tellapart_dashboards.app import wording


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (0, "0 %"),
        (0.0833, "8.3 %"),
        (0.08, "8 %"),
        (0.5, "50 %"),
        (1, "100 %"),
        (0.0002, "below 0.1 %"),
        (0.9999, "above 99.9 %"),
    ],
)
def test_percent(fraction: float, text: str) -> None:
    assert wording.percent(fraction) == text


def test_counts_and_lists() -> None:
    assert wording.count(1, "picture") == "1 picture"
    assert wording.count(1234, "picture") == "1,234 pictures"
    assert wording.listed(["a"]) == "a"
    assert wording.listed(["a", "b", "c"]) == "a, b and c"
    assert wording.listed(list("abcdefgh")) == "a, b, c, d and 4 more"
    assert wording.listed([]) == ""


def test_text_from_outside_never_becomes_markup() -> None:
    for made in (
        wording.message_html("<script>", "failed"),
        wording.heading_html("<script>", "<script>"),
        wording.progress_html(0.5, "<script>", True, "<script>"),
        wording.error_html(TrainError("<script>")),
        wording.error_html(KeyError("<script>")),
    ):
        assert "<script>" not in made and "&lt;script&gt;" in made


def test_our_errors_are_shown_as_they_are_and_others_get_a_next_step() -> None:
    assert wording.error_sentence(TrainError("Class 'a' has 1.")) == "Class 'a' has 1."
    assert "tellapart doctor" in wording.error_sentence(KeyError("x"))
