"""A project that may not be written, or not be read in part, is shown as far as it can be, and left as it is."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from other_process import run_python
from tellapart.store.journal import Relabel, Remove
from tellapart.store.project import open_project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="permissions of a POSIX disk")

COMMANDS = """
import json
from command_line import tellapart
root, out = sys.argv[1], sys.argv[2]
wanted = json.loads(sys.argv[3])
print(json.dumps([tellapart(*[one.replace("ROOT", root).replace("OUT", out) for one in command], code=code)
                  for command, code in wanted]))
"""


@pytest.fixture
def root(request, trained, tmp_path):
    """A project of somebody else: nothing in it may be written. Left open, its latest rows lie in the second file."""
    is_left_open = getattr(request, "param", "left open") == "left open"
    root = Path(shutil.copytree(trained[0], tmp_path / "project"))
    with open_project(root) as project:
        first, second, *_ = project.manifest.pictures(label="circle")
        project.journal.decide(Relabel(first.image_id, "square"))
        project.journal.decide(Remove(second.image_id))
        if is_left_open:
            shutil.copytree(root, tmp_path / "copy")
    if is_left_open:
        shutil.rmtree(root)
        (tmp_path / "copy").rename(root)
        (root / "tellapart.db-shm").unlink()
        assert (root / "tellapart.db-wal").stat().st_size > 0
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    every = [root, *root.rglob("*")]
    for path in every:
        path.chmod(path.stat().st_mode & ~0o222)
    yield root
    for path in every:
        path.chmod(path.stat().st_mode | 0o200)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def said(root, tmp_path, *commands):
    """What commands say to somebody whom the permissions hold."""
    wanted = json.dumps([(list(map(str, command)), code) for *command, code in commands])
    return json.loads(run_python(COMMANDS, root, tmp_path / "out", wanted, is_held=True))


def test_commands_that_read_work(root, tmp_path):
    bundle = next((root / "bundles").iterdir())
    log, credits, clean, datasheet, exported, predicted = said(
        root, tmp_path, ("log", "ROOT", 0), ("credits", "ROOT", "--out", "OUT/credits", 0), ("clean", "ROOT", "--json", 0),
        ("datasheet", "ROOT", "--out", "OUT/sheet.md", 0), ("export", "ROOT", "OUT/bundle", 0),
        ("predict", "ROOT", bundle / "golden" / "1.jpg", "--json", 0),
    )  # fmt: skip
    assert "relabel circle → square" in log and "remove" in log
    assert "71 of 71 pictures" in credits and (tmp_path / "out" / "credits" / "credits.csv").is_file()
    assert "findings" in json.loads(clean)
    assert "sheet.md" in datasheet and "The model is in" in exported and json.loads(predicted)[0]["label"]


def test_commands_that_write_say_that_they_cannot(root, tmp_path):
    source = tmp_path / "source"
    (source / "ring").mkdir(parents=True)
    shutil.copy(next((root / "images" / "square").iterdir()), source / "ring" / "a.png")
    for text in said(
        root, tmp_path, ("train", "ROOT", 1), ("undo", "ROOT", 1), ("add", "ROOT", source, 1),
        ("datasheet", "ROOT", 1), ("clean", "ROOT", "--apply-suggestions", "0", 1),
    ):  # fmt: skip
        assert "cannot be written" in text and "Nothing was lost" in text and "tellapart-reading" not in text


@pytest.mark.parametrize("root", ["closed", "left open"], indirect=True)
def test_the_log_is_there_and_nothing_is_left_behind(root, tmp_path, monkeypatch):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (log,) = said(root, tmp_path, ("log", "ROOT", 0))
    assert "relabel circle → square" in log and list((tmp_path / "temporary").glob("tellapart*")) == []


@pytest.mark.parametrize("right", [0o000, 0o111], ids=["closed", "no list"])
def test_a_folder_that_cannot_be_read_is_passed_over_with_a_note(trained, tmp_path, right):
    root = Path(shutil.copytree(trained[0], tmp_path / "project"))
    folder = root / "images" / "circle"
    (folder / "new.txt").write_text("so that the folder is looked at")
    folder.chmod(right)
    script = """
    from tellapart.store.project import open_project
    for _ in range(2):
        with open_project(Path(sys.argv[1])) as project:
            print(project.manifest.label_counts(), " ".join(project.changes), len(project.manifest.refusals()))
    """
    try:
        first, again = run_python(script, root, is_held=True).splitlines()
    finally:
        folder.chmod(0o755)
    assert first == again and first.endswith(" 1"), "told each time, noted once"
    assert (
        "'circle': 24" in first
        and "images/circle: this folder cannot be read" in first
        and "missing" not in first
    )
    (folder / "new.txt").unlink()
    with open_project(root) as project:
        assert project.manifest.label_counts()["circle"] == 24 and "missing" not in " ".join(project.changes)
    assert os.access(folder, os.R_OK)
