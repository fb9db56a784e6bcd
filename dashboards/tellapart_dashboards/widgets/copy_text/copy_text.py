"""CopyText: a text in sight, and a button that copies it."""

from __future__ import annotations

from pathlib import Path

import anywidget
from traitlets import Unicode

from tellapart_dashboards.widgets import BUILT


class CopyText(anywidget.AnyWidget):
    """text: what is copied; "" hides it. description: what stands on the button."""

    _esm = BUILT / "copy_text.js"
    _css = Path(__file__).parent / "copy_text.css"
    text = Unicode("").tag(sync=True)
    description = Unicode("Copy").tag(sync=True)
