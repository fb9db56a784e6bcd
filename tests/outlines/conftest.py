"""One small trained network of outlines for all tests that only read it."""

import pytest
from made_outlines import write_scenes
from tellapart.outlines.project import create_outline_project
from tellapart.outlines.reading import read_outlines


@pytest.fixture(scope="session")
def scenes(tmp_path_factory):
    return write_scenes(tmp_path_factory.mktemp("scenes") / "park")


@pytest.fixture(scope="session")
def trained_outlines(scenes, tmp_path_factory):
    """What training gave; nobody changes its project."""
    pytest.importorskip("torch")
    from tellapart.outlines.training import train_outlines

    project = create_outline_project(tmp_path_factory.mktemp("outlines") / "project", read_outlines(scenes))
    return train_outlines(project, n_epochs=10)


@pytest.fixture
def outline_project(scenes, tmp_path):
    """A project of one's own."""
    return create_outline_project(tmp_path / "project", read_outlines(scenes))
