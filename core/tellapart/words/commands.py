"""Commands that a person is to type: paths and names in them stand in quotes where the shell needs that."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path


def typed(word: Path | str) -> str:
    """A path or name as a person types it into a terminal: in quotes where it holds a space or the like."""
    return subprocess.list2cmdline([str(word)]) if os.name == "nt" else shlex.quote(str(word))


def pip() -> str:
    """The command that installs into this very Python, whichever a terminal would take."""
    return f"{typed(sys.executable)} -m pip"
