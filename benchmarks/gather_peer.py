"""bing-image-downloader's own download, sent to a server on this computer. A job on standard input, JSON at the end.

Its page counter is corrected to count links, since it would otherwise ask for the same page again and again and be
measured for that; what is measured is how it fetches.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from bing_image_downloader import bing, downloader


class ToServer(urllib.request.HTTPSHandler):
    """Sends questions for www.bing.com to the server; a picture's address is the server's already."""

    base_url = ""

    def https_open(self, request: urllib.request.Request) -> Any:
        """One question."""
        url = request.full_url.replace("https://www.bing.com", self.base_url, 1)
        again = urllib.request.Request(url, headers=dict(request.header_items()))
        return self.parent.open(again, timeout=request.timeout)  # type: ignore[attr-defined]


class PagedBing(bing.Bing):  # type: ignore[misc]  # without types
    """The package's class with pages that follow one another."""

    page_counter = property(lambda self: 1 + len(self.seen), lambda self, value: None)


def main(job: dict[str, Any]) -> dict[str, Any]:
    """The seconds it takes, and how many files there are then."""
    ToServer.base_url = job["base_url"]
    urllib.request.install_opener(urllib.request.build_opener(ToServer))
    downloader.Bing = PagedBing
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder:
        clock = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            downloader.download("bear", limit=job["n_pictures"], output_dir=folder, verbose=False)
        seconds = time.perf_counter() - clock
        n_files = sum(1 for path in Path(folder).rglob("*") if path.is_file())
    return {"seconds": seconds, "n_files": n_files}


if __name__ == "__main__":
    print(json.dumps(main(json.load(sys.stdin))))
