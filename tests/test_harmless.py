"""What strangers write reaches a terminal, a spreadsheet or a program as harmless text, whatever the way out."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_data import make_tiny_folder
from PIL import Image
from tellapart.gather import take_in
from tellapart.safe_text import csv_cell, from_csv_cell, harmless, harmless_json
from tellapart.store.decision_files import export_decisions, read_decisions
from tellapart.store.journal import Relabel
from tellapart.store.project import create_project

ODD = {
    "escape": "\x1b[2J", "bell": "\x07", "carriage return": "\r", "backspace": "\x08", "delete": "\x7f", "nul": "\0",
    "C1 CSI": "\x9b31m", "C1 OSC": "\x9d0;x\x9c", "C1 next line": "\x85", "soft hyphen": "\xad",
    "right to left": "\u202e", "left to right": "\u202a", "isolate": "\u2066", "end of isolate": "\u2069",
    "mark": "\u200f", "arabic mark": "\u061c", "zero width space": "\u200b", "word joiner": "\u2060",
    "byte order": "\ufeff", "interlinear": "\ufff9", "tag": "\U000e0041", "shorthand": "\U0001bca0",
    "line separator": "\u2028", "paragraph": "\u2029", "half a pair": "\ud83d", "private": "\ue000",
    "unassigned": "\u0378", "no character": "\uffff", "hidden joiner": "a\u200db", "joiner at the end": "\u200d",
}  # fmt: skip
FINE = [
    "Bär",
    "熊",
    "\U0001f43b",
    "a <b>[bold]",
    "می\u200cخواهم",
    "\U0001f469\u200d\U0001f33e",
    "क्\u200dष",
    "naïve café",
    "a\xa0b",
]


def is_quiet(text):
    return all(
        one in "\n\u200c\u200d" or unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
        for one in text
    )


@pytest.mark.parametrize("name", ODD)
def test_odd_signs_are_shown_as_such(name):
    said = harmless(f"oak{ODD[name]}.jpg")
    assert is_quiet(said) and "\ufffd" in said and said.endswith(".jpg")


@pytest.mark.parametrize("text", FINE)
def test_what_people_write_stays_as_it_is(text):
    assert harmless(text) == text


def test_a_name_stays_in_one_line():
    assert harmless("a.jpg\n3 pictures added\tb") == "a.jpg 3 pictures added b"


@given(st.text(st.characters(), max_size=60))
def test_any_text_is_harmless_and_json_loses_nothing(text):
    assert is_quiet(harmless(text))
    written = harmless_json({text: [text, 1.5, None]})
    assert json.loads(written) == {text: [text, 1.5, None]}
    assert is_quiet(written) and "\u200d" not in written and "\n" not in written
    written.encode("utf-8")


@given(st.text(st.characters(categories=("L", "N", "P", "S")), max_size=30))
def test_a_cell_comes_back_as_it_was_and_is_never_a_formula(text):
    cell = csv_cell(text)
    assert not cell.startswith(("=", "+", "-", "@")) and from_csv_cell(cell) == text


@pytest.mark.parametrize("name", ODD)
def test_decisions_as_csv_are_harmless_and_come_back(name, tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 1)
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "source")
        picture = project.manifest.pictures()[0]
        project.journal.decide(Relabel(picture.image_id, "=cmd|' /C calc'!A0"))
        with project.manifest.transaction() as db:
            odd = f"images/circle/{ODD[name]}.jpg".encode("utf-8", "replace").decode()
            db.execute(
                "UPDATE journal SET before = json_set(before, '$.path', ?)", [odd.replace("\0", "\x01")]
            )
        export_decisions(project, tmp_path / "d.csv")
    text = (tmp_path / "d.csv").read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert (
        is_quiet(text)
        and rows[0]["label"].startswith("'=cmd")
        and rows[0]["file"].startswith("images/circle/")
    )
    assert read_decisions(tmp_path / "d.csv") == [Relabel(picture.image_id, "=cmd|' /C calc'!A0")]


def tellapart(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "tellapart.cli", *map(str, arguments)], capture_output=True, encoding="utf-8"
    )


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    """Two commands on a folder with odd names and with TIFFs that make libtiff speak."""
    folder = tmp_path_factory.mktemp("odd")
    make_tiny_folder(folder / "source", ("circle", "square"), 2)
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8))
    for number, compression in enumerate(("tiff_lzw", "tiff_adobe_deflate", "packbits")):
        buffer = io.BytesIO()
        noise.save(buffer, "TIFF", compression=compression)
        data = bytearray(buffer.getvalue())
        for i in range(300, 900):
            data[i] ^= 0x5A
        (folder / "source" / "circle" / f"{number}.tif").write_bytes(data)
    if os.name == "posix":
        for name, sign in ODD.items():
            if name not in ("nul", "half a pair"):
                (folder / "source" / "square" / f"{sign}x.jpg").write_bytes(b"no picture")
    text = tellapart("new", folder / "project", "--from", folder / "source")
    shutil.rmtree(folder / "project")
    as_json = tellapart("new", folder / "project", "--from", folder / "source", "--json")
    return folder, text, as_json


def test_a_command_says_nothing_that_a_terminal_obeys(spoken):
    _, text, as_json = spoken
    assert text.returncode == as_json.returncode == 0
    assert is_quiet(text.stdout) and is_quiet(as_json.stdout) and "\u200d" not in as_json.stdout
    names = {one["path"] for one in json.loads(as_json.stdout)["refusals"]}
    if os.name == "posix":
        assert any("\x1b[2J" in name for name in names), "a program still gets the real name"


def test_libraries_do_not_speak_to_the_terminal(spoken):
    _, text, as_json = spoken
    assert text.stderr == "" and as_json.stderr == ""


def test_python_can_still_speak_when_libraries_are_silent(tmp_path):
    code = (
        "import os, sys; from tellapart.cli.console import err, hush_libraries; hush_libraries(); "
        "os.write(2, b'library'); err.print('ours'); print('Bär \\udcff', file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert done.stderr == "ours\nBär \\udcff\n"
    closed = subprocess.run(
        [sys.executable, "-c", f"import os; os.close(2); {code[12:]}"], capture_output=True
    )
    assert Path(tmp_path).is_dir() and closed.stdout == b""
