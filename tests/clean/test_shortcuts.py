"""What beside the point tells the labels apart is said, and chance is not."""

import re

import numpy as np
import pytest
from make_data import make_tiny_folder
from PIL import Image
from tellapart.clean import open_review
from tellapart.clean.measures import look_at
from tellapart.clean.shortcuts import find_shortcuts
from tellapart.gather import take_in
from tellapart.store.project import create_project


class RowFact:
    def __init__(self, rng):
        self.width, self.height, self.n_bytes = (int(rng.integers(100, 900)) for _ in range(3))
        self.page_url, self.source = None, rng.choice(["camera", "folder"])


def test_a_shortcut_is_an_alarm_and_chance_is_none(tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 40, size_px=40)
    for path in (tmp_path / "source" / "square").iterdir():
        framed = Image.new("RGB", (64, 64), (250, 250, 250))
        framed.paste(Image.open(path), (12, 12))
        framed.save(path)
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "source")
        found = {one.name: one for one in open_review(project).summary().shortcuts}
    assert found["background"].is_alarm and found["picture size"].accuracy > 0.95
    assert (
        "predicts the label: " in found["background"].sentence
        and "guessing 50 %" in found["background"].sentence
    )


@pytest.mark.slow
def test_chance_gives_no_alarm_however_many_tests():
    rng = np.random.default_rng(0)
    n = 300
    pictures = [RowFact(rng) for _ in range(n)]
    looks = np.array(
        [look_at(Image.fromarray(rng.integers(0, 255, (32, 32, 3), np.uint8))) for _ in range(n)]
    )
    tiny = rng.integers(0, 255, (n, 16, 16, 3), np.uint8)
    alarms = 0
    for _ in range(10):
        found = find_shortcuts(pictures, looks, tiny, rng.integers(0, 3, n), np.arange(n) % 5, 3, 0.9)
        alarms += sum(one.accuracy - one.interval > one.chance for one in found)
    assert alarms <= 2


def test_how_well_a_shortcut_predicts_the_label_is_said_with_both_ends_of_the_interval():
    rng = np.random.default_rng(0)
    pictures = [RowFact(rng) for _ in range(60)]
    picture = look_at(Image.fromarray(rng.integers(0, 255, (32, 32, 3), np.uint8)))
    tiny = rng.integers(0, 255, (60, 16, 16, 3), np.uint8)
    labels = np.array([one.source == "camera" for one in pictures], int)
    found = find_shortcuts(pictures, np.array([picture] * 60), tiny, labels, np.arange(60) % 5, 2, 0.9)
    (site,) = [one.sentence for one in found if one.sentence.startswith("The web site or folder")]
    assert re.search(r"predicts the label: 100 % right \(\d+ % to 100 %\), guessing \d+ %", site)
