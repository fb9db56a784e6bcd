"""Labels in the names of files: "cat.12.jpg", "great_dane_7.png", "0004-pug.jpg". Offered, never taken unasked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

from tellapart.errors import LabelOffer
from tellapart.gather.layout.folder_names import UNLABELLED, part_of, says_nothing, words_of
from tellapart.gather.layout.found_file import Found

_NUMBERED = re.compile(r"(?P<label>.*?\D)[\s._\-]*[(\[]?\d+[)\]]?(?:[\s._\-]+\d+)*", re.DOTALL)
_NUMBER_FIRST = re.compile(r"\d+(?:[\s._\-]+\d+)*[\s._\-]+(?P<label>\D.*)", re.DOTALL)
_CAMERAS = frozenset({
    "img", "dsc", "dscn", "dscf", "dcim", "pict", "pxl", "mvimg", "gopr", "gh", "imag", "cimg", "sam", "scan",
    "scanned", "screenshot", "bildschirmfoto", "whatsapp", "wa", "vlcsnap", "snapshot", "capture", "page",
    "untitled", "unnamed", "image", "picture", "photo", "fb", "signal", "telegram", "frame", "tile", "patch",
    "slide", "jpeg", "jpg", "rgb", "id", "kopie", "copy", "at", "on", "am", "pm",
})  # fmt: skip
_LEAST_SHARE = 0.9


def offer_of_names(names: Sequence[str]) -> LabelOffer | None:
    """What the names of these files would give as labels, to be offered; None where they hold none."""
    return offer_of([Found(name, bytes) for name in names])


def offer_of(pictures: Sequence[Found]) -> LabelOffer | None:
    """The same for pictures that were found."""
    labels = labels_in_names(pictures)
    if labels is None:
        return None
    counts = dict(sorted(Counter(labels.values()).items()))
    return LabelOffer("names", f"from the file names, such as {example_of(labels)}", counts)


def example_of(labels: dict[str, str]) -> str:
    """For instance "'cat' in cat.0.jpg"."""
    name, label = next(iter(sorted(labels.items())))
    return f"{label!r} in {PurePosixPath(name).name}"


def label_in_name(name: str) -> str | None:
    """What is written in a file's name beside its number; None where nothing is, or only what cameras write."""
    stem = PurePosixPath(name).stem
    match = _NUMBERED.fullmatch(stem) or _NUMBER_FIRST.fullmatch(stem)
    if match is None:
        return None
    label = re.sub(r"[\s_]+", " ", match["label"]).strip(" ._-()[]")
    words = words_of(label)
    if not words or says_nothing(label) or all(word in _CAMERAS or len(word) == 1 for word in words):
        return None
    return label


def labels_in_names(pictures: Sequence[Found]) -> dict[str, str] | None:
    """The label that each picture's name holds; None unless nearly all do, and there are at least two.

    Pictures in a test or a part without labels need not have any; of theirs, labels that the others have are read.
    """
    labels = {one.name: label for one in pictures if (label := label_in_name(one.parts[-1]))}
    held_out = {
        one.name for one in pictures if any(part_of(name) in ("test", UNLABELLED) for name in one.parts[:-1])
    }
    taught = {one.name for one in pictures} - held_out or held_out
    counts = Counter(label for name, label in labels.items() if name in taught)
    repeated = sum(n for n in counts.values() if n > 1)
    is_sound = len(counts) > 1 and repeated >= _LEAST_SHARE * len(taught) and len(counts) * 2 <= len(taught)
    return {name: label for name, label in labels.items() if label in counts} if is_sound else None
