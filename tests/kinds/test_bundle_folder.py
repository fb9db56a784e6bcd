"""A bundle's folder is one training's own, and a disk that is full leaves nothing of it."""

import errno

import pytest
from tellapart import atomic_files
from tellapart.errors import ProjectError
from tellapart.kinds.bundle_folder import copy_bundle, free_bundle_dir, write_bundle


def model_in(folder):
    (folder / "model.json").write_text("{}", encoding="utf-8")


def test_trainings_that_end_in_one_second_are_all_kept(tmp_path):
    folders = [free_bundle_dir(tmp_path / "bundles") for _ in range(3)]
    for folder in folders:  # each asked for its folder before the others were written
        write_bundle(folder, model_in, "card")
    assert len({*folders}) == 3 and all((one / "model.json").is_file() for one in folders)
    assert sorted(folders) == sorted((tmp_path / "bundles").iterdir())


def test_a_full_disk_leaves_nothing_and_says_so(tmp_path, monkeypatch):
    def full(path, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic_files, "write_bytes", full)
    with pytest.raises(ProjectError, match="full"):
        write_bundle(free_bundle_dir(tmp_path / "bundles"), model_in, "card")
    assert not list((tmp_path / "bundles").iterdir())


def test_where_no_folder_can_be_made_it_says_so(tmp_path):
    (tmp_path / "bundles").write_text("a file", encoding="utf-8")
    with pytest.raises(ProjectError):
        free_bundle_dir(tmp_path / "bundles")


def test_a_bundle_is_copied_from_its_file_too(tmp_path):
    write_bundle(tmp_path / "one", model_in, "card")
    copy_bundle(tmp_path / "one" / "model.json", tmp_path / "copy", ["model.json"], lambda place: None)
    assert sorted(one.name for one in (tmp_path / "copy").iterdir()) == ["MODEL_CARD.md", "model.json"]
