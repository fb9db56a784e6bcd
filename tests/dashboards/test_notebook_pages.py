"""The notebooks run in a plain kernel, as JupyterLab runs them."""

from __future__ import annotations

from pathlib import Path

import pytest
from other_process import HANGS_S
from tellapart_dashboards.app import launcher

WAIT_UNTIL_FILLED = """
import asyncio, gc
from ipywidgets import Widget
from tellapart_dashboards.widgets.steps.steps import Steps
await asyncio.sleep(1)  # what happens to widgets before a browser has drawn them is lost: nothing may
steps = [one for one in gc.get_objects() if isinstance(one, Steps)]
print([(one.project_name, one.current) for one in steps])
for one in steps:
    one.is_drawn = True  # as the browser says it
while True:
    await asyncio.sleep(0.1)
    states = [state["state"] for state in Widget.get_manager_state()["state"].values()]
    shown = " ".join(str(state.get("value", "")) for state in states)
    if "<h1>" in shown or "went wrong" in shown:
        break
print(shown)
"""
# The studio shows every page, so it stands for them all where minutes count.
NOTEBOOKS = [
    pytest.param(path, marks=() if path.stem == "studio" else pytest.mark.slow)
    for path in sorted(Path(launcher.__file__).parents[2].glob("*.ipynb"))
]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_the_notebook_shows_its_page(path: Path, project_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import nbformat  # takes seconds, in each process that only collects tests
    from nbclient import NotebookClient

    monkeypatch.setenv(launcher.PROJECT_VARIABLE, str(project_dir))
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(WAIT_UNTIL_FILLED))
    place = {"metadata": {"path": str(project_dir.parent)}}
    client = NotebookClient(notebook, timeout=HANGS_S, startup_timeout=HANGS_S, resources=place)
    client.execute()
    page, filled = (cell.outputs for cell in notebook.cells if cell.cell_type == "code")
    assert [output.output_type for output in page] == ["execute_result"]
    assert "application/vnd.jupyter.widget-view+json" in page[0].data
    said = "".join(
        output.text for output in filled
    )  # in one piece or in two, as the kernel happens to flush it
    assert said.startswith("[('', '')]\n"), "the page waits for the browser"
    assert "<h1>" in said and "went wrong" not in said
