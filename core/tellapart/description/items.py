"""Items: what a description starts from, one for each picture: files of a folder, rows of a table, or whatever a
function gives."""

from __future__ import annotations

import contextlib
import csv
import glob
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tellapart.errors import DescriptionError
from tellapart.pictures.images import PICTURE_SUFFIXES
from tellapart.store.project import pictures_folder

_ENCODING = "utf-8-sig"
_DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class TableRow(Mapping[str, Any]):
    """One row of a table, a value for each column. picture: where its picture is."""

    picture: Path
    values_by_column: Mapping[str, Any]
    number: int

    def __getitem__(self, column: str) -> Any:
        return self.values_by_column[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_column)

    def __len__(self) -> int:
        return len(self.values_by_column)


def image_files(folder: Path | str) -> list[Path]:
    """The picture files in a folder, at any depth, sorted; hidden files and folders are left out. Of a project's folder
    they are those in use, and none that was removed.

    What they hold is looked at when they are opened; here their endings count.

    Raises:
        DescriptionError: the folder is not there, or holds no picture.
    """
    if not isinstance(folder, Path | str):
        raise DescriptionError(
            f"image_files needs a folder, not a {type(folder).__name__}. Of a project, give the folder "
            "(project.root). For a table, describe the items with table_rows(picture=COLUMN)."
        )
    root = Path(folder).expanduser()
    if not root.is_dir():
        what = "is a file" if root.exists() else "does not exist"
        raise DescriptionError(
            f"The folder {root} {what}. Give the folder that holds the pictures, at any depth."
        )
    found = []
    for place, folders, files in os.walk(pictures_folder(root)):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [
            Path(place, name)
            for name in files
            if not name.startswith(".") and Path(name).suffix.lower() in PICTURE_SUFFIXES
        ]
    if not found:
        raise DescriptionError(
            f"The folder {root} holds no picture. Expected files that end in .jpg, .png, .webp and the like, at any "
            "depth. Check the name of the folder."
        )
    return sorted(found)


def named_files(words: Iterable[Path | str]) -> list[Path]:
    """The files that these words name, in their order and each once: a file, the pictures of a folder at any depth, or
    what a pattern such as photos/*.jpg stands for, where the shell has not put the names there (Windows).

    A name of nothing stays as it is: whoever opens it says what is wrong.

    Raises:
        DescriptionError: a folder holds no picture, or a pattern stands for nothing.
    """
    found: dict[Path, None] = {}
    for word in words:
        path = Path(word).expanduser()
        if path.is_dir():
            found.update(dict.fromkeys(image_files(path)))
        elif path.exists() or not glob.has_magic(str(path)):  # a file's name may look like a pattern
            found[path] = None
        else:
            found.update(dict.fromkeys(_matching(path)))
    return list(found)


def _matching(pattern: Path) -> list[Path]:
    found: list[Path] = []
    for match in sorted(map(Path, glob.glob(str(pattern), recursive=True))):  # noqa: PTH207  # it may be absolute
        if match.is_dir():
            with contextlib.suppress(DescriptionError):  # one of several may well hold none
                found += image_files(match)
        else:
            found.append(match)
    if not found:
        raise DescriptionError(
            f"No picture matches {str(pattern)!r}. Check the spelling; * stands for any letters, ** for any folders."
        )
    return found


@dataclass(frozen=True)
class TableRows:
    """The rows of a table as items; see `table_rows`."""

    picture: str
    folder: Path | None

    def __call__(self, table: Any) -> list[TableRow]:
        """Of a CSV file, a frame, or a list of mappings.

        Raises:
            DescriptionError: it is none of these, cannot be read, or lacks the column.
        """
        records, folder = _records(table)
        folder = self.folder or folder
        if not records:
            raise DescriptionError("The table has no rows. Give one with a row for each picture.")
        rows = []
        for number, record in enumerate(records, 1):
            name = record.get(self.picture)
            if not isinstance(name, Path | str) or not str(name):
                raise DescriptionError(
                    f"Row {number} of the table has no picture in the column {self.picture!r}. Its columns are "
                    f"{', '.join(map(str, record))}. Choose one with table_rows(picture=COLUMN), or fill it in."
                )
            rows.append(TableRow(folder / name, record, number))
        return rows


def table_rows(picture: str = "file_name", folder: Path | str | None = None) -> TableRows:
    """Items that are the rows of a table: a CSV file, a frame of pandas or polars, or a list of mappings.

    Args:
        picture: the column with the pictures' paths.
        folder: what those paths start from; the CSV file's folder, or the current one, unless given.
    """
    return TableRows(picture, None if folder is None else Path(folder).expanduser())


def path_of(item: Any) -> Path | None:
    """Where the picture of an item lies; None where it is no file."""
    if isinstance(item, TableRow):
        return item.picture
    return Path(item) if isinstance(item, Path | str) else None


def is_missing(value: Any) -> bool:
    """Whether a cell of a table holds nothing: None, NaN, or pandas' NA, which cannot be compared."""
    try:
        return value is None or bool(value != value)
    except (TypeError, ValueError):
        return True


def said(item: Any) -> str:
    """What to call an item in a sentence."""
    if isinstance(item, TableRow):
        return f"row {item.number} ({item.picture})"
    if isinstance(item, Path | str):
        return str(item)
    text = " ".join(repr(item).split())
    return text if len(text) <= 80 else f"{text[:80]}…"


def _records(table: Any) -> tuple[list[Mapping[str, Any]], Path]:
    """The rows, and the folder that paths in them start from."""
    if isinstance(table, Path | str):
        path = Path(table).expanduser()
        return _csv_records(path), path.parent
    if hasattr(table, "to_dicts"):  # polars
        return list(table.to_dicts()), Path()
    if hasattr(table, "to_dict") and hasattr(table, "columns"):  # pandas
        return list(table.to_dict("records")), Path()
    if isinstance(table, list | tuple) and all(isinstance(row, Mapping) for row in table):
        return list(table), Path()
    raise DescriptionError(
        f"A {type(table).__name__} is not a table. Give the path of a CSV file, a frame of pandas or polars, or a "
        "list of mappings."
    )


def _csv_records(path: Path) -> list[Mapping[str, Any]]:
    try:
        with path.open(encoding=_ENCODING, newline="") as file:
            head = file.readline()
            file.seek(0)
            delimiter = max(_DELIMITERS, key=head.count)
            return list(csv.DictReader(file, delimiter=delimiter))
    except OSError as error:
        raise DescriptionError(
            f"The table {path} cannot be read ({error.strerror or error}). Give the path of a CSV file."
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DescriptionError(
            f"The table {path} is not a CSV file in UTF-8 ({error}). Save it as one, with a head line."
        ) from error
