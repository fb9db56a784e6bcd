"""Small projects in which decisions are made and taken back, and all that they hold."""

import atexit
import functools
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path

from make_data import make_tiny_folder
from tellapart.gather import take_in
from tellapart.store.project import create_project, open_project


def files_below(root):
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for top in ("images", "trash")
        for path in sorted((root / top).rglob("*"))
        if path.is_file()
    }


def rows_of(project):
    states = ("kept", "removed", "missing")
    return [asdict(picture) for state in states for picture in project.manifest.pictures(state=state)]


def labels_of(project):
    return project.manifest.rows("SELECT label, folder, folder_key FROM labels ORDER BY label")


def make_project(root):
    """Six pictures in two labels; two of them share a file name."""
    make_tiny_folder(root / "source", ("circle", "square"), 3)
    for path in (root / "source" / "square").iterdir():
        path.rename(path.with_name(path.name.replace("square", "circle")))
    project = create_project(root / "project")
    take_in(project, root / "source")
    return project


@functools.cache
def project_to_copy():
    root = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    make_project(root).close()
    return root / "project"


def copy_of_project(root):
    """The same, quickly, for tests of many examples."""
    return open_project(shutil.copytree(project_to_copy(), root / "project"))
