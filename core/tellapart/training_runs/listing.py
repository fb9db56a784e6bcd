"""TrainingRun: one training of a project as a row of a table, from what lies on disk and what was decided about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from tellapart.errors import OutsideError, RunError
from tellapart.runs import Run
from tellapart.safe_paths import path_inside, strange_files
from tellapart.store.files.sizes import size_on_disk
from tellapart.store.project import Project
from tellapart.store.run_changes import RunNote, place_in_trash, run_notes

# What reading a result.json that is none may raise.
MALFORMED = (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError)


@dataclass(frozen=True)
class TrainingRun:
    """A training. run_id: its folder's name; name: what a person called it, "" for nothing.

    started: seconds since 1970. recipe: that was asked for; kept: whose model came out, "" before the end. stage: see
    `RunStatus`. Rates are fractions, None before the end; n_pictures: trained on and held out. seconds: in all.
    n_bytes: on disk, its bundle included. said: why which model was kept, or how the run ended. has_bundle: its model
    is there.
    """

    run_id: str
    name: str
    started: float
    recipe: str
    kept: str
    backbone: str
    stage: str
    error_rate: float | None
    error_interval: tuple[float, float] | None
    n_wrong: int
    n_valid: int
    n_pictures: int
    n_labels: int
    seconds: float
    n_bytes: int
    said: str
    has_bundle: bool
    is_deleted: bool

    @property
    def title(self) -> str:
        """How a person knows it: its name, else its folder's."""
        return self.name or self.run_id

    @property
    def ending(self) -> str:
        """How far it came, for a person: "done", "running", "failed", "stopped" or "paused"."""
        return "stopped" if self.stage == "cancelled" else self.stage

    @property
    def is_done(self) -> bool:
        """Whether it ended well, so that there is a result."""
        return self.stage == "done"

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


def training_runs(project: Project) -> list[TrainingRun]:
    """All trainings that lie on disk, the newest first, those in the trash after the others. A folder that is gone is
    no run, and one that cannot be read says so in its row."""
    notes = run_notes(project.manifest)
    found = []
    for is_deleted in (False, True):
        folder = project.root / (place_in_trash("runs", "") if is_deleted else "runs")
        rows = []
        for run in runs_in(project.root, folder):
            try:
                bundle = bundle_folder(project.root, run.run_id, is_deleted)
            except OutsideError:
                continue
            note = notes.get(run.run_id, RunNote())
            if (row := _row(run, bundle, note.name, is_deleted)) is not None:
                rows.append((run.order, row))
        found += [row for _, row in sorted(rows, key=lambda one: one[0], reverse=True)]
    return found


def runs_in(root: Path, folder: Path) -> list[Run]:
    """The runs in a folder of the project, of any task; links are none."""
    if not folder.is_dir():
        return []
    found = []
    for name in sorted(path.name for path in folder.iterdir()):
        try:
            path = path_inside(root, f"{folder.relative_to(root).as_posix()}/{name}")
        except OutsideError:
            continue  # a link, which leads nobody knows where
        if path.is_dir() and not name.startswith(".") and not any(strange_files(path, depth=0)):
            found.append(Run(path))
    return found


def run_folder(root: Path, run_id: str, is_deleted: bool = False) -> Path:
    """Where a run's folder lies, in use or in the trash.

    Raises:
        OutsideError: the id leads elsewhere.
    """
    return path_inside(root, place_in_trash("runs", run_id) if is_deleted else f"runs/{run_id}")


def bundle_folder(root: Path, run_id: str, is_deleted: bool = False) -> Path:
    """Where the model of a run lies, if there is one.

    Raises:
        OutsideError: the id leads elsewhere.
    """
    return path_inside(root, place_in_trash("bundles", run_id) if is_deleted else f"bundles/{run_id}")


def _row(run: Run, bundle: Path, name: str, is_deleted: bool) -> TrainingRun | None:
    """The row of a run; None for one of another task."""
    try:
        settings = run.settings()
    except RunError:
        return None
    if settings["task"] != "train":
        return None
    config, started = settings["config"], float(settings["started"])
    common: dict[str, Any] = {
        "run_id": run.run_id, "name": name, "started": started, "recipe": str(config.get("recipe", "quick")),
        "n_bytes": size_on_disk(run.run_dir, bundle), "has_bundle": (bundle / "bundle.json").is_file(),
        "is_deleted": is_deleted,
    }  # fmt: skip
    result = run.run_dir / "result.json"
    try:
        facts = _result_facts(str(result), result.stat().st_mtime_ns)
    except FileNotFoundError:
        facts = None
    except (OSError, RunError, *MALFORMED):
        facts = {**_NO_RESULT, "stage": "failed", "said": "Its result cannot be read. Train again."}
    if facts is None:
        facts = _unfinished(run)
    backbone = facts.pop("backbone") or str(config.get("backbone", ""))
    return TrainingRun(**common, **facts, backbone=backbone)


_NO_RESULT: dict[str, Any] = {
    "kept": "", "error_rate": None, "error_interval": None, "n_wrong": 0, "n_valid": 0, "n_pictures": 0,
    "n_labels": 0, "seconds": 0.0, "backbone": "",
}  # fmt: skip


def _unfinished(run: Run) -> dict[str, Any]:
    try:
        status = run.status()
    except RunError:
        return {**_NO_RESULT, "stage": "failed", "said": "It cannot be read."}
    return {**_NO_RESULT, "stage": status.stage, "said": status.message, "seconds": status.seconds}


def _result_facts(path: str, changed_ns: int) -> dict[str, Any]:
    return dict(_read_facts(path, changed_ns))


@lru_cache(maxsize=500)
def _read_facts(path: str, changed_ns: int) -> dict[str, Any]:
    """What a row takes from result.json; the file is written once. changed_ns: so that another one is read anew."""
    result = Run(Path(path).parent).result()
    recipe = result.get("recipe") or {}
    low, high = result["error_interval"]
    return {
        "stage": "done", "said": str(recipe.get("said", "")), "kept": str(recipe.get("kept", "quick")),
        "error_rate": float(result["error_rate"]), "error_interval": (float(low), float(high)),
        "n_wrong": int(result["n_wrong"]), "n_valid": int(result["n_valid"]),
        "n_pictures": int(result["n_train"]) + int(result["n_valid"]), "n_labels": len(result["classes"]),
        "seconds": float(result["seconds"]["total"]), "backbone": str(result["backbone"]),
    }  # fmt: skip
