"""Where a network of outlines lies: its own folder, or the newest of a project; and a copy of it to hand over."""

from __future__ import annotations

from pathlib import Path

from tellapart.errors import BundleError
from tellapart.kinds.bundle_folder import copy_bundle
from tellapart.outlines.model_file import NETWORK_NAME, read_model
from tellapart.outlines.project import MODEL_NAME, is_outline_project, open_outline_project
from tellapart.words.commands import typed


def bundle_of(place: Path) -> Path:
    """The bundle itself, or the newest one of a project.

    Raises:
        BundleError: the project has none yet.
    """
    if not is_outline_project(place):
        return place
    newest = open_outline_project(place).newest_bundle()
    if newest is None:
        raise BundleError(
            f"{place} has no trained network yet. Train it first: tellapart train {typed(place)}"
        )
    return newest


def copy_outlines(bundle: Path, target: Path) -> int:
    """Copy a bundle, verified, to a new folder, without the names of pictures; how many bytes it has.

    Raises:
        BundleError: it cannot be used, or the folder is there or cannot be written.
    """
    return copy_bundle(bundle, target, (MODEL_NAME, NETWORK_NAME), read_model)
