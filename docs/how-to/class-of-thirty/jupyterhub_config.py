"""JupyterHub for a class: everybody signs in and gets a studio, a project and a share of the computer of their own.

Start it as root on a Linux server: jupyterhub -f jupyterhub_config.py. The page class-of-thirty.md says how.
"""

import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821  # JupyterHub gives it

STUDIO = Path(sys.prefix)  # the environment that has jupyterhub, systemdspawner and tellapart[studio]

# Who comes in: whoever knows the class's password, under a name of their own choice. Both passwords come from the
# environment of the service, not from this file.
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = os.environ.get("CLASS_PASSWORD", "")
c.SharedPasswordAuthenticator.admin_password = os.environ.get("TEACHER_PASSWORD", "")
c.Authenticator.allow_all = True
c.Authenticator.admin_users = {"teacher"}

# How: over TLS, or behind a server that speaks it and listens for the world.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"

# What each gets: a server that opens the studio, as a system user that exists only while it runs, with its own memory
# and processor time. Nobody reaches another's files.
c.JupyterHub.spawner_class = "systemd"
c.SystemdSpawner.dynamic_users = True
c.SystemdSpawner.isolate_tmp = True
c.SystemdSpawner.isolate_devices = True
c.SystemdSpawner.disable_user_sudo = True
c.Spawner.mem_limit = "1G"
c.Spawner.cpu_limit = 2.0
c.Spawner.cmd = [
    f"{STUDIO}/bin/python",
    "-m",
    "tellapart_dashboards.hosted",
    f"{STUDIO}/bin/jupyterhub-singleuser",
]
c.Spawner.notebook_dir = f"{STUDIO}/share/tellapart"
c.Spawner.default_url = "/voila/render/studio.ipynb"
c.Spawner.args = ["--ServerApp.terminals_enabled=False"]
c.Spawner.start_timeout = 120
c.Spawner.http_timeout = 120

# How many at once, so that a class that starts together waits in line instead of bringing the computer down.
c.JupyterHub.concurrent_spawn_limit = 6
c.JupyterHub.active_server_limit = 35

# A server that nobody touches for 20 minutes ends; what was done stays in its project.
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    }
]
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=1200", "--cull-every=120"],
    }
]
