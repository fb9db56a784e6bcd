"""The made data that other tests rely on is what it says it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from make_data import make_awkward, make_tiny_folder
from PIL import Image, ImageOps


def test_the_tiny_folder_is_the_same_for_a_seed_and_all_its_pictures_differ(tmp_path: Path) -> None:
    first, again = make_tiny_folder(tmp_path / "a"), make_tiny_folder(tmp_path / "b")
    contents = [path.read_bytes() for paths in first.values() for path in paths]
    assert contents == [path.read_bytes() for paths in again.values() for path in paths]
    assert len(set(contents)) == 24 and list(first) == ["circle", "square", "cross"]


def test_any_label_gets_a_shape(tmp_path: Path) -> None:
    files = make_tiny_folder(tmp_path, classes=("brown bear", "ours noir"), n_per_class=2)
    assert {label: len(paths) for label, paths in files.items()} == {"brown bear": 2, "ours noir": 2}


def test_awkward_files_open_or_fail_as_told(tmp_path: Path) -> None:
    expected = make_awkward(tmp_path)
    assert set(expected) == {path.name for path in tmp_path.iterdir()} and len(expected) >= 15
    for name, outcome in expected.items():
        if outcome == "ok":
            with Image.open(tmp_path / name) as picture:
                assert ImageOps.exif_transpose(picture).size in ((64, 48), (32, 24))
        else:
            with pytest.raises(OSError), Image.open(tmp_path / name) as picture:
                picture.load()
