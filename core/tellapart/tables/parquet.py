"""The titles and cells of a Parquet file, read by pyarrow, which the extra `parquet` brings."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from tellapart.errors import IntakeError

_MIDNIGHT = datetime.min.time()
_MOST_BYTES = 2 * 2**30  # of all columns unpacked
_MOST_CELLS = 100_000_000


def parquet_rows(path: Path, most_columns: int, most_rows: int, longest: int) -> list[list[str]]:
    """The titles, then a list of cells for each row, as they would stand in a CSV file; what is missing is "".

    Raises:
        IntakeError: pyarrow is missing, or the file is none, too large, or holds more than plain values.
    """
    try:
        from pyarrow import ArrowException, parquet, types
    except ImportError as error:
        raise IntakeError(
            f"{path.name} is Parquet, and reading that needs pyarrow, which is not installed. Install it (pip install "
            "'tellapart[parquet]'), or save the table as CSV."
        ) from error
    try:
        with parquet.ParquetFile(path) as file:
            shape, schema = file.metadata, file.schema_arrow
            n_bytes = sum(shape.row_group(i).total_byte_size for i in range(shape.num_row_groups))
            if len(schema) > most_columns or shape.num_rows > most_rows or n_bytes > _MOST_BYTES:
                raise IntakeError(
                    f"{path.name} has {len(schema):,} columns, {shape.num_rows:,} rows and {n_bytes / 2**20:,.0f} MB; "
                    f"at most {most_columns:,} columns, {most_rows:,} rows and {_MOST_BYTES >> 20:,} MB are read. Keep "
                    "a part."
                )
            for one in schema:
                if types.is_nested(one.type) or types.is_binary(one.type) or types.is_large_binary(one.type):
                    raise IntakeError(
                        f"The column {one.name!r} of {path.name} holds {one.type}, which is no plain value. Leave it "
                        "out, or write it as text."
                    )
            if shape.num_rows * len(schema) > _MOST_CELLS:  # the same value again takes no room in the file
                raise IntakeError(
                    f"{path.name} has {shape.num_rows * len(schema):,} cells; at most {_MOST_CELLS:,} are read. Keep "
                    "fewer rows or columns."
                )
        texts = [one.name for one in schema if types.is_string(one.type) or types.is_large_string(one.type)]
        with parquet.ParquetFile(path, read_dictionary=texts) as file:
            columns = [
                [cell for chunk in column.chunks for cell in _cells(chunk, longest)]
                for column in file.read().columns
            ]
    except _TooLongError as error:
        raise IntakeError(
            f"A cell of {path.name} has {error} characters; at most {longest:,} are read. Leave its column out."
        ) from error
    except (OSError, ArrowException, ValueError, OverflowError) as error:
        said = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise IntakeError(
            f"{path.name} cannot be read as Parquet ({said}). Write it again, or save the table as CSV."
        ) from error
    return [list(schema.names), *(list(row) for row in zip(*columns, strict=True))]


class _TooLongError(Exception):
    """A cell; with its characters."""


def _cells(chunk: Any, longest: int) -> list[str]:
    """Of a chunk of a column; a text that stands there a million times is one text.

    Raises:
        _TooLongError: a text has more characters than `longest`.
    """
    if not hasattr(chunk, "dictionary"):
        return [_cell(value) for value in chunk.to_pylist()]
    known = [*map(_cell, chunk.dictionary.to_pylist())]
    most = max(map(len, known), default=0)
    if most > longest:
        raise _TooLongError(f"{most:,}")
    return ["" if at is None else known[at] for at in chunk.indices.to_pylist()]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (
            value.strftime("%Y-%m-%d %H:%M:%S") if value.time() != _MIDNIGHT else value.strftime("%Y-%m-%d")
        )
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return "" if value != value else repr(value)
    return str(value)
