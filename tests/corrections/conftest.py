"""Pictures that are in no project, as an app would send them."""

from __future__ import annotations

import pytest
from make_data import make_tiny_folder
from tellapart.corrections.correction import bare_jpeg
from tellapart.store.project import Project


@pytest.fixture(scope="session")
def jpegs(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Twelve pictures that are in no project, bare."""
    folder = tmp_path_factory.mktemp("others")
    make_tiny_folder(folder, n_per_class=4, size_px=70)
    return [bare_jpeg(path) for path in sorted(folder.rglob("*.*"))][:12]


@pytest.fixture
def tiny_project(reviewed_project: Project) -> Project:
    """A project of one's own with a bundle; everything is cached that cleaning looks at."""
    return reviewed_project
