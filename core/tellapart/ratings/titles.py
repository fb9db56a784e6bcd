"""Titles of items from a file of their own: a CSV or TSV with item and title, MovieLens' movies, or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tellapart import atomic_files
from tellapart.errors import IntakeError, ProjectError
from tellapart.json_lines import lines_of
from tellapart.kinds.delimited import read_plain_text, separated_rows
from tellapart.ratings.columns import title_columns
from tellapart.safe_text import harmless
from tellapart.store.sqlite.database_errors import disk_reason

if TYPE_CHECKING:
    from tellapart.ratings.project import RatingProject
    from tellapart.ratings.rating_table import RatingTable

MAX_TITLE = 200  # characters, as in a table of ratings
_JSON = (".json", ".jsonl", ".ndjson")


def read_titles(place: Path | str) -> dict[str, str]:
    """Item -> title, as a file says; of an item that stands there twice the last.

    Args:
        place: a table whose first row names item and title, or whose first two columns are these; or JSON: an object
            {item: title}, or objects with item and title, in a list or one a line.
    Raises:
        IntakeError: it cannot be read, or no item has a title in it.
    """
    path = Path(place).expanduser()
    text = read_plain_text(path).text
    pairs = _json_pairs(path, text) if path.suffix.lower() in _JSON else _table_pairs(path, text)
    found = {item.strip(): harmless(title.strip())[:MAX_TITLE] for item, title in pairs}
    titles = {item: title for item, title in found.items() if item and title}
    if not titles:
        raise IntakeError(
            f"{path.name} has no title. It needs a row for each item: item, title (or JSON such as "
            '{"f1": "Toy Story"}).'
        )
    return titles


def known_titles(table: RatingTable, titles: Mapping[str, str]) -> dict[str, str]:
    """Those of the table's items.

    Raises:
        IntakeError: there is none.
    """
    known = {item: titles[item] for item in table.item_names if item in titles}
    if not known:
        raise IntakeError(
            f"None of the {len(titles)} items with a title, such as {next(iter(titles), '')[:40]!r}, is in "
            f"{table.source}, whose items are such as {table.item_names[0][:40]!r}. Give titles of the same items."
        )
    return known


def keep_titles(project: RatingProject, titles: Mapping[str, str]) -> None:
    """Keep titles of items, in place of those of the table, for the next training.

    Raises:
        IntakeError: none of the items is of this project.
        ProjectError: the disk does not take them.
    """
    known = known_titles(project.table, titles)
    try:
        atomic_files.write_json(project.titles_path, known)
    except OSError as error:
        raise ProjectError(disk_reason(project.root, error)) from error


def title_sentence(table: RatingTable) -> str:
    """How many items have a title."""
    bare = [item for item, title in zip(table.item_names, table.titles, strict=True) if not title]
    without = f"; without one: {bare[0][:40]!r}{' and others' * (len(bare) > 1)}" if bare else ""
    return f"{len(table.titles) - len(bare)} of {len(table.titles)} items have a title{without}."


def _table_pairs(path: Path, text: str) -> Iterable[tuple[str, str]]:
    lines = [line for line in lines_of(text) if line.strip()]
    if lines and all("::" in line for line in lines):
        rows = [line.split("::") for line in lines]
    else:
        rows = separated_rows(path, text)
    if not rows:
        return []
    item, title, has_header = title_columns(rows[0])
    if max(item, title) >= len(rows[0]):
        raise IntakeError(
            f"{path.name} has one column only, {rows[0][0].strip()[:40]!r}. It needs two: item and title."
        )
    width = max(item, title) + 1
    return [(row[item], row[title]) for row in rows[has_header:] if len(row) >= width]


def _json_pairs(path: Path, text: str) -> Iterable[tuple[str, str]]:
    try:
        if path.suffix.lower() == ".json":
            value = json.loads(text)
        else:
            value = [json.loads(line) for line in lines_of(text) if line.strip()]
    except (ValueError, RecursionError) as error:
        raise IntakeError(f"{path.name} is no JSON ({str(error)[:80]}). Save it again as JSON.") from error
    pairs = list(value.items()) if isinstance(value, dict) else _pairs_of(value)
    return [(str(item), title) for item, title in pairs if _is_name(item) and isinstance(title, str)]


def _pairs_of(value: Any) -> Sequence[tuple[Any, Any]]:
    """From a list of objects with item and title, whatever these are called, or of pairs."""
    pairs = []
    for one in value if isinstance(value, list) else []:
        if isinstance(one, dict) and len(one) >= 2:
            names = [str(name) for name in one]
            item, title, _ = title_columns(names)
            cells = list(one.values())
            pairs.append((cells[item], cells[title]))
        elif isinstance(one, list) and len(one) == 2:
            pairs.append((one[0], one[1]))
    return pairs


def _is_name(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))
