"""Texts and their labels from a CSV, TSV, JSON or JSON-lines file, or from a folder of .txt files for each label.

Texts are kept as they are written: HTML stays HTML, and what a spreadsheet would calculate stays what it is.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tellapart.errors import IntakeError
from tellapart.json_lines import lines_of
from tellapart.kinds.delimited import MAX_TEXT, read_plain_text, separated_rows
from tellapart.label_names import clean_label, label_order, refused_labels
from tellapart.safe_paths import is_plain
from tellapart.texts.columns import JSON_SUFFIXES, find_columns
from tellapart.texts.tokens import MOST_CHARACTERS

SUFFIXES = (".csv", ".tsv", ".tab", *JSON_SUFFIXES)
MAX_ROWS = 1_000_000
_MAX_COLUMNS = 1000
_FEW_ODD = 3  # files of which it is said what is odd


@dataclass(frozen=True)
class TextTable:
    """texts, labels: (N,). source: what they were read from. understood: which columns, in words. notes: what was left
    out and why, a sentence each."""

    texts: list[str]
    labels: list[str]
    source: str
    understood: str
    notes: tuple[str, ...] = ()


def read_texts(
    place: Path | str,
    text_column: str | None = None,
    label_column: str | None = None,
    is_more: bool = False,
) -> TextTable:
    """The labelled texts of a file or a folder.

    Args:
        place: a table, or a folder with one folder of .txt files per label.
        text_column, label_column: titles, or numbers from 1, where the table does not tell.
        is_more: for a project that has texts: one text, or one label, is enough then.
    Raises:
        IntakeError: it cannot be read, or nothing can be learned from it: fewer than two labels, or all texts alike.
    """
    place = Path(place).expanduser()
    if place.is_dir():
        odd: list[str] = []
        table = _read("a folder for each label", place.name, _of_folders(place, odd), odd)
    else:
        rows, odd = noted_rows_of(place)
        columns = find_columns(rows, text_column, label_column, place.name)
        pairs = ((row[columns.text], row[columns.label]) for row in rows[columns.has_header :])
        said = f"texts from {columns.text_title!r}, labels from {columns.label_title!r}"
        table = _read(said, place.name, pairs, odd)
    if not is_more or not table.texts:
        _check_enough(table)
    return table


def table_rows_of(path: Path) -> list[list[str]]:
    """The rows of a table, titles included, all of one width.

    Raises:
        IntakeError: it is not there, too large, or no table.
    """
    return noted_rows_of(path)[0]


def noted_rows_of(path: Path) -> tuple[list[list[str]], list[str]]:
    """The same, and what a person has to know about the file, a sentence each."""
    if path.suffix.lower() not in SUFFIXES:
        raise IntakeError(
            f"{path.name} is no table of texts. Give a CSV, TSV, JSON or JSON-lines file, or a folder with one "
            "folder of .txt files per label."
        )
    found = read_plain_text(path)
    is_json = path.suffix.lower() in JSON_SUFFIXES
    rows = _json_rows(path, found.text) if is_json else separated_rows(path, found.text)
    if len(rows) > MAX_ROWS:
        raise IntakeError(f"{path.name} has {len(rows):,} rows; at most {MAX_ROWS:,} are read. Split it.")
    if not rows:
        raise IntakeError(f"{path.name} is empty. It needs a row for each text.")
    width = max(map(len, rows))
    if width > _MAX_COLUMNS:
        raise IntakeError(
            f"{path.name} has {width:,} columns; at most {_MAX_COLUMNS:,} are read. Keep the text and its label."
        )
    return [[*row, *[""] * (width - len(row))] for row in rows], found.notes(path.name)


def _json_rows(path: Path, text: str) -> list[list[str]]:
    if path.suffix.lower() == ".json":
        value = _json_value(path.name, text)
    else:
        lines = enumerate(lines_of(text), 1)
        value = [_json_value(f"Line {i} of {path.name}", line) for i, line in lines if line.strip()]
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise IntakeError(
            f'{path.name} is no list of objects such as {{"text": "…", "label": "…"}}. Give one for each text.'
        )
    titles = list(dict.fromkeys(str(title) for row in value for title in row))
    return [titles, *([_cell(row.get(title)) for title in titles] for row in value)] if titles else []


def _json_value(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise IntakeError(f"{name} is no JSON ({error}). JSON lines need one object in each line.") from error


def _cell(value: Any) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    text = str(value)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()  # half a pair is no text


def _of_folders(place: Path, odd: list[str]) -> Iterator[tuple[str, str]]:
    """Text and label of every .txt file in the folders of a folder, in order of their names. odd: gets what a person
    has to know about the files."""
    found = False
    for folder in sorted(
        (one for one in place.iterdir() if one.is_dir()), key=lambda one: label_order(one.name)
    ):
        for path in sorted(folder.iterdir(), key=lambda one: label_order(one.name)):
            if path.suffix.lower() == ".txt" and is_plain(path.lstat()):
                found = True
                text = read_plain_text(path)
                odd += text.notes(f"{folder.name}/{path.name}")
                yield text.text, folder.name
    if not found:
        raise IntakeError(
            f"{place} has no folders with .txt files. Put the texts of each label into a folder of their own, or give "
            "a CSV file."
        )


def _read(understood: str, source: str, pairs: Iterator[tuple[str, str]], odd: list[str]) -> TextTable:
    """odd: what is known of the files once all pairs were read."""
    texts: list[str] = []
    labels: list[str] = []
    left_out: Counter[str] = Counter()
    refused: list[tuple[int, IntakeError]] = []
    n_long = 0
    for number, (text, label) in enumerate(pairs, start=1):
        if not text.strip():
            left_out["empty"] += 1
        elif not label.strip():
            left_out["without a label"] += 1
        elif len(text) > MAX_TEXT:
            left_out[f"longer than {MAX_TEXT:,} characters"] += 1
        else:
            try:
                labels.append(clean_label(label))
            except IntakeError as error:  # one odd row in thousands
                refused.append((number, error))
                continue
            texts.append(text)
            n_long += len(text) > MOST_CHARACTERS
    notes = odd[:_FEW_ODD]
    if len(odd) > _FEW_ODD:
        n_more = len(odd) - _FEW_ODD
        notes.append(f"Of {n_more} more file{'s' * (n_more != 1)} the same can be said.")
    notes += [f"{n} text{'s' * (n != 1)} left out: {why}." for why, n in left_out.items()]
    notes += refused_labels("text", refused)
    if n_long:
        notes.append(
            f"Of {n_long} long text{'s' * (n_long != 1)} the first {MOST_CHARACTERS:,} characters are looked at."
        )
    return TextTable(texts, labels, source, understood, tuple(notes))


def _check_enough(table: TextTable) -> None:
    """Raises IntakeError where nothing can be learned."""
    source, texts, labels = table.source, table.texts, table.labels
    said = " ".join(["", *table.notes])
    if not texts:
        raise IntakeError(f"{source} has no text with a label.{said} Give each text a label.")
    kinds = Counter(labels)
    if len(kinds) < 2:
        only = next(iter(kinds))
        n = f"{len(texts)} text{'s' * (len(texts) != 1)}"
        raise IntakeError(
            f"{source} has one label only, {only!r}, on {n}.{said} Add texts of another label: at least two labels "
            "can be told apart."
        )
    if len(kinds) > max(2, len(texts) // 2):
        raise IntakeError(
            f"{source} has {len(kinds)} labels for {len(texts)} texts, such as {next(iter(kinds))[:40]!r}: too many to "
            "learn. Name the column that holds the labels (--label-column)."
        )
    if len(set(texts)) == 1:
        raise IntakeError(
            f"All {len(texts)} texts of {source} are the same, {texts[0][:40]!r}. Nothing tells the labels apart; "
            "check which column holds the texts (--text-column)."
        )
