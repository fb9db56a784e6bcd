"""`python -m tellapart_dashboards.hosted SERVER …`: a Jupyter server (of Binder, of JupyterHub) with the studio in it.

The project is made where there is none, the environment gets what the pages look for in it, and then the server takes
the place of this process.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tellapart import atomic_files
from tellapart.errors import TellapartError
from tellapart.safe_text import harmless

from tellapart_dashboards.app.launcher import PROJECT_VARIABLE, Studio, ready_project, voila_config

_SERVER_CONFIG = Path(__file__).parent / "app" / "server_config"

# A service manager says in this variable which folder is the service's own and outlives it.
_STATE = "STATE_DIRECTORY"


def project_place() -> Path:
    """Where the environment says, in the folder that the service manager keeps, or in a temporary one."""
    if named := os.environ.get(PROJECT_VARIABLE):
        return Path(named)
    if kept := os.environ.get(_STATE, "").partition(":")[0]:
        return Path(kept) / "project"
    return Path(tempfile.gettempdir()) / "tellapart" / "sample-project"


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
        os.environ.update(Studio(ready_project(project_place()), 0).environment())
        places = [str(settings_place()), str(_SERVER_CONFIG), os.environ.get("JUPYTER_CONFIG_PATH", "")]
        os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, places))
        os.execvp(command[0], command)
    except (TellapartError, OSError) as error:
        print(harmless(str(error)), file=sys.stderr)  # noqa: T201
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
