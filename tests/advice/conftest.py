"""Projects that were trained, with and without something to advise about."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tellapart.gather import take_in
from tellapart.store.project import Project, create_project, open_project
from tellapart.train import TrainResult, keep_as_run, train_head

N_TURNED = 2  # of each of two labels


@pytest.fixture
def project(tiny_project: Project, trained: tuple[Path, TrainResult]) -> Project:
    """The shapes, trained, with the run that a page finds."""
    bundle = tiny_project.bundles_dir / trained[1].bundle_dir.name
    keep_as_run(tiny_project, replace(trained[1], bundle_dir=bundle))
    return tiny_project


@pytest.fixture(scope="session")
def turned(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained project of the shapes in which some circles and squares have each other's label."""
    folder = tmp_path_factory.mktemp("turned")
    shutil.copytree(tiny_folder, folder / "shapes")
    for label, other in (("circle", "square"), ("square", "circle")):
        for file in sorted((tiny_folder / label).iterdir())[:N_TURNED]:
            (folder / "shapes" / label / file.name).rename(folder / "shapes" / other / f"turned-{file.name}")
    with create_project(folder / "project") as project:
        take_in(project, folder / "shapes")
        keep_as_run(project, train_head(project))
    return folder / "project"


@pytest.fixture
def turned_project(turned: Path, tmp_path: Path) -> Iterator[Project]:
    """The same for one test."""
    shutil.copytree(turned, tmp_path / "turned")
    with open_project(tmp_path / "turned") as project:
        yield project
