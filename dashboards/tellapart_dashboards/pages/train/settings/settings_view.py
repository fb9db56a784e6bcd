"""How the next training is done: how thoroughly it learns, how sharply it looks, how common it takes the labels for."""

from __future__ import annotations

import html
from typing import Any

from ipywidgets import HTML, Box, Button, Dropdown, VBox, link
from tellapart.backbones.names import DEFAULT_BACKBONE

from tellapart_dashboards.app.visibility import folded, shown_when
from tellapart_dashboards.app.wording import message_html
from tellapart_dashboards.pages.train.settings.as_before import as_before_words
from tellapart_dashboards.pages.train.settings.recipe_view import recipe_choice
from tellapart_dashboards.pages.train.settings.sharpness import OWN_FILE, about_html, named, options
from tellapart_dashboards.pages.train.settings.weights_desk import LIMITS, SUFFIXES
from tellapart_dashboards.pages.train.state import TrainState
from tellapart_dashboards.widgets.choices.choices import Choices
from tellapart_dashboards.widgets.upload.upload import UploadWidget

PRIORS = [("as common as in this project", "project"), ("all equally likely", "equal")]


def settings_card(state: TrainState, again: Button) -> VBox:
    """The settings, and below them the button that trains with them."""
    prior = Dropdown(description="Assume labels are", options=PRIORS)
    link((state, "prior"), (prior, "value"))
    rows = [
        VBox([HTML("<h3>How thoroughly it learns</h3>"), recipe_choice(state.choice)]),
        VBox([HTML("<h3>How sharply it looks</h3>"), _sharpness(state)]),
        VBox([HTML("<h3>What it expects</h3>"), prior]).add_class("ta-menus"),
    ]
    card = VBox([HTML("<h2>Train differently</h2>"), *rows, _kept(state), again])
    return card.add_class("ta-card").add_class("ta-settings")


def _kept(state: TrainState) -> VBox:
    """What is as in the last training, with the way out."""
    said, forget = HTML(), Button(description="Use the usual settings").add_class("ta-link")
    line = VBox([said, forget])

    def draw(_: Any = None) -> None:
        words = as_before_words(state.kept)
        said.value = f'<p class="ta-soft" role="status">{html.escape(words)}</p>'
        line.layout.display = "" if words else "none"

    state.observe(draw, "last")
    state.choice.observe(draw, "state")
    forget.on_click(lambda _: state.forget_last())
    draw()
    return line


def _sharpness(state: TrainState) -> VBox:
    """Quick, Sharper, Sharpest; behind a fold every network by its name, and a weights file."""
    level, about = Choices(accessible_name="How sharply it looks"), HTML()
    by_name = Dropdown(description="Network", options=[(DEFAULT_BACKBONE, DEFAULT_BACKBONE)])
    note, drop = HTML(), Button(description="Do not use this file").add_class("ta-link")
    upload = UploadWidget(
        state.weights.uploads_dir,
        state.weights.take_upload,
        LIMITS,
        accessible_name="Weights of a network",
        what="a weights file",
        accept=",".join(SUFFIXES),
        takes_folders=False,
    )

    def draw(_: Any = None) -> None:
        desk, chosen = state.weights, OWN_FILE if state.weights.own else state.backbone
        level.unobserve(choose, "chosen")
        with level.hold_sync():
            level.options = options(state.offers, state.backbone, desk.own)
            level.chosen = chosen
        level.observe(choose, "chosen")
        about.value = about_html(state.offers, state.backbone, desk.own)
        note.value = message_html(desk.problem, "care")
        if desk.is_checking:
            note.value = message_html("Checking the file …")

    def choose(change: dict[str, Any]) -> None:
        if change["new"] != OWN_FILE:
            state.weights.drop()
            state.backbone = change["new"]

    def draw_names(_: Any = None) -> None:
        offered = named(state.offers)
        if state.backbone not in (name for _, name in offered):
            offered = [*offered, (state.backbone, state.backbone)]
        by_name.unobserve(choose_name, "value")
        by_name.options = offered
        by_name.value = state.backbone
        by_name.observe(choose_name, "value")

    def choose_name(change: dict[str, Any]) -> None:
        state.weights.drop()
        state.backbone = change["new"]

    level.observe(choose, "chosen")
    by_name.observe(choose_name, "value")
    state.observe(draw, ["offers", "backbone"])
    state.observe(draw_names, ["offers", "backbone"])
    state.weights.observe(draw, ["own", "problem", "is_checking"])
    drop.on_click(lambda _: state.weights.drop())
    draw()
    draw_names()
    shown_when(drop, state.weights, ["own"], lambda: state.weights.own is not None)
    others = VBox([Box([by_name]).add_class("ta-menus"), upload, note, drop])
    return VBox([level, about, folded("Networks by name, or a weights file", others)]).add_class("ta-recipe")
