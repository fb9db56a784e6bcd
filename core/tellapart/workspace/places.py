"""Where a person's projects and settings lie."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

WORKSPACE_VARIABLE = "TELLAPART_PROJECTS"  # the projects folder
SETTINGS_VARIABLE = "TELLAPART_SETTINGS"  # the folder of the person's settings
TRASH = ".trash"  # in the projects folder


def workspace_dir() -> Path:
    """The folder in which projects lie that are known by their name alone; it may not be there yet."""
    named = os.environ.get(WORKSPACE_VARIABLE)
    return Path(named).expanduser().absolute() if named else Path.home() / "tellapart-projects"


def settings_dir() -> Path:
    """The folder of the person's own settings, which no project holds; it may not be there yet."""
    named = os.environ.get(SETTINGS_VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    return Path(platformdirs.user_config_dir("tellapart", appauthor=False))
