"""A kind drawn for the tests, tones that are high or low, gets its project, findings, bundle and commands from the shared
parts; the table of kinds leads to it from everywhere, as it leads to pictures."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from command_line import tellapart
from make_data import make_tiny_folder
from tellapart import runs
from tellapart.errors import BundleError, ProjectError, TrainError
from tellapart.kinds import kind as table
from tellapart.kinds.kind import kind_of_project, kind_of_source
from tellapart.kinds.thing_file import ids_of
from tellapart.worker import main as work
from tellapart.workspace.changing import duplicate_project
from tellapart.workspace.listing import listed_projects
from tones import open_project, train
from tones.project import FILE, TONES, create_tones, read_model

TONES_MADE = [(100 + 50 * i, "high" if i >= 10 else "low") for i in range(20)]
TONES_MADE[3] = (250, "high")


@pytest.fixture(autouse=True)
def sixth(monkeypatch):
    """A line in the table."""
    monkeypatch.setattr(table, "KINDS", (*table.KINDS, "tones.kind"))


@pytest.fixture
def folder(tmp_path):
    """A project of tones, one of which is wrong."""
    create_tones(tmp_path / "my tones", TONES_MADE)
    return tmp_path / "my tones"


def test_from_a_project_to_an_export(folder, tmp_path):
    said = tellapart("train", folder)
    assert said.splitlines() == ["Above 575 Hz it is high.", f"Next: tellapart clean '{folder}'"]
    said = tellapart("clean", folder)
    assert "20 tones checked: 1 wrong label." in said and "At least 5 % of the labels" in said
    assert "        250 Hz\n" in said
    found = json.loads(tellapart("clean", folder, "--json"))
    (one,) = found["findings"]
    assert (one["code"], one["label"], one["tone"], found["chords"]) == ("wrong label", "low", "250 Hz", [])
    said = tellapart("clean", folder, "--apply-suggestions", 0.5, "--preview")
    assert "1 decision; nothing was changed." in said and open_project(folder).label_counts()["low"] == 9
    said = tellapart("clean", folder, "--apply-suggestions", 0.5)
    assert f"1 decision, as one step. Take it back: tellapart undo '{folder}'" in said
    assert open_project(folder).label_counts() == {"high": 10, "low": 10}
    assert "There is nothing to decide" in tellapart("clean", folder, "--apply-suggestions", 0.5)
    assert f"{one['tone_id']}: relabel to 'low'" in tellapart("log", folder)
    assert json.loads(tellapart("log", folder, "--json"))[0]["tone"] == one["tone_id"]
    taken = json.loads(tellapart("undo", folder, "--json"))
    assert taken == [{"tone": one["tone_id"], "do": "relabel", "pitch": "low"}]
    assert json.loads(tellapart("redo", folder, "--json")) == taken
    assert open_project(folder).label_counts() == {"high": 10, "low": 10}
    assert "has no tone 'x'" in tellapart("clean", folder, "--keep", "x", code=1)
    said = tellapart("export", folder, tmp_path / "out")
    assert said.endswith("(0.0 MB). It holds one number.\n") and read_model(tmp_path / "out") == 575
    said = tellapart("app", folder, tmp_path / "p.html", "--title", "High?", "--about", "Hear", "--force")
    assert f"{tmp_path / 'p.html'} (0.0 MB). Open it in a browser" in said and said.endswith(
        "It holds one number.\n"
    )
    assert (tmp_path / "p.html").read_text("utf-8") == "High?, Hear: 575.0, True"
    assert "exists" in tellapart("export", folder, tmp_path / "out", code=1)
    assert "`replay` is for pictures, and this is of tones" in tellapart("replay", folder, code=2)


@pytest.mark.parametrize(
    ("kind", "facts", "thing", "answer"),
    [
        ("tones", "tones from given.tones", "900", "high"),
        ("pictures", "12 pictures, 2 labels", "new.png", "new.png: circle"),
    ],
)
def test_the_table_leads_from_a_file_to_answers(kind, facts, thing, answer, tmp_path, monkeypatch):
    """Tones, which nothing but the table knows, and pictures go the same way."""
    monkeypatch.setenv("TELLAPART_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.chdir(tmp_path)
    make_tiny_folder(Path("given"), ("circle", "square"), n_per_class=6)
    shutil.copy(next(Path("given/circle").iterdir()), "new.png")
    Path("given.tones").write_text("\n".join(f"{hertz} {label}" for hertz, label in TONES_MADE), "utf-8")
    source, root = Path("given.tones" if kind == "tones" else "given"), tmp_path / "projects" / "mine"
    assert kind_of_source(source).name == kind
    assert "Next: tellapart train" in tellapart("new", root, "--from", source)
    assert kind_of_project(root).name == kind and kind_of_project(tmp_path) is None
    copy = duplicate_project(root, root.parent)
    rows = listed_projects(root.parent)
    assert [(one.root, one.facts, one.problem) for one in rows] == [(root, facts, ""), (copy, facts, "")]
    assert _trained_by_a_worker(root)["sentence"] in tellapart("train", copy)
    (bundle,) = (root / "bundles").iterdir()
    assert answer in tellapart("predict", root, thing) == tellapart("predict", bundle, thing)
    known = kind_of_project(root)
    assert all(known.owns(one) for one in (root, copy, bundle, bundle / known.model_name))
    assert not known.owns(source) and not known.owns(root.parent)
    assert known.verbs().load_predictor(bundle) is not None and not known.is_source(root)


def _trained_by_a_worker(root):
    (root / "runs" / "one").mkdir(parents=True)
    (root / "runs" / "one" / "config.json").write_text(
        '{"task": "train things", "config": {}, "started": 0}', "utf-8"
    )
    assert work(root / "runs" / "one") == 0
    return runs.Run(root / "runs" / "one").result()


def test_options_of_new_that_only_one_kind_has_speak_for_it(tmp_path):
    (tmp_path / "tones.csv").write_text("100 low\n900 high\n", "utf-8")
    said = tellapart("new", tmp_path / "p", "--from", tmp_path / "tones.csv", "--tuned-to", 432)
    assert "2 tones, a at 432 Hz." in said and kind_of_project(tmp_path / "p").name == "tones"
    assert "Tones instead of pictures." in tellapart("--help")
    assert "What an a is." in tellapart("new", "--from", "x.tones", "--help")
    assert "What an a is." in tellapart("new", "--kind", "tones", "--help")


def test_nothing_is_half_made(folder, tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ProjectError, match="is full"):
        create_tones(tmp_path / "new", TONES_MADE)
    with pytest.raises(ProjectError, match="is full"):
        train(open_project(folder))
    with pytest.raises(BundleError, match="no trained classifier yet. Train it first: tellapart train"):
        TONES.bundle_of(folder)
    assert not (tmp_path / "new").exists() and not list(tmp_path.rglob(".*"))


def test_an_empty_folder_is_taken_and_a_full_one_is_not(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    assert create_tones(tmp_path / "empty", TONES_MADE).name == "empty"
    with pytest.raises(ProjectError, match="is not empty"):
        create_tones(folder, TONES_MADE)
    assert open_project(folder).label_counts() == {"high": 11, "low": 9}
    with pytest.raises(
        ProjectError, match="no project of tones. Make one: tellapart new DIR --from FILE.tones"
    ):
        open_project(tmp_path)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ('{"format": 2}', "format 2; this tellapart reads up to 1"),
        ('{"format": Infinity}', "is damaged. Your tones are in"),
        ("[]", "is damaged"),
        ("[" * 100_000, "is damaged"),
    ],
)
def test_a_head_that_is_damaged_or_newer_is_told_before_its_bundle_is_used(folder, head, said):
    (folder / TONES.head_name).write_text(head)
    for use in (open_project, TONES.bundle_of):
        with pytest.raises(ProjectError, match=said):
            use(folder)


def test_a_model_that_answers_otherwise_is_refused(folder, tmp_path):
    for golden, said in (([False], "no longer gives the answers"), ([], "no longer"), (["x"], "damaged")):
        FILE.write(FILE.sealed(FILE.record({"limit": 500}), golden), tmp_path)
        with pytest.raises(BundleError, match=said):
            read_model(tmp_path)
    (tmp_path / FILE.name).write_bytes(b" " * 1001)
    with pytest.raises(BundleError, match="larger than 0 MB, which no classifier of tones is"):
        read_model(tmp_path)


def test_too_little_is_told(tmp_path):
    for labels, said in (("aa", "The project has 1 label;"), ("aab", "Label 'b' has 1 tone;")):
        project = create_tones(tmp_path / labels, [(i, label) for i, label in enumerate(labels)])
        with pytest.raises(TrainError, match=said):
            train(project)
    assert Counter(ids_of([b"x", b"y", b"x"])).most_common(1)[0][1] == 1
