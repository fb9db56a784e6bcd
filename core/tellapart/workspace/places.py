"""Where a person's projects and settings lie."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import platformdirs

from tellapart.errors import ProjectError

WORKSPACE_VARIABLE = "TELLAPART_PROJECTS"  # the projects folder
SETTINGS_VARIABLE = "TELLAPART_SETTINGS"  # the folder of the person's settings
TRASH = ".trash"  # in the projects folder


def workspace_dir() -> Path:
    """The folder in which projects lie that are known by their name alone; it may not be there yet.

    Raises:
        ProjectError: nobody knows where that is.
    """
    return _of_person("projects", WORKSPACE_VARIABLE, lambda: Path.home() / "tellapart-projects")


def settings_dir() -> Path:
    """The folder of the person's own settings, which no project holds; it may not be there yet.

    Raises:
        ProjectError: nobody knows where that is.
    """
    return _of_person(
        "settings",
        SETTINGS_VARIABLE,
        lambda: Path(platformdirs.user_config_dir("tellapart", appauthor=False)),
    )


def _of_person(what: str, variable: str, usual: Callable[[], Path]) -> Path:
    named = os.environ.get(variable)
    try:
        return Path(named).expanduser().absolute() if named else usual().expanduser()
    except RuntimeError as error:
        if named:
            said = f"The environment variable {variable} is {named!r}, but nobody on this computer has the name after ~"
        else:
            said = f"Nobody knows where your {what} belong, since this user has no home folder"
        raise ProjectError(f"{said}. Set {variable} to the full path of a folder.") from error
