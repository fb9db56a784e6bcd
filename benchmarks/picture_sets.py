"""Picture sets for measurements: a folder with unpacked sets or with their .tgz archives, which are never part of this
repository. Every set comes out as one folder of class folders, whatever splits it had."""

from __future__ import annotations

import shutil
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

SPLIT_NAMES = {"train", "training", "valid", "val", "validation", "test", "testing"}
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}


def class_folders(data: Path, name: str, scratch: Path) -> Path:
    """One folder per class of the set `name`; a set that comes with splits is copied together below `scratch`.

    Ends the program with a sentence when the set is not there.
    """
    found = _unpacked(data, name, scratch)
    parts = sorted(path for path in found.iterdir() if path.is_dir())
    if not parts or {part.name.lower() for part in parts} - SPLIT_NAMES:
        return found
    merged = scratch / "merged" / name
    for part in parts:
        for folder in sorted(path for path in part.iterdir() if path.is_dir()):
            (merged / folder.name).mkdir(parents=True, exist_ok=True)
            for path in folder.iterdir():
                shutil.copyfile(path, merged / folder.name / f"{part.name}-{path.name}")
    return merged


def labelled_folders(data: Path, name: str, scratch: Path) -> Path:
    """The class folders of a set alone, copied below `scratch`, with its truth.csv beside them and not among them.

    Ends the program with a sentence when the set is not there.
    """
    found, target = _unpacked(data, name, scratch), scratch / "labelled" / name / "pictures"
    for folder in sorted(path for path in found.iterdir() if path.is_dir()):
        shutil.copytree(folder, target / folder.name)
    if (found / "truth.csv").is_file():
        shutil.copyfile(found / "truth.csv", target.parent / "truth.csv")
    return target


def pictures_in(folder: Path) -> list[Path]:
    """The picture files below a folder, sorted."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)


def warm(folder: Path) -> int:
    """Number of files below a folder, each read once: whoever is measured first shall not pay for the disk alone."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in files:
        path.read_bytes()
    return len(files)


def warmed(data: Path, names: str, scratch: Path) -> Iterator[tuple[str, Path]]:
    """Each set of these names, joined by commas, with its class folders, whose files were read once."""
    for name in names.split(","):
        pictures = class_folders(data.absolute(), name, scratch)
        warm(pictures)
        yield name, pictures


def _unpacked(data: Path, name: str, scratch: Path) -> Path:
    if (data / name).is_dir():
        return data / name
    for archive in (data / f"{name}.tgz", data / f"{name}.tar.gz"):
        if archive.is_file():
            target = scratch / "unpacked"
            with tarfile.open(archive) as packed:
                if sys.version_info >= (3, 12) or hasattr(tarfile, "data_filter"):
                    packed.extractall(target, filter="data")
                else:
                    packed.extractall(target)
            return target / name
    sys.exit(
        f"The picture set {name!r} is not in {data}: neither a folder {name}/ nor {name}.tgz. "
        "Name the folder that holds it with --data, or other sets with --sets."
    )
