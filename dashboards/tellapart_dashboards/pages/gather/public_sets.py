"""Public data sets by name: what each holds, under which licence, and a button that downloads one into the project."""

from __future__ import annotations

import html
from typing import Any

from ipywidgets import HTML, Box, Button, Dropdown, VBox
from tellapart.gather.datasets import Dataset, datasets

from tellapart_dashboards.app.visibility import folded
from tellapart_dashboards.app.wording import count
from tellapart_dashboards.pages.gather.state import GatherState


def public_sets_view(state: GatherState) -> VBox:
    """The table of data sets, folded away until it is asked for."""
    choice = Dropdown(
        options=[("Choose …", ""), *((_title(row), row.name) for row in datasets().values())],
        description="Public data set",
    )
    about = HTML()
    get = Button(description="Download and add", disabled=True)

    def draw(_: Any = None) -> None:
        row = datasets().get(choice.value)
        about.value = "" if row is None else about_html(row)
        get.disabled = row is None or state.stage == "running"

    choice.observe(draw, "value")
    state.observe(draw, "stage")
    get.on_click(lambda _: state.add_dataset(choice.value))
    return folded("Public data sets", VBox([Box([choice, get]).add_class("ta-line"), about]))


def _title(row: Dataset) -> str:
    return f"{row.title}: {count(row.n_pictures, 'picture')}, {row.megabytes:,.0f} MB"


def about_html(row: Dataset) -> str:
    """What is in a data set, whose it is, and what may be done with it."""
    licence = html.escape(row.licence or "none stated")
    if row.licence_url:
        licence = f'<a href="{html.escape(row.licence_url)}" target="_blank" rel="noopener noreferrer">{licence}</a>'
    note = f" {html.escape(row.licence_note)}" if row.licence_note else ""
    page = (
        f'<a href="{html.escape(row.page)}" target="_blank" rel="noopener noreferrer">About this data set</a>'
    )
    return (
        f'<p class="ta-hint">{html.escape(row.what[:1].upper() + row.what[1:])}. {count(row.n_labels, "label")}, by '
        f"{html.escape(row.authors)}.</p><p>Licence: {licence}.{note}</p>"
        f'<p class="ta-soft">{page}. It is downloaded from the web, {row.megabytes:,.0f} MB; cancelled, it goes on '
        "where it stopped.</p>"
    )
