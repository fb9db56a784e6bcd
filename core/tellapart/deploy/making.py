"""make_app: one app as its owner wants it; app_place: where the studio puts it; zip_app: it as one file to send."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tellapart import atomic_files
from tellapart.deploy.app_folder import files_of
from tellapart.deploy.card_answers import answered
from tellapart.deploy.examples.choosing import examples_of
from tellapart.deploy.html.export import is_our_worker, service_worker_of
from tellapart.deploy.share_settings import ShareSettings, note_shared
from tellapart.deploy.targets import TARGETS, Target
from tellapart.errors import DeployError, ProjectError
from tellapart.progress import Progress, silent
from tellapart.store.sqlite.database_errors import disk_reason

if TYPE_CHECKING:
    from tellapart.store.project import Project


def make_app(
    bundle_dir: Path,
    out: Path,
    settings: ShareSettings,
    *,
    force: bool = False,
    progress: Progress = silent,
    **own: Any,
) -> Path:
    """The app of that kind at `out`, its model card with the answers of its owner.

    Args:
        force: replace an app that is there.
        own: what that kind of app takes besides, see `Target.takes`; what it does not take is left out.
    Raises:
        BundleError, DeployError: the classifier cannot be used; the app cannot be made or written.
    """
    target = _target(settings.target)
    usual = {
        "corrections": settings.corrections if settings.corrections.is_on else None,
        "service_worker": settings.service_worker,
    }
    own = {**usual, **own}
    own = {name: value for name, value in own.items() if value and name in target.takes}
    with answered(bundle_dir, settings.answers) as bundle:
        made = target.export(bundle, out, settings.appearance, force=force, progress=progress, **own)
    _note_in_project(bundle_dir.resolve(), made)
    return made


def _note_in_project(bundle_dir: Path, app: Path) -> None:
    """Tells the project that a bundle lies in, if it does, that it is shared."""
    from tellapart.store.project import is_project, open_project

    root = bundle_dir.parent.parent
    if not is_project(root):
        return
    with (
        suppress(ProjectError),
        open_project(root) as project,
    ):  # one that nobody may write to loses no models either
        if project.bundles_dir == bundle_dir.parent:
            note_shared(project.manifest, app, bundle_dir.name)


def remembered(project: Project, settings: ShareSettings) -> dict[str, Any]:
    """What a project remembers for its app that only some kinds take: its examples, and where it lies on GitHub."""
    return {"examples": examples_of(project, settings.examples), "repository": settings.repository}


def app_place(apps_dir: Path, target: str) -> Path:
    """Where a project's app of that kind lies: a file or a folder named after the project.

    Raises:
        DeployError: there is no such kind.
    """
    name, example = apps_dir.parent.name, Path(_target(target).out)
    return apps_dir / (f"{name}{example.suffix}" if example.suffix else f"{name}-{target}")


def size_of(app: Path) -> int:
    """Bytes of an app's file, or of the files of its folder, see `files_of`; 0 where there is none."""
    return sum(path.stat().st_size for path in files_of(app))


def second_file(app: Path, settings: ShareSettings) -> Path | None:
    """The service worker beside a web page, also one that only sends an earlier one away; None where there is none."""
    target = TARGETS.get(settings.target)
    if target is None or "service_worker" not in target.takes:
        return None
    worker = service_worker_of(app)
    return worker if files_of(worker) and is_our_worker(worker) else None


def zip_app(app: Path, second: Path | None = None) -> Path:
    """The app as a zip beside it, replaced where there is one: the files of `files_of`, so no link, no visitor's
    correction and no key of its owner.

    Args:
        second: a file that belongs to the app, see `second_file`.
    Raises:
        DeployError: there is no such app, or the disk does not take the zip.
    """
    files = files_of(app)
    if not files:
        raise DeployError(f"{app} is no longer there. Make the app again.")
    target = app.with_name(f"{app.name}.zip")
    part = atomic_files.part_beside(target)
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
            for path in [*files, *(files_of(second) if second else [])]:
                archive.write(path, path.relative_to(app.parent).as_posix())
        atomic_files.replace(part, target)
    except OSError as error:
        raise DeployError(disk_reason(app.parent, error)) from error
    finally:
        part.unlink(missing_ok=True)
    return target


def _target(name: str) -> Target:
    if name not in TARGETS:
        raise DeployError(
            f"This tellapart makes no apps of the kind {name!r}. Choose {' or '.join(TARGETS)}."
        )
    return TARGETS[name]
