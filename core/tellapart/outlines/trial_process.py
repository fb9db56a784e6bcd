"""The process in which a stranger's network of outlines is tried; see `bundle.trial`."""

from __future__ import annotations

from pathlib import Path

from tellapart.bundle.trial import tell_trial
from tellapart.outlines.model_file import read_untried


def main() -> None:
    """Try the bundle named on the command line within the bytes given there."""
    tell_trial(_try)


def _try(bundle_dir: Path) -> int:
    read_untried(bundle_dir)
    return 1
