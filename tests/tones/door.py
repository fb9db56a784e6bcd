"""Tones in the studio."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ipywidgets import HTML, Widget
from tellapart_dashboards.pages.kinds.offers import SourceOffer
from tellapart_dashboards.pages.kinds.things import ThingsPage

import tones
from tones.project import read_tones


def offer(source: Path) -> SourceOffer:
    return SourceOffer(f"{len(read_tones(source))} tones.")


def make(root: Path, source: Path, chosen: dict[str, str]) -> object:
    return tones.new_project(root, source)


def opened(root: Path) -> ThingsPage:
    project = tones.open_project(root)

    async def listen(_go_to: Callable[[str], None]) -> Widget:
        return HTML(f"<h1>{len(project.things())} tones</h1>")

    return ThingsPage({"listen": "Listen"}, {"listen": listen}, "listen")
