"""Which picture belongs to which mask in a folder, in any usual layout.

A mask lies in a folder called so (`labels/`, `train_masks/`, `SegmentationClass/`), or its name says it beside its
picture (`bear_mask.png`, `bear_P.png`). What is left of folder and name, when those words are taken away, is the same.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from tellapart.errors import IntakeError
from tellapart.pictures.images import PICTURE_SUFFIXES

_MASKS = {
    *("mask", "masks", "label", "labels", "annotation", "annotations", "annot", "segmentation", "segmentations"),
    *("segmentationclass", "gt", "groundtruth", "labelids"),
}  # fmt: skip
_PICTURES = {"image", "images", "img", "imgs", "jpegimages", "picture", "pictures", "photos", "frames"}
_HELD_OUT = {"val", "valid", "validation", "test"}
_WORDS = re.compile(r"[_\-. ]+")
_ENDING = re.compile(r"[_\-. ](?:P|L|masks?|labels?|seg|gt|labelIds|segmentation)$")
_MOST_FILES = 200_000
_SHOWN = 3


@dataclass(frozen=True)
class PictureWithMask:
    """part: "valid" where the folder holds it out, "train" where it says that, else "". picture: its path; name: below
    the folder, without words such as images, and without its ending."""

    name: str
    picture: Path
    mask: Path
    part: str = ""


def pictures_with_masks(root: Path) -> tuple[list[PictureWithMask], list[str]]:
    """The pairs, by name, and a sentence about what found no partner.

    Raises:
        IntakeError: the folder cannot be read, is too large, or holds no pair.
    """
    pictures: dict[tuple[str, ...], Path] = {}
    masks: dict[tuple[str, ...], Path] = {}
    again: list[Path] = []
    for path in _files(root):
        folders = path.relative_to(root).parts[:-1]
        words = [word for folder in folders for word in _WORDS.split(folder)]
        left = tuple(word for word in words if word.casefold() not in _MASKS | _PICTURES)
        stem = _ENDING.sub("", path.stem)
        is_mask = any(word.casefold() in _MASKS for word in words) or stem != path.stem
        key = (*left, stem if is_mask else path.stem)
        if (masks if is_mask else pictures).setdefault(key, path) != path:
            again.append(path)
    found = {key: (path, masks[key]) for key, path in pictures.items() if key in masks}
    found |= _by_name_alone(pictures, masks, found)
    if not found:
        raise IntakeError(
            f"{root} holds {len(pictures)} picture{'s' * (len(pictures) != 1)} and {len(masks)} "
            f"mask{'s' * (len(masks) != 1)}, but no picture with its mask. Put pictures into images/ and "
            "masks of the same names into labels/, or name them bear.jpg and bear_mask.png."
        )
    used = {mask for _, mask in found.values()}
    notes = [
        *_alone([path for key, path in pictures.items() if key not in found], root, "no mask"),
        *_alone([path for path in masks.values() if path not in used], root, "masks without a picture"),
        *_alone(again, root, "another picture or mask has the same name already"),
    ]
    listed = _held_out_by_list(root)
    pairs = [
        PictureWithMask("/".join(key), picture, mask, _part(key, picture, listed))
        for key, (picture, mask) in sorted(found.items())
    ]
    if listed and not any(one.part == "valid" for one in pairs):
        notes.append("valid.txt names no picture that has a mask, so a fifth is held out instead.")
    if all(one.part == "valid" for one in pairs):
        where = "are named in valid.txt" if listed else "lie in folders such as test or valid"
        notes.append(f"All pictures {where}, so a fifth is held out instead.")
    return pairs, notes


def _files(root: Path) -> list[Path]:
    """Pictures below the folder; links and hidden folders are passed over."""
    found: list[Path] = []
    folders = [os.fspath(root)]
    while folders:
        folder = folders.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda one: one.name)
        except OSError as error:
            raise IntakeError(
                f"{folder} cannot be read: {error.strerror or error}. Give a folder of pictures and masks that you may "
                "read."
            ) from error
        for entry in entries:
            if entry.name.startswith(".") or entry.is_symlink():
                continue
            if entry.is_dir():
                folders.append(entry.path)
            elif Path(entry.name).suffix.lower() in PICTURE_SUFFIXES:
                found.append(Path(entry.path))
        if len(found) > _MOST_FILES:
            raise IntakeError(f"{root} holds more than {_MOST_FILES:,} pictures. Give a part of them.")
    return sorted(found)


def _by_name_alone(
    pictures: dict[tuple[str, ...], Path],
    masks: dict[tuple[str, ...], Path],
    found: dict[tuple[str, ...], tuple[Path, Path]],
) -> dict[tuple[str, ...], tuple[Path, Path]]:
    """Pairs of which only the last name is the same, where no other picture or mask has it."""
    by_stem: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    n_pictures: dict[str, int] = defaultdict(int)
    taken = {mask for _, mask in found.values()}
    for key, path in masks.items():
        if path not in taken:
            by_stem[key[-1]].append(key)
    for key in pictures.keys() - found.keys():
        n_pictures[key[-1]] += 1
    return {
        key: (path, masks[by_stem[key[-1]][0]])
        for key, path in pictures.items()
        if key not in found and n_pictures[key[-1]] == 1 and len(by_stem[key[-1]]) == 1
    }


def _alone(paths: list[Path], root: Path, what: str) -> list[str]:
    if not paths:
        return []
    listed = ", ".join(str(path.relative_to(root)) for path in sorted(paths)[:_SHOWN])
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return [f"{len(paths)} left out, {what}: {listed}{more}."]


def _held_out_by_list(root: Path) -> set[str]:
    """Names in valid.txt, a line each."""
    path = root / "valid.txt"
    try:
        lines = path.read_text("utf-8-sig", "replace").splitlines() if path.is_file() else []
    except OSError:
        return set()
    return {PureWindowsPath(line.strip()).stem for line in lines if line.strip()}  # which takes both slashes


def _part(key: tuple[str, ...], picture: Path, listed: set[str]) -> str:
    if listed:
        return "valid" if picture.stem in listed else "train"
    words = {word.casefold() for word in key[:-1]}
    if words & _HELD_OUT:
        return "valid"
    return "train" if words & {"train", "training"} else ""
