"""A night: what came is learned, and only a model that is not worse takes the old one's place."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from command_line import tellapart
from make_data import make_tiny_folder
from tellapart import nightly as nights
from tellapart.bundle.loading import newest_bundle
from tellapart.classify import Predictor
from tellapart.corrections.asking import Asking
from tellapart.deploy.appearance import Appearance
from tellapart.deploy.share_settings import ShareSettings, keep_share
from tellapart.errors import DeployError, ProjectError
from tellapart.nightly import nightly
from tellapart.store.decision_files import export_decisions
from tellapart.store.journal import Relabel, Remove
from tellapart.store.project import open_project


@pytest.fixture
def root(trained, tmp_path):
    """A trained project of one's own, closed."""
    return shutil.copytree(trained[0], tmp_path / "project")


@pytest.fixture
def inbox(tmp_path):
    """Thirty more pictures, other ones than the project has."""
    folder = tmp_path / "inbox"
    make_tiny_folder(folder, n_per_class=10, size_px=60)
    return folder


def log(root):
    return [json.loads(line) for line in (root / nights.LOG).read_text("utf-8").splitlines()]


def test_new_pictures_are_learned_once_and_the_originals_stay(root, inbox):
    before = newest_bundle(root / "bundles")
    files = sorted(path.name for path in inbox.rglob("*.*"))
    published = []
    night = nightly(root, inbox, publish=published.append)
    newest = newest_bundle(root / "bundles")
    assert night.n_new > 0 and night.is_published and newest != before and published == [newest]
    assert night.n_held_out > 5 and night.wrong_after <= night.wrong_before
    assert "published" in night.sentence() and log(root)[0]["bundle"] == f"bundles/{newest.name}"
    assert sorted(path.name for path in inbox.rglob("*.*")) == files
    again = nightly(root, inbox, publish=published.append)
    assert (again.n_new, again.bundle, again.is_published) == (0, "", False) and len(published) == 1
    assert "the model stays" in again.sentence() and len(log(root)) == 2
    with open_project(root) as project:
        assert project.changes == []
        assert (project.runs_dir / newest.name / "result.json").is_file()


def test_a_worse_model_is_kept_aside_and_not_tried_again(root, monkeypatch):
    """A model that calls everything a circle stands for one that learned something wrong."""
    before = newest_bundle(root / "bundles")
    monkeypatch.setattr(nights, "_answers", _worse(nights._answers, before.name))
    with open_project(root) as project:
        project.journal.decide(Remove(project.manifest.pictures()[0].image_id))
    night = nightly(root, publish=lambda bundle: pytest.fail("it was published"))
    assert not night.is_published and night.wrong_after > night.wrong_before
    assert newest_bundle(root / "bundles") == before
    assert night.bundle.startswith("rejected/") and (root / night.bundle / "bundle.json").is_file()
    assert "the old model stays" in night.sentence()
    assert nightly(root).bundle == "" and len(list((root / "rejected").iterdir())) == 1


def test_copies_count_once(root, monkeypatch):
    """The old model is wrong about one thing of which there are many copies, the new one about two others."""
    train, held_out = nights.train_head, []

    def with_copies(*arguments, **settings):
        result = train(*arguments, **settings)
        held_out.extend(result.held_out.image_ids)
        groups = np.minimum(np.arange(len(held_out)), 2)
        return replace(result, held_out=replace(result.held_out, groups=groups))

    def answers(project, model, pictures):
        wrong = held_out[2:] if isinstance(model, Predictor) else held_out[:2]  # the old model is open
        return {one.image_id: "nothing" if one.image_id in wrong else one.label for one in pictures}

    monkeypatch.setattr(nights, "train_head", with_copies)
    monkeypatch.setattr(nights, "_answers", answers)
    with open_project(root) as project:
        project.journal.decide(Remove(project.manifest.pictures()[0].image_id))
    night = nightly(root)
    assert len(held_out) > 4
    assert (night.n_held_out, night.wrong_before, night.wrong_after, night.is_published) == (3, 1, 2, False)


def test_a_model_that_could_not_be_published_is_noted_and_published_the_next_night(root):
    shutil.rmtree(root / "bundles")

    def offline(bundle):
        raise DeployError("no internet")

    with pytest.raises(DeployError, match="no internet"):
        nightly(root, publish=offline)
    (night,) = log(root)
    assert night["is_published"] and newest_bundle(root / "bundles").name == night["bundle"].removeprefix(
        "bundles/"
    )
    published = []
    nightly(root, publish=published.append)
    nightly(root, publish=published.append)
    assert published == [newest_bundle(root / "bundles")]


def test_the_app_of_a_night_is_as_its_owner_wants_it(root, tmp_path):
    settings = ShareSettings(
        Appearance("Which shape is it?"), corrections=Asking(True, "We keep this picture.")
    )
    with open_project(root) as project:
        keep_share(project.manifest, settings)
    shutil.rmtree(root / "bundles")
    tellapart("nightly", root, "--app", tmp_path / "service", "--target", "api")
    made = json.loads((tmp_path / "service" / "service.json").read_text("utf-8"))
    assert (made["title"], made["consent"]) == ("Which shape is it?", "We keep this picture.")


def _worse(answers, good):
    def worse(project, model, image_ids):
        found = answers(project, model, image_ids)
        name = getattr(model, "name", "") or model.bundle.bundle_dir.name
        return found if name == good else dict.fromkeys(found, "circle")

    return worse


def test_corrections_of_another_copy_are_carried_out(root, tmp_path):
    copy = shutil.copytree(root, tmp_path / "copy")
    with open_project(copy) as project:
        one, other, *_ = project.manifest.pictures("circle")
        project.journal.decide(Remove(one.image_id), Relabel(other.image_id, "square"))
        (tmp_path / "inbox").mkdir()
        export_decisions(project, tmp_path / "inbox" / "corrections.json")
    night = nightly(root, tmp_path / "inbox")
    assert (night.n_new, night.n_decisions) == (0, 2) and night.bundle
    with open_project(root) as project:
        assert project.manifest.picture(other.image_id).label == "square"
    assert nightly(root, tmp_path / "inbox").n_decisions == 0


def test_what_the_owner_decides_after_a_list_stands(root, tmp_path):
    file = tmp_path / "inbox" / "decisions.json"
    with open_project(root) as project:
        one, other, *_ = [picture.image_id for picture in project.manifest.pictures("circle")]
        project.journal.decide(Remove(one), Relabel(other, "square"))
        export_decisions(project, file)
        project.journal.undo()
    assert nightly(root, file.parent).n_decisions == 2
    listed = json.loads(file.read_text("utf-8"))
    later = {**listed["decisions"][1], "image_id": one, "at": "2100-01-01T00:00:00+00:00"}
    listed["decisions"] += [{**later, "image_id": "0" * 64}, later]
    file.with_stem("grown").write_text(json.dumps(listed), "utf-8")
    with open_project(root) as project:
        project.journal.undo()
        project.journal.decide(Relabel(other, "cross"))
    assert nightly(root, file.parent).n_decisions == 1
    with open_project(root) as project:
        assert [project.manifest.picture(each).label for each in (one, other)] == ["square", "cross"]
        assert project.manifest.picture(one).state == "kept"


def test_the_first_night_needs_no_model_before_it(root):
    shutil.rmtree(root / "bundles")
    night = nightly(root)
    assert night.is_published and night.wrong_before is None and "the first model" in night.sentence()


def test_a_damaged_model_is_replaced_and_what_a_kill_left_is_cleared_away(root):
    old = newest_bundle(root / "bundles")
    (old / "model.onnx").write_bytes(b"half")
    (root / "bundles" / ".tonight-1" / "golden").mkdir(parents=True)
    assert nightly(root).is_published
    assert not list((root / "bundles").glob(".tonight*"))


def test_two_at_once_and_a_missing_inbox_are_said(root, tmp_path):
    with (
        open_project(root) as project,
        nights._alone(project),
        pytest.raises(ProjectError, match="Another nightly run"),
    ):
        nightly(root)
    with pytest.raises(ProjectError, match="is no folder. Make it"):
        nightly(root, tmp_path / "nothing")
    assert not (root / nights.LOG).exists()


def test_the_command_says_it_in_one_line_and_in_json(root, inbox):
    assert "held-out pictures wrong" in tellapart("nightly", root, "--inbox", inbox)
    again = json.loads(tellapart("nightly", root, "--inbox", inbox, "--json"))
    assert again["n_new"] == 0 and again["bundle"] == ""
    assert "Choose html or" in tellapart("nightly", root, "--target", "nonsense", code=2)
