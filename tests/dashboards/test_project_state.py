"""What the pages share of a project, when its folder goes away."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tellapart_dashboards.app.project_state import ProjectState


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody move a folder that is in use")
async def test_a_folder_moved_while_its_page_is_open_is_said(empty_project_dir: Path) -> None:
    state = ProjectState(empty_project_dir)
    empty_project_dir.rename(empty_project_dir.with_name("elsewhere"))
    await state.poll()
    assert f"{empty_project_dir} is no longer there" in state.message
    assert not empty_project_dir.exists()
