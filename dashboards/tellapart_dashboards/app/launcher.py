"""Studio: Voila on this computer only, with our template and notebooks, on one project."""

from __future__ import annotations

import atexit
import errno
import html
import importlib.util
import json
import logging
import os
import secrets
import site
import socket
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tellapart.errors import TellapartError
from tellapart.workspace.places import WORKSPACE_VARIABLE, workspace_dir

HOST = "127.0.0.1"
_MOST_WAITING = 128  # connections, as many as Tornado lets wait
FIRST_PROJECT = "my-project"  # of a person who has none yet
PAGES = {
    "studio": "studio.ipynb",
    "clean": "2_clean.ipynb",
    "train": "3_train.ipynb",
    "classify": "4_classify.ipynb",
    "share": "5_share.ipynb",
    "lessons": "learn_baseline.ipynb",
}
PROJECT_VARIABLE = "TELLAPART_PROJECT"  # read by the notebooks
PROMPT_CONNECTION = "tellapart_dashboards.app.prompt_connection.PromptConnection"

# Nothing but this server may be asked for anything; anywidget loads its modules from blob: addresses.
CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline' blob:; "
    "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; "
    "connect-src 'self' ws: wss: blob: data:; frame-ancestors 'self'; form-action 'self'"
)


class LauncherError(TellapartError):
    """The studio cannot start on this computer."""


def check_studio_is_installed() -> None:
    """Nothing; LauncherError with the command to type when Voila or the widgets are missing."""
    missing = [
        name
        for name in ("voila", "ipywidgets", "anywidget", "ipykernel")
        if not importlib.util.find_spec(name)
    ]
    if missing:
        raise LauncherError(
            f"The studio needs packages that are not installed: {', '.join(missing)}. Install them: pip "
            "install 'tellapart[studio]'"
        )


def ready_project(project_dir: Path) -> Path:
    """The project's absolute path. A missing or empty folder becomes an empty project. Anything else that is no project
    is refused, in words."""
    from tellapart.kinds.kind import kind_of_project
    from tellapart.store.project import create_project

    root = project_dir.expanduser().absolute()
    if kind_of_project(root) is None:
        create_project(root).close()
    return root


def project_to_open(named: Path | None, is_sample: bool = False) -> Path:
    """The absolute path of the project that a person means: a folder that is there, or given by more than its name;
    else a project of the projects folder, made empty where it is missing. Without a name, the one opened last.

    Raises:
        ProjectError: it cannot be made, or is something else.
    """
    from tellapart.workspace.changing import make_project, sample_project
    from tellapart.workspace.listing import latest_project, project_called

    workspace = workspace_dir()
    if is_sample:
        return sample_project(workspace)
    if named is None:
        return latest_project(workspace) or make_project(workspace, FIRST_PROJECT)
    text = str(named)
    if len(named.parts) != 1 or text.startswith(("~", "..")) or text == "." or named.exists():
        return ready_project(named)
    if (workspace / named).exists():
        return project_called(workspace, text)
    return make_project(workspace, text)


def listening_socket(wanted: int, host: str = HOST) -> socket.socket:
    """One that listens at the wanted port, or at the next free one of the fifty after it, or at any free one. It is the
    caller's from here on: no other program can take the port before the server is there.

    Raises:
        LauncherError: the computer has no such address, or no free port.
    """
    for port in [*range(wanted, min(wanted + 50, 65536)), 0]:
        place = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        try:
            if os.name == "posix":  # on Windows the option would let two servers share a port
                place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if place.family == socket.AF_INET6:  # "::" is not 0.0.0.0 as well
                place.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            place.bind((host, port))
            place.listen(_MOST_WAITING)
        except OSError as error:
            place.close()
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                raise LauncherError(
                    f"This computer has no address {host} to listen on ({error.strerror}). Give --host one of its "
                    f"own, 0.0.0.0 for all of them, or {HOST} for this computer alone."
                ) from error
        else:
            place.setblocking(False)
            return place
    raise LauncherError(
        f"No free port near {wanted} on {host}. Close another server, or give --port another number."
    )


def reached_at(host: str) -> str:
    """Where this computer itself reaches a server that listens there: an address of its own for "all addresses"."""
    return {"0.0.0.0": HOST, "::": "::1"}.get(host, host)


def notebooks_dir() -> Path:
    """The folder with studio.ipynb: dashboards/ in a checkout, share/tellapart of an installed wheel."""
    checkout = Path(__file__).resolve().parents[2]
    installed = [Path(base) / "share" / "tellapart" for base in (sys.prefix, site.getuserbase()) if base]
    for folder in (checkout, *installed):
        if (folder / PAGES["studio"]).is_file():
            return folder
    raise LauncherError(
        f"The studio's notebooks are neither in {checkout} nor in {installed[0]}. Install tellapart again: "
        "pip install --force-reinstall --no-deps tellapart"
    )


def voila_config(port: int, token: str) -> dict[str, dict[str, Any]]:
    """Voila's settings for a studio on this computer."""
    return {
        "Voila": {
            "ip": HOST,
            "port": port,
            "port_retries": 0,
            "token": token,
            "open_browser": False,
            "log_level": "ERROR",
            "kernel_websocket_connection_class": PROMPT_CONNECTION,
            # Stand-alone Voila never sets the XSRF cookie, so with the check on no page could end its kernel.
            # Safe here: bound to this computer, and every request needs the token or its same-site cookie.
            "tornado_settings": {
                "disable_check_xsrf": True,
                "websocket_max_message_size": 64 * 2**20,
                "allow_remote_access": False,  # a name that a stranger lets lead to this computer is not answered
                "headers": {"Content-Security-Policy": CONTENT_POLICY, "X-Content-Type-Options": "nosniff"},
            },
        },
        "IdentityProvider": {"cookie_options": {"SameSite": "Strict"}},
        "VoilaConfiguration": {
            "template": "tellapart",
            "file_allowlist": ["(?!)"],  # no file beside the notebooks is served
            "allow_template_override": "NO",
            "allow_theme_override": "NO",
            "strip_sources": True,
            "show_tracebacks": False,
            "multi_kernel_manager_class": "tellapart_dashboards.app.server.LimitedKernels",
            "resources": {"preload": scripts_to_preload()},
        },
        "MappingKernelManager": {"cull_idle_timeout": 120, "cull_interval": 30},
        # Another process in the place of one that died would know nothing of the page: it is told that its own is gone.
        "KernelRestarter": {"restart_limit": 0, "time_to_dead": 1.0},
        # Sockets as files that only this user can open. macOS has temporary folders too deep for their short names.
        "KernelManager": {"transport": "ipc" if sys.platform.startswith("linux") else "tcp"},
    }


def scripts_to_preload() -> list[str]:
    """The scripts a page of this Voila will ask for; [] for a version whose names are not known."""
    known = json.loads((Path(__file__).parent / "static" / "preload.json").read_text("utf-8"))
    return list(known["files"]) if version("voila") == known["voila"] else []


class Studio:
    """One Voila server on one project.

    port: the wanted one; once it serves, the one where it does. token: random unless given; the printed address
    carries it, after that a cookie does.
    """

    host = HOST  # where it listens
    has_password = False  # who may come in: who knows the address with the token, or who knows a password
    lives_with: int | None = None  # a process with which it ends

    def __init__(self, project_dir: Path, port: int, page: str = "studio", token: str | None = None) -> None:
        self.project_dir = project_dir
        self.port = port
        self.token = secrets.token_urlsafe(24) if token is None else token
        self.folder = notebooks_dir()
        self.page = PAGES[page]

    @property
    def url(self) -> str:
        """Where it is opened."""
        return f"http://{HOST}:{self.port}/voila/render/{self.page}?token={self.token}"

    def environment(self) -> dict[str, str]:
        """What the server and its kernels find in their environment, beside what is there already."""
        folders = [*map(str, self.jupyter_dirs()), os.environ.get("JUPYTER_PATH", "")]
        return {
            "JUPYTER_PATH": os.pathsep.join(filter(None, folders)),
            PROJECT_VARIABLE: str(self.project_dir),
            WORKSPACE_VARIABLE: str(workspace_dir()),
        }

    def jupyter_dirs(self) -> list[Path]:
        """The folder with voila/templates, and this package: the templates include static/tellapart.css."""
        templates = self.folder if (self.folder / "voila").is_dir() else self.folder.parent / "jupyter"
        return [templates, Path(__file__).resolve().parent]

    def _own_login_page(self) -> Any:
        """Templates of the server itself, ours first: a visitor without the token is told where to find it."""
        from jinja2 import Environment, FileSystemLoader
        from jupyter_server import DEFAULT_TEMPLATE_PATH_LIST as SERVERS_OWN

        templates, package = self.jupyter_dirs()
        folders = [templates / "voila" / "templates" / "tellapart", package, *map(Path, SERVERS_OWN)]
        environment = Environment(
            loader=FileSystemLoader(folders), extensions=["jinja2.ext.i18n"], autoescape=True
        )
        environment.install_null_translations()  # type: ignore[attr-defined]
        environment.globals["has_password"] = self.has_password
        return environment

    def serve(self, announce: Callable[[str], None]) -> int:
        """The exit code, once the server was stopped; `announce` gets the address when the server answers.

        Raises:
            LauncherError: there is nowhere to listen.
        """
        from traitlets.config import Config

        place = listening_socket(self.port, self.host)
        self.port = place.getsockname()[1]

        def announce_beside() -> None:  # the server goes on while a browser is started
            threading.Thread(target=announce, args=(self.url,), daemon=True).start()

        os.environ.update(self.environment())
        logging.getLogger("tornado.general").setLevel(logging.ERROR)  # two lines about pings for every page
        # Voila executes a voila.py found in its working folder: only our notebooks lie there, no upload ever,
        # and it is told to look for no configuration at all.
        os.chdir(self.folder)
        # Jupyter imports jsonschema, which builds grammars of international addresses from this package: two seconds
        # of every start, for a check that nothing here asks for. It does without where the package is not there.
        sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
        config = Config(self.config())
        config.Voila.tornado_settings["jinja2_env"] = self._own_login_page()
        self.server().launch_instance(
            [str(self.folder)], config=config, config_file_paths=[], place=place, on_air=announce_beside,
            lives_with=self.lives_with,
        )  # fmt: skip
        return 0

    def config(self) -> dict[str, dict[str, Any]]:
        """Voila's settings."""
        return voila_config(self.port, self.token)

    def server(self) -> type[Any]:
        """The server to be started."""
        from tellapart_dashboards.app.server import StudioServer

        return StudioServer


def open_browser(studio: Studio) -> bool:
    """Whether a browser could be asked to show the studio.

    Everybody on a computer can read the command lines of all programs, so the browser gets the name of a file that only
    this person can read, and the file sends it on to the address with the token. It is gone when the studio ends.
    """
    address = f"http://{HOST}:{studio.port}/open?token={studio.token}&page={studio.page}"
    words = f'<meta http-equiv="refresh" content="0; url={html.escape(address)}">\n'
    for folder in (
        workspace_dir(),
        Path(tempfile.gettempdir()),
    ):  # some browsers see no hidden or shared folder
        place = folder / f"open-studio-{secrets.token_hex(8)}.html"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(words)
        except OSError:
            continue
        atexit.register(place.unlink, missing_ok=True)
        try:
            return webbrowser.open(place.as_uri(), new=2)
        except webbrowser.Error:
            return False
    return False
