"""Deploy: what goes out with a project or a classifier."""

from tellapart.deploy.api.export import export_api
from tellapart.deploy.appearance import Appearance
from tellapart.deploy.html.export import export_html
from tellapart.deploy.space.export import export_space

__all__ = ["Appearance", "export_api", "export_html", "export_space"]
