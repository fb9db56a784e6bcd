"""The report as a notebook: each part a cell with what it shows inside, to be run again beside the project.

A notebook that is not trusted shows its tables, and its diagrams once its cells are run.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tellapart import atomic_files
from tellapart.errors import RunError
from tellapart.store.files.own_files import check_own
from tellapart.store.project import Project
from tellapart.training_runs.listing import MALFORMED, TrainingRun
from tellapart.training_runs.report.facts import ReportFacts, report_facts
from tellapart.training_runs.report.page import PARTS, STYLE, lead, title, unusable
from tellapart.words.markdown import plain

_MARK = "tellapart report"


def write_notebook(project: Project, run: TrainingRun, out: Path) -> Path:
    """The notebook at `out`; one that was made before is replaced, nothing else is.

    Raises:
        RunError: something else is at `out`, the disk does not take it, or the run's result cannot be used.
    """
    out = out.expanduser().absolute()
    try:
        check_own(out, _is_ours, "notebook of tellapart report", RunError)
        atomic_files.write_json(out, notebook(report_facts(project, run)))
    except OSError as error:
        raise RunError(f"{out} cannot be written ({error.strerror}). Choose another place.") from error
    except MALFORMED as error:
        raise unusable(run, error) from error
    return out


def notebook(facts: ReportFacts) -> dict[str, Any]:
    """The notebook as plain JSON (nbformat 4.5)."""
    cells = [_markdown(f"# {plain(title(facts))}\n\n{plain(lead(facts))}"), _setup(facts)]
    for number, part in enumerate(PARTS, 2):
        cells.append(_code(number, f"show(sections.{part.__name__}(facts))", framed(part(facts))))
    for number, cell in enumerate(cells):
        cell["id"] = f"part-{number}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}, "generator": _MARK},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def framed(inner: str) -> str:
    """A part with the report's look, which nothing around it takes on. inner: HTML."""
    return f'<div class="tellapart-report">{inner}</div>'


def style_html() -> str:
    """The report's look, for what stands in `framed`."""
    rules = STYLE.read_text("utf-8").replace(":root", ":scope").replace("body {", ":scope {")
    return f"<style>@scope (.tellapart-report) {{ {rules} }}</style>"


def _setup(facts: ReportFacts) -> dict[str, Any]:
    lines = [
        "from IPython.display import HTML, display",
        "from tellapart.store.project import open_project",
        "from tellapart.training_runs.finding import done_run",
        "from tellapart.training_runs.report import notebook, sections",
        "from tellapart.training_runs.report.facts import report_facts",
        "",
        "",
        "def show(part):",
        "    display(HTML(notebook.framed(part)))",
        "",
        "",
        f"project = open_project({facts.project!r})  # its folder, beside this notebook",
        f"facts = report_facts(project, done_run(project, {facts.run.run_id!r}))",
        "display(HTML(notebook.style_html()))",
    ]
    return _code(1, "\n".join(lines), style_html())


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": "", "metadata": {}, "source": text}


def _code(number: int, source: str, shown: str) -> dict[str, Any]:
    data = {"text/html": shown, "text/plain": "<IPython.core.display.HTML object>"}
    output = {"output_type": "display_data", "metadata": {}, "data": data}
    return {
        "cell_type": "code", "id": "", "metadata": {}, "execution_count": number, "source": source, "outputs": [output],
    }  # fmt: skip


def _is_ours(path: Path) -> bool:
    try:
        found = json.loads(path.read_text("utf-8"))
        return bool(found["metadata"]["generator"] == _MARK)
    except (ValueError, KeyError, TypeError):
        return False
