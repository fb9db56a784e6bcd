"""How the command line ends when the person or the disk stops it: one sentence, an exit code, no traceback."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import pytest
from command_line import tellapart
from tellapart import cli
from tellapart.bundle.writer import copy_bundle
from tellapart.cli.console import fail, say
from tellapart.errors import BundleError
from tellapart.words.commands import typed


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
def test_output_that_the_disk_does_not_take_is_said(options: list[str]) -> None:
    command = [sys.executable, "-m", "tellapart.cli", "datasets", *options]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr == "The output cannot be written: No space left on device.\n"


@pytest.mark.skipif(sys.platform == "win32", reason="there such a name is just not found")
def test_a_name_that_no_disk_takes_is_said_to_be_unusable() -> None:
    name = "x" * 300
    assert "cannot be read (File name too long). Check the name" in tellapart(
        "predict", name, "a.jpg", code=1
    )
    command = [sys.executable, "-m", "tellapart.cli", "compare", name, name]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.endswith(" cannot be used: File name too long.\n")


@pytest.mark.skipif(
    sys.platform == "win32", reason="there the name after ~ is taken for a neighbour's folder"
)
def test_a_path_in_the_home_of_nobody_is_said() -> None:
    for command in ("clean", "prune", "train"):
        assert "nobody on this computer has the name after it" in tellapart(command, "~nosuchuser/x", code=1)


def test_stopped_while_it_is_being_loaded_it_ends_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    class CtrlC:
        @staticmethod
        def find_spec(name: str, *_: Any) -> ModuleSpec | None:
            if name == "tellapart.cli.app":
                raise KeyboardInterrupt
            return None

    monkeypatch.delitem(sys.modules, "tellapart.cli.app", raising=False)
    monkeypatch.setattr(sys, "meta_path", [CtrlC, *sys.meta_path])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 130


@pytest.mark.skipif(sys.platform == "win32", reason="quotes of a POSIX shell")
def test_paths_are_told_as_they_are_typed() -> None:
    assert typed(Path("my-bears")) == "my-bears"
    assert typed("my bears & more") == "'my bears & more'"


def test_an_export_to_a_full_disk_is_one_sentence_and_leaves_nothing(
    trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(target))

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(BundleError, match=r"^The disk that holds .* is full\. Nothing was lost"):
        copy_bundle(trained[1].bundle_dir, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_names_of_strangers_give_a_terminal_no_orders(capsys: pytest.CaptureFixture[str]) -> None:
    say("oak/\x1b[2J\x1b]0;mine\x07\r\x9b31m.jpg: a <b>[bold]Bär[/bold]</b> 熊 \U0001f43b")
    with pytest.raises(SystemExit):
        fail("\x1b[31mred", is_json=False)
    told = capsys.readouterr()
    assert told.out == "oak/�[2J�]0;mine���31m.jpg: a <b>[bold]Bär[/bold]</b> 熊 \U0001f43b\n"
    assert told.err == "�[31mred\n"
