"""A kind drawn here, tones that are high or low, gets its project, findings, bundle and commands from the shared parts."""

import json
from collections import Counter
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from command_line import tellapart
from tellapart import atomic_files
from tellapart.cli.kinds import dispatch
from tellapart.cli.kinds.arguments import kind_app
from tellapart.cli.kinds.claiming import names_one
from tellapart.cli.kinds.cleaning import add_clean
from tellapart.cli.kinds.deciding import add_steps_and_log
from tellapart.cli.kinds.sharing import add_app, add_export
from tellapart.cli.kinds.training import add_train
from tellapart.codes import Code
from tellapart.errors import BundleError, ProjectError, TrainError
from tellapart.kinds.bundle_folder import copy_bundle, free_bundle_dir, write_bundle
from tellapart.kinds.labelled_project import LabelledProject, LabelledThing
from tellapart.kinds.measured import check_labels
from tellapart.kinds.model_file import ModelFile
from tellapart.kinds.open_findings import ThingFinding
from tellapart.kinds.project_kind import ProjectKind, absolute, vacant
from tellapart.kinds.thing_file import ids_of, read_things, thing_lines
from tellapart.kinds.thing_review import ThingReview
from tellapart.progress import silent

FILE = ModelFile("tone-model.json", "tones", "classifier of tones", most_bytes=1000)
TONES = ProjectKind(
    name="tones", title="tones", things="tones", noun="tone", label_noun="pitch", made_from="FILE.mid",
    head_name="tellapart-tones.json", given_name="tones.jsonl", model_name=FILE.name,
)  # fmt: skip


@dataclass(frozen=True)
class Tone(LabelledThing):
    hertz: float


class ToneCode(Code):
    WRONG_LABEL = "wrong label"


def tone_of(record: dict[str, Any]) -> Tone:
    return Tone(record["id"], record["label"], record["label"], float(record["hertz"]))


class ToneProject(LabelledProject[Tone]):
    kind = TONES


def open_project(root):
    root = absolute(root)
    TONES.head(root)
    return ToneProject(root, read_things(root / TONES.given_name, tone_of))


def create_project(root, tones):
    root = vacant(root)
    ids = ids_of(str(hertz).encode() for hertz, _ in tones)
    records = [
        {"id": one, "hertz": hertz, "label": label} for one, (hertz, label) in zip(ids, tones, strict=True)
    ]
    with TONES.created(root, {"source": "here"}) as folder:
        atomic_files.write_bytes(folder / TONES.given_name, thing_lines(records))
    return open_project(root)


@dataclass(frozen=True)
class ToneResult:
    bundle_dir: Any
    limit: float

    def sentences(self):
        return [f"Above {self.limit:g} Hz it is high."]

    def to_json(self):
        return {"limit": self.limit}


def train(project, progress=silent):
    check_labels(project.label_counts(), "tone")
    limit = float(np.median([one.hertz for one in project.things()]))
    result = ToneResult(free_bundle_dir(project.bundles_dir), limit)
    record = FILE.sealed(FILE.record({"limit": limit}), [limit > 440])
    write_bundle(result.bundle_dir, lambda folder: FILE.write(record, folder), "# Tones\n")
    return result


def read_model(place):
    return FILE.opened(
        *FILE.read(place),
        lambda record: float(record["limit"]),
        lambda limit, record: (np.array([limit > 440], float), np.array(record["golden"], float)),
    )


def export_page(place, out, title, about, force):
    out.write_text(f"{title}, {about}: {read_model(TONES.bundle_of(place))}, {force}", "utf-8")
    return out


class ToneReview(ThingReview[ToneProject, ThingFinding]):
    remarks_name = "chords"

    def refresh(self, progress=silent):
        self.tones = {one.thing_id: one for one in self.project.things()}
        middle = np.median([one.hertz for one in self.tones.values()])
        should = {key: "high" if one.hertz > middle else "low" for key, one in self.tones.items()}
        wrong = [one for one in self.tones.values() if one.label != should[one.thing_id]]
        self.noise, self.scores, self.remarks = len(wrong) / len(should), np.zeros(len(should)), []
        self._keep(
            ThingFinding(one.thing_id, ToneCode.WRONG_LABEL, 0.9, "Off.", "relabel", should[one.thing_id])
            for one in wrong
        )

    def described(self, thing_id):
        return f"{self.tones[thing_id].hertz:g} Hz"


TONES_MADE = [(100 + 50 * i, "high" if i >= 10 else "low") for i in range(20)]
TONES_MADE[3] = (250, "high")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A project of tones, one of which is wrong, whose commands the command line knows."""
    app = kind_app("tones", "Tones instead of pictures.")
    notebooks = SimpleNamespace(
        open_project=open_project, train=train, open_review=lambda project, progress: ToneReview(project)
    )
    add_train(app, lambda: notebooks, "Train a classifier of tones.")
    add_clean(app, lambda: notebooks, noun="tone", about="Find tones that are off.")
    add_steps_and_log(app, lambda: notebooks)
    add_export(
        app,
        lambda place, target: copy_bundle(TONES.bundle_of(place), target, [TONES.model_name], read_model),
        about="Copy it.",
        learned="classifier",
        holds="It holds one number.",
    )
    add_app(app, export_page, about="Make a page.", holds="It holds one number.")
    door = SimpleNamespace(
        NAME="tones",
        claims=lambda verb, words: names_one(words, TONES.head_name, TONES.model_name),
        commands=lambda: app,
    )
    monkeypatch.setattr(dispatch, "DOORS", (*dispatch.DOORS, door))
    create_project(tmp_path / "my tones", TONES_MADE)
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


def test_nothing_is_half_made(folder, tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ProjectError, match="is full"):
        create_project(tmp_path / "new", TONES_MADE)
    with pytest.raises(ProjectError, match="is full"):
        train(open_project(folder))
    with pytest.raises(BundleError, match="no trained classifier yet. Train it first: tellapart train"):
        TONES.bundle_of(folder)
    assert not (tmp_path / "new").exists() and not list(tmp_path.rglob(".*"))


def test_an_empty_folder_is_taken_and_a_full_one_is_not(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    assert create_project(tmp_path / "empty", TONES_MADE).name == "empty"
    with pytest.raises(ProjectError, match="is not empty"):
        create_project(folder, TONES_MADE)
    assert open_project(folder).label_counts() == {"high": 11, "low": 9}
    with pytest.raises(
        ProjectError, match="no project of tones. Make one: tellapart new DIR --from FILE.mid"
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
        project = create_project(tmp_path / labels, [(i, label) for i, label in enumerate(labels)])
        with pytest.raises(TrainError, match=said):
            train(project)
    assert Counter(ids_of([b"x", b"y", b"x"])).most_common(1)[0][1] == 1
