"""What `make` starts before anything is installed: environments half made, moved, too old or up to date."""

import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
needs_make = pytest.mark.skipif(
    sys.platform == "win32" or not shutil.which("make"), reason="no make; docs/how-to/install.md says how"
)


def make(*words: str) -> str:
    """What `make` says when it refuses."""
    done = subprocess.run(["make", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode
    return done.stderr


@pytest.fixture(scope="module")
def environment():
    spec = importlib.util.spec_from_file_location("environment", ROOT / "tools" / "environment.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def venv(tmp_path, environment):
    """A folder that says it is an environment with this very Python, pip included."""
    folder = tmp_path / "venv"
    python = environment.venv_python(folder)
    python.parent.mkdir(parents=True)
    if sys.platform == "win32":
        pytest.skip("an environment's Python cannot be linked to on Windows")
    python.symlink_to(sys.executable)
    home = Path(sys.base_prefix) / "bin"
    (folder / "pyvenv.cfg").write_text(f"home = {home}\ninclude-system-site-packages = false\n")
    site = folder / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    (site / "pip").mkdir(parents=True)
    (site / "pip" / "__init__.py").write_text("")
    return folder


@needs_make
@pytest.mark.parametrize("target", ["studio", "bench", "bench-clean", "bench-deploy"])
def test_torch_comes_from_where_it_was_said_in_every_environment(target):
    told = subprocess.run(
        ["make", "-n", target, "DATA=x", "WEIGHTS=x", "TORCH_ARGS=--find-links wheels"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    made = [line for line in told if "environment.py" in line]
    assert made and all("--torch-args='--find-links wheels'" in line for line in made)


def test_a_whole_environment_is_left_alone(venv, environment):
    assert environment.reason_to_remake(venv, exact=True) is None


def test_an_environment_without_pip_or_python_is_half_made(venv, environment, tmp_path):
    shutil.rmtree(next(venv.glob("lib/python*/site-packages/pip")))
    assert "half made" in environment.reason_to_remake(venv, exact=False)
    environment.venv_python(venv).unlink()
    assert "half made" in environment.reason_to_remake(venv, exact=False)
    assert "Making" in environment.reason_to_remake(tmp_path / "nothing", exact=False)


def test_a_moved_checkout_gets_a_new_environment(venv, environment):
    (venv / environment.STAMP).write_text(json.dumps({"root": "/somewhere/else"}))
    assert "moved from /somewhere/else" in environment.reason_to_remake(venv, exact=False)


def test_packages_whose_installation_was_cut_off_are_forgotten(venv, environment):
    site = next(venv.glob("lib/python*/site-packages"))
    for name in ("whole-1.0.dist-info", "cut-1.0.dist-info", "~orch"):
        (site / name).mkdir()
    (site / "whole-1.0.dist-info" / "RECORD").write_text("")
    environment.remove_half_installed(venv)
    assert sorted(path.name for path in site.iterdir()) == ["pip", "whole-1.0.dist-info"]


def test_the_stamp_changes_with_what_is_asked_for_and_survives_damage(venv, environment):
    stamp = environment.wanted_stamp("3.11.7", ["-e", "."])
    assert stamp == environment.wanted_stamp("3.11.7", ["-e", "."])
    assert stamp != environment.wanted_stamp("3.12.1", ["-e", "."])
    assert stamp != environment.wanted_stamp("3.11.7", ["-e", ".[studio]"])
    (venv / environment.STAMP).write_text("{cut off")
    assert environment.read_stamp(venv) == {}


@needs_make
@pytest.mark.parametrize("version", ["Python 3.9.19", "Python 2.7.18"])
def test_an_older_python_is_refused_with_a_sentence(tmp_path, version):
    old = tmp_path / "python-old"
    old.write_text(f'#!/bin/sh\n[ "$1" = -V ] && echo "{version}"\n[ "$1" = -V ]\n')
    old.chmod(0o755)
    assert f"is {version}, but tellapart needs Python 3.10 or newer" in make("environment", f"PYTHON={old}")


@needs_make
def test_a_missing_python_is_named():
    assert "python9.99 was not found" in make("environment", "PYTHON=python9.99")


@needs_make
def test_bench_without_data_says_how_it_is_called(tmp_path):
    # Without the step that installs: bench stops before it starts anything.
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    makefile = tmp_path / "Makefile"
    makefile.write_text(text.replace("bench: environment", "bench:"))
    assert "make bench DATA=" in make("-f", str(makefile), "bench", "DATA=", "WEIGHTS=")


@needs_make
def test_a_shell_of_make_finds_tellapart_as_the_readme_says(tmp_path):
    folder = tmp_path / "my checkout"
    (folder / ".venv" / "bin").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", folder)
    program = folder / ".venv" / "bin" / "tellapart"
    program.write_text("#!/bin/sh\necho this one: $@\n")
    program.chmod(0o755)
    words = ["make", "--old-file", "environment", "shell"]  # without the step that installs
    done = subprocess.run(
        words, cwd=folder, input="tellapart train 'my leaves'\necho $VIRTUAL_ENV\n", capture_output=True, text=True,
        check=True, env={**os.environ, "SHELL": "/bin/sh"},
    )  # fmt: skip
    assert "this one: train my leaves" in done.stdout and f"{folder}/.venv" in done.stdout
    assert "Leave with exit" in done.stdout
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "make shell" in readme and ".venv/bin/tellapart" in readme


def test_the_tools_of_tests_are_read_from_pyproject_without_a_reader_of_its_format(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import versions

    found = versions.test_tools((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert sorted(one.partition(">=")[0] for one in found) == [
        "hypothesis",
        "pytest",
        "pytest-timeout",
        "pyyaml",
    ]
    assert all((ROOT / path).exists() for path in versions.TESTS)


def test_an_index_is_given_to_uv_unless_it_has_its_own(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import versions

    for name in [name for name in versions.os.environ if name.startswith(("UV_", "PIP_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    assert versions.index_settings() == {"UV_DEFAULT_INDEX": "https://mirror.example/simple"}
    monkeypatch.setenv("UV_INDEX_URL", "https://own.example/simple")
    assert versions.index_settings() == {}


def test_packages_are_installed_instead_of_tellapart_with_torch_or_without(environment):
    def asked(**changed):
        chosen = {"extras": "dev", "torch": "yes", "torch_args": "", "packages": ""} | changed
        return environment.pip_arguments(argparse.Namespace(**chosen))

    assert asked(torch="no") == ["-e", ".[dev]"]
    assert asked(torch="no", packages="'cleanlab==2.9.0' scikit-learn") == ["cleanlab==2.9.0", "scikit-learn"]
    assert asked(packages="fastai")[:3] == ["fastai", "torch", "torchvision"]
    assert asked()[:2] == ["-e", ".[dev,dev-torch]"]
