"""Charts can be read whatever labels are called: in other scripts, with signs, very long; and nothing warns."""

import io
import warnings

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import font_manager
from PIL import Image
from tellapart.network.chart_table import chart_and_table
from tellapart.network.chart_words import LONGEST, NOTE, chart_words
from tellapart.network.charts import map_chart, matrix_chart, picture_grid
from tellapart.tables.effects.charts import dependence_chart, importance_chart
from tellapart.tables.effects.dependence import Dependence
from tellapart.tables.effects.importance import ColumnImportance, Importance

LABELS = [
    "犬",
    "медведь",
    "دب",
    "🐶 dog",
    "\u0915\u094d$1$",
    "x" * 100,
    "x" * 60 + "y" + "x" * 39,
    "猫 " * 50,
]


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    """A computer with no fonts but matplotlib's own text font, on which a warning is an error."""
    only = [
        one for one in font_manager.fontManager.ttflist if one.name == "DejaVu Sans" and one.weight == 400
    ]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", only)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        yield


@pytest.fixture
def kennel(tmp_path):
    """The name of an installed font that has one letter, a full square."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 1000), (1000, 1000), (1000, 0)):
        pen.lineTo(corner)
    pen.closePath()
    builder = FontBuilder(1000)
    builder.setupGlyphOrder([".notdef", "dog"])
    builder.setupCharacterMap({ord("犬"): "dog"})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "dog": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (1000, 0), "dog": (1000, 0)})
    builder.setupHorizontalHeader(ascent=1000, descent=0)
    builder.setupNameTable({"familyName": "Kennel Sans", "styleName": "Regular"})
    builder.setupOS2(usWeightClass=400)
    builder.setupPost()
    builder.save(tmp_path / "kennel.ttf")
    font_manager.fontManager.addfont(tmp_path / "kennel.ttf")
    return "Kennel Sans"


def charts():
    n = len(LABELS)
    pictures = np.random.default_rng(0).random((n, 4, 4, 3))
    columns = tuple(ColumnImportance(label, 0.1, 0.0, 0.2, 0.1, False) for label in LABELS)
    rows = [[0.5, 0.5]] * n
    category = Dependence(LABELS[5], "category", LABELS, list(range(n)), LABELS[:2], rows, rows, rows)
    return {
        "matrix": matrix_chart(np.ones((n, n), int), LABELS),
        "two": matrix_chart(np.ones((2, 2), int), LABELS[5:7]),
        "views": picture_grid(pictures, [(label,) for label in LABELS]),
        "worst": picture_grid(pictures, list(zip(LABELS, LABELS[::-1], strict=True)), ["0.31 / 55 %"] * n),
        "map": map_chart(pictures[:, 0, 0, :2], [1] * n, [1] * n, LABELS, "stars", "Title"),
        "importance": importance_chart(Importance(columns, 0, n, n, 0.1)),
        "dependence": dependence_chart([category]),
    }


@pytest.mark.parametrize("name", ["matrix", "two", "views", "worst", "map", "importance", "dependence"])
def test_a_chart_of_any_labels_has_room_and_a_ground_of_its_own(name):
    chart = charts()[name]
    drawn = Image.open(io.BytesIO(chart._repr_png_())).convert("RGBA")
    assert drawn.getpixel((0, 0))[3] == 255, "else a dark notebook would show through below dark words"
    spaces = [axes.get_window_extent() for axes in chart.axes[:1]]
    assert all(space.width > 100 and space.height > 100 for space in spaces)
    assert NOTE in {text.get_text() for text in chart.texts} or name == "two"


def test_on_a_dark_ground_the_ink_of_a_chart_turns_round_and_photographs_stay():
    drawn, pictures = (
        chart_and_table(b"PNG", "Title", ("a", "b"), [("x", "1")], has_photographs=has)
        for has in (False, True)
    )
    assert '[data-jp-theme-light="false"]' in drawn and ".vscode-dark" in drawn and "invert(" in drawn
    assert 'class="tellapart-chart"' in drawn, "the class that the rule is about"
    assert "<style" not in pictures and "tellapart-chart" not in pictures
    assert "<style" not in chart_and_table(None, "Title", ("a", "b"), [("x", "1")])


def test_what_no_font_has_is_spelt_and_no_two_names_are_alike():
    words = chart_words(LABELS)
    assert words.texts["犬"] == "[72AC]" and words.texts["медведь"] == "медведь" and words.texts["دب"] == "دب"
    assert words.texts["🐶 dog"] == "[dog face] dog" and words.texts["\u0915\u094d$1$"] == r"[0915]\$1\$"
    assert len(set(words.of(LABELS))) == len(LABELS) and words.note == NOTE
    assert words.n_longest in (LONGEST, LONGEST + 1) and words.texts["x" * 60 + "y" + "x" * 39].endswith(
        "… (2)"
    )


def test_an_installed_font_writes_what_matplotlibs_own_does_not_have(kennel):
    words = chart_words(["犬", "black"])
    assert words.of(["black", "犬"]) == ["black", "犬"] and words.families[-1] == kennel and not words.note
    plain = chart_words(["black"])
    assert kennel not in plain.families, "looked for only where it is needed"
    chart = matrix_chart(np.zeros((2, 2), int), ["犬", "black"])
    chart.savefig(io.BytesIO(), format="png")
    (tick, _) = chart.axes[0].get_yticklabels()
    assert tick.get_text() == "犬" and kennel in tick.get_fontfamily()
