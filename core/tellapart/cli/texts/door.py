"""What belongs to texts: a project of texts, a classifier of texts, a table or a folder of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import typer

from tellapart.cli.kinds.claiming import names_one, value_of
from tellapart.cli.texts.commands import texts_app

NAME = "texts"
_PROJECT, _MODEL = "tellapart-texts.json", "text-model.json"
_TABLES = (".csv", ".tsv", ".tab", ".jsonl", ".ndjson")
_FEW = 50  # entries of a folder that are looked at


def claims(verb: str, words: Sequence[str]) -> bool:
    """Whether a command with these words after it is about texts."""
    if verb == "new":
        return _is_source(value_of("--from", words))
    return names_one(words, _PROJECT, _MODEL)


def commands() -> typer.Typer:
    """The commands of texts."""
    return texts_app


def _is_source(name: str) -> bool:
    """A table, or a folder of at least two folders that hold .txt files and nothing else."""
    try:
        path = Path(name).expanduser()
        if not name or not path.is_dir():
            return bool(name) and path.suffix.lower() in _TABLES
        folders = [_suffixes(Path(one.path)) for one in _first(path) if one.is_dir()]
        return folders.count({".txt"}) >= 2 and all(suffixes <= {".txt"} for suffixes in folders)
    except (OSError, ValueError, RuntimeError):
        return False


def _suffixes(folder: Path) -> set[str]:
    """Of the files in a folder, as far as they are looked at."""
    return {Path(one.name).suffix.lower() for one in _first(folder) if one.is_file() and one.name[0] != "."}


def _first(folder: Path) -> list[os.DirEntry[str]]:
    """Some of what lies in a folder."""
    with os.scandir(folder) as entries:
        return list(islice(entries, _FEW))
