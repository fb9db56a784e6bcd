"""The real studio in the real browser: one server for all tests, pages that record requests to other hosts."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import waiting_worker
from chromium import OneBrowser
from driving import PATIENCE_MS, Profiles, Studio, Tab, opening_tabs, wait_for
from once import made_once
from playwright.sync_api import Browser, expect
from studios import OneServer
from tellapart.workspace.changing import make_project

IS_FOR_SCREENSHOTS = "TELLAPART_SCREENSHOTS" in os.environ
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives the browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="module")
def profiles(browser: Browser, one_browser: OneBrowser) -> Iterator[Profiles]:
    profiles = Profiles(browser, one_browser.kept, PATIENCE_MS)
    yield profiles
    profiles.end()


@pytest.fixture
def open_tab(profiles: Profiles) -> Iterator[Callable[..., Tab]]:
    """Makes tabs for one test."""
    with opening_tabs(profiles) as make:
        yield make


@pytest.fixture(scope="module")
def open_shared_tab(profiles: Profiles) -> Iterator[Callable[..., Tab]]:
    """Makes tabs that the tests of a module share: opening a page costs more than most of what is tested in it."""
    with opening_tabs(profiles) as make:
        yield make


@pytest.fixture(scope="session")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneServer]:
    server = OneServer(tmp_path_factory.mktemp("studio"), Path(waiting_worker.__file__))
    yield server
    server.end()


@pytest.fixture
def start_studio(one_server: OneServer) -> Callable[[Path], Studio]:
    """A studio on a project: `start_studio(project_dir)`. It is the same server for every test."""
    return one_server.on


@pytest.fixture
def workspace() -> Path:
    """The projects folder of the studio's person, who has just begun and opened nothing elsewhere."""
    folder = Path(os.environ["TELLAPART_PROJECTS"])
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(os.environ["TELLAPART_SETTINGS"], ignore_errors=True)
    return folder


@pytest.fixture
def opened(one_server: OneServer, workspace: Path, open_tab: Callable[..., Tab]) -> Tab:
    """The studio of a person with one empty project, in a tab."""
    tab = open_tab()
    tab.open(one_server.on(make_project(workspace, "my-project")).url)
    return tab


@pytest.fixture(scope="session")
def leaves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with four class folders of drawn leaves, JPEG: a few, or as many as people see for screenshots."""
    from tellapart.samples import make_samples

    n = 48 if IS_FOR_SCREENSHOTS else 12
    return made_once(tmp_path_factory, "leaves", lambda folder: make_samples(folder, seed=0, n_per_class=n))


@pytest.fixture(scope="session")
def trained_project(tmp_path_factory: pytest.TempPathFactory, leaves: Path) -> Path:
    """A project of those leaves with a model. Tests only look at it."""
    from tellapart.advice import advise
    from tellapart.gather import take_in
    from tellapart.runs import start
    from tellapart.store.project import create_project, open_project

    def make(folder: Path) -> None:
        with create_project(folder / "leaves") as project:
            take_in(project, leaves)
        run = start(folder / "leaves", "train", {})
        wait_for(lambda: run.status().stage != "running")
        assert run.status().stage == "done", run.status().message
        with open_project(folder / "leaves") as project:
            advise(project)  # else every page that opens a copy would find it out

    return made_once(tmp_path_factory, "trained", make) / "leaves"


@pytest.fixture
def trained_studio(trained_project: Path, start_studio: Callable[[Path], Studio]) -> Studio:
    return start_studio(trained_project)


@pytest.fixture(scope="session")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `leaves`, a project of the samples as a person gets them whose pictures have been looked at, and
    their planted flaws, see `planted`; half as many, but for screenshots. Tests copy the project."""
    from tellapart.clean import open_review
    from tellapart.gather import take_in
    from tellapart.samples import make_samples
    from tellapart.store.project import create_project

    def make(folder: Path) -> None:
        samples = make_samples(folder / "samples", seed=0, n_per_class=48 if IS_FOR_SCREENSHOTS else 24)
        flaws = [(flaw.name, flaw.path) for flaw in samples.flaws]
        (folder / "planted.json").write_text(json.dumps(flaws), "utf-8")
        with create_project(folder / "leaves") as project:
            take_in(project, samples.directory)
            open_review(project)

    return made_once(tmp_path_factory, "looked-at", make)


@pytest.fixture(scope="session")
def planted(looked_at: Path) -> list[tuple[str, str]]:
    """Name and path of every flaw that the samples came with."""
    return [(name, path) for name, path in json.loads((looked_at / "planted.json").read_text("utf-8"))]


@pytest.fixture
def project_dir(looked_at: Path, tmp_path: Path) -> Path:
    """A project of samples that were looked at, for one test."""
    return Path(shutil.copytree(looked_at / "leaves", tmp_path / "leaves"))
