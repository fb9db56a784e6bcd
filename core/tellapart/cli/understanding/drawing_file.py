"""A drawing that a command is asked to write: refused before the long work where it cannot be, written whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tellapart.cli.console import fail


def check_drawing(plot: Path | None, suffixes: Sequence[str], is_forced: bool, is_json: bool) -> None:
    """Ends the program with a sentence where the file is of another kind, in the way, or has no folder.

    Args:
        suffixes: of the kinds that can be drawn, such as ".svg".
    """
    if plot is None:
        return
    if plot.suffix.lower() not in suffixes:
        known = f"neither an {' nor a '.join(suffixes)}" if len(suffixes) > 1 else f"no {suffixes[0]}"
        fail(f"{plot} is {known} file. Choose another name for --plot.", is_json)
    if not plot.absolute().parent.is_dir():
        fail(f"The folder {plot.parent} does not exist. Make it, or choose another name for --plot.", is_json)
    if plot.exists() and (not is_forced or plot.is_dir()):
        fail(f"{plot} exists. Choose another name for --plot, or add --force to overwrite a file.", is_json)


def write_drawing(plot: Path, content: bytes) -> None:
    """Write it in one piece.

    Raises:
        TrainError: the disk does not take it.
    """
    from tellapart import atomic_files
    from tellapart.errors import TrainError
    from tellapart.store.sqlite.database_errors import disk_reason

    try:
        atomic_files.write_bytes(plot, content)
    except OSError as error:
        raise TrainError(disk_reason(plot.parent, error)) from error
