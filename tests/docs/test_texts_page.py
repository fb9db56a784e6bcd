"""The six lines of docs/how-to/texts.md, as they stand there, on made texts."""

from pathlib import Path

import pytest
from tellapart.texts import load_predictor

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "texts.md"


def code_after(begin):
    text = PAGE.read_text(encoding="utf-8")
    start = text.index(begin)
    return text[start : text.index("```", start)]


def test_the_six_lines_run_and_leave_a_page(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(code_after("import random\n"), {})
    lines = code_after("from tellapart.texts import *\n")
    assert len(lines.splitlines()) == 7  # the import, then six lines
    names = {}
    exec(lines, names)
    printed = capsys.readouterr().out
    assert "wrong: error" in printed and printed.rstrip().endswith("good")
    assert names["project"].label_counts() == {"bad": 60, "good": 61}  # the wrong one was put right
    assert (
        load_predictor("reviews-again/bundles/" + names["result"].bundle_dir.name).predict("dull").label
        == "bad"
    )
    assert (tmp_path / "reviews.html").read_text("utf-8").startswith("<!doctype html>")
    assert names["result"].evaluation.error_rate == pytest.approx(0, abs=0.05)
