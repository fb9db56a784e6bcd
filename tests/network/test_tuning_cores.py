"""How many networks learn at once and with how many threads; and how many views there are where not all fit."""

from hashlib import sha256
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
from PIL import Image
from tellapart.backbones.lite0 import keeping
from tellapart.network.device import PROCESSOR
from tellapart.network.tuning import cores, folds
from tellapart.network.tuning.cores import Cores, cores_for, noted_cores
from tellapart.network.tuning.steps import TuningSettings
from tellapart.network.tuning.views import PictureFile, kept_views, view_maker


@pytest.mark.parametrize(
    ("n_cpus", "first", "load", "wanted", "n_looking"),
    [
        (1, 12, 0.0, Cores(1, 1), 1),
        (2, 12, 30.0, Cores(3, 1), 2),
        (4, 12, 0.0, Cores(3, 1), 4),
        (16, 12, 0.0, Cores(3, 5), 3),
        (16, 0, 0.0, Cores(1, 16), 1),
        (2, 0, 3.1, Cores(1, 1), 1),
    ],
)
def test_few_layers_learn_side_by_side_and_all_of_them_alone(
    monkeypatch, n_cpus, first, load, wanted, n_looking
):
    monkeypatch.setattr(cores, "available_cpus", lambda: n_cpus)
    monkeypatch.setattr(psutil, "getloadavg", lambda: (load, 0.0, 0.0))
    found = cores_for(TuningSettings(first=first), PROCESSOR, 3)
    assert (found, found.n_looking) == (wanted, n_looking)
    assert found.speed == min(found.n_at_once, n_looking)


def test_a_training_that_goes_on_has_the_threads_that_it_had(tmp_path):
    assert noted_cores(tmp_path, Cores(3, 1)) == Cores(3, 1)
    assert noted_cores(tmp_path, Cores(3, 5)) == Cores(3, 1)


@pytest.mark.parametrize("note", [b"", b"many", b"\xff", b"1.5", b"0", b"-3", b"9" * 30, b"9" * 5000])
def test_a_damaged_note_of_threads_is_written_anew(tmp_path, note):
    (tmp_path / "threads").write_bytes(note)
    assert noted_cores(tmp_path, Cores(3, 5)) == Cores(3, 5)
    assert (tmp_path / "threads").read_bytes() == b"5"


@pytest.mark.parametrize(("room_for", "n_views"), [(100, 5), (2.5, 2), (0.5, 1), (-3, 1)])
def test_of_more_pictures_than_fit_there_are_fewer_views(tmp_path, monkeypatch, room_for, n_views):
    file = tmp_path / "one.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)).save(file)
    files = 7 * [PictureFile(file, sha256(file.read_bytes()).hexdigest())]
    maker = view_maker(keeping.record(), TuningSettings(first=0, n_views=5, side_px=32))
    side = maker.preprocess.size_px
    monkeypatch.setattr(folds, "_MOST_BYTES", int(7 * 3 * (side**2 + room_for * 32**2)))
    fitting = folds._within_bytes(maker, SimpleNamespace(files=files))
    views = kept_views(tmp_path / "views", files, fitting, lambda n_done: None)
    assert views.plain.shape == (7, 3 * side**2) and views.varied.shape == (7, n_views, 3 * 32**2)
    assert np.array_equal(views.varied[0], views.varied[6]) and views.varied[0].std() > 20


@pytest.mark.parametrize(
    "note", ["", "5", "{}", "[1]", '["a", 1]', "[-1, 0]", "[99, 0]", "[1, 99999999]", "[1e400, 0]"]
)
def test_views_whose_note_is_damaged_are_made_anew(tmp_path, note):
    file = tmp_path / "one.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)).save(file)
    files = 2 * [PictureFile(file, sha256(file.read_bytes()).hexdigest())]
    maker = view_maker(keeping.record(), TuningSettings(first=0, n_views=1, side_px=32))
    (tmp_path / ".views.part").write_bytes(bytes(20))
    (tmp_path / ".views.json").write_text(note)
    views = kept_views(tmp_path / "views", files, maker, lambda n_done: None)
    assert np.array_equal(views.plain[0], views.plain[1]) and views.plain[0].std() > 20
