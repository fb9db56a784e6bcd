"""What tests of changed files start from."""

import os

import pytest
from make_data import make_tiny_folder
from tellapart.gather import take_in
from tellapart.store.project import create_project, open_project


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A folder with `source`, and with a `project` of its pictures. Do not change it."""
    root = tmp_path_factory.mktemp("made")
    make_tiny_folder(root / "source", ("circle", "square"), 4)
    with create_project(root / "project") as project:
        take_in(project, root / "source")
    for number, path in enumerate(sorted((root / "project" / "images").rglob("*.png"))):
        os.utime(path, ns=(1, (1_600_000_000 + number) * 10**9))  # long ago, as files are that nobody touches
    with open_project(root / "project") as project:
        assert project.changes == []
    return root
