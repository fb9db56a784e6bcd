"""What belongs to tables: a project of rows, a classifier of rows, a table without a column of labelled texts."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import typer

from tellapart.cli.kinds.claiming import names_one, value_of
from tellapart.cli.tables.commands import tables_app

NAME = "tables"
_PROJECT, _MODEL = "tellapart-tables.json", "table-model.json"
_TABLES = (".csv", ".tsv", ".tab")
_ROWS, _BYTES = 200, 200_000  # of a table that are looked at
_WORDS = 3.0  # on average in a cell of texts, at least
_OF_TEXTS = ("--text-column", "--label-column")  # who names these has texts
_TITLES = {"text", "review", "message", "sentence", "comment", "tweet", "body", "document"}


def claims(verb: str, words: Sequence[str]) -> bool:
    """Whether a command with these words after it is about tables."""
    if verb == "new":
        if any(word.split("=")[0] in _OF_TEXTS for word in words) or value_of("--kind", words) == "texts":
            return False
        source = value_of("--from", words)
        is_forced = value_of("--kind", words) == NAME or bool(value_of("--target", words))
        return bool(source) and (is_forced or _is_source(source))
    return names_one(words, _PROJECT, _MODEL)


def commands() -> typer.Typer:
    """The commands of tables."""
    return tables_app


def _is_source(name: str) -> bool:
    """A table of three columns at least none of which holds sentences; a Parquet file in any case."""
    path = Path(name).expanduser()
    if path.suffix.lower() == ".parquet":
        return True
    if path.suffix.lower() not in _TABLES:
        return False
    try:
        with path.open("rb") as file:
            lines = file.read(_BYTES).decode("utf-8", "replace").replace("\0", "").splitlines()
        delimiter = max(",;\t|", key=lines[0].count)
        rows = [row for row in islice(csv.reader(lines, delimiter=delimiter), _ROWS) if row]
    except (OSError, ValueError, IndexError, csv.Error):
        return False
    width = len(rows[0]) if rows else 0
    body = [row for row in rows[1:] if len(row) == width]
    if width < 3 or not body:
        return False
    n_words = [sum(len(row[at].split()) for row in body) / len(body) for at in range(width)]
    return max(n_words) < _WORDS and not _TITLES & {title.strip().casefold() for title in rows[0]}
