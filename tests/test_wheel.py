"""What is installed from a wheel is whole: every file that the code reads is in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parent.parent
NOT_INSTALLED = {"jsconfig.json", "protocol.d.ts", "model.d.ts"}  # read by an editor and by `make lint`
IMPORT_ALL = """
import importlib, pathlib, pkgutil, sys
import anywidget, tellapart, tellapart_dashboards
found = {}
for package in (tellapart, tellapart_dashboards):
    assert pathlib.Path(package.__file__).is_relative_to(sys.argv[1]), package.__file__
    for one in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if ".network" not in one.name and not one.name.endswith("__main__"):
            found.update(vars(importlib.import_module(one.name)))
widgets = [one for one in found.values() if isinstance(one, type) and issubclass(one, anywidget.AnyWidget)]
own = {one.__name__ for one in widgets if one is not anywidget.AnyWidget and hasattr(one, "_esm") and str(one._esm) and str(one._css)}
print(*sorted(own))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built of a copy: building writes beside the sources."""
    scratch = tmp_path_factory.mktemp("wheel")
    for name in ("core", "dashboards"):
        unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
        shutil.copytree(ROOT / name, scratch / name, ignore=unwanted)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, scratch / name)
    code = "import setuptools.build_meta as backend; print(backend.build_wheel('dist'))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=scratch, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return scratch / "dist" / done.stdout.splitlines()[-1]


def test_a_wheel_has_every_file_of_both_packages(wheel: Path) -> None:
    there = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        path.relative_to(folder).as_posix()
        for folder, package in ((ROOT / "core", "tellapart"), (ROOT / "dashboards", "tellapart_dashboards"))
        for path in (folder / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc" and path.name not in NOT_INSTALLED
    }
    assert len(wanted) > 200 and wanted - there == set()
    beside = {path.name for path in ROOT.glob("dashboards/*.ipynb")}
    beside |= {path.name for path in ROOT.glob("dashboards/voila/templates/tellapart/*")}
    assert beside - {Path(name).name for name in there if ".data/data/share/" in name} == set()


def test_every_module_and_widget_of_a_wheel_finds_its_files(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, str(tmp_path)],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert {"Grid", "Gallery", "Steps", "UploadWidget"} <= set(done.stdout.split())
