"""The six lines of docs/how-to/outlines.md, as they stand there, on drawn pictures."""

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed (light path): pip install 'tellapart[torch]'")
pytestmark = pytest.mark.slow
PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "outlines.md"


def code_after(begin):
    text = PAGE.read_text(encoding="utf-8")
    start = text.index(begin)
    return text[start : text.index("```", start)]


def test_the_six_lines_run_and_answer(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(code_after("import random\n"), {})
    lines = code_after("from tellapart.outlines import *\n")
    assert len(lines.splitlines()) == 7  # the import, then six lines
    names = {}
    exec(lines, names)
    printed = capsys.readouterr().out
    assert "mean IoU" in printed and "'grass': 0." in printed
    assert names["result"].scores.mean_iou > 0.6 and (names["result"].bundle_dir / "model.onnx").is_file()
