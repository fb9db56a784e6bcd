"""What a folder's name says by itself: a part of a set (train, test), masks, a mere wrapping, or a label."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

UNLABELLED = "unlabelled"  # a part without labels, for instance what a competition wants predicted
_PARTS = {
    "train": "train", "training": "train", "trainings": "train", "trn": "train", "trainval": "train",
    "val": "valid", "vals": "valid", "valid": "valid", "validation": "valid", "validate": "valid",
    "dev": "valid", "eval": "valid", "evaluation": "valid", "holdout": "valid",
    "test": "test", "tests": "test", "testing": "test", "tst": "test",
    "pred": UNLABELLED, "preds": UNLABELLED, "predict": UNLABELLED, "prediction": UNLABELLED,
    "predictions": UNLABELLED, "unlabeled": UNLABELLED, "unlabelled": UNLABELLED, "submission": UNLABELLED,
    "inference": UNLABELLED,
}  # fmt: skip
_FILLERS = frozenset({
    "set", "sets", "data", "dataset", "datasets", "image", "images", "img", "imgs", "imgset", "picture",
    "pictures", "pic", "pics", "photo", "photos", "photographs", "foto", "fotos", "bild", "bilder", "seg",
    "split", "splits", "folder", "folders", "dir", "directory", "all", "full", "whole", "the", "of", "my",
    "own", "our", "new", "final", "raw", "original", "originals", "orig", "resized", "cropped", "crops", "crop",
    "augmented", "aug", "augmentation", "processed", "preprocessed", "cleaned", "sample", "samples", "example",
    "examples", "download", "downloads", "export", "exports", "exported", "output", "outputs", "input",
    "inputs", "jpg", "jpeg", "jpegs", "jpegimages", "png", "pngs", "files", "file", "batch", "batches", "part",
    "parts", "chunk", "shard", "fold", "folds", "archive", "archives", "dcim", "camera", "roll", "frames",
    "frame", "upload", "uploads", "untitled", "misc", "tmp", "temp", "copy", "labeled", "labelled", "kaggle",
    "content", "version", "dl", "ml", "ai",
})  # fmt: skip
_JOINED = re.compile(
    "(train|training|test|testing|val|valid|validation|dev|eval)"
    "(set|sets|data|dataset|image|images|img|imgs|pics|pictures|photos|folder|split)"
)
_MASKS = frozenset({
    "mask", "masks", "annotation", "annotations", "label", "labels", "labelmaps", "segmentation",
    "segmentations", "trimap", "trimaps", "groundtruth", "gt", "gts", "matte", "mattes", "segmentationclass",
    "segmentationobject",
})  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


@lru_cache(maxsize=65536)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a folder's name in small letters, without digits: "Seg_trainSet2" -> seg, train, set."""
    plain = unicodedata.normalize("NFKC", name)
    found: list[str] = []
    for word in _WORD.findall(_HUMP.sub(" ", plain)):
        joined = _JOINED.fullmatch(word.casefold())
        found += joined.groups() if joined else [word.casefold()]
    return tuple(found)


def part_of(name: str) -> str | None:
    """Which part of a set a folder of that name is by every word of it: train, valid, test, unlabelled; else None."""
    parts = {_PARTS[word] for word in words_of(name) if word in _PARTS}
    if not parts or any(word not in _PARTS and word not in _FILLERS for word in words_of(name)):
        return None
    return _one_of(parts)


def part_within(name: str) -> tuple[str | None, str]:
    """The part that a word of the name says, and the name without that word: "cats_train" -> train, "cats"."""
    hits = [word for word in words_of(name) if word in _PARTS]
    if not hits:
        return None, name
    rest = _HUMP.sub("_", unicodedata.normalize("NFKC", name))
    for word in hits:
        rest = re.sub(rf"(?i)(?<![^\W\d_]){re.escape(word)}(?![^\W\d_])", "", rest)
    return _one_of({_PARTS[word] for word in hits}), re.sub(r"[\s_.\-]{2,}", "_", rest).strip(" _.-()")


def _one_of(parts: set[str]) -> str:
    return next(part for part in (UNLABELLED, "train", "valid", "test") if part in parts)


def says_nothing(name: str) -> bool:
    """Whether every word of a name is one that wraps pictures ("images", "my photos", "train"), so it is no label."""
    words = [word for word in words_of(name) if len(word) > 1]  # "part_A"; a letter alone may well be a label
    return bool(words) and all(word in _FILLERS or word in _PARTS for word in words)


def say_nothing(names: Collection[str]) -> bool:
    """The same for all names of one level; there also numbered parts, "scans_part_1" and "scans_part_2"."""
    if all(says_nothing(name) for name in names):
        return bool(names)
    stems = {words_of(name) for name in names}
    is_numbered = len(names) > 1 and len(stems) == 1
    return is_numbered and any(word in _FILLERS for word in next(iter(stems)))


def is_for_masks(name: str) -> bool:
    """Whether a folder of that name often holds drawings of areas, not pictures; to be proved by what is in it."""
    words = set(words_of(name))
    return bool(words & _MASKS) or {"ground", "truth"} <= words
