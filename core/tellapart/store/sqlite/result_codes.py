"""SQLite's result codes of errors: what went wrong, without reading what SQLite says about it.

Source: https://www.sqlite.org/rescode.html. Python has them on an error from 3.11 on.
"""

from __future__ import annotations

import sqlite3

ERROR, PERM, BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR = 1, 3, 5, 6, 7, 8, 9, 10
CORRUPT, FULL, CANTOPEN, NOTADB = 11, 13, 14, 26

# for Python 3.10, whose errors have nothing but SQLite's words
_WORDS = (
    ("is full", FULL), ("disk i/o", IOERR), ("unable to open", CANTOPEN), ("readonly", READONLY),
    ("locked", BUSY), ("busy", BUSY), ("interrupted", INTERRUPT), ("out of memory", NOMEM),
    ("malformed", CORRUPT), ("corrupt", CORRUPT), ("not a database", NOTADB),
)  # fmt: skip


def result_code(error: sqlite3.Error) -> int:
    """The primary result code; ERROR where there is none, for instance of a connection that was closed."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return int(code) & 0xFF  # the rest says more closely where
    said = str(error).lower()
    return next((code for words, code in _WORDS if words in said), ERROR)


def lacks_tables(error: sqlite3.Error) -> bool:
    """Whether a table or a column is not there; SQLite has no code of its own for that."""
    return result_code(error) == ERROR and "no such" in str(error).lower()
