"""What opens on demand on the Clean page: the map of all pictures, and what is true of the set as a whole."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ipywidgets import HTML, Box, Button, Layout, ToggleButton, VBox, Widget
from tellapart.clean import Review
from tellapart.label_names import label_order
from tellapart.store.manifest import Manifest

from tellapart_dashboards.app.cell_pages import close_whole
from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.app.thumbnails import Thumbnails
from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import count, error_html, licence_mark
from tellapart_dashboards.pages.clean.controller import CleanPage
from tellapart_dashboards.pages.clean.errands import is_sent_for
from tellapart_dashboards.pages.clean.phases import Phase
from tellapart_dashboards.pages.clean.texts import EVERY, MAP_WORDS, report_html
from tellapart_dashboards.widgets.map.map import EmbeddingMap


class _Foldout:
    """A part of the page that is made when it is asked for, and closed again with all that it follows.

    make: gives the part, and what is to be done when it is closed.
    """

    def __init__(
        self, button: Button, make: Callable[[], Awaitable[tuple[Widget, Callable[[], None]]]]
    ) -> None:
        self.box = VBox([]).add_class("ta-card")
        self.box.layout.display = "none"
        self._button, self._make, self._name = button, make, button.description
        self._drop: Callable[[], None] = lambda: None
        button.on_click(lambda _: self._toggle())

    def _toggle(self) -> None:
        is_hidden = self.box.layout.display == "none"
        self.box.layout.display = "" if is_hidden else "none"
        self._button.description = (
            f"Close {self._name[0].lower()}{self._name[1:]}" if is_hidden else self._name
        )
        if is_hidden:
            soon(self._fill())
        else:
            self._empty()

    async def _fill(self) -> None:
        self._show(HTML('<p class="ta-soft" role="status">Loading …</p>'))
        waiting = self.box.children
        try:
            part, drop = await self._make()
        except Exception as error:  # the page must say it
            part, drop = HTML(error_html(error)), lambda: None
        if self.box.children is not waiting:  # closed meanwhile, perhaps opened again
            drop()
            close_whole(part)
            return
        self._show(part)
        self._drop = drop

    def _show(self, part: Widget) -> None:
        self._empty()
        self.box.children = (part,)

    def _empty(self) -> None:
        self._drop()
        self._drop = lambda: None
        parts, self.box.children = self.box.children, ()
        for part in parts:
            close_whole(part)


@dataclass(frozen=True)
class Tools:
    """The buttons of the title line, and what they open above the grid."""

    buttons: Widget
    parts: Widget


def tools(page: CleanPage, batch: Widget) -> Tools:
    """The map and what it has chosen; behind "Tools" what is suggested surely enough (`batch`), which stays in sight
    while it is looked at, and the report on the whole set."""
    map_button, more = Button(description="Map"), ToggleButton(description="Tools")
    summary_button = Button(description="Report on all pictures")
    the_map = _Foldout(map_button, lambda: _map(page))
    summary = _Foldout(summary_button, lambda: _summary(page))
    region_line, clear = HTML(), Button(description="Clear selection").add_class("ta-link")

    def draw(_: Any = None) -> None:
        n = len(page.state.filters.region)
        how = "from Train" if is_sent_for(page) else "selected on the map"
        region_line.value = f'<span class="ta-soft">{count(n, "picture")} {how}.</span>'
        is_batch = page.state.filters.is_previewing or bool(page.state.review.notice)
        rest.layout.display = "" if more.value or is_batch else "none"

    line = Box([batch, summary_button]).add_class("ta-line").add_class("ta-tools")
    rest = VBox([line, summary.box])
    page.observe(draw, "state")
    page.project.observe(draw, "errand")
    more.observe(draw, "value")
    draw()
    clear.on_click(lambda _: page.choose(region=frozenset()))
    chosen = Box([region_line, clear]).add_class("ta-line")
    shown_when(chosen, page, ["state"], lambda: bool(page.state.filters.region))
    buttons = Box([map_button, more]).add_class("ta-line")
    shown_when(buttons, page, ["state"], lambda: page.state.phase is Phase.READY)
    return Tools(buttons, VBox([rest, the_map.box, chosen]))


async def _summary(page: CleanPage) -> tuple[Widget, Callable[[], None]]:
    assert page.review is not None
    return HTML(report_html(await asyncio.to_thread(page.review.summary))), lambda: None


async def _map(page: CleanPage) -> tuple[Widget, Callable[[], None]]:
    """The map, filled; a rectangle around points shows those pictures in the grid."""
    assert page.review is not None
    manifest = page.project.project.manifest
    ids, points, targets, labels = await asyncio.to_thread(_points, page.review, manifest)
    thumbnails = Thumbnails(page.project.project.root, 240)

    async def look(at: int) -> tuple[str, bytes]:
        picture = await asyncio.to_thread(manifest.picture, ids[at])
        words = " · ".join(filter(None, (picture.label, licence_mark(picture))))
        return words, await asyncio.to_thread(thumbnails.one, picture.image_id, picture.path)

    scatter = EmbeddingMap(look)
    scatter.show(points, targets, labels)
    number = {image_id: i for i, image_id in enumerate(ids)}

    def draw(change: dict[str, Any] | None = None) -> None:
        before, state = (change["old"] if change else None), page.state
        if before is None or before.queue.open_ids is not state.queue.open_ids:
            found = [number[image_id] for image_id in state.queue.open_ids if image_id in number]
            scatter.open_findings = np.array(sorted(found), "<u4").tobytes()
        if before is not None and before.filters.region and not state.filters.region:
            scatter.region = []

    def choose(_: Any) -> None:
        region = frozenset(ids[i] for i in scatter.places_inside().tolist())
        if region:
            page.choose(region=region, kind=EVERY)
        else:
            page.choose(region=region)

    draw()
    page.observe(draw, "state")
    scatter.observe(choose, "region")
    words = HTML(f'<p class="ta-soft">{MAP_WORDS}</p>', layout=Layout(margin="0 0 8px"))
    return VBox([words, scatter]), lambda: page.unobserve(draw, "state")


def _points(review: Review, manifest: Manifest) -> tuple[Sequence[str], np.ndarray, np.ndarray, list[str]]:
    """image_ids, their places (N, 2), targets (N,) into the labels, and these. For a thread."""
    ids, points = review.map_points()
    label_of = {image_id: label for image_id, label, _, _ in manifest.standings()}
    labels = sorted({label_of[image_id] for image_id in ids}, key=label_order)
    place = {label: i for i, label in enumerate(labels)}
    targets = np.array([place[label_of[image_id]] for image_id in ids], np.uint16)
    return ids, np.asarray(points, np.float32), targets, labels
