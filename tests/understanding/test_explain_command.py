"""`tellapart explain` and `tellapart learning-curve`, as a person types them."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tracemalloc
from pathlib import Path
from xml.etree import ElementTree

import pytest
from command_line import tellapart
from PIL import Image
from tellapart import atomic_files
from tellapart.cli.understanding.explain import _Drawing


@pytest.fixture
def bundle(leaf_model) -> Path:
    return leaf_model[1].bundle.bundle_dir


def test_a_drawing_and_a_sentence_for_each_picture(bundle, unseen_leaves, tmp_path: Path):
    files = [leaf.path for leaf in unseen_leaves[:2]]
    said = tellapart("explain", bundle, *files, "--out", tmp_path / "why")
    lines = said.splitlines()
    drawings = sorted((tmp_path / "why").iterdir())
    assert len(lines) == len(drawings) == 2 and all("the evidence lies" in line for line in lines)
    for file, drawing in zip(sorted(files, key=lambda path: path.stem), drawings, strict=True):
        with Image.open(file) as picture, Image.open(drawing) as shown:
            assert drawing.stem.startswith(file.stem) and shown.size == picture.size and shown.format == "PNG"
            assert not shown.getexif()


def test_labels_that_are_named_are_explained_and_near_pictures_listed(
    leaf_model, unseen_leaves, tmp_path: Path
):
    file = unseen_leaves[0].path
    rows = json.loads(
        tellapart(
            "explain", leaf_model[0], file, "--label", "oak", "--label", "maple", "--out", tmp_path / "why",
            "--project", leaf_model[0], "--json",
        )
    )  # fmt: skip
    (row,) = rows
    assert [one["label"] for one in row["explained"]] == ["oak", "maple"]
    assert {one["method"] for one in row["explained"]} == {"exact"}
    assert all(Path(one["drawing"]).is_file() and 0 <= one["share"] <= 1 for one in row["explained"])
    assert 0 <= sum(one["probability"] for one in row["explained"]) <= 1
    assert len(row["nearest"]) == 5 and set(row["nearest"][0]) == {"path", "label", "similarity"}
    assert (leaf_model[0] / row["nearest"][0]["path"]).is_file()


def test_without_a_project_no_pixels_are_kept(leaf_model, unseen_leaves, explainer, tmp_path: Path):
    drawing = _Drawing(leaf_model[1], explainer, tmp_path / "why", (), False, None)
    drawing.row(unseen_leaves[0].path)
    tracemalloc.start()
    rows = [drawing.row(leaf.path) for leaf in unseen_leaves[1:9]]
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(rows) == 8 and kept < 4 * unseen_leaves[0].pixels.nbytes


def test_what_cannot_be_read_is_told_and_the_rest_is_explained(bundle, unseen_leaves, tmp_path: Path):
    (tmp_path / "text.jpg").write_text("bread, milk, bears", "utf-8")
    good, other = unseen_leaves[0].path, tmp_path / "other" / unseen_leaves[0].path.name
    other.parent.mkdir()
    shutil.copy(good, other)
    said = tellapart("explain", bundle, tmp_path / "text.jpg", good, other, "--out", tmp_path / "why", code=3)
    assert "text.jpg: not explained:" in said and said.count("the evidence lies") == 2
    assert len(list((tmp_path / "why").iterdir())) == 2, "two of one name get two drawings"


def test_drawings_are_not_overwritten_unless_asked(bundle, unseen_leaves, tmp_path: Path):
    command = ("explain", bundle, unseen_leaves[0].path, "--label", "oak", "--out", tmp_path / "why")
    tellapart(*command)
    (drawing,) = (tmp_path / "why").iterdir()
    drawing.write_bytes(b"mine")
    assert "is there already. Overwrite it with --force" in tellapart(*command, code=1)
    assert drawing.read_bytes() == b"mine"
    tellapart(*command, "--force")
    assert drawing.read_bytes() != b"mine"


def test_mistakes_get_a_sentence_and_nothing_is_written(bundle, unseen_leaves, tmp_path: Path):
    file = unseen_leaves[0].path
    said = tellapart("explain", bundle, file, "--label", "oka", "--out", tmp_path / "why", code=1)
    assert "has no label 'oka'. Did you mean 'oak'?" in said
    assert "is not a bundle" in tellapart("explain", tmp_path, file, "--out", tmp_path / "why", code=1)
    assert not (tmp_path / "why").exists()
    (tmp_path / "file").write_bytes(b"")
    assert "is a file. Name a folder" in tellapart(
        "explain", bundle, file, "--out", tmp_path / "file", code=1
    )
    said = tellapart(
        "explain", bundle, file, "--out", tmp_path / "why", "--project", tmp_path / "nowhere", code=1
    )
    assert "nowhere" in said


def test_a_folder_that_may_not_be_written_and_a_full_disk_are_told(
    bundle, unseen_leaves, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for number, said in ((errno.EACCES, "cannot be written"), (errno.ENOSPC, "is full")):

        def refuse(path: Path, data: bytes, number: int = number) -> None:
            raise OSError(number, os.strerror(number), str(path))

        monkeypatch.setattr(atomic_files, "write_bytes", refuse)
        assert said in tellapart("explain", bundle, unseen_leaves[0].path, "--out", tmp_path / "why", code=1)


def test_a_folder_that_is_no_folder_on_the_way_is_told(bundle, unseen_leaves, tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    said = tellapart("explain", bundle, unseen_leaves[0].path, "--out", tmp_path / "file" / "why", code=1)
    assert "Traceback" not in said and "file" in said


def test_a_learning_curve_is_told_in_a_sentence(leaf_model):
    said = tellapart("learning-curve", leaf_model[0])
    assert "as many pictures" in said and said.count("of 100 wrong") >= 2 and "birch:" in said
    found = json.loads(tellapart("learning-curve", leaf_model[0], "--times", 3, "--json"))
    assert found["times"] == 3 and found["whole"]["low"] <= found["whole"]["error"] <= found["whole"]["high"]
    assert "--times 1 is out of range" in tellapart("learning-curve", leaf_model[0], "--times", 1, code=1)


def test_a_learning_curve_is_drawn_too(leaf_model, tmp_path: Path):
    said = tellapart("learning-curve", leaf_model[0], "--plot", tmp_path / "curve.svg")
    assert f"The drawing is {tmp_path / 'curve.svg'}." in said.replace("\n", " ")
    root = ElementTree.parse(tmp_path / "curve.svg").getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg" and root.get("aria-label") in said.replace("\n", " ")
    there = tellapart("learning-curve", leaf_model[0], "--plot", tmp_path / "curve.svg", code=1)
    assert "curve.svg exists" in there and "--force" in there
    assert "is no .svg file" in tellapart("learning-curve", leaf_model[0], "--plot", "curve.png", code=1)
