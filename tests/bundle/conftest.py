"""Bundles of strangers."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def bundle(trained, tmp_path, own_cache):
    """A copy with nothing remembered about it, as one that came from somewhere else."""
    return Path(shutil.copytree(trained[1].bundle_dir, tmp_path / "bundle"))
