"""RatingProject: a folder with the given ratings, unchanged, and bundles/. Every path inside it is spelled here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tellapart import atomic_files
from tellapart.errors import IntakeError, ProjectError
from tellapart.kinds.decisions import ThingDecision
from tellapart.kinds.delimited import file_bytes
from tellapart.kinds.kind_project import KindProject
from tellapart.kinds.project_kind import ProjectKind, absolute, vacant
from tellapart.ratings.kind import KIND
from tellapart.ratings.rating_table import (
    GivenRatings,
    RatingTable,
    item_id,
    row_id,
    table_of,
    titled,
    user_id,
)
from tellapart.ratings.reading import given_ratings, ratings_of
from tellapart.ratings.titles import known_titles, read_titles

RATINGS = ProjectKind(
    name=KIND.name,
    title="ratings",
    things="ratings",
    noun="thing",
    head_name=KIND.head_name,
    given_name="ratings.table",  # byte for byte as it was given, whatever its separator
    model_name=KIND.model_name,
    learned="recommender",
)
_SHOWN = 3
TITLES_NAME = "titles.json"  # item -> title, where they came in a file of their own


@dataclass(frozen=True)
class RatingProject(KindProject):
    """An open project of ratings. source: the name of the file it was made from. scale: lowest and highest rating."""

    root: Path
    source: str
    scale: tuple[float, float]

    kind = RATINGS
    titles_path = property(
        lambda self: self.root / TITLES_NAME, doc="Titles from a file of their own, if any."
    )

    @cached_property
    def given(self) -> GivenRatings:
        """The ratings as they were given, read again from the file.

        Raises:
            IntakeError: somebody changed it, and it can no longer be read.
        """
        return given_ratings(file_bytes(self.root / RATINGS.given_name), self.source, self.scale)

    @property
    def table(self) -> RatingTable:
        """The ratings as they stand, after what was decided.

        Raises:
            IntakeError: the file can no longer be read, or nothing can be learned from what is left.
        """
        table = self._table_after(())
        return titled(table, read_titles(self.titles_path)) if self.titles_path.is_file() else table

    def _table_after(self, decisions: Sequence[ThingDecision]) -> RatingTable:
        """The ratings as they would stand after these decisions, too; without titles of a file of their own."""
        last, _ = self.decisions.standing()
        last |= {one.thing_id: one for one in decisions}
        left_out, taken_in = (
            {one for one in last if last[one].action == action} for action in ("remove", "keep")
        )
        return table_of(self.given, left_out, taken_in)

    def _checked(self, decisions: Sequence[ThingDecision]) -> Sequence[ThingDecision]:
        """Ratings are kept or left out, and nothing else; something to learn from stays.

        Raises:
            ProjectError: there is no such thing, or too little would be left.
        """
        given = self.given
        known: set[str] = set()
        for one in (*given.inside, *given.outside):
            known.update((row_id(one), user_id(one.user), item_id(one.item)))
        for decision in decisions:
            if decision.action not in ("remove", "keep"):
                raise ValueError(f"{decision.action!r} is no decision about ratings; choose remove or keep.")
            if decision.thing_id not in known:
                raise ProjectError(_unknown(decision.thing_id, given.source))
        removed = [one.thing_id for one in decisions if one.action == "remove"]
        if removed:
            try:
                self._table_after(decisions)
            except IntakeError as error:  # nothing could be opened any more, not even to undo it
                listed = ", ".join(removed[:_SHOWN]) + " and others" * (len(removed) > _SHOWN)
                raise ProjectError(
                    f"Nothing was decided: without {listed} too little would be left to learn from. At least two "
                    "users, two items and two different ratings are needed."
                ) from error
        return decisions

    def ratings_by(self, user: str) -> dict[str, float]:
        """Item -> stars that a user of the table gave.

        Raises:
            ProjectError: there is no such user.
        """
        table = self.table
        if user not in table.user_names:  # no near name is told: names of people are not for guessing
            raise ProjectError(
                f"{self.name} has no user {user!r}. Give a user's name as it stands in {self.source}."
            )
        rows = (table.users == table.user_names.index(user)).nonzero()[0].tolist()
        return {table.item_names[table.items[row]]: float(table.stars[row]) for row in rows}


def create_rating_project(
    root: Path | str,
    place: Path | str,
    scale: tuple[float, float] | None = None,
    titles: Mapping[str, str] | None = None,
) -> RatingProject:
    """A new project of the ratings in a file: there as a whole, or not at all.

    Args:
        titles: of items, where a file of their own says them; see `read_titles`.
    Raises:
        IntakeError: nothing can be learned from the file, see `read_ratings`, or the titles are of other items.
        ProjectError: the folder holds something already, or the disk does not take it.
    """
    root, path = vacant(root), Path(place).expanduser()
    data = file_bytes(path)
    table = ratings_of(data, path.name, scale)
    known = known_titles(table, titles) if titles is not None else None
    with RATINGS.created(root, {"source": path.name, "scale": list(table.scale)}) as folder:
        atomic_files.write_bytes(folder / RATINGS.given_name, data)
        if known is not None:
            atomic_files.write_json(folder / TITLES_NAME, known)
    return open_rating_project(root)


def open_rating_project(root: Path | str) -> RatingProject:
    """The project of ratings in a folder.

    Raises:
        ProjectError: there is none, it is damaged, or of a newer version.
    """
    root = absolute(root)
    head = RATINGS.head(root)
    try:
        low, high = (float(one) for one in head["scale"])
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise RATINGS.damaged(root) from error
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise RATINGS.damaged(root)
    return RatingProject(root, str(head.get("source", RATINGS.given_name)), (low, high))


def _unknown(thing_id: str, source: str) -> str:
    kind, sign, name = thing_id.partition(":")
    if not sign or kind not in ("row", "user", "item"):
        return f"{thing_id!r} is no rating, user or item. Write row:NUMBER, user:NAME or item:NAME."
    return (
        f"{source} has no {kind} {name!r}. The findings name each; row:NUMBER counts the rows of the table."
    )
