"""Tables as a kind: what a table without a column of sentences looks like, and where its commands and pages are."""

from __future__ import annotations

import csv
from itertools import islice
from pathlib import Path

from tellapart.kinds.kind import ThingKind

_TABLES = (".csv", ".tsv", ".tab")
_ROWS, _BYTES = 200, 200_000  # of a table that are looked at
_WORDS = 3.0  # on average in a cell of texts, at least
_TITLES = {"text", "review", "message", "sentence", "comment", "tweet", "body", "document"}


def _is_source(place: Path) -> bool:
    """A table of three columns at least none of which holds sentences; a Parquet file in any case."""
    if place.suffix.lower() == ".parquet":
        return True
    if place.suffix.lower() not in _TABLES:
        return False
    try:
        with place.open("rb") as file:
            lines = file.read(_BYTES).decode("utf-8", "replace").replace("\0", "").splitlines()
        delimiter = max(",;\t|", key=lines[0].count)
        rows = [row for row in islice(csv.reader(lines, delimiter=delimiter), _ROWS) if row]
    except (IndexError, csv.Error):
        return False
    width = len(rows[0]) if rows else 0
    body = [row for row in rows[1:] if len(row) == width]
    if width < 3 or not body:
        return False
    n_words = [sum(len(row[at].split()) for row in body) / len(body) for at in range(width)]
    return max(n_words) < _WORDS and not _TITLES & {title.strip().casefold() for title in rows[0]}


KIND = ThingKind(
    name="tables",
    model_name="table-model.json",
    verbs_at="tellapart.tables",
    commands_at="tellapart.cli.tables.commands:tables_app",
    studio_at="tellapart_dashboards.pages.tables.door",
    is_source=_is_source,
)
