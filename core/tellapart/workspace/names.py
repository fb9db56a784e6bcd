"""Names of projects: each is the name of one folder on every system."""

from __future__ import annotations

import unicodedata

from tellapart.errors import OutsideError, ProjectError
from tellapart.label_names import is_sayable, name_key, safe_name, sayable
from tellapart.safe_paths import parts_inside

MAX_CHARACTERS = 60
SAMPLE = "sample"  # the sample project, whose name no other one gets


def checked_name(text: str) -> str:
    """The name of a project to be, without surrounding or doubled white space.

    Raises:
        ProjectError: it is empty, too long, kept for the sample, or cannot be a folder's name everywhere.
    """
    if not is_sayable(text):
        raise ProjectError(f"The name {sayable(text)!r} is not valid Unicode. Type another one.")
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name:
        raise ProjectError("The project has no name yet. Type one, for instance bears.")
    if len(name) > MAX_CHARACTERS:
        raise ProjectError(
            f"The name {name[:30]!r}… has {len(name)} characters; a project's name has at most {MAX_CHARACTERS}. "
            "Choose a shorter one."
        )
    if "/" in name or "\\" in name:
        instead = safe_name(name.strip("/\\.").replace("/", "-").replace("\\", "-"))
        raise ProjectError(
            f"The name {name!r} holds a slash, but a project is one folder. Write it without, for instance "
            f"{instead!r}."
        )
    if name_key(name) == SAMPLE:
        raise ProjectError(f"The name {name!r} is kept for the sample project. Choose another one.")
    if (safe := safe_name(name)) != name:
        raise ProjectError(
            f"The name {name!r} cannot be a folder's name on every computer. Choose another one, for instance "
            f"{safe!r}."
        )
    return name


def one_folder(name: str) -> str:
    """The name of a folder that may lie in the projects folder, as an address or a page says it.

    Raises:
        ProjectError: it is empty, hidden, or leads elsewhere.
    """
    try:
        parts = parts_inside(name)
    except OutsideError as error:
        raise ProjectError(f"{name[:80]!r} is not the name of a project: {error}.") from error
    if len(parts) != 1 or parts[0] != name or name.startswith("."):
        raise ProjectError(f"{name[:80]!r} is not the name of a project. Choose one of the list of projects.")
    return name
