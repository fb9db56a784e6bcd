"""Parts of a page that come and go with what is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ipywidgets import DOMWidget
from traitlets import HasTraits


def shown_when(widget: DOMWidget, owner: HasTraits, names: list[str], is_shown: Callable[[], bool]) -> None:
    """Nothing; the widget is in sight while is_shown() holds, asked again when one of the traits changes."""

    def update(_: Any = None) -> None:
        widget.layout.display = "" if is_shown() else "none"

    owner.observe(update, names)
    update()
