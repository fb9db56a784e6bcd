"""Folders of what was trained: a model's file and its card, made whole, and copied only when they can be used."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from itertools import count
from pathlib import Path

from tellapart import atomic_files
from tellapart.errors import BundleError, ProjectError
from tellapart.kinds.new_folder import new_folder
from tellapart.store.sqlite.database_errors import disk_reason

CARD_NAME = "MODEL_CARD.md"
KNOWN = "decisions_known"  # in what a model says it measured: number of the newest decision when its training began


def free_bundle_dir(bundles_dir: Path) -> Path:
    """A folder named by the time, made empty here, so that a training that ends in the same second takes another.

    Raises:
        ProjectError: the disk does not take it.
    """
    name = datetime.now(timezone.utc).strftime("%Y%m%d-%H%M%S")
    try:
        bundles_dir.mkdir(exist_ok=True)
        atomic_files.drop_left_parts(bundles_dir)
        for number in count(1):
            folder = bundles_dir / (name if number == 1 else f"{name}-{number}")
            with contextlib.suppress(FileExistsError):
                folder.mkdir()
                break
    except OSError as error:
        raise ProjectError(disk_reason(bundles_dir.parent, error)) from error
    return folder


def write_bundle(bundle_dir: Path, write_model: Callable[[Path], object], card: str) -> None:
    """A bundle, there as a whole or not at all; write_model: puts the model into the folder it is given.

    Args:
        bundle_dir: a folder that is empty, or not there yet.
    Raises:
        ProjectError: the disk does not take it.
    """
    try:
        with new_folder(bundle_dir, ProjectError) as folder:
            write_model(folder)
            atomic_files.write_bytes(folder / CARD_NAME, card.encode())
    except BaseException:
        with contextlib.suppress(OSError):
            bundle_dir.rmdir()  # only where it is still empty
        raise


def copy_bundle(
    bundle: Path, target: Path, names: Sequence[str], read_model: Callable[[Path], object]
) -> int:
    """Copy a bundle, verified by reading it, to a new folder; how many bytes it has.

    Args:
        names: of the files that go along, besides the card.
    Raises:
        BundleError: it cannot be used, or the folder is there or cannot be written.
    """
    read_model(bundle)
    if target.exists():
        raise BundleError(f"{target} exists. Choose a new folder name.")
    source = bundle if bundle.is_dir() else bundle.parent
    with new_folder(target, BundleError) as folder:
        for name in (*names, CARD_NAME):
            if (source / name).is_file():
                shutil.copyfile(source / name, folder / name)
    return sum(one.stat().st_size for one in target.iterdir())
