"""Masks that were drawn wrong come first, are corrected as decisions, and every decision can be undone."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from command_line import tellapart
from made_outlines import ColourSession, colour_model, drawn, write_scenes
from PIL import Image
from tellapart.errors import ProjectError, TrainError
from tellapart.kinds.decisions import ThingDecision
from tellapart.outlines import new_project, open_project, open_review
from tellapart.outlines.project import OUTLINES, create_outline_project
from tellapart.outlines.reading import read_outlines
from tellapart.pictures.index_masks import mask_png


@pytest.fixture
def spoilt(trained_outlines, tmp_path):
    """A project with the trained network in which one mask has a box that is not there."""
    root = write_scenes(tmp_path / "park", 12)
    mask = drawn(4)[1].copy()
    free = np.argwhere((mask[:36, :52] == 0) & (mask[12:, 12:] == 0))
    y, x = next((y, x) for y, x in free if (mask[y : y + 12, x : x + 12] == 0).all())
    mask[y : y + 12, x : x + 12] = 2
    Image.fromarray(mask).save(root / "labels" / "scene04.png")
    project = create_outline_project(tmp_path / "project", read_outlines(root))
    project.bundles_dir.mkdir()
    target = project.bundles_dir / trained_outlines.bundle_dir.name
    target.mkdir()
    for one in trained_outlines.bundle_dir.iterdir():
        (target / one.name).write_bytes(one.read_bytes())
    return project, (x, y), drawn(4)[1]


def test_what_was_drawn_wrong_is_first_and_is_put_right(spoilt):
    project, (x, y), true = spoilt
    review = open_review(project)
    assert review.findings()[0].picture_id == "scene04"
    worst = review.regions()[0]
    assert (worst.picture_id, worst.given, worst.told) == ("scene04", "box", "grass")
    left, top, right, bottom = worst.box
    assert abs(left - x) <= 3 and abs(top - y) <= 3 and abs(right - x - 12) <= 3 and abs(bottom - y - 12) <= 3
    assert "pixels drawn as 'box' look like 'grass'" in worst.sentence()
    assert "12 pictures looked at, 12 open" in repr(review) and "learned from most" in repr(review)
    wrong = project.mask(project.picture("scene04"))
    review.decide(review.accepted([worst.region_id]))
    right_now = project.mask(open_project(project.root).picture("scene04"))
    assert (right_now != true).sum() < (wrong != true).sum() / 2
    assert all(one.picture_id != "scene04" for one in review.findings())
    review.refresh()
    with pytest.raises(ProjectError, match="There is no open region"):
        review.accepted([worst.region_id])
    taken = review.undo()
    assert taken[0].thing_id == "scene04" and taken[0].label.startswith("corrected/scene04-")
    assert np.array_equal(project.mask(project.picture("scene04")), wrong)
    assert review.drawn("scene04").size == (128, 48)


def test_suggestions_above_a_score_are_one_step(spoilt):
    project, _, _ = spoilt
    review = open_review(project)
    decisions = review.suggestions(above=0.3)
    assert "scene04" in [one.thing_id for one in decisions] and review.suggestions(above=1) == []
    review.decide(decisions)
    assert len(project.undo()) == len(decisions) and project.undo() == []


def test_what_a_person_draws_comes_before_suggestions(spoilt, tmp_path):
    project, _, _ = spoilt
    worst = open_review(project).regions()[0].region_id
    Image.fromarray(np.ones((48, 64), np.uint8)).save(tmp_path / "mine.png")
    mine = ("--correct", f"scene04={tmp_path / 'mine.png'}")
    tellapart("clean", project.root, *mine, "--apply-suggestions", 0.3)
    assert (project.mask(project.picture("scene04")) == 1).all()
    project.undo()
    said = json.loads(
        tellapart("clean", project.root, "--accept", worst, "--apply-suggestions", 0.3, "--json")
    )
    names = [one["picture"] for one in said["decisions"]]
    assert "scene04" in names and len(names) == len(set(names))
    project.undo()
    said = tellapart("clean", project.root, "--accept", worst, "--remove", "scene04", code=2)
    assert "'scene04' cannot be both: remove and relabel as the network tells it." in said


def test_a_network_of_other_classes_judges_no_mask(outline_project, monkeypatch):
    (outline_project.bundles_dir / "one").mkdir(parents=True)
    (outline_project.bundles_dir / "one" / "outlines-model.json").write_text("{}", encoding="utf-8")
    turned = SimpleNamespace(classes=outline_project.classes[::-1])
    monkeypatch.setattr("tellapart.outlines.review.read_model", lambda bundle: turned)
    with pytest.raises(TrainError, match="was trained for other classes. Train again"):
        open_review(outline_project)


def test_a_mask_of_ones_own_is_taken_where_it_fits(outline_project, tmp_path):
    mine = np.zeros((48, 64), np.uint8)
    mine[10:20, 10:20] = 1
    Image.fromarray(mine).save(tmp_path / "mine.png")
    outline_project.decide([outline_project.correction_from("scene02", tmp_path / "mine.png")])
    assert np.array_equal(outline_project.mask(outline_project.picture("scene02")), mine)
    strange = mine.copy()
    strange[0, 0] = 9
    Image.fromarray(strange).save(tmp_path / "strange.png")
    Image.fromarray(mine[:20]).save(tmp_path / "small.png")
    (tmp_path / "none.png").write_bytes(b"x")
    for file, said in (
        ("strange.png", r"values that no class has \(9\). The classes are: 0 grass, 1 ball, 2 box"),
        ("small.png", "has 64 × 20 pixels, and the picture 64 × 48"),
        ("none.png", "no PNG"),
        ("absent.png", "file not found"),
    ):
        with pytest.raises(ProjectError, match=said):
            outline_project.correction_from("scene02", tmp_path / file)
    with pytest.raises(ProjectError, match="no picture 'scene2'. Did you mean"):
        outline_project.decide([ThingDecision("scene2", "keep")])
    outline_project.undo()
    assert outline_project.picture("scene02").decided == ""


def test_a_project_is_opened_again_and_what_is_lost_is_named(outline_project, scenes):
    assert len(new_project(outline_project.root, scenes).pictures()) == 12
    with pytest.raises(TrainError, match="no trained network yet, by which masks could be judged"):
        open_review(outline_project)
    one = outline_project.picture("scene03")
    (outline_project.root / one.mask).write_bytes(b"x")
    with pytest.raises(ProjectError, match="Bring it back from a copy"):
        outline_project.mask(one)
    (outline_project.root / "pictures.jsonl").write_text("{}")
    with pytest.raises(ProjectError, match="is damaged"):
        open_project(outline_project.root)
    (outline_project.root / OUTLINES.head_name).write_text('{"format": 1}')
    with pytest.raises(ProjectError, match="is damaged. Your pictures and masks are in"):
        open_project(outline_project.root)
    with pytest.raises(
        ProjectError, match="no project of outlines. Make one: tellapart new DIR --from FOLDER"
    ):
        open_project(scenes)
    with pytest.raises(ProjectError, match="exists and is not empty"):
        create_outline_project(scenes, read_outlines(scenes))


def rewritten(path, **change):
    """The first record of a file of lines, with these values."""
    first, *others = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([json.dumps({**json.loads(first), **change}), *others]), encoding="utf-8")


@pytest.mark.parametrize("name", ["../../outside", "a/b", "..", "c:x", 7])
def test_a_strangers_name_of_a_picture_writes_nothing_elsewhere(outline_project, tmp_path, name):
    rewritten(outline_project.root / "pictures.jsonl", id=name)
    with pytest.raises(ProjectError, match="is damaged"):
        project = open_project(outline_project.root)
        project.correction(name, np.zeros((48, 64), np.uint8))
    assert [one.name for one in tmp_path.iterdir()] == ["project"]


@pytest.mark.parametrize(
    "change",
    [
        {"classes": []},
        {"format": 10**400},
        {"void": [1e999]},
        {"classes": [{"value": 0, "name": "", "colour": []}]},
    ],
)
def test_a_strangers_head_is_damaged_and_no_more(outline_project, change):
    head = outline_project.root / "tellapart-outlines.json"
    head.write_text(json.dumps({**json.loads(head.read_bytes()), **change}), encoding="utf-8")
    with pytest.raises(ProjectError):
        open_project(outline_project.root)


def test_a_picture_of_another_size_is_named(outline_project):
    one = outline_project.picture("scene03")
    Image.new("RGB", (70, 50)).save(outline_project.root / one.file)
    with pytest.raises(ProjectError, match="has 70 × 50 pixels, and had 64 × 48 when its mask was drawn"):
        outline_project.pixels(one)


def test_a_link_where_corrected_masks_go_is_not_followed(outline_project, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    try:
        (outline_project.root / "corrected").symlink_to(tmp_path / "elsewhere")
    except OSError:
        pytest.skip("links are not allowed here")
    with pytest.raises(ProjectError, match="is a link"):
        outline_project.correction("scene03", np.zeros((48, 64), np.uint8))
    assert not list((tmp_path / "elsewhere").iterdir())


def judged_by_colour(root, folder, monkeypatch):
    """The review of a project whose pictures hold plain colours of classes."""
    project = create_outline_project(folder, read_outlines(root))
    (project.bundles_dir / "one").mkdir(parents=True)
    (project.bundles_dir / "one" / "outlines-model.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr("tellapart.outlines.review.read_model", lambda bundle: colour_model(project))
    return open_review(project)


def test_of_two_regions_in_one_box_only_the_accepted_one_changes(tmp_path, monkeypatch):
    root = write_scenes(tmp_path / "park", 4)
    told = np.zeros((96, 128), np.uint8)  # twice as large as the network sees it
    told[16:68, 16:28] = told[56:68, 16:68] = 1  # an L
    told[24:40, 44:60] = 1  # apart from it, within its box
    Image.fromarray(ColourSession.colours.astype(np.uint8)[told]).save(root / "images" / "scene02.png")
    Image.fromarray(np.zeros_like(told)).save(root / "labels" / "scene02.png")
    review = judged_by_colour(root, tmp_path / "p", monkeypatch)
    large, small = [one for one in review.regions() if one.picture_id == "scene02"]
    review.decide(review.accepted([large.region_id]))
    mask = review.project.mask(review.project.picture("scene02"))
    told[24:40, 44:60] = 0
    assert (mask != told).mean() < 0.01 and (mask[24:40, 44:60] == 0).all()
    review.undo()
    review.decide(review.accepted([small.region_id, large.region_id]))
    told[24:40, 44:60] = 1
    assert (review.project.mask(review.project.picture("scene02")) != told).mean() < 0.01
    review.undo()
    (review.project.root / "masks" / "scene02.png").write_bytes(mask_png(told))
    with pytest.raises(ProjectError, match="changed since scene02@.* was found. Look again"):
        review.accepted([large.region_id])
