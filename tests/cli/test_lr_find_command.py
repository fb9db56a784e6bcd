"""lr-find at the command line: a table, a suggestion, a drawing; and what is refused before any work."""

import json
import shutil

import pytest
from command_line import tellapart

pytest.importorskip("torch", reason="torch is not installed (light path): pip install 'tellapart[torch]'")

from tellapart.description import RandomResizedCrop, aug_transforms
from tellapart.network.learner.rates import RateSearch
from tellapart.planning.variation import Variation, keep_variation
from tellapart.store.project import open_project

LEARNER = "tellapart.network.learner.learner"


@pytest.fixture
def root(trained, tmp_path):
    shutil.copytree(trained[0], tmp_path / "shapes")
    return tmp_path / "shapes"


@pytest.fixture
def found(monkeypatch):
    """What a search found, without its work."""
    searched = RateSearch(
        tuple(1e-6 * 2**k for k in range(18)), tuple([2.0] * 10 + [1.5, 1.0, 0.8, 0.9, 2, 3, 4, 9]), 4e-4
    )
    monkeypatch.setattr(f"{LEARNER}.search_rate", lambda *_: searched)
    monkeypatch.setattr(f"{LEARNER}.Learner._fit_head_once", lambda self: None)
    return searched


def test_the_table_the_suggestion_and_the_next_command_are_printed(root, found, tmp_path):
    said = tellapart("lr-find", root, "--plot", tmp_path / "rates.svg")
    lines = said.splitlines()
    assert lines[0].split() == ["rate", "loss"] and 8 <= len(lines) <= 16
    (lowest,) = [line for line in lines if line.endswith("lowest")]
    assert lowest.split() == ["4.1e-03", "0.800", "lowest"]
    assert "Suggested learning rate: 4.0e-04" in said and f"{root} --recipe everything --rate 4.0e-04" in said
    drawing = (tmp_path / "rates.svg").read_text()
    assert "<svg" in drawing and "learning rate" in drawing and "training loss" in drawing


def test_scripts_get_every_step_and_a_png(root, found, tmp_path):
    record = json.loads(tellapart("lr-find", root, "--plot", tmp_path / "rates.PNG", "--json"))
    assert record["suggestion"] == 4e-4 and len(record["table"]) == 18
    assert record["table"][0] == {"rate": 1e-6, "loss": 2.0}
    assert (tmp_path / "rates.PNG").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("rates", "losses", "said"),
    [
        ((), (), "the loss was no number from the first step on"),
        ((1e-6, 2e-6), (0.1, 0.4), "the loss was lowest where the search begins"),
    ],
)
def test_without_a_rate_that_lowers_the_loss_nothing_is_suggested(
    root, monkeypatch, tmp_path, rates, losses, said
):
    monkeypatch.setattr(f"{LEARNER}.search_rate", lambda *_: RateSearch(rates, losses, None))
    monkeypatch.setattr(f"{LEARNER}.Learner._fit_head_once", lambda self: None)
    printed = tellapart("lr-find", root, "--plot", tmp_path / "rates.svg")
    assert f"No learning rate can be suggested: {said}" in printed and "--rate" not in printed
    assert json.loads(tellapart("lr-find", root, "--json"))["suggestion"] is None


def test_views_vary_as_the_project_keeps_it(root, monkeypatch):
    with open_project(root) as project:
        keep_variation(project.manifest, Variation(min_scale=0.5, flip=False, rotate=15, warp=0.1))
    tried = []

    def search(classifier, data, *_):
        tried.append(data.description)
        return RateSearch((1e-4,), (1.0,), 1e-4)

    monkeypatch.setattr(f"{LEARNER}.search_rate", search)
    monkeypatch.setattr(f"{LEARNER}.Learner._fit_head_once", lambda self: None)
    tellapart("lr-find", root)
    (described,) = tried
    assert described.item == RandomResizedCrop(224, min_scale=0.5)
    assert described.batch == aug_transforms(flip=False, rotate=15, zoom=1, warp=0.1, lighting=0.2)


def test_a_drawing_is_not_overwritten_and_other_kinds_are_refused_before_the_work(
    root, tmp_path, monkeypatch
):
    monkeypatch.setattr(f"{LEARNER}.Learner", lambda *_: pytest.fail("the work has begun"))
    (tmp_path / "there.svg").write_text("mine")
    assert "there.svg exists" in tellapart("lr-find", root, "--plot", tmp_path / "there.svg", code=1)
    assert (tmp_path / "there.svg").read_text() == "mine"
    assert "neither an .svg nor a .png" in tellapart(
        "lr-find", root, "--plot", tmp_path / "rates.pdf", code=1
    )
    gone = tmp_path / "gone" / "rates.svg"
    assert "does not exist" in tellapart("lr-find", root, "--plot", gone, code=1)
    assert "--steps 5 is out of range" in tellapart("lr-find", root, "--steps", 5, code=1)


def test_force_overwrites(root, found, tmp_path):
    (tmp_path / "there.svg").write_text("mine")
    tellapart("lr-find", root, "--plot", tmp_path / "there.svg", "--force")
    assert "<svg" in (tmp_path / "there.svg").read_text()


@pytest.mark.slow
def test_a_real_search_changes_nothing_in_the_project(root):
    before = {path: path.stat().st_size for path in root.rglob("*") if path.is_file()}
    record = json.loads(tellapart("lr-find", root, "--steps", 12, "--json"))
    assert 1e-7 <= record["suggestion"] <= 0.1 and len(record["table"]) >= 5
    after = {path: path.stat().st_size for path in root.rglob("*") if path.is_file()}
    assert {path for path in after if path not in before or before[path] != after[path]} <= {
        path for path in after if path.name.startswith("tellapart.db")
    }


def test_settings_of_a_training_go_through(root):
    assert "epochs=3 is for the recipes thorough and everything" in tellapart(
        "train", root, "--recipe", "quick", "--epochs", 3, code=1
    )
    assert "rate=2.0 is out of range" in tellapart(
        "train", root, "--recipe", "everything", "--rate", 2, code=1
    )
