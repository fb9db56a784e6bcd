"""Tables of labels beside pictures: CSV, TSV, JSON and JSON lines, by whichever columns name pictures and labels."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tellapart.errors import ImageError
from tellapart.gather.layout.folder_names import part_of
from tellapart.gather.layout.found_file import Found
from tellapart.gather.layout.picture_index import PictureIndex
from tellapart.json_lines import lines_of
from tellapart.words.decoded import decoded

_SUFFIXES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".tab")
_USUAL = (".csv", ".tsv")
_MAX_BYTES = 64 * 2**20
_MAX_TABLES = 40
_MAX_COLUMNS = 20_000
_LABEL_WORDS = (
    "label", "labels", "class", "classname", "labelname", "category", "categoryname", "breed", "species",
    "diagnosis", "dx", "disease", "target", "variety", "cultivar", "type", "tag", "tags", "condition",
    "emotion", "expression", "name", "classes", "categories", "plant", "animal", "fruit", "genus", "material",
    "defect", "grade", "level", "y", "classid", "labelid", "categoryid", "classindex", "groundtruth", "finding",
    "findinglabels",
)  # fmt: skip
_PART_WORDS = ("split", "set", "dataset", "subset", "partition", "usage", "part")
_TRUE, _FALSE = {"1", "1.0", "true"}, {"0", "0.0", "false", ""}


@dataclass
class LabelTable:
    """What a table says. labels, parts: by the picture's name. column: where the labels stand, "" for one per column.

    choices: columns of which any may be the labels, where none says so; then there are no labels.
    n_several: rows with more than one label. n_absent: rows whose picture is not there. notes: what a person has to
    know about the file.
    """

    name: str
    labels: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    column: str = ""
    choices: tuple[str, ...] = ()
    n_several: int = 0
    n_absent: int = 0
    notes: list[str] = field(default_factory=list)


def tables_among(
    files: Sequence[Found], pictures: Sequence[Found], column: str | None = None
) -> list[LabelTable]:
    """The tables that name these pictures, the one that names the most first.

    column: where the labels are to be read, where a person said so.
    """
    candidates = [one for one in files if one.suffix in _SUFFIXES and "submission" not in one.stem]
    if not candidates:
        return []
    index = PictureIndex(pictures)
    beside = {(one.parts[:-1], name) for one in pictures for name in (one.stem, one.parts[-1].casefold())}
    candidates = [
        one for one in candidates if (one.parts[:-1], one.stem) not in beside
    ]  # of a single picture
    found = []
    for one in sorted(candidates, key=lambda one: (one.suffix not in _USUAL, len(one.parts), one.name))[
        :_MAX_TABLES
    ]:
        try:
            data = one.read()
        except ImageError:
            continue
        if len(data) <= _MAX_BYTES and (table := _table(one, data, index, column)):
            found.append(table)
    return sorted(found, key=lambda table: -max(len(table.labels), bool(table.choices)))


def _table(one: Found, data: bytes, index: PictureIndex, wanted: str | None) -> LabelTable | None:
    found = decoded(data)
    rows = _rows(one, found.text, index) if found else []  # else it is no table
    if len(rows) < 2 or len(rows[0]) > _MAX_COLUMNS:
        return None
    header, body = rows[0], [row for row in rows[1:] if any(row)]
    hits = [
        len({name for row in body[:2000] if at < len(row) and (name := index.rough(row[at]))})
        for at in range(len(header))
    ]
    best = max(range(len(header)), key=lambda at: (hits[at], -at))
    if not hits[best]:
        return None
    table = LabelTable(one.name, notes=found.notes(one.name) if found else [])
    named: list[tuple[str, list[str]]] = []
    for row in body:
        name = index.find(row[best], one) if best < len(row) else None
        if name is None:
            table.n_absent += 1
        else:
            named.append((name, [*row, *[""] * (len(header) - len(row))]))
    _read_parts(table, header, named, best)
    _read_labels(table, header, named, best, wanted)
    return table if len(set(table.labels.values())) > 1 or table.choices else None


def _read_parts(
    table: LabelTable, header: list[str], named: list[tuple[str, list[str]]], path_at: int
) -> None:
    for at, title in enumerate(header):
        if at != path_at and _plain(title) in _PART_WORDS and all(part_of(row[at]) for _, row in named):
            table.parts = {name: str(part_of(row[at])) for name, row in named}
            header[at] = ""  # read already
            return


def _read_labels(
    table: LabelTable, header: list[str], named: list[tuple[str, list[str]]], path_at: int, wanted: str | None
) -> None:
    others = [at for at, title in enumerate(header) if at != path_at and title.strip()]
    values = {at: Counter(row[at].strip() for _, row in named if row[at].strip()) for at in others}
    at: int | None
    if wanted is not None:
        at = next((at for at in others if header[at].strip() == wanted), None)
    else:
        at = _label_column(header, others, values, len(named))
        flags = [
            at
            for at in others
            if values[at] and all(value.casefold() in _TRUE | _FALSE for value in values[at])
        ]
        if (at is None or at in flags) and len(flags) > 1:
            _read_flags(table, header, named, flags)
            if table.labels:
                return
    if at is None:
        few = [at for at in others if 2 <= len(values[at]) <= max(2, len(named) // 2)]
        if len(few) == 1 and wanted is None:
            at = few[0]
        else:
            table.choices = tuple(header[at].strip() for at in few) if wanted is None else ()
            return
    table.column = header[at].strip()
    for name, row in named:
        if label := _whole(row[at].strip()):
            table.labels.setdefault(name, label)


def _label_column(
    header: list[str], others: list[int], values: dict[int, Counter[str]], n_rows: int
) -> int | None:
    """The column whose title says so; of several, names rather than numbers, then the plainer title."""
    found = [at for at in others if _plain(header[at]) in _LABEL_WORDS and len(values[at]) > 1]
    found = [at for at in found if len(values[at]) <= max(2, n_rows // 2)] or found
    return min(
        found,
        key=lambda at: (
            all(_is_number(value) for value in values[at]),
            _LABEL_WORDS.index(_plain(header[at])),
            at,
        ),
        default=None,
    )


def _read_flags(
    table: LabelTable, header: list[str], named: list[tuple[str, list[str]]], flags: list[int]
) -> None:
    """One column per label, 1 where it is so. Rows with several are counted and have none."""
    sums = [sum(row[at].strip().casefold() in _TRUE for at in flags) for _, row in named]
    if sum(n == 1 for n in sums) * 2 <= len(named):
        return
    for (name, row), n in zip(named, sums, strict=True):
        if n == 1:
            label = next(header[at].strip() for at in flags if row[at].strip().casefold() in _TRUE)
            table.labels.setdefault(name, label)
        table.n_several += n > 1


def _plain(title: str) -> str:
    return re.sub(r"[\W_]+", "", title).casefold()


def _is_number(value: str) -> bool:
    return bool(re.fullmatch(r"[+-]?\d+(\.\d+)?", value))


def _whole(value: str) -> str:
    """ "3.0", as a spreadsheet writes a class, is "3"."""
    return value[:-2] if re.fullmatch(r"\d+\.0", value) else value


def _rows(one: Found, text: str, index: PictureIndex) -> list[list[str]]:
    """The header and the rows below; [] where it is no table. Titles are made up where the first row is data."""
    rows = _json_rows(one, text) if one.suffix in (".json", ".jsonl") else _separated_rows(text)
    if rows and any(index.rough(value) for value in rows[0]):
        width = len(rows[0])
        titles = ["file", "label"] if width == 2 else [f"column {at + 1}" for at in range(width)]
        rows = [titles, *rows]
    return rows


def _separated_rows(text: str) -> list[list[str]]:
    lines = text.splitlines()
    if lines and lines[0].casefold().startswith("sep="):  # what Excel wants to be told
        text = text[len(lines[0]) :].lstrip("\r\n")
        lines = lines[1:]
    head = "\n".join(lines[:200])
    best, delimiter = 1, ","
    for tried in ",;\t| ":
        widths = Counter(len(row) for row in _read(head, tried) or [])
        width, n = max(widths.items(), key=lambda item: item[1], default=(0, 0))
        if width > best and n * 10 >= sum(widths.values()) * 9 and (tried != " " or best == 1):
            best, delimiter = width, tried
    return [] if best < 2 else _read(text, delimiter) or []


def _read(text: str, delimiter: str) -> list[list[str]] | None:
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    except csv.Error:
        return None


def _json_rows(one: Found, text: str) -> list[list[str]]:
    try:
        if one.suffix == ".jsonl":
            value = [json.loads(line) for line in lines_of(text) if line.strip()]
        else:
            value = json.loads(text)
    except (ValueError, RecursionError):
        return []
    if isinstance(value, dict) and {"images", "annotations", "categories"} <= value.keys():
        return _coco_rows(value)
    if isinstance(value, dict) and value and all(isinstance(label, str | int) for label in value.values()):
        return [["file", "label"], *([str(name), str(label)] for name, label in value.items())]
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        return []
    titles = list(dict.fromkeys(str(title) for row in value for title in row))[:_MAX_COLUMNS]
    return [titles, *([_cell(row.get(title)) for title in titles] for row in value)]


def _coco_rows(value: dict[str, object]) -> list[list[str]]:
    """Of an export in COCO's form, the pictures all of whose boxes have one category."""
    images, boxes, kinds = (
        [row for row in rows if isinstance(row, dict)] if isinstance(rows := value[key], list) else []
        for key in ("images", "annotations", "categories")
    )
    names = {_cell(kind.get("id")): _cell(kind.get("name")) for kind in kinds}
    labels: dict[str, set[str]] = {}
    for box in boxes:
        labels.setdefault(_cell(box.get("image_id")), set()).add(names.get(_cell(box.get("category_id")), ""))
    found = [(_cell(image.get("file_name")), labels.get(_cell(image.get("id")), set())) for image in images]
    return [["file", "label"], *([name, *own] for name, own in found if len(own) == 1)]


def _cell(value: object) -> str:
    return "" if value is None or isinstance(value, dict | list) else str(value)
