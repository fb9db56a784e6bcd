"""The Share page of things: what can be taken along, made when it is asked for, saved where the browser is."""

from __future__ import annotations

import asyncio
import html
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ipywidgets import HTML, Box, Button, Text, VBox
from tellapart.errors import BundleError

from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import heading_html
from tellapart_dashboards.pages.kinds.exports import Asked, Export
from tellapart_dashboards.pages.kinds.training import ThingsTraining
from tellapart_dashboards.widgets.download.download import Download

_LEAD = "Nothing leaves this computer until you send it."


def sharing_view(
    training: ThingsTraining, name: str, exports: Sequence[Export], go_to_train: Callable[[], None]
) -> VBox:
    """The page. name: of the project, by which files are called."""
    head = HTML()
    train = Button(description="Train a model").add_class("ta-primary")
    train.on_click(lambda _: go_to_train())
    title = Text(description="Title of the page", placeholder="the usual one")
    folder = tempfile.TemporaryDirectory(prefix="tellapart-share-")

    def saves(export: Export, place: Text) -> Download:
        async def make() -> Path:
            trained, target = training.trained, Path(folder.name) / f"{name}{export.ending}"
            if trained is None:
                raise BundleError("The model is no longer there. Train it again.")
            asked = Asked(title.value.strip(), place.value.strip())
            await asyncio.to_thread(export.make, trained.bundle, asked, target)
            return target

        return Download(make, description=export.button, file_name=f"{name}{export.ending}")

    def draw(_: Any = None) -> None:
        there = training.trained is not None
        head.value = (
            heading_html("Take it along", _LEAD)
            if there
            else heading_html("Nothing to share yet", "Train a model first.")
        )

    training.observe(draw, "trained")
    is_there = lambda: training.trained is not None  # noqa: E731
    places = [Text(description="Where the file lies", placeholder=one.needs) for one in exports]
    cards = VBox(
        [_card(one, saves(one, place), title, place) for one, place in zip(exports, places, strict=True)]
    )
    shown_when(train, training, ["trained"], lambda: not is_there())
    shown_when(cards, training, ["trained"], is_there)
    draw()
    return VBox([head, train, cards])


def _card(export: Export, save: Download, title: Text, place: Text) -> VBox:
    words = HTML(f"<h2>{html.escape(export.name)}</h2><p>{html.escape(export.says)}</p>")
    fields = [*([title] if export.has_title else []), *([place] if export.needs else [])]
    asked = [Box([field]).add_class("ta-line").add_class("ta-gap") for field in fields]
    return VBox([words, *asked, Box([save]).add_class("ta-line").add_class("ta-gap")]).add_class("ta-card")
