"""Parts of a page that come and go with what is known, and the one button that leads on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ipywidgets import Button, DOMWidget, ToggleButton, VBox, Widget
from traitlets import HasTraits


def shown_when(widget: DOMWidget, owner: HasTraits, names: list[str], is_shown: Callable[[], bool]) -> None:
    """Nothing; the widget is in sight while is_shown() holds, asked again when one of the traits changes."""

    def update(_: Any = None) -> None:
        widget.layout.display = "" if is_shown() else "none"

    owner.observe(update, names)
    update()


def lead_with(main: str, buttons: Mapping[str, Button]) -> None:
    """Nothing; the button of that name is the page's main one, and no other of these is."""
    for name, button in buttons.items():
        (button.add_class if name == main else button.remove_class)("ta-primary")


def close_whole(widget: Widget) -> None:
    """Nothing; the widget and all that is in it are gone, here and in the page: closing a box leaves its children open,
    and what they hold in memory."""
    for child in getattr(widget, "children", ()):
        close_whole(child)
    widget.close()
    for name in ("layout", "style"):
        if isinstance(own := getattr(widget, name, None), Widget):
            own.close()


def folded(title: str, body: DOMWidget) -> VBox:
    """The body below its title, folded away until that is pressed; the title comes first among the children.

    The headers of ipywidgets' Accordion cannot be reached with the keyboard.
    """
    fold = ToggleButton(description=title, icon="caret-right")

    def turn(_: Any = None) -> None:
        fold.icon = "caret-down" if fold.value else "caret-right"
        body.layout.display = "" if fold.value else "none"

    fold.observe(turn, "value")
    turn()
    return VBox([fold.add_class("ta-fold"), body]).add_class("ta-folded")
