"""Deploy: what goes out with a project or a classifier."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tellapart.deploy.appearance import Appearance

if TYPE_CHECKING:
    from tellapart.deploy.api.export import export_api
    from tellapart.deploy.html.export import export_html
    from tellapart.deploy.space.export import export_space
    from tellapart.deploy.voila.export import export_voila

__all__ = ["Appearance", "export_api", "export_html", "export_space", "export_voila"]

_EXPORTS = {
    "export_api": "tellapart.deploy.api.export",
    "export_html": "tellapart.deploy.html.export",
    "export_space": "tellapart.deploy.space.export",
    "export_voila": "tellapart.deploy.voila.export",
}


def __getattr__(name: str) -> Any:
    """An export when it is asked for: an app's page, which reads its texts here, does without their imports."""
    if name in _EXPORTS:
        return getattr(import_module(_EXPORTS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
