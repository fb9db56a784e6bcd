"""Which project an address of the studio means: "?project=bears" by name, "?folder=/disk/leaves" one opened before."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, quote

from tellapart.errors import ProjectError
from tellapart.kinds.kind import kind_of_project
from tellapart.workspace.listing import project_called
from tellapart.workspace.places import workspace_dir
from tellapart.workspace.recent import recent_projects

NONE = "?project="  # the list of projects, with none of them open


def address_of(root: Path) -> str:
    """The end of the studio's address that opens the project."""
    if root.parent == workspace_dir():
        return f"?project={quote(root.name, safe='')}"
    return f"?folder={quote(str(root), safe='')}"


def name_in(query: str) -> str | None:
    """The project's name in the query of an address; None where it has none."""
    return parse_qs(query, keep_blank_values=True).get("project", [None])[-1]


def project_in(query: str) -> Path | None:
    """The folder of the project that the query of an address names; None where it names none.

    Raises:
        ProjectError: there is no such project, or it lies elsewhere and was not opened here before.
    """
    name = name_in(query)
    if name == "":
        raise ProjectError(
            "No project is open. Choose one, make a new one, or bring one back from the trash."
        )
    if name is not None:
        return project_called(workspace_dir(), name)
    folder = parse_qs(query).get("folder", [""])[-1]
    if not folder:
        return None
    root = Path(folder)
    if root not in recent_projects():  # an address alone opens no folder of this computer
        raise ProjectError(
            f"{folder[:200]!r} is not in your list of projects. Choose one of the list, or enter its folder there."
        )
    if kind_of_project(root) is None:
        raise ProjectError(f"{root} is no longer a project: it was moved, renamed or deleted meanwhile.")
    return root
