"""Labels as people write them, and the folder and file names that stand for them on any disk."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from hashlib import sha256
from pathlib import PurePosixPath

from tellapart.errors import IntakeError

MAX_CHARACTERS = 100
_MAX_NAME_BYTES = 80
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]')
# with a sign only where the label begins; with a point only where it is no date or version, such as 2024.10.1
_NUMBER = re.compile(r"(?:^[-+−])?(?:(?<![.\d])\d+\.\d+(?![.\d])|\d+)")
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
)


def clean_label(text: str) -> str:
    """The label as kept: composed Unicode, no surrounding or doubled white space.

    Raises:
        IntakeError: nothing is left, or it is longer than 100 characters or holds control characters.
    """
    label = " ".join(unicodedata.normalize("NFC", text).split())
    if not label:
        raise IntakeError("A label is empty. Give each label a name, for instance 'grizzly'.")
    if len(label) > MAX_CHARACTERS:
        raise IntakeError(
            f"The label {label[:30]!r}… has {len(label)} characters; at most {MAX_CHARACTERS} are allowed. "
            "Choose a shorter name."
        )
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in label):
        raise IntakeError(
            f"The label {label!r} contains control characters. Use letters, digits and punctuation."
        )
    return label


def refused_labels(noun: str, refused: Sequence[tuple[int, IntakeError]]) -> list[str]:
    """What is said of things that were left out since `clean_label` refused their labels; [] where none was.

    Args:
        noun: what one is called. refused: the number of each, from 1, and why.
    """
    if not refused:
        return []
    n, (first, why) = len(refused), refused[0]
    where = f"the first is row {first:,}" if n > 1 else f"row {first:,}"
    return [f"{n:,} {noun}{'s' * (n != 1)} left out ({where}): {why}"]


def label_order(label: str) -> tuple[tuple[str | Decimal, ...], str]:
    """What labels are sorted by wherever they stand in order: numbers as numbers (2 before 10, -5 before 5, 1.25 before
    1.5), also within words, the rest as text; labels that begin with a number come first."""
    parts: list[str | Decimal] = []
    at = 0
    for found in _NUMBER.finditer(label):
        parts += [label[at : found.start()], Decimal(found.group().replace("−", "-"))]
        at = found.end()
    return (*parts, label[at:]), label  # text and numbers in turn, so two of them can be compared


def name_key(name: str) -> str:
    """What two names share when a disk that ignores case or Unicode form cannot tell them apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).casefold())


def label_finder(labels: Iterable[str]) -> Callable[[str], str | None]:
    """What gives the label that a word means: the very one, else the only one that differs from it in capitals alone;
    None where there is none, or more than one, as labels that differ in capitals are kept apart."""
    exact = set(labels)
    alike: dict[str, list[str]] = defaultdict(list)
    for label in exact:
        alike[name_key(label)].append(label)

    def found(word: str) -> str | None:
        word = " ".join(unicodedata.normalize("NFC", word).split())
        same = [word] if word in exact else alike.get(name_key(word), [])
        return same[0] if len(same) == 1 else None

    return found


def is_sayable(name: str) -> bool:
    """Whether a file's name is text: on Linux it may be any bytes, for instance from an old zip."""
    return not any(unicodedata.category(character) == "Cs" for character in name)


def sayable(name: str) -> str:
    """A file's name as it can be shown and stored; what is no text becomes �."""
    return "".join("�" if unicodedata.category(character) == "Cs" else character for character in name)


def safe_name(text: str) -> str:
    """The text as a file or folder name that every system accepts; equal to the text where that is safe already."""
    name = _UNSAFE.sub("_", text).strip().rstrip(". ")
    if name.startswith("."):
        name = "_" + name[1:]
    if not name or name.split(".")[0].casefold() in _RESERVED:
        name = f"_{name}"
    while len(name.encode()) > _MAX_NAME_BYTES:
        name = name[:-1].rstrip(". ")
    return name


def folder_name(label: str, taken: set[str]) -> str:
    """A folder name for a label whose key is not among `taken`: the label itself where it can be."""
    name = safe_name(label)
    if name == label and name_key(name) not in taken:
        return name
    digest = sha256(label.encode()).hexdigest()
    for n_digits in range(6, 65):
        tried = f"{name}-{digest[:n_digits]}"
        if name_key(tried) not in taken:
            return tried
    raise IntakeError(f"No folder name is left for the label {label!r}. Rename the label.")


def file_name(original: str, suffix: str, image_id: str, taken: set[str]) -> str:
    """A file name below a label's folder, near the original one, with the suffix of the real format.

    taken: keys (`name_key`) of the names in that folder.
    """
    stem, given = _split_suffix(original)
    same_kind = {suffix, ".jpeg", ".jpe", ".jfif"} if suffix == ".jpg" else {suffix, ".tiff", ".heif"}
    ending = given if given.lower() in same_kind else suffix
    stem = safe_name(stem) or "picture"
    name = f"{stem}{ending}"
    return name if name_key(name) not in taken else f"{stem}-{image_id[:10]}{ending}"


def _split_suffix(original: str) -> tuple[str, str]:
    name = PurePosixPath(original.replace("\\", "/")).name
    stem, dot, suffix = name.rpartition(".")
    return (stem, dot + suffix) if stem and len(suffix) <= 5 else (name, "")
