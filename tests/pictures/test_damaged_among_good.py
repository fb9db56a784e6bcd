"""A damaged picture among good ones: the good ones come in, train and are answered, the damaged one is named."""

import shutil

import pytest
from built_files import drawn, encoded
from PIL import Image
from tellapart.errors import ImageError
from tellapart.gather import take_in
from tellapart.pictures.images import thumbnail_jpeg
from tellapart.store.project import create_project, open_project
from tellapart.train import train_head

KINDS = ("AVIF", "JPEG", "PNG", "WEBP", "TIFF", "GIF")


@pytest.fixture(scope="module")
def damaged():
    """By name, the first half of a picture of each kind, the rest zeros; or nothing but the half."""
    Image.init()
    found = {}
    for kind in KINDS:
        if kind in Image.SAVE:
            data = encoded(drawn(96, 5), kind)
            found[f"broken.{kind.lower()}"] = data[: len(data) // 2] + bytes(len(data) - len(data) // 2)
            found[f"cut.{kind.lower()}"] = data[: len(data) // 2]
    return {name: data for name, data in found.items() if is_refused(data)}


def is_refused(data):
    try:
        thumbnail_jpeg(data)
    except ImageError:
        return True
    return False  # zeros may pass for pixels


def test_damaged_pictures_stop_neither_taking_in_nor_opening_nor_training(damaged, few_folder, tmp_path):
    assert len(damaged) >= 8
    source = tmp_path / "source"
    shutil.copytree(few_folder, source)
    for name, data in damaged.items():
        (source / "circle" / name).write_bytes(data)
    n_good = len(list(few_folder.glob("*/*")))
    with create_project(tmp_path / "project") as project:
        summary = take_in(project, source)
        assert summary.n_added == n_good
        assert {refusal.path.rsplit("/", 1)[-1] for refusal in summary.refusals} == set(damaged)
        folder = next((tmp_path / "project" / "images").glob("circle"))
    for name, data in damaged.items():
        (folder / name).write_bytes(data)
    with open_project(tmp_path / "project") as project:
        assert project.manifest.rows("SELECT count(*) FROM pictures")[0][0] == n_good
        result = train_head(project)
        assert result.bundle_dir.is_dir()


def test_a_picture_that_is_damaged_after_it_came_in_is_left_out_of_training(damaged, few_project):
    path = few_project.manifest.rows("SELECT path FROM pictures ORDER BY number LIMIT 1")[0][0]
    (few_project.root / path).write_bytes(next(iter(damaged.values())))
    result = train_head(few_project)
    assert result.bundle_dir.is_dir() and len(result.skipped) == 1
