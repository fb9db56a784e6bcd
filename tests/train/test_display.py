"""A training printed, and shown in a notebook: small, complete, and nothing in it is obeyed."""

from __future__ import annotations

import base64
import html.parser
import re
import shutil
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from tellapart.learning.evaluation import Mistake

NASTY = "<script>alert('x')</script>\x1b[31m"


@pytest.fixture
def with_mistakes(trained):
    """The result with two mistakes: one of a picture that is there, one of a picture that is gone."""
    root, result = trained
    path = next((root / "images" / "circle").iterdir()).relative_to(root).as_posix()
    checked = result.evaluation
    confusion = np.zeros((3, 3), int)
    confusion[:] = np.diag([4, 5, 3])
    confusion[0, 1] = 2
    mistakes = (
        Mistake("0" * 64, path, "circle", "cross", 0.91),
        Mistake("1" * 64, "images/circle/gone.png", "circle", "cross", 0.6),
    )
    return replace(
        result, evaluation=replace(checked, confusion=confusion, mistakes=mistakes, n_wrong=2, n=14)
    )


def test_printed_it_is_a_small_table(with_mistakes):
    text = str(with_mistakes)
    lines = text.splitlines()
    assert lines[0].startswith("2 of 14 wrong, ") and "95 % interval" in lines[0] and "held-out" in lines[0]
    rows = [line.split() for line in lines if line.startswith(("circle ", "cross ", "square "))]
    assert rows == [["circle", "6", "2", "cross"], ["cross", "5", "0"], ["square", "3", "0"]]
    assert "mistaken for cross (91 % confident)" in text and str(with_mistakes.bundle_dir) in text
    assert len(lines) < 15 and repr(with_mistakes) == text


class Reader(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.images, self.depth = [], [], []
        self.feed(text)
        assert self.depth == [], "every tag is closed"

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag == "img":
            self.images.append(dict(attributes))
        else:
            self.depth.append(tag)

    def handle_endtag(self, tag):
        assert self.depth.pop() == tag


def test_in_a_notebook_it_shows_the_matrix_and_the_mistakes_as_pictures(with_mistakes):
    shown = with_mistakes._repr_html_()
    read = Reader(shown)
    assert read.tags.count("table") == 1 and read.tags.count("tr") == 4
    (image,) = read.images
    jpeg = base64.b64decode(image["src"].removeprefix("data:image/jpeg;base64,"))
    assert Image.open(BytesIO(jpeg)).format == "JPEG" and len(jpeg) < 20_000
    assert "images/circle/gone.png" in shown and "mistaken for cross, 91 %" in shown
    assert not re.search(r"https?://|<script|url\(", shown) and "--jp-" in shown


def test_what_stands_in_labels_and_paths_is_not_obeyed(with_mistakes):
    classes = (NASTY, "cross", "square")
    mistakes = tuple(
        replace(one, label=NASTY, path=f"images/{NASTY}.png") for one in with_mistakes.evaluation.mistakes
    )
    nasty = replace(
        with_mistakes, classes=classes, evaluation=replace(with_mistakes.evaluation, mistakes=mistakes)
    )
    assert "script" not in Reader(nasty._repr_html_()).tags and "&lt;script&gt;" in nasty._repr_html_()
    assert "\x1b" not in str(nasty)


def test_a_path_that_leads_out_of_the_project_shows_nothing(with_mistakes, tmp_path):
    root = tmp_path / "p"
    (root / "bundles" / "x").mkdir(parents=True)
    picture = with_mistakes.bundle_dir.parent.parent / with_mistakes.evaluation.mistakes[0].path
    shutil.copy(picture, tmp_path / "secret.png")
    mistakes = (replace(with_mistakes.evaluation.mistakes[0], path="../secret.png"),)
    moved = replace(
        with_mistakes,
        bundle_dir=root / "bundles" / "x",
        evaluation=replace(with_mistakes.evaluation, mistakes=mistakes),
    )
    assert Reader(moved._repr_html_()).images == []


def test_many_labels_stay_readable(with_mistakes):
    n = 50
    confusion = np.diag(np.full(n, 3))
    confusion[7, 8] = 2
    many = replace(
        with_mistakes,
        classes=tuple(f"label {i:02d}" for i in range(n)),
        evaluation=replace(with_mistakes.evaluation, confusion=confusion),
    )
    text = str(many)
    assert len(text.splitlines()) < 40 and "label 07" in text and "… and 30 more labels" in text
    assert Reader(many._repr_html_()).tags.count("tr") == 22, "rows of those with the most wrong, no matrix"
