"""An overlay is the picture, coloured where the evidence is."""

from __future__ import annotations

import numpy as np
from PIL import Image
from tellapart.pictures.preprocess import Preprocess
from tellapart.understanding import ClassMap, draw_overlay

GREY = Image.new("RGB", (120, 80), (128, 128, 128))


def drawn(values: np.ndarray, fit: str = "crop") -> np.ndarray:
    shown = ClassMap("cat", values.astype(np.float32), "exact", 0.5)
    return np.asarray(draw_overlay(GREY, shown, Preprocess(40, 40, fit)), int)  # type: ignore[arg-type]


def test_only_what_speaks_for_the_label_is_coloured():
    values = np.zeros((40, 40))
    values[:10, :10] = 5
    values[-10:, -10:] = -5
    found = drawn(values)
    assert found.shape == (80, 120, 3)
    warm = found[4, 24]  # the square begins at 20 pixels from the left
    assert warm[0] > warm[2] + 60
    assert np.ptp(found[70, 90]) <= 2 and abs(found[70, 90].mean() - 128) <= 3, "against it: as it was"


def test_what_the_network_does_not_see_is_dimmed():
    found = drawn(np.zeros((40, 40)))
    assert found[40, 5].mean() < 80 and found[40, 115].mean() < 80 and abs(found[40, 60].mean() - 128) <= 3
    assert abs(drawn(np.zeros((40, 40)), "stretch") - 128).max() <= 3


def test_strong_is_lighter_than_weak_so_that_it_reads_without_colour():
    values = np.zeros((40, 40))
    values[:, 20:] = np.linspace(0.2, 1, 20)
    found = drawn(values, "stretch").mean(axis=2)
    assert found[40, 118] > found[40, 75] + 30


def test_a_tiny_picture_and_a_long_one_are_drawn_too():
    values = np.random.default_rng(0).normal(size=(40, 40)).astype(np.float32)
    shown = ClassMap("cat", values, "exact", 0.5)
    for size in ((1, 1), (3, 900), (900, 3)):
        assert draw_overlay(Image.new("RGB", size), shown, Preprocess(40, 48)).size == size
