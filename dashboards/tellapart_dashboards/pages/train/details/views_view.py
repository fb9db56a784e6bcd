"""How thorough training varies the pictures: one of them, nine ways, with a slider for each setting."""

from __future__ import annotations

import html
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

from ipywidgets import HTML, Box, Button, VBox
from tellapart.planning.variation import RANGES, USUAL, Variation

from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import message_html
from tellapart_dashboards.pages.train.details.views_desk import Preview, ViewsDesk
from tellapart_dashboards.widgets.sliders.sliders import Sliders

_HEAD = (
    '<p class="ta-soft">Thorough training learns from several views of each picture, varied by chance within these '
    "limits: what a picture of the same thing might look like. Below is one picture as the model sees it in use, and "
    "nine views. What you set here is kept for the next thorough training; quick training has no such views.</p>"
)
# name, label, number on the slider by the setting's value, step, unit
_SLIDERS = (
    ("min_scale", "Crop: smallest part shown", 100, 5, " %"),
    ("rotate", "Turn, either way", 1, 1, "°"),
    ("zoom", "Nearer, at most", 1, 0.05, " ×"),
    ("warp", "Tilt: near edge larger by", 100, 5, " %"),
    ("lighting", "Light and contrast, up to", 100, 5, " %"),
)
_FLIP = {"key": "flip", "label": "Mirror half of them", "low": 0, "high": 1, "step": 0, "unit": ""}


def views_part(desk: ViewsDesk, why_not: Callable[[], str]) -> VBox:
    """The sliders beside the pictures. why_not: why thorough training is not possible here, "" where it is."""
    note, pictures = HTML(), HTML()
    sliders = Sliders(
        options=options(), values=numbers(desk.variation), accessible_name="Variation of the views"
    )
    another = Button(description="Another picture")
    usual = Button(description="As usual").add_class("ta-link")

    def draw(_: Any = None) -> None:
        pictures.value = preview_html(desk.preview)
        note.value = message_html(desk.problem, "care") or message_html(why_not(), "care")

    desk.observe(draw, ["preview", "problem", "is_open"])
    desk.observe(lambda change: sliders.show(numbers(change["new"])), "variation")
    sliders.observe(lambda change: desk.change(variation_of(change["new"])), "values")
    another.on_click(lambda _: desk.another())
    usual.on_click(lambda _: desk.as_usual())
    draw()
    shown_when(usual, desk, ["variation"], lambda: desk.variation != USUAL)
    return VBox([HTML(_HEAD), note, sliders, Box([another, usual]).add_class("ta-line"), pictures])


def options() -> list[dict[str, Any]]:
    """The sliders, the switch after the crop."""
    found = [
        {
            "key": name, "label": label, "low": round(RANGES[name][0] * scale, 6),
            "high": round(RANGES[name][1] * scale, 6), "step": step, "unit": unit,
        }
        for name, label, scale, step, unit in _SLIDERS
    ]  # fmt: skip
    return [found[0], _FLIP, *found[1:]]


def numbers(variation: Variation) -> dict[str, float]:
    """What the sliders show of it."""
    values = {
        name: round(getattr(variation, name) * scale, 6)  # 0.35 * 100 is 35.00000000000001
        for name, _, scale, _, _ in _SLIDERS
    }
    return {**values, "flip": int(variation.flip)}


def variation_of(values: Mapping[str, float]) -> Variation:
    """What the sliders say."""
    settings = {name: values[name] / scale for name, _, scale, _, _ in _SLIDERS}
    return Variation(flip=values["flip"] > 0, **settings)


def preview_html(preview: Preview) -> str:
    """The picture in use, and its views."""
    if not preview.views:
        return ""
    name = html.escape(preview.name)
    views = "".join(_image(jpeg, f"{name}, view {place}") for place, jpeg in enumerate(preview.views, 1))
    return (
        f'<div class="ta-views"><figure>{_image(preview.plain, f"{name}, as in use")}<figcaption class="ta-soft">'
        f'{name}, as in use</figcaption></figure><div class="ta-nine">{views}</div></div>'
    )


def _image(jpeg: bytes, alt: str) -> str:
    return f'<img alt="{alt}" src="data:image/jpeg;base64,{b64encode(jpeg).decode()}">'
