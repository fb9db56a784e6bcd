"""The commands for outlines, found by what they are given: from a folder to masks of new pictures."""

import errno
import gc
import json
import shutil
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from command_line import kind_run, tellapart
from made_outlines import drawn, write_scenes
from PIL import Image
from tellapart.cli.outlines.cleaning import _draw
from tellapart.errors import ProjectError
from tellapart.kinds.kind import kind_of_source
from tellapart.outlines.project import open_outline_project
from tellapart.pictures.index_masks import read_mask


@pytest.fixture
def trained_dir(trained_outlines, tmp_path):
    """A copy of one's own of the project with the trained network."""
    return shutil.copytree(trained_outlines.bundle_dir.parents[1], tmp_path / "my park")


def test_a_project_is_made_of_a_folder_of_pictures_and_masks(scenes, tmp_path):
    said = tellapart("new", tmp_path / "my park", "--from", scenes)
    assert "12 pictures with masks, 3 classes: grass, ball, box." in said
    assert f"Next: tellapart train '{tmp_path / 'my park'}'" in said
    found = json.loads(tellapart("new", tmp_path / "other", "--from", scenes, "--void", "box", "--json"))
    assert [one["name"] for one in found["classes"]] == ["grass", "ball"] and found["void"] == [2]


def test_from_worst_masks_to_a_decision_and_back(trained_dir, tmp_path):
    said = tellapart("clean", trained_dir, "--draw", tmp_path / "worst")
    assert "Worst pictures:" in said and "told otherwise, loss" in said
    assert len(list((tmp_path / "worst").iterdir())) == 12
    worst = json.loads(tellapart("clean", trained_dir, "--json"))["pictures"][0]["picture_id"]
    mask = tmp_path / "mine.png"
    Image.fromarray(np.ones((48, 64), np.uint8)).save(mask)
    assert "1 decision, as one step" in tellapart("clean", trained_dir, "--correct", f"{worst}={mask}")
    project = open_outline_project(trained_dir)
    assert (project.mask(project.picture(worst)) == 1).all()
    assert f"{worst}: has the mask corrected/{worst}-" in tellapart("log", trained_dir)
    one = json.loads(tellapart("log", trained_dir, "--json"))[0]
    assert (one["picture"], one["do"]) == (worst, "relabel") and one["mask"].startswith("corrected/")
    assert "Taken back: 1 decision." in tellapart("undo", trained_dir)
    assert "There is nothing to undo" in tellapart("undo", trained_dir)
    assert "(undone)" in tellapart("log", trained_dir)
    assert "2 decisions" in tellapart("clean", trained_dir, "--keep", worst, "--remove", "scene01")
    assert "exists. Choose a new" in tellapart("clean", trained_dir, "--draw", tmp_path / "worst", code=1)
    said = tellapart("clean", trained_dir, "--accept", "scene00@1,1", code=1)
    assert "There is no open region 'scene00@1,1'. List them: tellapart clean" in said
    assert "has no file. Write NAME=FILE" in tellapart("clean", trained_dir, "--correct", "x", code=2)
    assert "is out of range" in tellapart("clean", trained_dir, "--apply-suggestions", "7", code=2)


def test_from_an_exported_network_to_masks_and_overlays(trained_dir, tmp_path):
    assert "as ONNX. It holds no picture." in tellapart("export", trained_dir, tmp_path / "network")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        drawn(50)[0].save(tmp_path / name / "new.png")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    pictures = [tmp_path / "a" / "new.png", tmp_path / "b" / "new.png", tmp_path / "broken.png"]
    said = tellapart("predict", tmp_path / "network", *pictures, "--out", tmp_path / "answers", code=3)
    assert "new.png: grass" in said and "Masks and overlays are in" in said
    names = sorted(path.name for path in (tmp_path / "answers").iterdir())
    assert names == ["new-2_mask.png", "new-2_overlay.png", "new_mask.png", "new_overlay.png"]
    assert read_mask(tmp_path / "answers" / "new_mask.png").values.shape == (48, 64)
    assert "exists. Choose" in tellapart("predict", trained_dir, pictures[0], "--out", tmp_path / "a", code=1)


def test_what_belongs_to_outlines_is_known_by_cheap_looks(scenes, tmp_path):
    assert kind_run("new", "p", "--from", scenes) == kind_run("new", "p", f"--from={scenes}") == "outlines"
    assert kind_run("new", "p", "--from", "x", "--kind", "outlines") == "outlines"
    assert kind_run("new", "p", "--from", "x", "--void", "sky") == "outlines"
    assert kind_run("new", "p", "--from", scenes, "--kind", "pictures") == "pictures"
    assert kind_run("new", "p") == kind_run("new", "p", "--from", tmp_path / "nothing") == "pictures"
    assert kind_run("train", scenes) == kind_run("train", "x" * 5000) == "pictures"
    for label in ("mask", "masks"):  # people with and without masks before their faces
        (tmp_path / "faces" / label).mkdir(parents=True)
        drawn(1)[0].save(tmp_path / "faces" / label / "one.png")
    assert kind_of_source(tmp_path / "faces").name == "pictures"
    (tmp_path / "beside").mkdir()
    picture, mask = drawn(2)
    picture.save(tmp_path / "beside" / "one.jpg")
    Image.fromarray(mask).save(tmp_path / "beside" / "one_mask.png")
    assert kind_of_source(tmp_path / "beside").name == "outlines"
    root = write_scenes(tmp_path / "coloured", 4)
    for path in (root / "labels").iterdir():
        Image.open(path).convert("RGB").save(path)
    assert kind_of_source(root).name == "pictures"


def test_a_look_at_a_large_folder_leaves_none_open(scenes, monkeypatch):
    monkeypatch.setattr("tellapart.outlines.kind._FILES", 5)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        assert kind_of_source(scenes).name == "outlines"
        gc.collect()
    # what other tests left open may be told now, too
    assert [message for one in said if "scandir" in (message := str(one.message))] == []


def test_a_drawing_that_fails_leaves_no_folder(tmp_path):
    def drawn(name):
        if name == "second":
            raise OSError(errno.ENOSPC, "No space left on device")
        return Image.new("RGB", (4, 4))

    worst = [SimpleNamespace(picture_id=name) for name in ("first", "second")]
    with pytest.raises(ProjectError, match="full"):
        _draw(SimpleNamespace(findings=lambda: worst, drawn=drawn), tmp_path / "drawn")
    assert not list(tmp_path.iterdir())
