"""The settings of the programs that open an app: Voila, Binder and GitHub Codespaces."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tellapart.deploy.voila.pins import installed_version

TEMPLATE = "tellapart_app"
PORT = 8866
_CONNECTION = (
    "tellapart_dashboards.app.prompt_connection.PromptConnection"  # of a page and its kernel: sends at once
)
_KERNELS = (
    "tellapart_dashboards.pages.visitors.server.AppKernels"  # processes and requests as the studio has them
)
_TEMPLATE_FILES = Path(__file__).parent / "template"
_STYLES = ("tellapart.css", "voila_page.css", "voila_opening.html", "voila_gone.html")
_CODESPACES = r"https://[a-z0-9-]+\.app\.github\.dev$"

# Nothing but this server may be asked for anything; anywidget loads its modules from blob: addresses.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline' "
    "blob:; img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; connect-src 'self' ws: wss: "
    "blob: data:; frame-ancestors {ancestors}; form-action 'self'"
)


def voila_settings(is_codespace: bool = False) -> dict[str, Any]:
    """voila.json: no file is served, no address but this computer's (or Codespaces') is answered."""
    tornado: dict[str, Any] = {
        # Stand-alone Voila never sets the XSRF cookie, so with the check on no page could end its kernel. A page may
        # send nothing but messages of its own widgets.
        "disable_check_xsrf": True,
        "websocket_max_message_size": 64 * 2**20,
        "allow_remote_access": is_codespace,
        "headers": {
            "Content-Security-Policy": _POLICY.format(ancestors="*" if is_codespace else "'self'"),
            "X-Content-Type-Options": "nosniff",
        },
    }
    if is_codespace:  # its pages come through GitHub's servers
        tornado["allow_origin_pat"] = _CODESPACES
    return {
        "Voila": {
            "ip": "127.0.0.1",
            "port": PORT,
            "kernel_websocket_connection_class": _CONNECTION,
            "tornado_settings": tornado,
        },
        "VoilaConfiguration": {
            "template": TEMPLATE,
            "file_allowlist": ["(?!)"],
            "allow_template_override": "NO",
            "allow_theme_override": "NO",
            "strip_sources": True,
            "show_tracebacks": False,
            "multi_kernel_manager_class": _KERNELS,
            "resources": {"preload": _scripts_to_preload()},
        },
        "MappingKernelManager": {"cull_idle_timeout": 120, "cull_interval": 30},
        # Another process in the place of one that died would know nothing of the page, which would stay as it is.
        "KernelRestarter": {"restart_limit": 0, "time_to_dead": 1.0},
    }


def devcontainer(title: str, python: str) -> dict[str, Any]:
    """devcontainer.json: what GitHub Codespaces and VS Code install and start."""
    start = f"voila . --no-browser --Voila.config_file_paths=.devcontainer --port={PORT}"
    return {
        "name": title.replace("${", "$ {"),  # else a variable would be looked for
        "image": f"mcr.microsoft.com/devcontainers/python:{python}",
        "postCreateCommand": "python -m pip install -r requirements.txt && python check.py",
        "postAttachCommand": {"app": start},
        "forwardPorts": [PORT],
        "portsAttributes": {str(PORT): {"label": "The app", "onAutoForward": "openPreview"}},
        "customizations": {"codespaces": {"openFiles": ["README.md"]}},
    }


def template_files() -> list[tuple[str, bytes]]:
    """The template of Voila's pages, for the wheel: (path below the environment's folder, bytes)."""
    place = f"share/jupyter/voila/templates/{TEMPLATE}"
    files = [(f"{place}/{path.name}", path.read_bytes()) for path in sorted(_TEMPLATE_FILES.iterdir())]
    files += [(f"{place}/static/{name}", (_static() / name).read_bytes()) for name in _STYLES]
    return files


def _static() -> Path:
    """The styles that all pages share. The program wheel needs the same package, and says so where it is missing."""
    spec = find_spec("tellapart_dashboards")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "app" / "static"


def _scripts_to_preload() -> list[str]:
    """The scripts a page of this Voila will ask for; [] for a version whose names are not known."""
    known = json.loads((_static() / "preload.json").read_text("utf-8"))
    return list(known["files"]) if installed_version("voila") == known["voila"] else []
