"""Where each kind of app runs, and what that place allows. Facts of August to November 2026, each with its source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Host:
    """A place that runs an app of one kind.

    name: "" where the app runs in the visitor's own browser. memory_mb: what one visitor may take there, and
    guaranteed_mb: what is sure. disk_mb: what may be installed. server_mb, visitor_mb: what the app takes before the
    classifier, once and for each visitor. installs: distributions, beside what they need themselves.
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


_CLASSIFIER = ("numpy", "pillow", "onnxruntime", "msgspec", "platformdirs")
_IN_BROWSER = Host("", 25, "mail", shows_golden=False)  # what most mail servers take
_ANYWHERE = Host("your own computer or server", 100, "GitHub", shows_golden=True, installs=_CLASSIFIER)
# mybinder.org: its own settings, jupyterhub/mybinder.org-deploy; one pod for each visitor. Voila's memory: measured,
# the server, then a kernel with ipywidgets.
_BINDER = Host(
    "mybinder.org", 100, "GitHub", shows_golden=True, memory_mb=2000, guaranteed_mb=450, disk_mb=2000,
    server_mb=102, visitor_mb=56, installs=(*_CLASSIFIER, "voila", "ipywidgets", "anywidget", "ipykernel"),
)  # fmt: skip
_HOSTS = {"html": _IN_BROWSER, "voila": _BINDER}


def host_of(target: str) -> Host:
    """Where apps of that kind run."""
    return _HOSTS.get(target, _ANYWHERE)
