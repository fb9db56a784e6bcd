"""How long a training will take, said before it starts."""

import errno
import importlib.util
import json
import subprocess
import time

import pytest
from tellapart import answering_process, atomic_files
from tellapart.backbones.onnx_session import available_cpus
from tellapart.errors import TrainError
from tellapart.planning.config import TrainConfig
from tellapart.train.estimate import (
    noted_seconds,
    quick_seconds,
    tried_seconds,
    why_not,
)
from tellapart.train.thorough import CODE_VERSION


def told(monkeypatch, line):
    """The process that tries it says this."""
    asked = []

    def run(command, **_):
        asked.append(command)
        return subprocess.CompletedProcess(command, 0, line.encode(), b"")

    monkeypatch.setattr(answering_process.subprocess, "run", run)
    return asked


def test_quick_takes_longer_the_more_pictures_are_new():
    assert quick_seconds(0) < 10 < quick_seconds(2000) < quick_seconds(4000)


def test_what_was_measured_is_noted_and_grows_with_the_pictures(tiny_project, monkeypatch):
    pytest.importorskip("torch", reason="torch is not installed (light path)")
    asked = told(monkeypatch, json.dumps({"seconds": 30.0, "fixed_s": 6.0, "n_pictures": 60}))
    assert noted_seconds(tiny_project.cache_dir, "thorough", 60) is None
    assert tried_seconds(tiny_project.root, "thorough", 60) == pytest.approx(30)
    assert tried_seconds(tiny_project.root, "thorough", 120) == pytest.approx(54) and len(asked) == 1
    assert noted_seconds(tiny_project.cache_dir, "everything", 60) is None, "each recipe has its own"
    noted = json.loads((tiny_project.cache_dir / "thorough_time.json").read_text())
    for changed in (
        {"at": time.time() - 2 * 24 * 3600},
        {"n_cpus": available_cpus() + 1},
        {"version": "0.1.0"},
        {"steps": CODE_VERSION - 1},
        {"n_pictures": 0},
        {"n_pictures": float("inf")},
        {"seconds": "soon"},
        {"fixed_s": float("nan")},
    ):
        (tiny_project.cache_dir / "thorough_time.json").write_text(json.dumps({**noted, **changed}))
        assert noted_seconds(tiny_project.cache_dir, "thorough", 60) is None, changed
    # of a program that noted no version
    older = {name: noted[name] for name in ("seconds", "fixed_s", "n_pictures", "at", "n_cpus")}
    (tiny_project.cache_dir / "thorough_time.json").write_text(json.dumps(older))
    assert noted_seconds(tiny_project.cache_dir, "thorough", 60) is None
    assert tried_seconds(tiny_project.root, "thorough", 60) == pytest.approx(30) and len(asked) == 2


def test_where_the_note_cannot_be_written_it_grows_with_the_pictures_all_the_same(tiny_project, monkeypatch):
    pytest.importorskip("torch", reason="torch is not installed (light path)")
    asked = told(monkeypatch, json.dumps({"seconds": 30.0, "fixed_s": 6.0, "n_pictures": 60}))

    def full(path, record):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic_files, "write_json", full)
    for _ in range(2):
        assert tried_seconds(tiny_project.root, "thorough", 120) == pytest.approx(54)
    assert len(asked) == 2, "measured again"


def test_why_it_cannot_be_measured_is_a_sentence(tiny_project, monkeypatch):
    pytest.importorskip("torch", reason="torch is not installed (light path)")
    told(monkeypatch, json.dumps({"error": "All 3 picture(s) have one label."}))
    with pytest.raises(TrainError, match="have one label"):
        tried_seconds(tiny_project.root, "thorough", 60)
    told(monkeypatch, "Killed")
    with pytest.raises(TrainError, match="could not be measured"):
        tried_seconds(tiny_project.root, "thorough", 60)


def test_without_torch_it_says_what_to_install(tiny_project, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "torch" else find(name, *rest)
    )
    assert 'pip install "tellapart[torch]"' in why_not(TrainConfig())
    with pytest.raises(TrainError, match="needs torch"):
        tried_seconds(tiny_project.root, "thorough", 60)


def test_another_backbone_cannot_be_tuned():
    assert "not with resnet18" in why_not(TrainConfig(backbone="resnet18"))
    said = why_not(TrainConfig(backbone="resnet18", recipe="everything"))
    assert said.startswith("The recipe everything works with the backbone efficientnet_lite0")


@pytest.mark.slow
@pytest.mark.parametrize("recipe", ["thorough", "everything"])
def test_the_process_measures_on_the_pictures_themselves(tiny_project, recipe):
    pytest.importorskip("torch", reason="torch is not installed (light path)")
    seconds = tried_seconds(tiny_project.root, recipe, 72)
    assert 0.5 < seconds < 900
    assert noted_seconds(tiny_project.cache_dir, recipe, 72) == pytest.approx(seconds)
