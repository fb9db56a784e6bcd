"""What belongs to ratings: a project of ratings, a recommender, a table whose titles say user, item and rating."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from tellapart.cli.kinds.claiming import names_one, value_of
from tellapart.cli.ratings.commands import ratings_app

NAME = "ratings"
_PROJECT, _MODEL = "tellapart-ratings.json", "rating-model.json"
_TABLES = (".csv", ".tsv", ".tab", ".dat", ".data")
_HEAD = 4096  # bytes of a table that are looked at
_OF_OTHERS = ("--text-column", "--label-column", "--target")  # who names such a column means another kind


def claims(verb: str, words: Sequence[str]) -> bool:
    """Whether a command with these words after it is about ratings."""
    if verb == "new":
        return not any(word.startswith(_OF_OTHERS) for word in words) and _is_source(
            value_of("--from", words)
        )
    return names_one(words, _PROJECT, _MODEL)


def commands() -> typer.Typer:
    """The commands of ratings."""
    return ratings_app


def _is_source(name: str) -> bool:
    """A table whose first row says that it is of ratings and of nothing else."""
    from tellapart.errors import IntakeError
    from tellapart.ratings.columns import is_of_ratings
    from tellapart.ratings.table_file import split_rows
    from tellapart.words.decoded import decoded

    try:
        path = Path(name).expanduser()
        if path.suffix.lower() not in _TABLES or not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(_HEAD)
        cut = head.rfind(b"\n")  # a character may be cut in the middle behind it
        rows = split_rows(
            decoded(head[: cut + 1] if cut > 0 and len(head) == _HEAD else head) or "", path.name
        )
        return bool(rows) and is_of_ratings(rows[0])
    except (OSError, ValueError, RuntimeError, IntakeError):
        return False
