"""The Python of docs/how-to/tables.md, as it stands there, on a made table: six lines, and what follows them."""

from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "tables.md"


def code_after(begin):
    text = PAGE.read_text(encoding="utf-8")
    start = text.index(begin)
    return text[start : text.index("```", start)]


def test_the_six_lines_and_the_rest_run_and_answer(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(code_after("import random\n"), {})
    lines = code_after("from tellapart.tables import *\n")
    assert len(lines.splitlines()) == 7  # the import, then six lines
    names = {}
    exec(lines, names)
    printed = capsys.readouterr().out
    assert "wrong: error" in printed and printed.rstrip().endswith("yes")
    assert (
        names["result"].evaluation.error_rate < 0.2
        and (names["result"].bundle_dir / "MODEL_CARD.md").is_file()
    )
    exec(code_after("found = influence(project)\n"), names)
    printed = capsys.readouterr().out
    assert (
        "is shuffled" in printed
        and "Without the column sex" in printed
        and "Split by time (since)" in printed
    )
    assert float(printed.split()[-1]) < 1e-5  # of the ONNX file
    assert {one.name for one in tmp_path.iterdir()} >= {"importance.png", "form.html", "form.onnx"}
