"""Deploy: what goes out with a project or a classifier."""

from tellapart.deploy.appearance import Appearance
from tellapart.deploy.html.export import export_html

__all__ = ["Appearance", "export_html"]
