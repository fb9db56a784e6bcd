"""Where the Clean page is, and how far the opening of its review has come."""

from __future__ import annotations

from enum import Enum


class Phase(Enum):
    """Where the page is. Every page is in exactly one of them."""

    EMPTY = "empty"  # the project has no pictures
    LOOKING = "looking"  # the pictures are being looked at, here or by a run; what is known is in sight
    READY = "ready"  # the review is open
    STOPPED = "stopped"  # by the person, before the review was open
    FAILED = "failed"  # the same by an error


class Opening(Enum):
    """How far the review's opening has come."""

    UNDER_WAY = "under way"
    OPEN = "open"
    STOPPED = "stopped"
    FAILED = "failed"
