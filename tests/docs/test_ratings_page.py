"""The six lines of docs/how-to/ratings.md, as they stand there, on made ratings."""

from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "ratings.md"


def code_after(begin):
    text = PAGE.read_text(encoding="utf-8")
    start = text.index(begin)
    return text[start : text.index("```", start)]


def test_the_six_lines_run_and_recommend(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(code_after("import random\n"), {})
    lines = code_after("from tellapart.ratings import *\n")
    assert len(lines.splitlines()) == 7  # the import, then six lines
    names = {}
    exec(lines, names)
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("On a random fifth: mean squared error")
    for answer in printed[-2:]:
        assert answer.count("Space story") == 3
    scores = names["result"].scores
    assert scores.mse < 0.6 < scores.bias_mse
