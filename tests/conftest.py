"""What many tests start from: tiny made projects, trained once per session and copied."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from environments import new_environment
from hypothesis import HealthCheck, settings
from longest_first import longest_first
from made_once import made_once
from make_data import make_tiny_folder
from tellapart.clean import open_review
from tellapart.gather import take_in
from tellapart.store.project import Project, create_project, open_project
from tellapart.train import TrainResult, train_head

if TYPE_CHECKING:
    from chromium import OneBrowser
    from playwright.sync_api import Browser

# The same examples everywhere, however slow or busy the machine; `--hypothesis-profile=default` looks for new ones.
settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("repeatable")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--network", action="store_true", help="also ask the real services on the internet")


@pytest.hookimpl(trylast=True)  # those that are left out are out by then, and shuffled is what was to be
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if n_workers := int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0")):
        items[:] = longest_first(items, n_workers)
    if not config.getoption("--network"):
        for item in items:
            if item.get_closest_marker("network"):
                item.add_marker(pytest.mark.skip(reason="asks the internet; run with --network"))


@pytest.fixture(scope="session", autouse=True)
def own_projects_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever a test starts leaves the projects and settings of the person who runs it alone."""
    folder = tmp_path_factory.mktemp("person")
    os.environ["TELLAPART_PROJECTS"] = str(folder / "projects")
    os.environ["TELLAPART_SETTINGS"] = str(folder / "settings")


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Class folders of coloured shapes: 3 classes, 24 pictures each."""
    folder = tmp_path_factory.mktemp("tiny") / "shapes"
    make_tiny_folder(folder, n_per_class=24, size_px=48)
    return folder


@pytest.fixture(scope="session")
def few_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with 4 pictures each: where it counts that something is trained, and not how well."""
    folder = tmp_path_factory.mktemp("few") / "shapes"
    make_tiny_folder(folder, n_per_class=4, size_px=48)
    return folder


@pytest.fixture
def few_project(few_folder: Path, tmp_path: Path) -> Iterator[Project]:
    """A project of one's own with these, of which nothing is cached yet."""
    with create_project(tmp_path / "few-shapes") as project:
        take_in(project, few_folder)
        yield project


@pytest.fixture(scope="session")
def trained(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrainResult]:
    """A project trained with the built-in backbone: its folder and the result. Do not change it; see `tiny_project`."""
    root = tmp_path_factory.mktemp("trained") / "shapes-project"
    with create_project(root) as project:
        take_in(project, tiny_folder)
        result = train_head(project)
    return root, result


@pytest.fixture(scope="session")
def reviewed(trained: tuple[Path, TrainResult], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same project after somebody has looked for what is amiss in it. Do not change it."""
    root = tmp_path_factory.mktemp("reviewed") / "shapes-project"
    shutil.copytree(trained[0], root)
    with open_project(root) as project:
        open_review(project)
    return root


@pytest.fixture
def tiny_project(trained: tuple[Path, TrainResult], tmp_path: Path) -> Iterator[Project]:
    """A project of one's own with cached embeddings and a bundle, of which no app was made yet."""
    shutil.copytree(trained[0], tmp_path / "shapes-project")
    with open_project(tmp_path / "shapes-project") as project:
        project.manifest.set_setting("shared_models", {})  # other tests made apps of the model that all share
        yield project


@pytest.fixture(scope="session")
def one_browser() -> Iterator[OneBrowser]:
    """The Chromium that the modules of this process borrow."""
    from chromium import OneBrowser  # Playwright is there only where browsers are tested

    browser = OneBrowser()
    yield browser
    browser.end()


@pytest.fixture(scope="module")
def browser(one_browser: OneBrowser) -> Iterator[Browser]:
    """The real Chromium, for the tests of one module: make contexts in it, and close them."""
    with one_browser.lent() as found:
        yield found


@pytest.fixture
def reviewed_project(reviewed: Path, tmp_path: Path) -> Iterator[Project]:
    """The same in which all is cached that cleaning looks at."""
    shutil.copytree(reviewed, tmp_path / "shapes-project")
    with open_project(tmp_path / "shapes-project") as project:
        yield project


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own: it neither reads nor fills that of the person who runs it, nor asks the internet."""
    monkeypatch.setenv("TELLAPART_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("TELLAPART_WEIGHTS_URL", "http://127.0.0.1:9/")  # nobody listens: as good as offline
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def repo2docker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program with which mybinder.org builds."""
    environment = made_once(
        tmp_path_factory, "repo2docker", lambda folder: new_environment(folder, "jupyter-repo2docker")
    )
    return environment / "bin" / "jupyter-repo2docker"


@pytest.fixture
def nothing_is_written_elsewhere(tmp_path: Path) -> Iterator[None]:
    """Whatever a test does, only the project's folder and what the test made itself are there afterwards."""
    home = tmp_path / "elsewhere"
    home.mkdir()
    (home / "letter.txt").write_text("dear")
    yield
    assert [path.name for path in home.iterdir()] == ["letter.txt"] and (
        home / "letter.txt"
    ).read_text() == "dear"
    assert {path.name for path in tmp_path.iterdir()} <= {
        "elsewhere",
        "source",
        "source.zip",
        "project",
        "bundle",
        "disk",
        "made",
    }
