"""Widget pages over a tellapart project: gather, clean, train, classify, share, side by side in the studio.

In a notebook: `from tellapart_dashboards import ImageClassifierCleaner`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tellapart_dashboards.pages.clean.in_notebook import ImageClassifierCleaner

__all__ = ["ImageClassifierCleaner"]


def __getattr__(name: str) -> Any:
    """ImageClassifierCleaner when it is asked for: the pages themselves do without its imports."""
    if name == "ImageClassifierCleaner":
        from tellapart_dashboards.pages.clean.in_notebook import ImageClassifierCleaner

        return ImageClassifierCleaner
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
