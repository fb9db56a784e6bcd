"""What a page of another kind than pictures needs of the open project. A kind fills this in; the page asks no more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ipywidgets import Widget
from traitlets import HasTraits

from tellapart_dashboards.app.event_loop import Followed


@dataclass(frozen=True)
class NewestModel:
    """The newest classifier. bundle: its folder; predictor: what answers; measured: what it was found to be worth;
    n_changes: decisions since."""

    bundle: Path
    predictor: Any
    measured: dict[str, Any]
    n_changes: int = 0


@dataclass(frozen=True)
class ThingsPage:
    """The parts of a page. steps: key -> its name. bodies: key -> what makes it. first: the step in sight at first.
    badges: (owner, names of its traits, function that gives key -> number beside the step). followed: what the page
    polls."""

    steps: dict[str, str]
    bodies: dict[str, Callable[[Callable[[str], None]], Awaitable[Widget]]]
    first: str
    followed: tuple[Followed, ...] = ()
    badges: tuple[tuple[HasTraits, list[str], Callable[[], dict[str, str]]], ...] = field(default=())
