"""The file of a project's things: a JSON object per line, each with an id made of what it holds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from tellapart.errors import ProjectError
from tellapart.store.sqlite.database_errors import disk_reason

Thing = TypeVar("Thing")
_ID_DIGITS = 16


def ids_of(contents: Iterable[bytes]) -> list[str]:
    """An id for each content: its hash, with a number behind it where the same content came before."""
    n_times: Counter[str] = Counter()
    ids = []
    for content in contents:
        digest = sha256(content).hexdigest()[:_ID_DIGITS]
        n_times[digest] += 1
        ids.append(digest if n_times[digest] == 1 else f"{digest}-{n_times[digest]}")
    return ids


def thing_lines(records: Iterable[Mapping[str, Any]]) -> bytes:
    """Of the file; what UTF-8 cannot say becomes a question mark."""
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records).encode("utf-8", "replace")


def read_things(path: Path, thing_of: Callable[[dict[str, Any]], Thing]) -> list[Thing]:
    """What each line says; thing_of: makes it of a line, and raises ValueError, TypeError or KeyError for a wrong one.

    Raises:
        ProjectError: the file cannot be read, or a line is damaged.
    """
    try:
        return [thing_of(json.loads(line)) for line in path.read_bytes().split(b"\n") if line.strip()]
    except OSError as error:
        raise ProjectError(disk_reason(path.parent, error)) from error
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise ProjectError(
            f"{path} is damaged ({type(error).__name__}). Bring the file back from a copy; your decisions are safe in "
            f"{path.with_name('decisions.jsonl')}."
        ) from error
