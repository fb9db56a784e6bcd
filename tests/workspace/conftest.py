"""A projects folder of a test's own, with a few projects in it."""

from pathlib import Path

import pytest
from make_data import make_tiny_folder
from tellapart.gather import take_in
from tellapart.store.project import create_project
from tellapart.workspace.places import SETTINGS_VARIABLE, WORKSPACE_VARIABLE


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty projects folder, and settings of one's own."""
    monkeypatch.setenv(WORKSPACE_VARIABLE, str(tmp_path / "projects"))
    monkeypatch.setenv(SETTINGS_VARIABLE, str(tmp_path / "settings"))
    (tmp_path / "projects").mkdir()
    return tmp_path / "projects"


@pytest.fixture
def bears(workspace: Path, tmp_path: Path) -> Path:
    """A project of two labels with three pictures each."""
    make_tiny_folder(tmp_path / "shapes", ("circle", "square"), n_per_class=3)
    with create_project(workspace / "bears") as project:
        take_in(project, tmp_path / "shapes")
    return workspace / "bears"
