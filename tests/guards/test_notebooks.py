"""Notebooks only open the door: at most ten code lines, nothing stored, nothing that Voila cannot show."""

import ast
import json
import re

import pytest

from .sources import ROOT

LINK = re.compile(r"\]\((\S+)\)")
NOTEBOOKS = sorted((ROOT / "dashboards").glob("*.ipynb"))


def cells(path, kind):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def source(cell):
    return "".join(cell["source"])


def test_there_are_notebooks():
    assert ROOT / "dashboards" / "studio.ipynb" in NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_has_at_most_ten_code_lines_and_no_output(path):
    lines = [line for cell in cells(path, "code") for line in source(cell).splitlines() if line.strip()]
    assert 1 <= len(lines) <= 10
    for cell in cells(path, "code"):
        ast.parse(source(cell))
        assert cell["outputs"] == [] and cell["execution_count"] is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_leaves_the_title_to_its_page_and_leads_on(path):
    first, last = (source(cell) for cell in cells(path, "markdown"))
    assert "#" not in first and "Shift+Enter" in first
    (name,) = LINK.findall(last)
    assert ROOT / "dashboards" / name in NOTEBOOKS and name != path.name


def test_the_notebooks_lead_through_all_steps():
    at, seen = "1_gather.ipynb", []
    while at not in seen:
        seen.append(at)
        (at,) = LINK.findall(source(cells(ROOT / "dashboards" / at, "markdown")[-1]))
    assert sorted(seen) == [path.name for path in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_has_no_markdown_picture(path):
    # Under a Jupyter server Voila's page would never finish (voila#1473).
    assert [source(cell) for cell in cells(path, "markdown") if "![" in source(cell)] == []
