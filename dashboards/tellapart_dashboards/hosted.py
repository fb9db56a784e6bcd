"""`python -m tellapart_dashboards.hosted SERVER …`: a Jupyter server (of Binder, of JupyterHub) with the studio in it.

The project is made where there is none; on a computer that keeps nothing it is the sample. The environment gets what
the pages look for in it, and then the server takes the place of this process.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tellapart import atomic_files
from tellapart.errors import TellapartError
from tellapart.safe_text import harmless
from tellapart.workspace.changing import sample_project
from tellapart.workspace.places import SETTINGS_VARIABLE, WORKSPACE_VARIABLE, workspace_dir

from tellapart_dashboards.app.launcher import PROJECT_VARIABLE, Studio, ready_project, voila_config

_SERVER_CONFIG = Path(__file__).parent / "app" / "server_config"

# A service manager says in this variable which folder is the service's own and outlives it.
_STATE = "STATE_DIRECTORY"


def project_place() -> Path | None:
    """Where the environment says, or in the folder that the service manager keeps; None where nothing is kept."""
    if named := os.environ.get(PROJECT_VARIABLE):
        return Path(named).expanduser().absolute()
    if kept := os.environ.get(_STATE, "").partition(":")[0]:
        return Path(kept) / "project"
    return None


def opened_project() -> Path:
    """The project that the pages work on. Others that a person makes lie beside it, and so do their settings.

    Raises:
        TellapartError: it cannot be made.
    """
    place = project_place()
    folder = Path(tempfile.gettempdir()) / "tellapart" if place is None else place.parent
    os.environ.setdefault(WORKSPACE_VARIABLE, str(folder))
    os.environ.setdefault(SETTINGS_VARIABLE, str(folder / ".settings"))
    return sample_project(workspace_dir()) if place is None else ready_project(place)


def settings_place() -> Path:
    """A new folder with the studio's settings of Voila, which takes them from there where another server starts it."""
    ours = voila_config(0, "")["VoilaConfiguration"]
    del ours["resources"]  # names of scripts to fetch early, below addresses that are the studio's own
    del ours["multi_kernel_manager_class"]  # kernels are the server's, which is one person's own
    place = Path(tempfile.mkdtemp(prefix="tellapart-settings-"))
    atomic_files.write_json(place / "voila.json", {"VoilaConfiguration": ours})
    return place


def main(command: list[str]) -> int:
    """Only where it does not become the server: 2, and the sentence says why."""
    if not command:
        said = "Say which server to start: python -m tellapart_dashboards.hosted jupyter server"
        print(said, file=sys.stderr)  # noqa: T201
        return 2
    try:
        os.environ.update(Studio(opened_project(), 0).environment())
        places = [str(settings_place()), str(_SERVER_CONFIG), os.environ.get("JUPYTER_CONFIG_PATH", "")]
        os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, places))
        os.execvp(command[0], command)
    except (TellapartError, OSError) as error:
        print(harmless(str(error)), file=sys.stderr)  # noqa: T201
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
