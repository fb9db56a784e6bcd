"""A line that changes in the cell of a notebook while a network learns."""

import sys
from types import ModuleType

import pytest
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


def test_a_program_that_is_no_notebook_shows_nothing(cell, monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython")
    with LiveLine("Training", 4) as line:
        line.add()
    assert not cell
