from __future__ import annotations

import numpy as np
import pytest
from tellapart_dashboards.widgets.gallery.gallery import Gallery
from tellapart_dashboards.widgets.matrix.matrix import Matrix
from tellapart_dashboards.widgets.steps.steps import Steps
from traitlets import TraitError


def test_pictures_are_packed_with_their_offsets() -> None:
    gallery = Gallery()
    gallery.show([b"abc", b"", b"de"], ["<b>cat", "dog", "ant"], ["", "said cat", ""])
    assert gallery.blob == b"abcde"
    assert np.frombuffer(gallery.offsets, "<u4").tolist() == [0, 3, 3, 5]
    assert gallery.captions[0] == "<b>cat"


def test_a_position_that_does_not_exist_is_refused() -> None:
    gallery = Gallery()
    gallery.show([b"a"], ["x"], [""])
    gallery.set_state({"selected": 0})
    with pytest.raises(TraitError, match="there are 1 picture"):
        gallery.selected = 1
    gallery.show([], [], [])
    assert gallery.selected == -1


def test_as_many_captions_as_pictures_are_expected() -> None:
    with pytest.raises(ValueError, match="expected as many of each"):
        Gallery().show([b"a"], [], [])


def test_the_matrix_refuses_a_cell_outside_the_table() -> None:
    matrix = Matrix()
    matrix.show(["a", "b"], [[1, 2], [0, 1]])
    matrix.set_state({"chosen": [0, 1]})
    with pytest.raises(TraitError, match="below 2"):
        matrix.chosen = [0, 2]
    matrix.show(["a"], [[1]])
    assert matrix.chosen == []


def test_only_a_step_that_exists_can_be_opened() -> None:
    steps = Steps(steps=[{"key": "train", "label": "Train", "badge": ""}], current="train")
    with pytest.raises(TraitError, match="is no step"):
        steps.current = "deploy"
