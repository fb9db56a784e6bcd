"""RatingProject: a folder with the given ratings, unchanged, and bundles/. Every path inside it is spelled here."""

from __future__ import annotations

import json
import math
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path

from tellapart import atomic_files
from tellapart.errors import ProjectError
from tellapart.kinds.decisions import DecisionFile
from tellapart.ratings.model_file import FILE_NAME as MODEL_NAME
from tellapart.ratings.rating_table import GivenRatings, RatingTable, table_of, titled
from tellapart.ratings.reading import given_ratings, ratings_of
from tellapart.ratings.table_file import file_bytes
from tellapart.ratings.titles import known_titles, read_titles
from tellapart.store.sqlite.database_errors import disk_reason

HEAD_NAME = "tellapart-ratings.json"  # written last: where it is, the project is whole
RATINGS_NAME = "ratings.table"  # byte for byte as it was given, whatever its separator
TITLES_NAME = "titles.json"  # item -> title, where they came in a file of their own
FORMAT = 1


@dataclass(frozen=True)
class RatingProject:
    """An open project of ratings. source: the name of the file it was made from. scale: lowest and highest rating."""

    root: Path
    source: str
    scale: tuple[float, float]

    name = property(lambda self: self.root.name, doc="The folder's name.")
    bundles_dir = property(lambda self: self.root / "bundles", doc="Trained recommenders.")
    titles_path = property(
        lambda self: self.root / TITLES_NAME, doc="Titles from a file of their own, if any."
    )

    decisions = property(
        lambda self: DecisionFile(self.root / "decisions.jsonl", "thing"),
        doc="What a person decided about ratings.",
    )

    @cached_property
    def given(self) -> GivenRatings:
        """The ratings as they were given, read again from the file.

        Raises:
            IntakeError: somebody changed it, and it can no longer be read.
        """
        return given_ratings(file_bytes(self.root / RATINGS_NAME), self.source, self.scale)

    @property
    def table(self) -> RatingTable:
        """The ratings as they stand, after what was decided.

        Raises:
            IntakeError: the file can no longer be read, or nothing can be learned from what is left.
        """
        last, _ = self.decisions.standing()
        left_out, taken_in = (
            {one for one in last if last[one].action == action} for action in ("remove", "keep")
        )
        table = table_of(self.given, left_out, taken_in)
        return titled(table, read_titles(self.titles_path)) if self.titles_path.is_file() else table

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

    def newest_bundle(self) -> Path | None:
        """The folder of the recommender made last; None when there is none."""
        folders = self.bundles_dir.iterdir() if self.bundles_dir.is_dir() else ()
        found = [one for one in folders if not one.name.startswith(".") and (one / MODEL_NAME).is_file()]
        return max(found, key=lambda one: ((one / MODEL_NAME).stat().st_mtime_ns, one.name), default=None)


def is_rating_project(root: Path | str) -> bool:
    """Whether a folder is a project of ratings."""
    return (Path(root) / HEAD_NAME).is_file()


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
    root, path = Path(root).expanduser().absolute(), Path(place).expanduser()
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise ProjectError(f"{root} exists and is not empty. Choose a new folder name.")
    data = file_bytes(path)
    table = ratings_of(data, path.name, scale)
    known = known_titles(table, titles) if titles is not None else None
    beside = root.with_name(f".{root.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        beside.mkdir(parents=True)
        atomic_files.write_bytes(beside / RATINGS_NAME, data)
        if known is not None:
            atomic_files.write_json(beside / TITLES_NAME, known)
        head = {
            "format": FORMAT,
            "kind": "ratings",
            "created": datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "source": path.name,
            "scale": list(table.scale),
        }
        atomic_files.write_json(beside / HEAD_NAME, head)
        if root.exists():
            root.rmdir()  # empty, see above
        beside.rename(root)
    except OSError as error:
        raise ProjectError(disk_reason(root.parent, error)) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return open_rating_project(root)


def open_rating_project(root: Path | str) -> RatingProject:
    """The project of ratings in a folder.

    Raises:
        ProjectError: there is none, it is damaged, or of a newer version.
    """
    root = Path(root).expanduser().absolute()
    if not is_rating_project(root):
        raise ProjectError(f"{root} is no project of ratings. Make one: tellapart new DIR --from FILE.csv")
    try:
        head = json.loads((root / HEAD_NAME).read_bytes())
        made_in, source = int(head["format"]), str(head.get("source", RATINGS_NAME))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _damaged(root) from error
    if made_in > FORMAT:
        raise ProjectError(
            f"{root} has format {made_in}; this tellapart reads up to {FORMAT}. Update tellapart: "
            "pip install -U tellapart"
        )
    try:
        low, high = (float(one) for one in head["scale"])
    except (ValueError, TypeError, KeyError) as error:
        raise _damaged(root) from error
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise _damaged(root)
    return RatingProject(root, source, (low, high))


def _damaged(root: Path) -> ProjectError:
    return ProjectError(f"{root / HEAD_NAME} is damaged. Your ratings are in {root / RATINGS_NAME}.")
