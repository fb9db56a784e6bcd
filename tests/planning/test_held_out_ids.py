"""Which pictures a training held out, from what its run keeps; a stranger may have written it."""

import io

import numpy as np
import pytest
from tellapart.planning.held_out import FILE, HeldOut, held_out_ids

IDS = ("ab" * 32, "cd" * 32)


def npz(**arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def test_they_are_those_whose_answers_are_kept(tmp_path):
    assert held_out_ids(tmp_path) is None, "older versions kept none"
    kept = HeldOut(IDS, np.array([0, 1]), np.full((2, 2), 0.5, np.float32), np.arange(2))
    (tmp_path / FILE).write_bytes(kept.to_bytes())
    assert held_out_ids(tmp_path) == {*IDS}


@pytest.mark.parametrize(
    "ids",
    [np.array(5), np.array([5]), np.zeros((2, 31), np.uint8), np.zeros((2, 32)), np.array(["a"]), None],
    ids=str,
)
def test_damaged_ones_are_none(tmp_path, ids):
    (tmp_path / FILE).write_bytes(b"PK" if ids is None else npz(image_ids=ids))
    assert held_out_ids(tmp_path) is None
