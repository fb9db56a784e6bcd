"""An exported repository on a computer that has nothing but Python: installed from its own files, started, used."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from environments import new_environment, pip
from made_once import made_once
from voila_apps import PATIENCE_S, app_tab, served

pytestmark = [pytest.mark.slow, pytest.mark.browser]
N_VISITORS = 10
ABOUT = "import json, sys; print(json.dumps([sys.version, sys.prefix, sys.path]))"
# what its server and a page import: whoever does so first compiles it, and ten at once would do so ten times
SERVED = "import voila.app, ipykernel.kernelapp, jupyter_server.serverapp, tellapart_dashboards.pages.visitors.page"
COMPILED = 1.1  # bytes of a compiled module, for each of its source


def run(*command: object, cwd: Path | None = None, **environment: str) -> str:
    """What it prints, in an environment without this checkout; a failure shows the end of its log."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "JUPYTER_"))}
    clean.update(environment)
    done = subprocess.run(
        [str(one) for one in command], cwd=cwd, env=clean, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def unpacked(app: Path, place: Path) -> Path:
    """The app as somebody has it who got it as a zip."""
    shutil.unpack_archive(shutil.make_archive(str(place / "app"), "zip", app), place / "from zip")
    return place / "from zip"


def copied(app: Path, place: Path) -> Path:
    """The app as somebody has it who cloned it."""
    return Path(shutil.copytree(app, place / "clone"))


def contents(folder: Path) -> dict[str, bytes]:
    """Its files; not what Python keeps beside them."""
    files = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def picture(trained) -> tuple[Path, str]:
    """A picture and its label."""
    file = next((trained[0] / "images" / "circle").iterdir())
    return file, "circle"


@pytest.fixture(scope="module")
def installed(voila_app, tmp_path_factory) -> tuple[Path, Path]:
    """A clone of the app, and the Python that has what its requirements.txt names."""

    def make(place: Path) -> None:
        place.mkdir()
        folder = copied(voila_app, place)
        python = new_environment(place / "venv", "-r", "requirements.txt", cwd=folder)
        run(python, "-c", SERVED, cwd=folder)

    place = made_once(tmp_path_factory, "installed-app", make)
    return place / "clone", sorted(place.glob("venv/*/python*"))[0]


def size_of(folder: Path) -> float:
    """Bytes, with every module compiled."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return sum(
        path.stat().st_size * (1 + COMPILED * (path.suffix == ".py"))
        for path in files
        if path.suffix != ".pyc"
    )


def test_it_needs_nothing_but_what_it_names_and_says_so(installed):
    folder, python = installed
    said = json.loads(run(python, "check.py", cwd=folder))
    assert said["ok"] is True and said["labels"] == 3
    listed = json.loads(pip(python, "list", "--format", "json"))
    there = {one["name"].lower().replace("_", "-"): one["version"] for one in listed}
    wanted = dict(
        line.partition(";")[0].strip().split("==")
        for line in (folder / "requirements.txt").read_text().splitlines()
        if "==" in line
    )
    assert {name: there[name] for name in wanted if name in there}.items() <= wanted.items()
    assert set(there) - set(wanted) <= {"tellapart", "pip", "setuptools"}, "pip chose a version by itself"
    assert pip(python, "check")
    megabytes = size_of(python.parent.parent) / 1e6
    sys.stdout.write(
        f"\ninstalled: {megabytes:.0f} MB in {len(there)} packages; folder: {size_of(folder) / 1e6:.1f} MB\n"
    )
    assert megabytes < 600


def test_it_is_installed_started_and_used_by_a_visitor(installed, voila_app, browser, picture, tmp_path):
    """From a zip, which holds what a clone does; that one is served to ten visitors, below."""
    folder, python = unpacked(voila_app, tmp_path), installed[1]
    assert contents(folder) == contents(voila_app)
    dry = pip(python, "install", "--no-index", "--dry-run", "-r", "requirements.txt", cwd=folder)
    assert "Would install tellapart" in dry or "already satisfied" in dry
    assert str(Path(__file__).parents[2]) not in run(python, "-c", ABOUT, cwd=folder)
    bare = {"PYTHONPATH": "", "JUPYTER_PATH": ""}
    with served(folder, tmp_path / "log.txt", python=python, **bare) as app, app_tab(browser) as tab:
        tab.open(f"{app.url}/")
        tab.choose(picture[0])
        assert tab.answers(1)[0].startswith(picture[1])
        tab.page.get_by_role("button", name="Example 1").click()
        assert "Example 1" in tab.answers(2)[0]


def test_ten_visitors_at_once_are_all_answered(installed, picture, tmp_path):
    # late: its server's modules take seconds to import, in each process that only collects tests
    from voila_visitors import Visitor

    folder, python = installed
    with served(folder, tmp_path / "log.txt", python=python, PYTHONPATH="", JUPYTER_PATH="") as app:

        async def all_at_once() -> list[str]:
            visitors = [Visitor(app.url, PATIENCE_S) for _ in range(N_VISITORS)]
            return await asyncio.gather(*(one.answer_to(picture[0]) for one in visitors))

        begun = time.monotonic()
        answers = ThreadPoolExecutor(1).submit(asyncio.run, all_at_once()).result()
        seconds = time.monotonic() - begun
        kernels = app.kernels()
        assert len(kernels) == len(answers) == N_VISITORS
        assert all(f"<b>{picture[1]}</b>" in answer for answer in answers)
        resident = sorted(one.memory_info().rss / 1e6 for one in kernels)
        sys.stdout.write(
            f"\n{N_VISITORS} visitors answered in {seconds:.0f} s; resident per visitor: {resident[0]:.0f} to "
            f"{resident[-1]:.0f} MB; the server: {psutil.Process(app.process.pid).memory_info().rss / 1e6:.0f} MB\n"
        )
        if sys.platform == "linux":
            own = sum(one.memory_full_info().pss for one in kernels) / len(kernels) / 1e6
            sys.stdout.write(f"proportional memory per visitor: {own:.0f} MB\n")
        assert resident[-1] < 450, "mybinder.org promises 450 MB"


@pytest.mark.skipif(sys.platform == "win32", reason="Binder runs on Linux")
def test_under_a_jupyter_server_as_on_binder(installed, browser, picture, tmp_path):
    folder, shared = installed
    environment = shared.parent.parent
    shutil.copytree(environment, tmp_path / "venv", symlinks=True, copy_function=os.link)  # Binder adds to it
    python = tmp_path / "venv" / shared.relative_to(environment)
    run("bash", "binder/postBuild", cwd=folder, PATH=f"{python.parent}{os.pathsep}{os.environ['PATH']}")
    own = {f"JUPYTER_{name}_DIR": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    bare = {**own, "BINDER_LAUNCH_HOST": "https://mybinder.org/", "PYTHONPATH": "", "JUPYTER_PATH": ""}
    options = ["--allow-root", "--IdentityProvider.token=secret", "--ServerApp.ip=127.0.0.1"]
    with (
        served(
            folder, tmp_path / "log.txt", *options, python=python, program=["jupyter_server"], **bare
        ) as app,
        app_tab(browser) as tab,
    ):
        page = tab.open(f"{app.url}/voila/render/app.ipynb?token=secret").page
        assert page.get_by_text("ten minutes").is_visible()
        tab.choose(picture[0])
        assert tab.answers(1)[0].startswith(picture[1])
        for file in ("bundle/golden/1.jpg", "app.json", "examples/1.jpg"):
            answer = page.request.get(f"{app.url}/voila/files/{file}?token=secret")
            assert answer.status in (403, 404)
        # MathJax is Voila's own wish under a Jupyter server; the page does without
        assert {urlsplit(url).hostname for url in tab.foreign} <= {"cdnjs.cloudflare.com"}
        tab.foreign.clear()


def test_binder_s_own_builder_accepts_the_folder(voila_app, repo2docker):
    """repo2docker makes the Dockerfile as mybinder.org does; it looks for no Docker then."""
    done = subprocess.run(
        [repo2docker, "--no-build", "--debug", voila_app],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    made = done.stdout + done.stderr
    version = f"python={sys.version_info.major}.{sys.version_info.minor}"
    assert "FROM docker.io/library/buildpack-deps" in made or "FROM buildpack-deps" in made
    assert 'pip install --no-cache-dir -r "binder/requirements.txt"' in made
    assert "chmod +x binder/postBuild" in made and "./binder/postBuild" in made
    assert version in made and "environment.yml" not in made.partition("FROM")[0]
    # what is beside the notebooks must be there before pip runs, for requirements.txt names the program in the folder
    assert made.index("COPY --chown") < made.index('-r "binder/requirements.txt"')
