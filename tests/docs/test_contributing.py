"""docs/contributing.md names files and functions: all of them exist, all rooms are named, and it stays two screens."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
PATH = re.compile(r"`((?:core|dashboards|tests|docs)/[\w./<>-]*)(?::(\w+))?`")
JS_NAME = re.compile(r"(?:function|class|const)\s+(\w+)|^\s+(?:async )?(\w+)\(.*\{$", re.MULTILINE)
TEN = (
    "EXIF orientation",
    "the L2 strength",
    "trash and restore",
    "private addresses refused",
    "none of these",
    "near-duplicate groups",
    "a running training found again",
    "the confusion matrix drawn",
    "pixels to probabilities",
    "a label's name made safe",
)


def names_in(file):
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".js":
        return {name for found in JS_NAME.findall(text) for name in found if name}
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in ast.walk(ast.parse(text)) if isinstance(node, definitions)}


@pytest.mark.parametrize("path, name", sorted(set(PATH.findall(PAGE))))
def test_what_the_page_names_exists(path, name):
    file = ROOT / path
    assert file.exists(), path
    if name:
        assert name in names_in(file), f"{path} has no {name}"


def test_the_page_names_each_room_of_both_packages():
    rooms = {
        f"{folder.relative_to(ROOT).as_posix()}/"
        for package in (ROOT / "core" / "tellapart", ROOT / "dashboards" / "tellapart_dashboards")
        for folder in package.iterdir()
        if (folder / "__init__.py").is_file()
    }
    assert rooms - {path for path, _ in PATH.findall(PAGE)} == set()


def test_the_ten_things_each_have_a_file_and_a_function():
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")]
    for thing in TEN:
        row = next((row for row in rows if thing in row.split("|")[1]), "")
        found = PATH.findall(row)
        assert found and all(name for _, name in found), thing


def test_the_walks_have_few_steps():
    walk = PAGE.split("## The walk of one decision")[1].split("## ")[0]
    assert 3 <= len(re.findall(r"^\d+\. ", walk, re.MULTILINE)) <= 5
