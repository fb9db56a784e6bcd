"""Which button of Train is the main one: made by one function of what is known, so there are never two."""

from __future__ import annotations

from collections.abc import Collection


def main_button(stage: str, n_labels: int, is_trained: bool, n_changes: int, pages: Collection[str]) -> str:
    """The step that leads on: to "resume" what is paused, to "gather" pictures where there are too few labels, to
    "train" where something is new, else to "classify", which is trying it; "" where none of these can be done here.

    stage: of the newest training. n_changes: since the one that is shown. pages: that can be opened here.
    """
    if stage == "paused":
        return "resume"
    if n_labels < 2 and "gather" in pages:
        return "gather"
    if n_labels > 1 and (n_changes or not is_trained):
        return "train"
    return "classify" if is_trained and "classify" in pages else ""
