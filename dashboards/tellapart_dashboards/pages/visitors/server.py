"""What an exported app's server does as the studio's does. Its settings name it to Voila, which `voila .` starts."""

from __future__ import annotations

from typing import Any

from tornado.httpserver import HTTPServer

from tellapart_dashboards.app.server import REQUEST_LIMITS, PageKernels


class AppKernels(PageKernels):
    """The pages of an app. Voila makes it before it listens, and has no settings for what the server takes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        HTTPServer.configure(None, **REQUEST_LIMITS)
