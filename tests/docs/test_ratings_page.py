"""The six lines of docs/how-to/ratings.md, as they stand there, on made ratings."""

import re
import shlex
from pathlib import Path

from command_line import tellapart

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


def test_the_titles_the_findings_the_map_and_the_page_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    made = {}
    exec(code_after("import random\n"), made)
    exec(code_after("rows = [row.rsplit"), made)
    for line in commands():
        assert tellapart(*shlex.split(line.removeprefix("$ tellapart "))) is not None
    assert "Space story" in tellapart("recommend", "my-films", "--like", "f0=5")
    assert Path("map.svg").is_file() and Path("recommender.html").is_file()
    names = {}
    exec(code_after("from tellapart.ratings import *\n"), names)
    exec(code_after("review = open_review(project)\n"), names)
    assert "u7" not in names["project"].table.user_names
    assert "What to see tonight" in Path("films.html").read_text("utf-8")
    assert "story" in capsys.readouterr().out.splitlines()[-1]


def commands():
    """Those of the page, in an order in which they can be run: a second table, its titles, then the findings."""
    found = re.findall(r"^\$ tellapart .*$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(found) == 13
    return found
