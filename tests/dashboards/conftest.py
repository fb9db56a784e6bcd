"""A small project with real rows, and runs that are only folders."""

from __future__ import annotations

import inspect
import json
import shutil
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import psutil
import pytest
from acting import in_page, say
from make_data import make_tiny_folder
from PIL import Image
from tellapart.advice import Advised, beside
from tellapart.clean import open_review
from tellapart.deploy.measuring import Start, measured_start
from tellapart.gather import take_in
from tellapart.runs import Run
from tellapart.store.project import create_project, open_project
from tellapart.train import TrainConfig, train_head
from tellapart.worker import main
from tellapart_dashboards.pages.share import controller


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Tests that are coroutines run as a page does in its kernel: on a loop, until what goes on beside it has ended."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    in_page(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture(autouse=True)
def nothing_is_advised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that show a training would start a process each; tests of advice keep theirs in the run beforehand."""
    monkeypatch.setattr(beside, "_found", lambda project_dir, run_id: Advised(run_id))


@pytest.fixture(scope="session")
def plain_source_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two labels of six pictures each."""
    folder = tmp_path_factory.mktemp("plain")
    make_tiny_folder(folder / "shapes", ("circle", "square"), n_per_class=6)
    with create_project(folder / "project") as project:
        take_in(project, folder / "shapes")
    return folder / "project"


@pytest.fixture
def project_dir(plain_source_dir: Path, tmp_path: Path) -> Path:
    """That project, for one test."""
    return Path(shutil.copytree(plain_source_dir, tmp_path / "project"))


@pytest.fixture(scope="session")
def flawed_source_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of two labels in which a circle lies among the squares and one picture is there twice."""
    folder = tmp_path_factory.mktemp("flawed")
    files = make_tiny_folder(folder / "shapes", ("circle", "square"), n_per_class=12)
    files["circle"][0].rename(folder / "shapes" / "square" / "stray.png")
    with Image.open(files["circle"][1]) as picture:
        picture.resize((48, 48)).save(folder / "shapes" / "circle" / "again.png")
    with create_project(folder / "project") as project:
        take_in(project, folder / "shapes")
        open_review(project)  # the embeddings are cached from here on
    return folder / "project"


@pytest.fixture
def flawed_dir(flawed_source_dir: Path, tmp_path: Path) -> Path:
    """That project, for one test."""
    return Path(shutil.copytree(flawed_source_dir, tmp_path / "flawed"))


@pytest.fixture
def empty_project_dir(tmp_path: Path) -> Path:
    """A project without pictures."""
    create_project(tmp_path / "empty").close()
    return tmp_path / "empty"


FakeRun = Callable[..., Run]


@pytest.fixture
def fake_run() -> FakeRun:
    """Makes a run folder that says what it is told: a worker's lines without a worker. As long as this process lives,
    the run goes on. A training in which layers learn keeps what it did."""
    made = 0

    def make(
        project_dir: Path,
        task: str,
        stage: str = "running",
        message: str = "",
        result: dict[str, Any] | None = None,
        config: dict[str, Any] | None = None,
    ) -> Run:
        nonlocal made
        made += 1
        run_dir = project_dir / "runs" / f"29991231-235959-{made:04d}"
        run_dir.mkdir(parents=True)
        (run_dir / "config.json").write_text(
            json.dumps({"format": 1, "task": task, "config": config or {}, "started": time.time()}), "utf-8"
        )
        me = psutil.Process()
        worker = {"pid": me.pid, "created": me.create_time()}
        (run_dir / "worker.json").write_text(json.dumps(worker), "utf-8")
        if (config or {}).get("recipe", "quick") != "quick":
            work = project_dir / "cache" / "tuning" / run_dir.name
            work.mkdir(parents=True)
            settings = {"variation": {}, **(config or {})}
            (work / "settings.json").write_text(json.dumps({"trainings": [settings]}), "utf-8")
        if result is not None:
            (run_dir / "result.json").write_text(json.dumps(result), "utf-8")
        say(run_dir, done=1, total=4, message="Looking")
        if stage != "running":
            say(run_dir, stage=stage, message=message)
        return Run(run_dir)

    return make


@pytest.fixture
def started() -> list[tuple[str, dict[str, Any]]]:
    """Task and config of each run that a state began."""
    return []


@pytest.fixture
def secrets() -> list[str]:
    """The secret of each run that a state began, "" for none."""
    return []


@pytest.fixture
def start(
    fake_run: Callable[..., Run], started: list[tuple[str, dict[str, Any]]], secrets: list[str]
) -> Callable[..., Run]:
    """Stands in for `runs.start`: the run is a folder, and no worker is at work in it."""

    def start_run(project_dir: Path, task: str, config: dict[str, Any], secret: str = "") -> Run:
        started.append((task, config))
        secrets.append(secret)
        return fake_run(project_dir, task, config=config)

    return start_run


@pytest.fixture
def train_result(project_dir: Path) -> dict[str, Any]:
    """What a training of the small project might bring: one circle taken for a square."""
    from tellapart.store.project import open_project

    with open_project(project_dir) as project:
        circle = project.manifest.pictures(label="circle")[0]
    return {
        "format": 1, "classes": ["circle", "square"], "n_train": 8, "n_valid": 4, "n_test": 0,
        "backbone": "efficientnet_lite0",
        "error_rate": 0.25, "n_wrong": 1, "error_interval": [0.046, 0.699], "baseline_error_rate": 0.5,
        "baselines": {"majority": 0.5, "pixels": 0.25}, "confusion": [[1, 1], [0, 2]],
        "per_class": [
            {"label": "circle", "precision": 1.0, "recall": 0.5, "n": 2},
            {"label": "square", "precision": 0.667, "recall": 1.0, "n": 2},
        ],
        "config": {}, "temperature": 1.0, "threshold": 0.4, "reject_rate": 0.05, "calibration_error": 0.1, "l2": 0.03,
        "seconds": {"decode": 0.1, "embed": 0.2, "fit": 0.1, "total": 0.4}, "bundle": "bundles/x",
        "mistakes": [{
            "image_id": circle.image_id, "path": circle.path, "label": "circle", "predicted": "square",
            "confidence": 0.91,
        }],
        "skipped": [], "notes": [],
    }  # fmt: skip


STARTS: dict[tuple[bytes, ...], Start] = {}  # each model is really started once, for all tests that have it


@pytest.fixture
def quick_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """The Share page waits for nobody to pause, and measures each model once."""

    def measured(bundle_dir: Path) -> Start:
        files = [(bundle_dir / name).read_bytes() for name in ("bundle.json", "model.onnx")]
        key = tuple(sha256(data).digest() for data in files)
        if key not in STARTS:
            STARTS[key] = measured_start(bundle_dir)
        return STARTS[key]

    monkeypatch.setattr(controller, "TYPING_S", 0.0)
    monkeypatch.setattr(controller, "measured_start", measured)


@pytest.fixture(scope="session")
def with_model(plain_source_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project with a model of it."""
    root = Path(shutil.copytree(plain_source_dir, tmp_path_factory.mktemp("share") / "project"))
    with open_project(root) as project:
        train_head(project, TrainConfig())
    return root


@pytest.fixture
def trained_dir(with_model: Path, tmp_path: Path, quick_share: None) -> Path:
    """That project, for one test of the Share page."""
    return Path(shutil.copytree(with_model, tmp_path / "shapes"))


@pytest.fixture
def working(fake_run: Callable[..., Run]) -> Callable[..., Run]:
    """Stands in for `runs.start`: the worker has done its work when it returns."""

    def start_run(project_dir: Path, task: str, config: dict[str, Any]) -> Run:
        run = fake_run(project_dir, task, config=config)
        main(run.run_dir)
        return run

    return start_run
