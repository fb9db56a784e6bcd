"""Picks: small pictures, some of which are chosen. Each is a button that is pressed or not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anywidget
from traitlets import Bytes, Int, List, TraitError, Unicode, validate

from tellapart_dashboards.widgets import BUILT
from tellapart_dashboards.widgets.packed import packed


class Picks(anywidget.AnyWidget):
    """Pictures with captions; chosen: positions in the order they were pressed, at most `at_most` of them.

    offsets, blob: see `packed`; the page draws when they agree.
    """

    _esm = BUILT / "picks.js"
    _css = Path(__file__).parent / "picks.css"
    blob = Bytes(b"").tag(sync=True)
    offsets = Bytes(b"\0\0\0\0").tag(sync=True)
    captions = List(Unicode()).tag(sync=True)
    chosen = List(Int()).tag(sync=True)
    at_most = Int(12, min=1).tag(sync=True)
    accessible_name = Unicode("Pictures").tag(sync=True)

    @validate("chosen")
    def _chosen_are_there(self, proposal: dict[str, Any]) -> list[int]:
        chosen, n = list(proposal["value"]), len(self.captions)
        if len(chosen) > self.at_most or len(set(chosen)) < len(chosen):
            raise TraitError(f"chosen={chosen}; expected at most {self.at_most}, each once.")
        if any(not 0 <= one < n for one in chosen):
            raise TraitError(f"chosen={chosen} but there are {n} picture(s).")
        return chosen

    def show(self, jpegs: Sequence[bytes], captions: Sequence[str], chosen: Sequence[int]) -> None:
        """Show these pictures instead of those before. b"" is one that cannot be shown."""
        offsets, blob = packed(jpegs)
        with self.hold_sync():
            self.chosen = []
            self.captions = list(captions)
            self.offsets, self.blob = offsets, blob
            self.chosen = list(chosen)
