"""Folders of what was trained: a model's file and its card, made whole, and copied only when they can be used."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path

from tellapart import atomic_files
from tellapart.errors import BundleError, ProjectError
from tellapart.kinds.new_folder import new_folder

_CARD_NAME = "MODEL_CARD.md"


def free_bundle_dir(bundles_dir: Path) -> Path:
    """A folder named by the time that nobody has; it is not made yet."""
    name = datetime.now(timezone.utc).strftime("%Y%m%d-%H%M%S")
    tried = [name, *(f"{name}-{number}" for number in range(2, 1000))]
    return bundles_dir / next(one for one in tried if not (bundles_dir / one).exists())


def write_bundle(bundle_dir: Path, write_model: Callable[[Path], object], card: str) -> None:
    """A bundle, there as a whole or not at all; write_model: puts the model into the folder it is given.

    Raises:
        ProjectError: the disk does not take it.
    """
    with new_folder(bundle_dir, ProjectError) as folder:
        write_model(folder)
        atomic_files.write_bytes(folder / _CARD_NAME, card.encode())


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
        for name in (*names, _CARD_NAME):
            if (source / name).is_file():
                shutil.copyfile(source / name, folder / name)
    return sum(one.stat().st_size for one in target.iterdir())
