"""mybinder.org's own builder reads the project's folder binder/; it looks for no Docker then."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Binder runs on Linux")
def test_binder_s_own_builder_accepts_the_project(repo2docker, tmp_path):
    shutil.copytree(ROOT / "binder", tmp_path / "project" / "binder")
    done = subprocess.run(
        [repo2docker, "--no-build", "--debug", tmp_path / "project"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    made = done.stdout + done.stderr
    assert (
        "buildpack-deps" in made
        and 'env update -p ${NB_PYTHON_PREFIX} --file "binder/environment.yml"' in made
    )
    assert "chmod +x binder/postBuild" in made and "./binder/postBuild" in made
    assert "binder/start" in made
