"""What SQLite says went wrong is known by its codes; its words are read only where Python does not tell the codes."""

import sqlite3

import pytest
from tellapart.store.sqlite import result_codes as codes


def raised(act):
    with pytest.raises(sqlite3.Error) as caught:
        act()
    return caught.value


@pytest.fixture
def errors(tmp_path):
    """Real errors of SQLite, each with its code."""
    path = tmp_path / "a.db"
    first, second = (sqlite3.connect(path, timeout=0, isolation_level=None) for _ in range(2))
    first.execute("CREATE TABLE a (b)")
    first.execute("BEGIN IMMEDIATE")
    (tmp_path / "text.db").write_text(
        "no database, but a text that is long enough to be looked at " * 20, "utf-8"
    )
    broken = sqlite3.connect(tmp_path / "text.db")
    found = {
        codes.BUSY: raised(lambda: second.execute("BEGIN IMMEDIATE")),
        codes.NOTADB: raised(lambda: broken.execute("SELECT * FROM a")),
        codes.CANTOPEN: raised(lambda: sqlite3.connect(tmp_path / "none" / "a.db")),
        codes.ERROR: raised(lambda: second.execute("SELECT * FROM c")),
    }
    second.execute("PRAGMA query_only=ON")
    first.execute("COMMIT")
    found[codes.READONLY] = raised(lambda: second.execute("INSERT INTO a VALUES (1)"))
    for db in (first, second, broken):
        db.close()
    return found


def test_errors_are_known_by_their_codes_with_and_without_pythons_help(errors):
    for code, error in errors.items():
        assert codes.result_code(error) == code, error
        assert codes.result_code(type(error)(str(error))) == code, "as Python 3.10 raises it, without a code"
    assert [code for code, error in errors.items() if codes.lacks_tables(error)] == [codes.ERROR]


def test_the_words_do_not_matter_where_there_is_a_code():
    error = sqlite3.OperationalError("the words of another version: is full, locked, readonly")
    error.sqlite_errorcode = codes.IOERR | (3 << 8)  # SQLITE_IOERR_WRITE
    assert codes.result_code(error) == codes.IOERR and not codes.lacks_tables(error)
