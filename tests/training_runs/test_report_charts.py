"""The charts of a report: every number in place, axes that hold them, and the same as a table."""

import re

import numpy as np
import pytest
from tellapart.learning.learning_curve import Forecast, LearningCurve
from tellapart.learning.statistics.selective import Selection
from tellapart.learning.tuning_curve import NetworkCurve, TuningCurve
from tellapart.training_runs.report.curve_charts import curve_charts, curve_sentence, curve_table
from tellapart.training_runs.report.learning_curve_chart import (
    forecasts_table,
    learning_curve_chart,
    learning_curve_svg,
    learning_curve_table,
)
from tellapart.training_runs.report.line_chart import Axis, ChartLine, axis_over, line_chart
from tellapart.training_runs.report.threshold_chart import (
    answered_sentence,
    labels_table,
    threshold_chart,
    threshold_table,
)

NAN = np.nan


def curve(n_done=8):
    """Two networks of two epochs, the second so many quarters far."""
    losses = np.where(np.arange(8) < n_done, np.linspace(0.9, 0.4, 8), NAN)
    n_epochs_done = 1 + n_done // 4
    held = np.where(np.arange(3) < n_epochs_done, [1.0, 0.8, 0.7], NAN)
    wrong = np.where(np.arange(3) < n_epochs_done, [0.2, 0.1, 0.05], NAN)
    first = NetworkCurve(np.linspace(0.9, 0.4, 8), np.array([1.0, 0.8, 0.7]), np.array([0.2, 0.15, 0.1]))
    return TuningCurve(2, np.linspace(1e-3, 1e-5, 8), (first, NetworkCurve(losses, held, wrong)))


def points(svg, kind):
    """The places of the lines of a kind."""
    return [one.split() for one in re.findall(rf'<polyline class="{kind}" points="([^"]*)"', svg)]


def test_each_chart_has_title_axes_units_and_words():
    html = curve_charts(curve())
    charts = html.split("<svg")[1:]
    assert len(charts) == 3 and html.count('role="img"') == 3
    for chart, title, unit in zip(
        charts,
        ("Loss", "Error", "Learning rate"),
        ("loss (cross-entropy)", "wrong (%)", "thousandths"),
        strict=True,
    ):
        assert f">{title}</text>" in chart and unit in chart and "epoch of network 1 and 2" in chart
    assert 'network 2: 20.0 % wrong before, 5.0 % now"' in charts[1]
    assert [len(one) for one in points(charts[0], "second")] == [8, 8], "the training loss of each network"
    assert [len(one) for one in points(charts[0], "line")] == [3, 3] and charts[0].count("<circle") == 6
    assert len(points(charts[1], "usual")) == 2, "quick training as a level"


def test_what_has_not_come_is_not_drawn():
    charts = curve_charts(curve(n_done=5)).split("<svg")[1:]
    assert [len(one) for one in points(charts[0], "second")] == [8, 5]
    assert [len(one) for one in points(charts[0], "line")] == [3, 2]
    assert [len(one) for one in points(charts[2], "second")] == [8, 5]
    assert curve_sentence(curve(5)) == (
        "Network 2 of 2, epoch 2 of 2: training loss 0.614, held-out loss 0.800; 10.0 % of the held-out pictures wrong."
    )
    empty = TuningCurve(1, np.zeros(4), (NetworkCurve(np.full(4, NAN), np.full(2, NAN), np.full(2, NAN)),))
    assert curve_sentence(empty) == "" and curve_charts(empty).count("<svg") == 3


def test_the_table_says_the_same():
    table = curve_table(curve(n_done=5))
    rows = re.findall(r"<tr>(.*?)</tr>", table)[1:]
    cells = [re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row) for row in rows]
    assert [one[:2] for one in cells] == [
        ["1", "before"],
        ["1", "1"],
        ["1", "2"],
        ["2", "before"],
        ["2", "1"],
        ["2", "2"],
    ]
    assert cells[1][2:5] == [f"{np.linspace(0.9, 0.4, 8)[:4].mean():.3f}", "0.800", "15.0 %"]
    assert cells[5][2:5] == [f"{np.linspace(0.9, 0.4, 8)[4]:.3f}", "–", "–"]


@pytest.mark.parametrize(
    "values",
    [[0.61, 0.93], [0, 1e-5], [123456, 987654], [0.5], [], [NAN], [-3, 4], [2, 2], [1e9, 1e9 + 1e-7]],
)
def test_an_axis_holds_its_values_between_few_round_ticks(values):
    axis = axis_over("x", values)
    assert 2 <= len(axis.ticks) <= 7 and axis.ends == (axis.ticks[0][0], axis.ticks[-1][0])
    for value in values:
        if np.isfinite(value):
            assert axis.ends[0] - 1e-9 <= value <= axis.ends[1] + 1e-9
    texts = [text for _, text in axis.ticks]
    assert len(set(texts)) == len(texts)
    assert axis_over("x", values, from_zero=True).ends[0] <= 0


def test_ticks_are_said_in_their_unit():
    axis = axis_over("wrong (%)", [0.02, 0.11], 0.01, from_zero=True)
    assert [text for _, text in axis.ticks] == ["0", "5", "10", "15"]
    assert [value for value, _ in axis.ticks] == pytest.approx([0, 0.05, 0.1, 0.15])


def test_texts_of_a_chart_are_escaped():
    axis = Axis("<i>", (0, 1), [(0, "<b>")])
    drawn = line_chart('<script>"', '"<x', axis, axis, [ChartLine("line", [(0, 0), (1, 1)])])
    assert (
        "<script>" not in drawn
        and "<b>" not in drawn
        and "<i>" not in drawn
        and 'aria-label="&quot;&lt;x"' in drawn
    )


@pytest.fixture
def selection():
    probs = np.array([[0.95, 0.05], [0.9, 0.1], [0.2, 0.8], [0.4, 0.6]])
    return Selection(probs, np.array([0, 0, 0, 1]), [0, 1, 2, 3], ["<a>", "b"])


def test_the_threshold_is_explained_in_a_sentence_a_chart_and_tables(selection):
    said = answered_sentence(selection.at(0.7), 0.7)
    assert said.startswith(
        "Answers 75 % of the held-out pictures (3 of 4), 33.3 % of these wrong (1; 95 % interval"
    )
    assert "nothing is answered" in answered_sentence(selection.at(0.99), 0.99)
    chart = threshold_chart(selection, 0.7)
    assert (
        chart.count("<circle") == 1 and "answered (coverage)" in chart and "right when answered (%)" in chart
    )
    assert len(points(chart, "line")[0]) == 4 and threshold_chart(selection).count("<circle") == 0
    rows = re.findall(r"<tr>(.*?)</tr>", threshold_table(selection))
    assert len(rows) == 10 and ">75.0 %<" in rows[4] and ">33.3 %<" in rows[4]
    labels = labels_table(selection, 0.7)
    assert "&lt;a&gt;" in labels and "<a>" not in labels and ">66.7 %<" in labels


def test_a_learning_curve_shows_what_was_measured_and_the_range_of_the_forecast():
    whole = Forecast(now=0.12, error=0.1, low=0.05, high=0.15, n=100)
    measured = LearningCurve((25, 50, 100), (0.3, 0.2, 0.12), (0.01,) * 3, 2.0, whole, {})
    chart = learning_curve_chart(measured)
    for words in (
        ">Learning curve</text>",
        "pictures that it learned from",
        "wrong (%)",
        measured.sentence(),
    ):
        assert words in chart
    assert [len(one) for one in points(chart, "line")] == [3, 2] and chart.count("<circle") == 4
    (forecast,), (_, interval) = points(chart, "usual"), points(chart, "line")
    assert len({one.split(",")[0] for one in [forecast[1], *interval]}) == 1, (
        "it stands where twice as many are"
    )
    text = learning_curve_svg(measured).decode()
    assert (
        text.count("<svg") == 1 and "prefers-color-scheme: dark" in text and chart.partition(">")[2] in text
    )


def test_a_learning_curve_is_a_table_too_with_the_labels_that_gain_most_first():
    whole = Forecast(now=0.12, error=0.1, low=0.05, high=0.15, n=100)
    by_label = {"oak": Forecast(0.1, 0.09, 0.01, 0.2, 40), "<elm>": Forecast(0.3, 0.2, 0.1, 0.4, 60)}
    measured = LearningCurve((25, 1000), (0.3, 0.12), (0.02, 0.01), 2.0, whole, by_label)
    cells = re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", learning_curve_table(measured))
    assert cells[3:9] == ["25", "30.0", "± 2.0", "1,000", "12.0", "± 1.0"]
    assert cells[9:] == ["2,000, forecast", "10.0", "5.0 to 15.0"]
    cells = re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", forecasts_table(measured))
    assert cells[:4] == ["label", "wrong now (%)", "with twice as many (%)", "90 % interval"]
    assert cells[4::4] == ["all", "&lt;elm&gt;", "oak"]
    assert cells[8:12] == ["&lt;elm&gt;", "30.0", "20.0", "10 to 40"]
