"""Where a recommender lies: its own folder, or the newest of a project."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

from tellapart.errors import BundleError
from tellapart.ratings.model_file import FILE_NAME, read_model
from tellapart.ratings.project import is_rating_project, open_rating_project
from tellapart.store.sqlite.database_errors import disk_reason
from tellapart.words.commands import typed


def bundle_of(place: Path) -> Path:
    """The bundle itself, or the newest one of a project.

    Raises:
        BundleError: the project has none yet.
    """
    if not is_rating_project(place):
        return place
    newest = open_rating_project(place).newest_bundle()
    if newest is None:
        raise BundleError(
            f"{place} has no trained recommender yet. Train it first: tellapart train {typed(place)}"
        )
    return newest


def copy_bundle(bundle: Path, target: Path) -> int:
    """Copy a bundle, verified, to a new folder; how many bytes it has.

    Raises:
        BundleError: it cannot be used, or the folder is there or cannot be written.
    """
    read_model(bundle)
    if target.exists():
        raise BundleError(f"{target} exists. Choose a new folder name.")
    source = bundle if bundle.is_dir() else bundle.parent
    beside = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        beside.mkdir(parents=True)
        for name in (FILE_NAME, "MODEL_CARD.md"):
            if (source / name).is_file():
                shutil.copyfile(source / name, beside / name)
        beside.rename(target)
    except OSError as error:
        raise BundleError(disk_reason(target.parent, error)) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return sum(one.stat().st_size for one in target.iterdir())
