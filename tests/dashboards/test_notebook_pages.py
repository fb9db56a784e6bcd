"""The notebooks run in a plain kernel, as JupyterLab runs them."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from tellapart_dashboards import launcher

NOTEBOOKS = sorted(Path(launcher.__file__).parents[1].glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_the_notebook_shows_its_page(path: Path, project_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(launcher.PROJECT_VARIABLE, str(project_dir))
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(project_dir.parent)}})
    client.execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert [output.output_type for output in outputs] == ["execute_result"]
    assert "application/vnd.jupyter.widget-view+json" in outputs[0].data
    states = next(iter(notebook.metadata.widgets.values()))["state"].values()
    shown = " ".join(str(state["state"].get("value", "")) for state in states)
    assert "went wrong" not in shown and "<h1>" in shown
