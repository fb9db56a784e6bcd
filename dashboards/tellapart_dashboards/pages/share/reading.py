"""What the Share page reads from disk, each in one function for a thread."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Any

from tellapart.bundle.loading import newest_bundle
from tellapart.deploy.facts import made_of, record_of
from tellapart.deploy.html.preview import sample_of
from tellapart.errors import OutsideError
from tellapart.safe_paths import path_inside

from tellapart_dashboards.pages.share.state import AppFacts, ModelFacts


def newer_model(bundles_dir: Path, known: str | None) -> ModelFacts | None:
    """The model made last, without a name where there is none; None where it is still the one of the known name."""
    bundle_dir = newest_bundle(bundles_dir)
    if (bundle_dir.name if bundle_dir else "") == known:
        return None
    if bundle_dir is None:
        return ModelFacts()
    record = record_of(bundle_dir)
    classes = tuple(record.get("classes", ()))
    return ModelFacts(bundle_dir.name, classes, made_of(record), sample_of(bundle_dir, record))


def app_of(root: Path, result: dict[str, Any]) -> AppFacts | None:
    """The app that a run made, as its result says; None where it is no longer there, or says something else."""
    try:
        path = path_inside(root, result["made"])
        megabytes, target, model = float(result["megabytes"]), str(result["target"]), str(result["bundle"])
    except (KeyError, TypeError, ValueError, OutsideError):
        return None
    if not path.exists():
        return None
    zipped = path.with_name(f"{path.name}.zip")
    is_zipped = zipped.is_file() and zipped.stat().st_mtime >= path.stat().st_mtime
    settings = result.get("settings")
    return AppFacts(
        path, target, megabytes, model, settings if isinstance(settings, dict) else {},
        zipped if is_zipped else None,
    )  # fmt: skip


def opened_in_browser(page: Path) -> bool:
    """Whether a browser of this computer could be asked to show the page."""
    try:
        return webbrowser.open(page.as_uri(), new=2)
    except (webbrowser.Error, OSError):
        return False
