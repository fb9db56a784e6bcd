"""`tellapart advice`: what it says, as JSON, before a training, and of another one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from command_line import tellapart
from tellapart.advice import Advised
from tellapart.advice.words import NOTHING_HELPS
from tellapart.store.journal import Relabel
from tellapart.store.project import open_project


@pytest.fixture
def root(trained, tmp_path):
    root = Path(shutil.copytree(trained[0], tmp_path / "my shapes"))
    with open_project(root) as project:  # labels nobody would give, decided as if somebody had
        for one in project.manifest.pictures("circle")[:5]:
            project.journal.decide(Relabel(one.image_id, "square"))
    return root


def test_it_is_said_in_lines_and_as_json(root):
    assert "has no training that ended well" in tellapart("advice", root, code=1)
    tellapart("train", root)
    said = tellapart("advice", root).splitlines()
    found = Advised.from_json(json.loads(tellapart("advice", root, "--json")))
    if not found.advice:
        assert said == [NOTHING_HELPS]
        return
    assert [line[:2] for line in said[: len(found.advice)]] == [f"{i + 1}." for i in range(len(found.advice))]
    assert "in 8 of 10 cases" in said[-2] and said[-1].startswith("Next: tellapart ")
    assert f"'{root}'" in said[-1], "a path with a space is quoted"


def test_another_training_is_named_and_found_out_anew(root):
    tellapart("train", root)
    tellapart("runs", root, "--rename", "newest", "first")
    first = json.loads(tellapart("advice", root, "--json"))
    tellapart("train", root, "--prior", "equal")
    assert json.loads(tellapart("advice", root, "--run", "first", "--json")) == first
    anew = json.loads(tellapart("advice", root, "--run", "first", "--anew", "--json"))
    assert anew["run"] == first["run"] and anew["seconds"] != first["seconds"]
    assert "There is no run 'second'" in tellapart("advice", root, "--run", "second", code=1)
