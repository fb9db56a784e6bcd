"""What a report is made of, read from the run, its model and the project."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from tellapart.deploy.datasheet import datasheet
from tellapart.deploy.facts import record_of
from tellapart.errors import ImageError, OutsideError, ProjectError, RunError
from tellapart.pictures.images import thumbnail_jpeg
from tellapart.planning.held_out import HeldOut, read_held_out
from tellapart.runs import Run
from tellapart.safe_paths import path_inside
from tellapart.store.ledger import credit_line, may_be_shown_small
from tellapart.store.project import Project
from tellapart.training_runs.listing import TrainingRun, bundle_folder, run_folder

MOST_MISTAKES = 24
_THUMBNAIL_PX = 150
_MAX_PAPER_BYTES = 2_000_000
_PACKAGES = ("tellapart", "numpy", "scipy", "onnxruntime", "onnx", "pillow", "torch")


@dataclass(frozen=True)
class ShownMistake:
    """A held-out picture that the model got wrong. jpeg: small, b"" where it is gone or may not be shown; credit: whose
    it is, as Markdown, "" for the owner's own."""

    label: str
    predicted: str
    confidence: float
    path: str
    jpeg: bytes
    why_not: str
    credit: str


@dataclass(frozen=True)
class ReportFacts:
    """result: result.json. config: the run's settings. record: bundle.json, {} where the model is gone. held: None in
    runs of older versions and where it is damaged, which why_not_held says. card, sheet: Markdown. environment: (what,
    version)."""

    project: str
    run: TrainingRun
    result: dict[str, Any]
    config: dict[str, Any]
    record: dict[str, Any]
    held: HeldOut | None
    why_not_held: str
    mistakes: tuple[ShownMistake, ...]
    card: str
    sheet: str
    environment: tuple[tuple[str, str], ...]


def report_facts(project: Project, run: TrainingRun) -> ReportFacts:
    """Everything, as far as it is still there.

    Raises:
        RunError: the run has no result.
    """
    folder = run_folder(project.root, run.run_id)
    result = Run(folder).result()
    bundle = bundle_folder(project.root, run.run_id)
    record = record_of(bundle)
    held: HeldOut | None = None
    why_not_held = ""
    try:
        held = read_held_out(folder, len(result["classes"]))
    except RunError as error:
        why_not_held = str(error)
    return ReportFacts(
        project=project.name,
        run=run,
        result=result,
        config=Run(folder).config,
        record=record,
        held=held,
        why_not_held=why_not_held,
        mistakes=tuple(_shown(project, one) for one in result["mistakes"][:MOST_MISTAKES]),
        card=_text(project, f"bundles/{run.run_id}/MODEL_CARD.md"),
        sheet=datasheet(project.manifest, project.name, answered=_text(project, "DATASHEET.md")),
        environment=_environment(record.get("versions", {})),
    )


def _shown(project: Project, mistake: dict[str, Any]) -> ShownMistake:
    jpeg, why_not, credit = b"", "", ""
    try:
        picture = project.manifest.picture(str(mistake["image_id"]))
        if picture.state != "kept":  # a person took it out: of a report that is passed on as well
            why_not = "no longer in the project"
        elif may_be_shown_small(picture):
            jpeg, credit = thumbnail_jpeg(project.file(picture), _THUMBNAIL_PX), credit_line(picture)
        else:
            why_not = "not shown: no known licence"
    except (ImageError, OutsideError, OSError, ProjectError):
        why_not = "no longer in the project"
    return ShownMistake(
        str(mistake["label"]), str(mistake["predicted"]), float(mistake["confidence"]), str(mistake["path"]), jpeg,
        why_not, credit,
    )  # fmt: skip


def _text(project: Project, relative: str) -> str:
    try:
        with path_inside(project.root, relative).open("rb") as file:
            return file.read(_MAX_PAPER_BYTES).decode("utf-8", errors="replace")
    except (OSError, OutsideError):
        return ""


def _environment(trained_with: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """What the model was made with, as its record says; now, where it does not."""
    if trained_with:
        return tuple((str(name), str(one)) for name, one in trained_with.items())
    found: list[tuple[str, str]] = [("python", platform.python_version())]
    return (*found, *_installed(_PACKAGES))


def _installed(names: Sequence[str]) -> list[tuple[str, str]]:
    found = []
    for name in names:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return found
