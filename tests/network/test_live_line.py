"""A line that changes in the cell of a notebook while a network learns."""

import contextlib
import os
import subprocess
import sys
from textwrap import indent
from types import ModuleType

import pytest
from other_process import HANGS_S
from tellapart.network import live_line
from tellapart.network.live_line import LiveLine


@pytest.fixture
def cell(monkeypatch):
    """What a notebook's cell would have shown, newest last."""
    shown = []

    class Notebook:
        kernel = None

        @property
        def display_pub(self):
            return self

        def publish(self, data, metadata, transient, update):
            assert update == bool(shown) and transient["display_id"]
            shown.append(data["text/plain"])

    ipython = ModuleType("IPython")
    ipython.get_ipython = Notebook
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setattr(live_line, "_EVERY_S", 0.0)
    return shown


def test_it_says_at_once_what_is_done_and_then_how_much_is_left(cell):
    with LiveLine("Training", 4) as line:
        assert cell == ["Training …"]
        line.add()
        line.add(2)
        line.add(2)
    assert cell[1].startswith("Training: █████░░░░░░░░░░░░░░░ 25 %, about ")
    assert "75 %, about " in cell[2] and cell[3].endswith("█ 100 %")
    assert cell[4] == "Training: done in 0 s"


def test_what_fails_or_is_interrupted_is_said_to_have_stopped(cell):
    with pytest.raises(KeyboardInterrupt), LiveLine("Training", 4):
        raise KeyboardInterrupt
    assert cell[-1] == "Training: stopped after 0 s"


def test_a_program_that_is_no_notebook_and_has_no_terminal_shows_nothing(cell, monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "IPython")
    with LiveLine("Training", 4) as line:
        line.add()
    assert not cell and capsys.readouterr().err == ""


PROGRAM = """
from tellapart.network import live_line
live_line._EVERY_S = 0.0
with live_line.LiveLine("Training", 4) as line:
    line.add(2)
    print("Epoch 1 of 2")
    line.add(1)
print("learned")
"""


def screen_of(code, stdout=None):
    """What a program with a terminal of its own writes to it; with stdout there unless it goes elsewhere."""
    import pty  # not on Windows

    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-c", code], stdin=theirs, stdout=stdout or theirs, stderr=theirs,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "TERM": "xterm"},
    )  # fmt: skip
    os.close(theirs)
    screen = b""
    with contextlib.suppress(OSError):  # Linux says so where the other end is closed
        while part := os.read(ours, 4096):
            screen += part
    os.close(ours)
    assert program.wait(HANGS_S) == 0
    return screen.decode()


has_terminals = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no pseudo-terminals that Python could open"
)


@has_terminals
def test_a_terminal_has_the_line_below_what_is_printed_and_then_no_longer():
    text = screen_of(PROGRAM)
    half, epoch, more, learned = map(text.index, ("50 %", "Epoch 1 of 2", "75 %", "learned"))
    assert half < epoch < more < learned and "Training …" in text
    assert text[more:learned].count("\x1b[2K"), "the line is taken away before anything else is printed"
    assert "%" not in text[learned:]


@has_terminals
def test_what_is_printed_into_a_file_stays_there(tmp_path):
    with (tmp_path / "log").open("wb") as log:
        text = screen_of(PROGRAM, log)
    assert "75 %" in text and "Epoch" not in text
    assert (tmp_path / "log").read_text("utf-8") == "Epoch 1 of 2\nlearned\n"


@has_terminals
def test_a_line_of_the_programs_own_may_live_there_as_well():
    """Older versions of rich refuse a second one, which is then left out; newer ones show both."""
    text = screen_of(f"from rich.live import Live\nwith Live('own'):\n{indent(PROGRAM, '    ')}")
    assert "own" in text and text.index("Epoch 1 of 2") < text.index("learned")
