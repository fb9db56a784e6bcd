"""Where each kind of app runs, what that place allows, and what the app installs there. Facts of August to November
2026, each with its source."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Host:
    """A place that runs an app of one kind.

    name: "" where the app runs in the visitor's own browser. memory_mb: what one visitor may take there, and
    guaranteed_mb: what is sure. disk_mb: what may be installed. server_mb, visitor_mb: what the app takes before the
    classifier, once and for each visitor. installs: distributions, beside what they need themselves; the exports name
    these as the app's requirements. useful: more of them, in an app that is made where they are installed.
    max_mb: of the app itself, where more is refused or gets into people's way; why: what refuses it.
    shows_golden: whether the classifier's golden pictures go out with the app.
    """

    name: str
    max_mb: float
    why: str
    shows_golden: bool
    memory_mb: float | None = None
    guaranteed_mb: float | None = None
    disk_mb: float | None = None
    server_mb: float = 0.0
    visitor_mb: float = 0.0
    installs: tuple[str, ...] = ()
    useful: tuple[str, ...] = ()


# What answering needs of all that tellapart needs: no torch, no onnx, no scipy, no web client, no command line.
_CLASSIFIER = ("numpy", "pillow", "onnxruntime", "msgspec", "platformdirs")
_SERVICE = (*_CLASSIFIER, "starlette", "uvicorn", "python-multipart", "prometheus-client")
_PAGE = (*_CLASSIFIER, "voila", "ipywidgets", "anywidget", "ipykernel")
_PHONES = ("pillow-heif",)  # their pictures
_IN_BROWSER = Host("", 25, "mail", shows_golden=False)  # what most mail servers take
_ANYWHERE = Host("your own computer or server", 100, "GitHub", shows_golden=True, installs=_CLASSIFIER)
# mybinder.org: its own settings, jupyterhub/mybinder.org-deploy; one pod for each visitor. Voila's memory: measured,
# the server, then a kernel with ipywidgets.
_BINDER = Host(
    "mybinder.org", 100, "GitHub", shows_golden=True, memory_mb=2000, guaranteed_mb=450, disk_mb=2000,
    server_mb=102, visitor_mb=56, installs=_PAGE, useful=_PHONES,
)  # fmt: skip
_HOSTS = {"html": _IN_BROWSER, "voila": _BINDER, "api": replace(_ANYWHERE, installs=_SERVICE)}


def host_of(target: str) -> Host:
    """Where apps of that kind run."""
    return _HOSTS.get(target, _ANYWHERE)
