"""What the Share page reads from disk, each in one function for a thread."""

from __future__ import annotations

import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tellapart.bundle.loading import newest_bundle
from tellapart.deploy.examples.choosing import chosen_pictures, showable
from tellapart.deploy.facts import made_of, record_of
from tellapart.deploy.html.preview import sample_of
from tellapart.deploy.making import second_file
from tellapart.deploy.share_settings import ShareSettings
from tellapart.errors import OutsideError
from tellapart.safe_paths import path_inside
from tellapart.store.project import Project

from tellapart_dashboards.app.run_follower import newest_result
from tellapart_dashboards.app.thumbnails import Thumbnails
from tellapart_dashboards.pages.share.state import AppFacts, ModelFacts, OfferedPicture

N_OFFERED = 48


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
    settings = ShareSettings.from_json(result.get("settings"))
    second = second_file(path, settings) if target == settings.target else None
    return AppFacts(path, target, megabytes, model, settings, zipped if is_zipped else None, second)


def newest_app(root: Path) -> AppFacts | None:
    """The app that was made last, by a run that made it or by one that published it."""
    made, published = newest_result(root, "app"), newest_result(root, "publish")
    found = [made] if made is not None else []
    if published is not None and isinstance(published[1].get("app"), dict):
        found.append((published[0], published[1]["app"]))
    return app_of(root, max(found)[1]) if found else None


def offered_pictures(project: Project, chosen: Sequence[str]) -> tuple[OfferedPicture, ...]:
    """Pictures that may be examples: those that are chosen first, then some of each label."""
    some = showable(project.manifest, N_OFFERED)
    known = {one.image_id: one for one in some}
    missing = [one for one in chosen if one not in known]
    some = chosen_pictures(project.manifest, missing) + some  # chosen another day, or on another page
    thumbnails = Thumbnails(project.root)
    return tuple(
        OfferedPicture(one.image_id, one.label, thumbnails.one(one.image_id, one.path)) for one in some
    )


def opened_in_browser(page: Path) -> bool:
    """Whether a browser of this computer could be asked to show the page."""
    try:
        return webbrowser.open(page.as_uri(), new=2)
    except (webbrowser.Error, OSError):
        return False
