"""Ratings as a kind: a table whose titles say user, item and rating, and where its commands and pages are."""

from __future__ import annotations

from pathlib import Path

from tellapart.kinds.kind import ThingKind

_TABLES = (".csv", ".tsv", ".tab", ".dat", ".data")
_HEAD = 4096  # bytes of a table that are looked at


def _is_source(place: Path) -> bool:
    """A table whose first row says that it is of ratings and of nothing else."""
    from tellapart.errors import IntakeError
    from tellapart.ratings.columns import is_of_ratings
    from tellapart.ratings.table_file import split_rows
    from tellapart.words.decoded import decoded

    if place.suffix.lower() not in _TABLES or not place.is_file():
        return False
    with place.open("rb") as file:
        head = file.read(_HEAD)
    cut = head.rfind(b"\n")  # a character may be cut in the middle behind it
    try:
        seen = decoded(head[: cut + 1] if cut > 0 and len(head) == _HEAD else head)
        rows = split_rows(seen.text if seen else "", place.name)
    except IntakeError:
        return False
    return bool(rows) and is_of_ratings(rows[0])


KIND = ThingKind(
    name="ratings",
    model_name="rating-model.json",
    verbs_at="tellapart.ratings",
    commands_at="tellapart.cli.ratings.commands:ratings_app",
    studio_at="tellapart_dashboards.pages.ratings.door",
    is_source=_is_source,
)
