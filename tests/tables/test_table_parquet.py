"""Parquet: the same table as from CSV, within limits; without pyarrow a sentence says what to install."""

import sys
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pytest
from made_tables import made_table, write_table
from tellapart.errors import IntakeError
from tellapart.tables import reading
from tellapart.tables.reading import read_table, titled_rows

NEEDS = "pyarrow is not installed; it comes with tellapart[parquet]"


def written(path, columns):
    pyarrow = pytest.importorskip("pyarrow", reason=NEEDS)
    from pyarrow import parquet

    parquet.write_table(pyarrow.table(columns), path)
    return path


def test_without_pyarrow_it_says_what_to_install(tmp_path, monkeypatch):
    (tmp_path / "t.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(IntakeError, match=r"pip install 'tellapart\[parquet\]'\), or save the table as CSV"):
        read_table(tmp_path / "t.parquet")


def test_it_is_the_table_that_the_csv_is(tmp_path):
    titles, rows = made_table(60)
    columns = [[row[i] for row in rows] for i in range(len(titles))]
    columns[1] = [float(one) if one else None for one in columns[1]]
    columns[4] = [date.fromisoformat(one) for one in columns[4]]
    found = read_table(written(tmp_path / "t.parquet", dict(zip(titles, columns, strict=True))))
    expected = read_table(write_table(tmp_path / "t.csv", titles, rows))
    assert (
        found.columns == expected.columns and found.rows == expected.rows and found.labels == expected.labels
    )


def test_values_are_written_as_in_a_csv_file(tmp_path):
    columns = {
        "when": [datetime(2024, 5, 31, 12, 30), datetime(2024, 6, 1), None],
        "is": [True, False, None],
        "much": [Decimal("1.50"), None, Decimal("2")],
        "little": np.array([1e-7, np.nan, 3.0]),
        "formula": ["=1+1", "ünïcode", ""],
    }
    titles, rows = titled_rows(written(tmp_path / "t.parquet", columns))
    assert titles == list(columns)
    assert rows[0] == ["2024-05-31 12:30:00", "True", "1.50", "1e-07", "=1+1"]
    assert rows[1] == ["2024-06-01", "False", "", "", "ünïcode"] and rows[2][0] == ""


def test_what_is_no_plain_table_is_told(tmp_path, monkeypatch):
    with pytest.raises(IntakeError, match="The column 'a' of t.parquet holds list"):
        titled_rows(written(tmp_path / "t.parquet", {"a": [[1, 2]], "b": ["x"]}))
    with pytest.raises(IntakeError, match="holds binary"):
        titled_rows(written(tmp_path / "t.parquet", {"a": [b"x"], "b": ["x"]}))
    whole = (tmp_path / "t.parquet").read_bytes()
    for name, data in (("cut", whole[: len(whole) // 2]), ("none", b"a,b\n1,2\n"), ("empty", b"")):
        (tmp_path / f"{name}.parquet").write_bytes(data)
        with pytest.raises(IntakeError, match=f"{name}.parquet cannot be read as Parquet"):
            titled_rows(tmp_path / f"{name}.parquet")
    with pytest.raises(IntakeError, match="not_there.parquet cannot be read as Parquet"):
        titled_rows(tmp_path / "not_there.parquet")
    monkeypatch.setattr(reading, "MOST_COLUMNS", 1)
    with pytest.raises(IntakeError, match="2 columns, 1 rows and 0 MB; at most 1 columns"):
        titled_rows(written(tmp_path / "t.parquet", {"a": ["1"], "b": ["x"]}))


def test_a_text_that_is_repeated_within_a_small_file_does_not_fill_the_memory(tmp_path, monkeypatch):
    pyarrow = pytest.importorskip("pyarrow", reason=NEEDS)
    from pyarrow import parquet

    path, n = tmp_path / "t.parquet", 50_000
    once = pyarrow.DictionaryArray.from_arrays(np.zeros(n, np.int32), ["x" * 200_000])
    parquet.write_table(
        pyarrow.table({"a": once, "b": np.ones(n)}), path, store_schema=False
    )  # 10 GB of cells
    assert path.stat().st_size < 1_000_000
    with pytest.raises(
        IntakeError, match=r"A cell of t\.parquet has 200,000 characters; at most 10,000 are read"
    ):
        titled_rows(path)
    with monkeypatch.context() as fewer:
        fewer.setattr("tellapart.tables.parquet._MOST_CELLS", 9)
        with pytest.raises(IntakeError, match=r"has 100,000 cells; at most 9 are read. Keep fewer"):
            titled_rows(path)


def test_a_date_that_no_calendar_has_is_told(tmp_path):
    far = np.array([2**62, 0]).astype("datetime64[us]")
    with pytest.raises(IntakeError, match=r"t\.parquet cannot be read as Parquet \("):
        titled_rows(written(tmp_path / "t.parquet", {"a": far, "b": ["x", "y"]}))
