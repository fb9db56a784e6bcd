"""Acting on the Share page as the browser would, beside what `acting` has for every page."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

from acting import every, say, settled
from ipywidgets import HTML
from tellapart.runs import Run
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.share.controller import SharePage
from tellapart_dashboards.pages.share.view import share_view

SCRIPT = "<script>alert(1)</script>\"'&"


async def opened(root: Path, **run: Any) -> tuple[SharePage, Any]:
    page = SharePage(ProjectState(root, pages=["train", "share"]), **run)
    view = share_view(page, lambda: None)
    await settled()
    return page, view


def frame(view: Any) -> str:
    """The document in the preview's frame."""
    value = next(w.value for w in every(view) if isinstance(w, HTML) and "srcdoc" in w.value)
    return html.unescape(value.split('srcdoc="')[1].rsplit('"></iframe>')[0])


def made_app(page: SharePage, run: Run, path: str = "apps/shapes.html") -> Path:
    """What a worker does: the app is there, and the run says so."""
    root = run.project_dir
    app = root / path
    app.parent.mkdir(exist_ok=True)
    app.write_text("<h1>app</h1>", "utf-8")
    result = {
        "target": "html", "made": path, "megabytes": 10.6, "bundle": run.config["bundle"],
        "settings": run.config["settings"],
    }  # fmt: skip
    (run.run_dir / "result.json").write_text(json.dumps(result), "utf-8")
    say(run.run_dir, stage="done", message="shapes.html, 10.6 MB")
    return app
