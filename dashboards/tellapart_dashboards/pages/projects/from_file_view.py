"""A new project from a table, texts or pictures with masks: drop or name it, see what it seems to be, make it."""

from __future__ import annotations

import html
from typing import Any

from ipywidgets import HTML, Box, Button, Dropdown, Text, VBox, dlink, link

from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import message_html, progress_html
from tellapart_dashboards.pages.kinds.doors import doors_from_files
from tellapart_dashboards.pages.kinds.offer_menus import offer_menus
from tellapart_dashboards.pages.projects.from_file import FromFile
from tellapart_dashboards.widgets.upload.upload import UploadWidget

_LEAD = (
    "Reviews, customers, ratings: a CSV, TSV or JSON-lines file, or a folder with a folder of texts for each label. "
    "Outlines: a folder of pictures with a mask for each. The original is not changed."
)


def from_file_view(state: FromFile) -> VBox:
    """The card."""
    upload = UploadWidget(
        state.uploads_dir,
        state.take_upload,
        accessible_name="A table, texts or masks",
        what="a table, or a folder of texts or of pictures with masks",
        accept=".csv,.tsv,.tab,.parquet,.dat,.data,.jsonl,.ndjson",
    )
    path = Text(description="Or its place on this computer", placeholder="/home/me/reviews.csv")
    look = Button(description="Look at it")
    link((state, "path"), (path, "value"))
    look.on_click(lambda _: state.take_path())
    problem, doing, cancel = HTML(), HTML(), Button(description="Cancel")
    busy = VBox([doing, cancel]).add_class("ta-busy")
    shown_when(busy, state, ["doing"], lambda: bool(state.doing))
    dlink((state, "doing"), (doing, "value"), lambda text: progress_html(0.0, text, False, "Working"))
    cancel.on_click(lambda _: state.cancel())
    dlink((state, "problem"), (problem, "value"), lambda text: message_html(text, "care"))
    given = VBox([upload, Box([path, look]).add_class("ta-line").add_class("ta-gap")])
    words = HTML(f"<h2>New project from a table, texts or masks</h2><p class='ta-soft'>{_LEAD}</p>")
    return VBox(
        [words, given.add_class("ta-gap"), busy, problem.add_class("ta-gap"), _offered(state)]
    ).add_class("ta-card")


def _offered(state: FromFile) -> VBox:
    """What was given seems to be, with what can be chosen."""
    words, choices = HTML(), Box().add_class("ta-line").add_class("ta-menus")
    name = Text(description="Name of the project")
    make, drop = (
        Button(description="Make the project").add_class("ta-primary"),
        Button(description="Leave it"),
    )
    kind = Dropdown(description="Taken for", options=["", *doors_from_files()])
    menus: dict[str, Dropdown] = {}
    link((state, "name"), (name, "value"))
    for button in (make, drop):
        dlink((state, "is_busy"), (button, "disabled"))

    def draw(_: Any = None) -> None:
        offer, source = state.offer, state.source
        menus.clear()
        if offer is not None and source is not None:
            title = "The folder" if source.name == "folders" else html.escape(source.name)
            words.value = (
                f'<p role="status"><b>{title}</b>: {html.escape(offer.sentence)}</p>'
                + message_html(offer.problem, "care")
            )
            menus.update(offer_menus(offer))
            kind.value = state.kind
        choices.children = [kind, *menus.values()]

    kind.observe(lambda change: state.take_for(change["new"]) if change["new"] else None, "value")
    make.on_click(lambda _: state.make({key: str(menu.value) for key, menu in menus.items()}))
    drop.on_click(lambda _: state.drop())
    state.observe(draw, "offer")
    line = Box([name]).add_class("ta-line")
    buttons = Box([make, drop]).add_class("ta-line")
    box = VBox([words, choices.add_class("ta-gap"), line.add_class("ta-gap"), buttons.add_class("ta-gap")])
    shown_when(box, state, ["offer"], lambda: state.offer is not None)
    return box
