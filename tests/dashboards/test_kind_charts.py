"""Charts of columns and of tastes: titles, axes with units, the same as a table, and no title is taken for HTML."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from tellapart.ratings.item_map import MappedItem
from tellapart.tables.effects.dependence import Dependence
from tellapart.tables.effects.importance import ColumnImportance, Importance
from tellapart.tables.effects.report import Influence
from tellapart_dashboards.pages.ratings.map_chart import map_html, map_svg
from tellapart_dashboards.pages.tables.influence_charts import MOST_BARS, importance_svg, influence_html

EVIL = '<b onclick="x">a & "b"</b>'


def svgs(page: str) -> list[ElementTree.Element]:
    """The charts of a page, each well formed."""
    return [ElementTree.fromstring(one) for one in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]


def bar(title: str, error: float, low: float, high: float) -> ColumnImportance:
    return ColumnImportance(title, error, low, high, error, False)


def test_bars_have_an_interval_and_curves_a_unit_and_both_are_tables() -> None:
    columns = (bar("income", 0.2, 0.15, 0.25), bar(EVIL, -0.01, -0.03, 0.01))
    curves = (
        Dependence("income", "number", ["10", "20"], [10, 20], ["no", EVIL], *[[[0.9, 0.1], [0.2, 0.8]]] * 3),
        Dependence(
            "day",
            "date",
            ["2024-01-01", "2024-02-01"],
            [1, 32],
            ["a", "b", "c"],
            *[[[0.1, 0.5, 0.4]] * 2] * 3,
        ),
        Dependence(EVIL, "category", ["x", "y", "z"], [0, 2, 1], ["no", "yes"], *[[[0.5, 0.5]] * 3] * 3),
    )
    page = influence_html(Influence(Importance(columns, 0, 240, 240, 0.125), curves))
    bars, *others = svgs(page)
    texts = [one.text for one in bars.iter("text")]
    assert "What each column has to say" in texts and "income" in texts
    assert any("so many more of 100 wrong (95 % interval)" in str(one) for one in texts)
    assert len(list(bars.iter("rect"))) == 2 and "income +20.0" in bars.attrib["aria-label"]
    wide = [float(one.attrib["width"]) for one in bars.iter("rect")]
    assert wide[0] > 15 * wide[1] > 0
    for chart, one in zip(others, curves, strict=True):
        said = [text.text for text in chart.iter("text")]
        assert any("probability of" in str(text) for text in said) and one.title in said
        assert len(list(chart.iter("circle"))) == len(one.names)
    assert EVIL not in page and page.count("<table>") == 4 and "+20.00" in page and "error of 12.5 %" in page


def test_of_many_columns_the_rest_stand_in_the_table() -> None:
    found = Importance(tuple(bar(f"c{i}", 0.0, 0.0, 0.0) for i in range(40)), 0, 9, 9, 0.5)
    assert len(list(ElementTree.fromstring(importance_svg(found)).iter("rect"))) == MOST_BARS
    page = influence_html(Influence(found, ()))
    assert "25 more stand in the table" in page and "c39" in page


def test_the_map_names_what_most_people_rated_where_names_fit() -> None:
    items = [MappedItem(f"i{i}", "", 0.001 * i, 0.0, 3.5, 100 - i) for i in range(40)]
    items[0] = MappedItem("first", EVIL, -1.0, 1.0, 4.5, 120)
    page = map_html(items)
    (chart,) = svgs(page)
    assert len(list(chart.iter("circle"))) == 40 and EVIL not in page
    texts = [one.text for one in chart.iter("text")]
    assert texts.count("i1") == 1 and "i2" not in texts  # it would stand on the other's name
    assert any("tastes differ most (no unit)" in str(one) for one in texts)
    assert chart.find(".//circle/title").text == f"{EVIL}: 4.50 stars, 120 people"  # type: ignore[union-attr]
    assert page.count("<tr>") == 41 and svgs(map_svg([]))
