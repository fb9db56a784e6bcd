"""Texts as a kind: what a table or a folder of them looks like, and where their commands and pages are."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

from tellapart.kinds.kind import ThingKind

_TABLES = (".csv", ".tsv", ".tab", ".jsonl", ".ndjson")
_FEW = 50  # entries of a folder that are looked at


def _is_source(place: Path) -> bool:
    """A table, or a folder of at least two folders that hold .txt files and nothing else."""
    if not place.is_dir():
        return place.suffix.lower() in _TABLES
    folders = [_suffixes(Path(one.path)) for one in _first(place) if one.is_dir()]
    return folders.count({".txt"}) >= 2 and all(suffixes <= {".txt"} for suffixes in folders)


def _suffixes(folder: Path) -> set[str]:
    """Of the files in a folder, as far as they are looked at."""
    return {Path(one.name).suffix.lower() for one in _first(folder) if one.is_file() and one.name[0] != "."}


def _first(folder: Path) -> list[os.DirEntry[str]]:
    """Some of what lies in a folder."""
    with os.scandir(folder) as entries:
        return list(islice(entries, _FEW))


KIND = ThingKind(
    name="texts",
    model_name="text-model.json",
    verbs_at="tellapart.texts",
    commands_at="tellapart.cli.texts.commands:texts_app",
    studio_at="tellapart_dashboards.pages.texts.door",
    is_source=_is_source,
)
