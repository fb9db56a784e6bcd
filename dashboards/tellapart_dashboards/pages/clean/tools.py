"""What opens on demand on the Clean page: the map of all pictures, and what is true of the set as a whole."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
from ipywidgets import HTML, Box, Button, VBox, Widget
from tellapart.labels import label_order

from tellapart_dashboards.app.background import soon
from tellapart_dashboards.app.thumbnails import Thumbnails
from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import count, error_html, licence_mark
from tellapart_dashboards.pages.clean.state import CleanState
from tellapart_dashboards.pages.clean.texts import EVERY, report_html
from tellapart_dashboards.widgets.map.map import EmbeddingMap


class _Opened:
    """A part of the page that is made when it is first asked for."""

    def __init__(self, button: Button, make: Any) -> None:
        self.box = VBox([]).add_class("ta-card")
        self.box.layout.display = "none"
        self._button, self._make, self._name = button, make, button.description
        button.on_click(lambda _: self._toggle())

    def _toggle(self) -> None:
        is_hidden = self.box.layout.display == "none"
        self.box.layout.display = "" if is_hidden else "none"
        self._button.description = (
            f"Close {self._name[0].lower()}{self._name[1:]}" if is_hidden else self._name
        )
        if is_hidden:
            soon(self._fill())

    async def _fill(self) -> None:
        if not self.box.children:
            self.box.children = (HTML('<p class="ta-soft" role="status">Loading …</p>'),)
        try:
            self.box.children = (await self._make(),)
        except Exception as error:  # the page must say it
            self.box.children = (HTML(error_html(error)),)


def tools(state: CleanState, batch: Widget) -> Widget:
    """The line above the grid: `batch`, then buttons for map and summary; below it what they open, and the region."""
    map_button, summary_button = (
        Button(description="Map of all pictures"),
        Button(description="Report on all pictures"),
    )
    the_map = _Opened(map_button, lambda: _map(state))
    summary = _Opened(summary_button, lambda: _summary(state))
    region_line, clear = HTML(), Button(description="Clear selection").add_class("ta-link")

    def draw(_: Any = None) -> None:
        region_line.value = (
            f'<span class="ta-soft">{count(len(state.region), "picture")} selected on the map.</span>'
        )

    state.observe(draw, "region")
    clear.on_click(lambda _: state.set_trait("region", []))
    chosen = Box([region_line, clear]).add_class("ta-line")
    shown_when(chosen, state, ["region"], lambda: bool(state.region))
    buttons = Box([map_button, summary_button]).add_class("ta-line")
    shown_when(buttons, state, ["phase"], lambda: state.phase == "ready")
    line = Box([batch, buttons]).add_class("ta-line").add_class("ta-tools")
    return VBox([line, the_map.box, summary.box, chosen])


async def _summary(state: CleanState) -> Widget:
    assert state.review is not None
    return HTML(report_html(await asyncio.to_thread(state.review.summary)))


async def _map(state: CleanState) -> Widget:
    """The map, filled; a rectangle around points shows those pictures in the grid."""
    assert state.review is not None
    ids, points = await asyncio.to_thread(state.review.map_points)
    manifest = state.project.project.manifest
    rows = await asyncio.to_thread(manifest.standings)
    label_of = {image_id: label for image_id, label, _, _ in rows}
    labels = sorted({label_of[image_id] for image_id in ids}, key=label_order)
    place = {label: i for i, label in enumerate(labels)}
    thumbnails = Thumbnails(state.project.project.root, 240)

    async def look(at: int) -> tuple[str, bytes]:
        picture = await asyncio.to_thread(manifest.picture, ids[at])
        words = " · ".join(filter(None, (picture.label, licence_mark(picture))))
        return words, await asyncio.to_thread(thumbnails.one, picture.image_id, picture.path)

    scatter = EmbeddingMap(look)
    targets = np.array([place[label_of[image_id]] for image_id in ids], np.uint16)
    scatter.show(np.asarray(points, np.float32), targets, labels)
    number = {image_id: i for i, image_id in enumerate(ids)}

    def mark(_: Any = None) -> None:
        found = [number[one.image_id] for one in state.open_findings() if one.image_id in number]
        scatter.open_findings = np.array(sorted(found), "<u4").tobytes()

    def choose(_: Any) -> None:
        region = [ids[i] for i in scatter.places_inside().tolist()]
        if region:
            state.kind = EVERY
        state.region = region

    mark()
    state.observe(mark, "n_open")
    scatter.observe(choose, "region")
    state.observe(lambda _: None if state.region else scatter.set_trait("region", []), "region")
    return scatter
