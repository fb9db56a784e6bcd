"""The card of more things: drop a file, see what it seems to be, take it in."""

from __future__ import annotations

import html
from typing import Any

from ipywidgets import HTML, Box, Button, Dropdown, VBox, dlink

from tellapart_dashboards.app.visibility import folded, shown_when
from tellapart_dashboards.app.wording import message_html, progress_html
from tellapart_dashboards.pages.kinds.more.state import MoreThings
from tellapart_dashboards.pages.kinds.offer_menus import offer_menus
from tellapart_dashboards.widgets.upload.upload import UploadWidget


def more_view(more: MoreThings, noun: str) -> VBox:
    """The card, folded away until its title is pressed. noun: of a thing, "text"."""
    upload = UploadWidget(
        more.uploads_dir, more.take_upload,
        accessible_name=f"More {noun}s", what="a table", accept=more.ways.accept, takes_folders=False,
    )  # fmt: skip
    words, problem, said = HTML(), HTML(), HTML()
    busy = HTML(progress_html(0.0, "Working …", False, "Working"))
    choices = Box().add_class("ta-line").add_class("ta-menus")
    add, drop = Button(description="Add them"), Button(description="Leave it")
    menus: dict[str, Dropdown] = {}

    def draw(_: Any = None) -> None:
        menus.clear()
        offer = more.offer
        if offer is not None:
            words.value = f'<p role="status">{html.escape(offer.sentence)}</p>' + message_html(
                offer.problem, "care"
            )
            menus.update(offer_menus(offer))
        choices.children = list(menus.values())

    dlink((more, "problem"), (problem, "value"), lambda text: message_html(text, "care"))
    dlink((more, "said"), (said, "value"), message_html)
    for button in (add, drop):
        dlink((more, "is_busy"), (button, "disabled"))
    add.on_click(lambda _: more.add({key: str(menu.value) for key, menu in menus.items()}))
    drop.on_click(lambda _: more.drop())
    more.observe(draw, "offer")
    lead = HTML(
        "<p class='ta-soft'>A table like the first one. What is there already, word for word, is passed over.</p>"
    )
    buttons = Box([add, drop]).add_class("ta-line").add_class("ta-gap")
    offered = VBox([words, choices.add_class("ta-gap"), buttons]).add_class("ta-gap")
    shown_when(offered, more, ["offer"], lambda: more.offer is not None)
    shown_when(busy, more, ["is_busy"], lambda: more.is_busy)
    draw()
    return folded(f"Add more {noun}s", VBox([lead, upload.add_class("ta-gap"), busy, problem, said, offered]))
