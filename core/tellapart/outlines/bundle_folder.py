"""Where a network of outlines lies: its own folder, or the newest of a project; and a copy of it to hand over."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

from tellapart.errors import BundleError
from tellapart.outlines.model_file import NETWORK_NAME, read_model
from tellapart.outlines.project import MODEL_NAME, is_outline_project, open_outline_project
from tellapart.store.sqlite.database_errors import disk_reason
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


def copy_bundle(bundle: Path, target: Path) -> int:
    """Copy a bundle, verified, to a new folder, without the names of pictures; how many bytes it has.

    Raises:
        BundleError: it cannot be used, or the folder is there or cannot be written.
    """
    read_model(bundle)
    if target.exists():
        raise BundleError(f"{target} exists. Choose a new folder name.")
    beside = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        beside.mkdir(parents=True)
        for name in (MODEL_NAME, NETWORK_NAME, "MODEL_CARD.md"):
            if (bundle / name).is_file():
                shutil.copyfile(bundle / name, beside / name)
        beside.rename(target)
    except OSError as error:
        raise BundleError(disk_reason(target.parent, error)) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return sum(one.stat().st_size for one in target.iterdir())
