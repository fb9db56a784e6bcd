"""The six lines of docs/how-to/describe-data.md, as they stand there, on a few drawn pictures."""

import importlib.util
from pathlib import Path

import pytest
from make_data import make_tiny_folder
from tellapart.classify import Predictor

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "describe-data.md"


def six_lines():
    text = PAGE.read_text(encoding="utf-8")
    start = text.index("from tellapart.vision import *\nbears = ")
    return text[start : text.index("```", start)]


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed (light path)")
@pytest.mark.slow
def test_the_six_lines_run_and_leave_an_app(tmp_path, monkeypatch, capsys):
    make_tiny_folder(tmp_path / "bears", ("circle", "bar"), n_per_class=8)
    monkeypatch.chdir(tmp_path)
    code = six_lines()
    assert (
        len([part for line in code.splitlines() for part in line.split("; ")]) == 7
    )  # imports, then six statements
    exec(code, {})
    printed = capsys.readouterr().out
    epochs = [line.split(":")[0] for line in printed.splitlines() if line.startswith("Epoch")]
    assert epochs == [f"Epoch {n} of 4" for n in (1, 2, 3, 4)]
    answer = Predictor("bears-app").predict(tmp_path / "bears" / "bar" / "bar_001.png")
    assert answer.label in ("bar", "circle")
