"""Labels: what an item shows, from its folder, its name, a column of its row, or a function."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tellapart.description.items import is_missing, path_of, said
from tellapart.errors import DescriptionError, IntakeError
from tellapart.label_names import clean_label

Labels = Callable[[Any], Any] | re.Pattern[str]


def parent_label(item: Any) -> str:
    """The name of the folder that the item's picture lies in.

    Raises:
        ValueError: the item is no file.
    """
    return _path(item).parent.name


@dataclass(frozen=True)
class NameLabel:
    """The part of a file's name that a pattern finds; see `name_label`."""

    pattern: re.Pattern[str]

    def __call__(self, item: Any) -> str:
        """Raises ValueError where the pattern finds nothing."""
        name = _path(item).name
        found = self.pattern.search(name)
        if found is None:
            raise ValueError(f"its name {name!r} does not match the pattern {self.pattern.pattern!r}")
        groups = found.groupdict()
        return str(groups["label"] if "label" in groups else found[1] if self.pattern.groups else found[0])


def name_label(pattern: str | re.Pattern[str]) -> NameLabel:
    r"""Labels from the names of files, for instance `name_label(r"^(.+?)_\d+")` for great_pyrenees_173.jpg.

    Args:
        pattern: a regular expression, looked for anywhere in the name. The label is its group named "label", else its
            first group, else all that it matches.
    Raises:
        ValueError: it is no regular expression.
    """
    try:
        return NameLabel(re.compile(pattern))
    except re.error as error:
        raise ValueError(f"pattern={pattern!r} is no regular expression: {error}.") from error


@dataclass(frozen=True)
class Column:
    """The value of a row in one column; see `column`."""

    name: str

    def __call__(self, item: Any) -> Any:
        """Raises ValueError where the item has no such column."""
        if not isinstance(item, Mapping):
            raise ValueError(
                "it is no row of a table, so it has no columns; describe the items with table_rows"
            )
        if self.name not in item:
            raise ValueError(f"it has no column {self.name!r}, only {', '.join(map(str, item))}")
        return item[self.name]


def column(name: str) -> Column:
    """Labels that stand in this column of a table; for items of `table_rows`."""
    return Column(name)


def label_of(labels: Labels, item: Any) -> str:
    """The label of one item, as it is kept.

    Raises:
        DescriptionError: it cannot be told; the text names the item.
    """
    function = NameLabel(labels) if isinstance(labels, re.Pattern) else labels
    try:
        value = function(item)
    except Exception as error:  # a person's own function raises what it likes
        reason = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
        raise DescriptionError(
            f"The label of {said(item)} cannot be told: {reason}. Change `labels`, or leave the item out."
        ) from error
    if isinstance(value, list | tuple | set | frozenset | Mapping) or getattr(value, "ndim", 0) > 0:
        raise DescriptionError(
            f"The label of {said(item)} is {said(value)} ({type(value).__name__}), but a picture has one label here: "
            "several at once cannot be learned. Change `labels` to give one of them, or describe and train once for "
            "each, with labels that say whether it is there."
        )
    if is_missing(value):
        raise DescriptionError(
            f"The label of {said(item)} is empty ({value!r}). Change `labels`, or leave the item out."
        )
    try:
        return clean_label(str(value))
    except IntakeError as error:
        raise DescriptionError(f"The label of {said(item)} cannot be used. {error}") from error


def _path(item: Any) -> Path:
    path = path_of(item)
    if path is None:
        raise ValueError(f"a {type(item).__name__} is no file, so it has no folder and no name")
    return path
