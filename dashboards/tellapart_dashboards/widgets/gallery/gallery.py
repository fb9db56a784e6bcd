"""Gallery: many small pictures in one message. All JPEGs joined in one blob, beside it where each begins."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from traitlets import Bytes, Int, List, TraitError, Unicode, validate

from tellapart_dashboards.widgets import BUILT
from tellapart_dashboards.widgets.looking.looking_widget import LookingWidget, style_with_windows
from tellapart_dashboards.widgets.packed import packed


class Gallery(LookingWidget):
    """A grid of pictures with captions, badges and marks (on the picture, "" for none); arrow keys walk, `selected` is
    the position, -1 for none.

    offsets: n + 1 little-endian uint32, the last one the blob's length; the page draws when they agree.
    picture_keys: the desk's numbers of the pictures: then a press opens one large, and keys decide about it. decided:
    what was decided about each, "" for nothing. suggested: the label to offer first. arrivals: raised when the pictures
    that were shown last are what somebody asked for: the first gets the focus.
    """

    _esm = BUILT / "gallery.js"
    _css = style_with_windows(Path(__file__).parent / "gallery.css")
    blob = Bytes(b"").tag(sync=True)
    offsets = Bytes(b"\0\0\0\0").tag(sync=True)
    captions = List(Unicode()).tag(sync=True)
    badges = List(Unicode()).tag(sync=True)
    marks = List(Unicode()).tag(sync=True)
    picture_keys = List(Int()).tag(sync=True)
    decided = List(Unicode()).tag(sync=True)
    suggested = List(Unicode()).tag(sync=True)
    accessible_name = Unicode("Pictures").tag(sync=True)
    tile_px = Int(138, min=48, max=400).tag(sync=True)
    selected = Int(-1).tag(sync=True)
    arrivals = Int(0).tag(sync=True)

    @validate("selected")
    def _selected_exists(self, proposal: dict[str, int]) -> int:
        n_pictures = len(self.offsets) // 4 - 1
        if not -1 <= proposal["value"] < max(n_pictures, 0):
            raise TraitError(
                f"selected={proposal['value']} but there are {n_pictures} picture(s); use one, or -1."
            )
        return proposal["value"]

    def show(
        self,
        jpegs: Sequence[bytes],
        captions: Sequence[str],
        badges: Sequence[str],
        marks: Sequence[str] = (),
        keys: Sequence[int] = (),
        suggested: Sequence[str] = (),
    ) -> None:
        """Show these pictures instead of those before. b"" is one that cannot be shown."""
        marks = marks or [""] * len(jpegs)
        lengths = len(jpegs), len(captions), len(badges), len(marks)
        if len(set(lengths)) > 1 or len(keys) not in (0, len(jpegs)):
            raise ValueError(
                f"jpegs, captions, badges, marks and keys have {(*lengths, len(keys))} entries; expected as many of "
                "each, or no keys."
            )
        offsets, blob = packed(jpegs)
        self.selected = -1
        with self.hold_sync():
            self.captions, self.badges, self.marks = list(captions), list(badges), list(marks)
            self.picture_keys, self.suggested = list(keys), list(suggested)
            self.offsets, self.blob = offsets, blob
