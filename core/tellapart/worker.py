"""The detached process behind a run: `python -m tellapart.worker RUN_DIR`."""

from __future__ import annotations

import os
import shutil
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from tellapart import atomic_files
from tellapart.errors import Cancelled, GatherError, IntakeError, LabelsError, ProjectError, TellapartError
from tellapart.json_lines import line_of
from tellapart.kinds.kind import kind_of_project
from tellapart.progress import Doing, Progress, Step
from tellapart.runs import VISITOR, Run, secret_of
from tellapart.store.project import open_project

if TYPE_CHECKING:
    from tellapart.deploy.publishing.services import Services
    from tellapart.gather.sources import Web

_SECONDS_BETWEEN_LINES = 0.1


class Reporter:
    """Progress as JSON lines, a few a second; raises Cancelled once somebody asked the run to stop."""

    def __init__(self, run: Run):
        self._run = run
        self._path = run.run_dir / "progress.jsonl"
        self._last = 0.0

    def __call__(self, done: int, total: int, message: Doing) -> None:
        is_last = 0 < total <= done  # something else may follow that takes long
        if time.monotonic() - self._last < _SECONDS_BETWEEN_LINES and not is_last:
            return
        self._last = time.monotonic()
        if self._run.is_cancel_asked():
            raise Cancelled("Stopped. Finished work is saved.")
        self.write(done=done, total=total, step=message.step, message=message, facts=message.facts)

    def write(self, **line: Any) -> None:
        """Append one line."""
        with self._path.open("ab") as file:
            file.write(line_of({**line, "at": time.time()}))


def main(run_dir: Path) -> int:
    """Do the work of one run; 0 when it ended well."""
    warnings.filterwarnings(
        "ignore", module="PIL"
    )  # they would be the last words in the log of one that dies
    run = Run(run_dir)
    report = Reporter(run)
    report.write(
        pid=os.getpid(), created=psutil.Process().create_time(), step=Step.STARTING, message="Starting"
    )
    try:
        _check_room(run)
        result = TASKS[run.task](run, report)
        atomic_files.write_json(run_dir / "result.json", result)
        report.write(stage="done", message=str(result.get("sentence", "Done.")))
    except Cancelled as error:
        if run.is_pause_asked():
            report.write(stage="paused", message="Paused. It goes on from here when you resume it.")
        else:
            report.write(stage="cancelled", message=str(error))
        return 1
    except GatherError as error:
        report.write(stage="failed", message=error.in_short, facts={"details": error.details})
        return 1
    except TellapartError as error:
        report.write(stage="failed", message=str(error))
        return 1
    except BaseException as error:
        traceback.print_exc()
        report.write(
            stage="failed",
            message=f"Unexpected error ({type(error).__name__}: {error}). Nothing was lost. The details are "
            f"in {run_dir / 'log.txt'}; try again.",
        )
        return 1
    return 0


def _check_room(run: Run) -> None:
    """Raises FullError where the project is a visitor's, and what was made in it takes all that it may."""
    if run.task not in ("train", "app", "publish") or not os.environ.get(VISITOR):
        return
    from tellapart.store.limits import check_room_to_make

    with open_project(run.project_dir) as project:
        check_room_to_make(project.manifest, (project.bundles_dir, project.runs_dir, project.apps_dir))


def _intake(run: Run, progress: Progress) -> dict[str, Any]:
    from tellapart.gather import take_in, take_in_upload

    config = run.config
    source = Path(config["source"])
    take = take_in_upload if config.get("delete_source") else take_in
    labels = str(config.get("labels", "auto"))
    with open_project(run.project_dir) as project:
        try:
            return take(project, source, config.get("label"), progress=progress, labels=labels).to_json()
        except LabelsError as error:
            return {
                "sentence": error.what, "is_question": True, "offers": [asdict(offer) for offer in error.offers],
                "ways": [offer.sentence() for offer in error.offers], "source": str(source),
                "delete_source": bool(config.get("delete_source")),
            }  # fmt: skip


def gather_task(run: Run, report: Reporter, web: Web | None = None) -> dict[str, Any]:
    """Pictures from the web; config: searches, a list of {label, query}, and where wanted, for all of them, source,
    limit, licence, kind, is_held, contact.

    is_held: hold pictures until a person has looked. A search that fails says so in its place of the result; the
    others go on.
    """
    from tellapart.gather import gather

    config = dict(run.config)
    searches = config.pop("searches")
    results: list[dict[str, Any]] = []
    failed: list[GatherError] = []

    with open_project(run.project_dir) as project:
        for place, search in enumerate(searches):
            step = _Step(report, place, len(searches))
            try:
                summary = gather(project, **search, **config, progress=step, web=web)
                results.append(summary.to_json())
            except (GatherError, IntakeError) as error:
                failed.append(error if isinstance(error, GatherError) else GatherError(str(error)))
                told = [{"sentence": one} for one in failed[-1].details]
                results.append(
                    {
                        "label": search["label"],
                        "kind": "failed",
                        "sentence": failed[-1].in_short,
                        "sources": told,
                    }
                )
    if len(failed) == len(results):
        raise GatherError(
            " ".join(dict.fromkeys(map(str, failed))),
            " ".join(dict.fromkeys(one.in_short for one in failed)),
            tuple(dict.fromkeys(detail for one in failed for detail in one.details)),
        )
    sentence = "; ".join(f"{result['label']}: {result['sentence']}" for result in results)
    return {"searches": results, "sentence": sentence}


@dataclass(frozen=True)
class _Step:
    """Progress of one search of several, as a share of them all."""

    report: Reporter
    place: int
    n_steps: int

    def __call__(self, done: int, total: int, message: Doing) -> None:
        share = done / total if total else 0.0
        self.report(round(1000 * (self.place + share)), 1000 * self.n_steps, message)


def _dataset(run: Run, progress: Progress) -> dict[str, Any]:
    """config: name, of a row of the table of data sets. What was downloaded until it was stopped stays for the next
    time; once its pictures are in the project, it goes."""
    import shutil

    from tellapart.gather import take_in
    from tellapart.gather.datasets import datasets, fetch_dataset

    name = str(run.config["name"])
    with open_project(run.project_dir) as project:
        project.check_writable()
        home = fetch_dataset(name, project.cache_dir / "datasets", progress)
        summary = take_in(project, home, progress=progress)
        shutil.rmtree(home, ignore_errors=True)
    row = datasets()[name]
    summary.notes.append(f"Licence: {row.licence or 'none stated'}. {row.licence_note}".rstrip())
    summary.notes.append(f"Please cite: {row.citation}")
    return summary.to_json()


def _samples(run: Run, progress: Progress) -> dict[str, Any]:
    from tellapart.gather import take_in
    from tellapart.samples import make_samples
    from tellapart.store.manifest import Origin

    with open_project(run.project_dir) as project:
        folder = atomic_files.part_beside(project.cache_dir / "samples")
        try:
            make_samples(folder / "samples", seed=run.config.get("seed", 0), progress=progress)
            origin = Origin("samples", author="tellapart", licence="CC0-1.0")
            return take_in(project, folder / "samples", origin=origin, progress=progress).to_json()
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _train(run: Run, progress: Progress) -> dict[str, Any]:
    from tellapart.train import TrainConfig, keep_held_out, train_head

    with open_project(run.project_dir) as project:
        result = train_head(project, TrainConfig.from_json(run.config), progress, name=run.run_id)
    keep_held_out(run.run_dir, result)
    return result.to_json()


def _train_things(run: Run, progress: Progress) -> dict[str, Any]:
    """Of a project of whatever kind, by the verbs that all kinds have. config: what its `train` takes besides."""
    kind = kind_of_project(run.project_dir)
    if kind is None:
        raise ProjectError(f"{run.project_dir} is no project. Check its folder.")
    things = kind.verbs()
    result = things.train(things.open_project(run.project_dir), progress=progress, **run.config)
    return {"bundle": result.bundle_dir.name, "sentence": result.sentences()[0]}


def _clean(run: Run, progress: Progress) -> dict[str, Any]:
    from tellapart.clean import open_review
    from tellapart.train import TrainConfig

    with open_project(run.project_dir, progress) as project:
        review = open_review(project, TrainConfig.from_json(run.config), progress)
        counts, n = review.counts(), len(review.queue())
    sentence = f"{review.n_pictures} pictures checked, {n} to review."
    return {"n_pictures": review.n_pictures, "n_findings": n, "counts": counts, "sentence": sentence}


def _more_pictures(run: Run, progress: Progress) -> dict[str, Any]:
    """What more pictures would bring; config: backbone and weights, as of `TrainConfig`. The result is the curve, with
    the pictures of each label as they were."""
    from tellapart.backbones.catalogue import load_backbone
    from tellapart.train import TrainConfig
    from tellapart.train.fitting import more_pictures
    from tellapart.train.preparation import check_labels, prepare

    config = TrainConfig.from_json(run.config)
    with open_project(run.project_dir) as project:
        check_labels(project)
        counts = {label: n for label, n in project.manifest.label_counts().items() if n}
        backbone = load_backbone(config.backbone, config.weights, progress)
        data = prepare(project, backbone, config, progress)
    return {**more_pictures(data, progress=progress).to_json(), "counts": counts, "backbone": backbone.name}


def _app(run: Run, progress: Progress) -> dict[str, Any]:
    """config: settings, see `ShareSettings.to_json`; bundle, the name of one of the project; own, what that kind of app
    takes besides, as texts."""
    from tellapart.deploy.making import app_place, make_app, remembered, size_of
    from tellapart.deploy.share_settings import ShareSettings
    from tellapart.safe_paths import path_inside

    settings = ShareSettings.from_json(run.config["settings"])
    with open_project(run.project_dir) as project:
        project.check_writable()
        bundle_dir = path_inside(project.bundles_dir, run.config["bundle"])
        out = app_place(project.apps_dir, settings.target)
        own = {**remembered(project, settings), **run.config["own"]}
        made = make_app(bundle_dir, out, settings, force=True, progress=progress, **own)
    megabytes = round(size_of(made) / 1e6, 2)
    return {
        "target": settings.target, "made": made.relative_to(run.project_dir).as_posix(), "megabytes": megabytes,
        "bundle": run.config["bundle"], "settings": settings.to_json(), "sentence": f"{made.name}, {megabytes:.1f} MB",
    }  # fmt: skip


def publish_task(run: Run, report: Reporter, services: Services | None = None) -> dict[str, Any]:
    """An app of the project onto GitHub, with the token that is the run's secret or lies at hand.

    config: repository, "owner/name"; is_update; and what the task app takes, for an app that was made for another
    repository, or not yet, is made first.
    """
    from tellapart.deploy.making import app_place
    from tellapart.deploy.publishing import publish
    from tellapart.deploy.publishing.services import GITHUB
    from tellapart.deploy.publishing.token import no_token, token_at_hand
    from tellapart.deploy.voila.repository import names, parsed

    config = run.config
    repository = parsed(str(config["repository"]))
    token = secret_of() or token_at_hand()
    if not token:
        raise no_token()
    app = app_place(run.project_dir / "apps", "voila")
    made = None
    if not config["is_current"] or not names(app, repository):
        made = _app(run, _Step(report, 0, 2))
    done = publish(
        app, repository, token, update=bool(config["is_update"]), services=services or GITHUB,
        progress=_Step(report, 1, 2),
    )  # fmt: skip
    return {
        "repository": str(repository), "address": done.address, "link": done.link, "commit": done.commit,
        "is_new": done.is_new, "app": made, "sentence": f"Published: {done.address}",
    }  # fmt: skip


TASKS: dict[str, Callable[[Run, Reporter], dict[str, Any]]] = {
    "gather": gather_task,
    "intake": _intake,
    "dataset": _dataset,
    "samples": _samples,
    "train": _train,
    "train things": _train_things,
    "clean": _clean,
    "more pictures": _more_pictures,
    "app": _app,
    "publish": publish_task,
}

if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
