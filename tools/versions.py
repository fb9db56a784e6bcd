"""Test with the lowest versions that pyproject.toml allows, and with the newest: `make test-versions`.

Each in an environment of its own, made anew, without torch. uv chooses the versions, since pip cannot choose the
lowest; it comes from the package index into an environment of its own, too. Only the standard library is needed.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from environment import ROOT, make_venv, venv_python

RESOLUTIONS = {"lowest": "lowest-direct", "newest": "highest"}
HOME = ROOT / ".venv-versions"
_TEST_TOOLS = ("hypothesis", "pytest", "pytest-timeout", "pyyaml")
# What touches each dependency: pictures, the network's graph, the head, downloads, the commands.
TESTS = (
    "tests/pictures", "tests/backbones/test_embeddings.py", "tests/bundle/test_bundle.py", "tests/classify",
    "tests/learning/test_head.py", "tests/gather/test_downloads.py", "tests/cli/test_cli.py",
    "tests/backbones/lite0/test_same_answers.py",
)  # fmt: skip


def test_tools(pyproject: str) -> list[str]:
    """The requirements of pyproject.toml that only tests need; Python 3.10 cannot read the file's own format."""
    found = re.findall(r'"(([\w-]+)>=[\d.]+)"', pyproject)
    return [requirement for requirement, name in found if name in _TEST_TOOLS]


def index_settings() -> dict[str, str]:
    """The package index that pip is told to use, in the words of uv; nothing where uv is told itself."""
    if any(name.startswith("UV_") and "INDEX" in name for name in os.environ):
        return {}
    asked = subprocess.run(
        [sys.executable, "-m", "pip", "config", "get", "global.index-url"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    address = os.environ.get("PIP_INDEX_URL") or asked.stdout.strip()
    return {"UV_DEFAULT_INDEX": address} if address else {}


def make_environment(uv: Path, name: str) -> Path:
    """An environment with those versions of everything; its interpreter."""
    folder = HOME / name
    settings = {**os.environ, **index_settings(), "UV_CACHE_DIR": str(HOME / "cache")}
    install = [str(uv), "pip", "install", "--quiet", "--python", str(venv_python(folder))]
    choice = ["--resolution", RESOLUTIONS[name], "--only-binary", ":all:"]
    tools = test_tools((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for command in (
        [str(uv), "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)],
        [*install, *choice, "-r", "pyproject.toml", "--extra", "heic"],
        [*install, *tools],
        [*install, "--no-deps", "-e", "."],
    ):
        if subprocess.run(command, cwd=ROOT, env=settings, check=False).returncode:
            sys.exit(
                f"The {name} versions could not be installed, see above. A lower bound too low, or no network?"
            )
    return venv_python(folder)


def get_uv() -> Path:
    """uv in an environment of its own."""
    tool = HOME / "uv"
    program = venv_python(tool).with_name("uv.exe" if os.name == "nt" else "uv")
    if not program.exists():
        make_venv(tool)
        command = [
            str(venv_python(tool)),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "uv",
        ]
        if subprocess.run(command, check=False).returncode or not program.exists():
            sys.exit("uv could not be installed. Check the network, then start again: make test-versions")
    return program


def main() -> None:
    """For each set of versions: install, list what matters, test; ends with 1 when one of them fails."""
    parser = argparse.ArgumentParser(
        description="Test with the lowest and the newest versions of everything."
    )
    parser.add_argument("--only", choices=tuple(RESOLUTIONS), help="left out, both")
    parser.add_argument("--tests", nargs="*", default=TESTS, help="paths for pytest")
    options = parser.parse_args()
    uv, failed = get_uv(), []
    for name in [options.only] if options.only else RESOLUTIONS:
        started = time.monotonic()
        python = make_environment(uv, name)
        print(f"The {name} versions, installed in {time.monotonic() - started:.0f} s:", flush=True)
        subprocess.run([str(uv), "pip", "list", "--quiet", "--python", str(python)], check=False)
        if subprocess.run(
            [str(python), "-m", "pytest", "-m", "not slow", *options.tests], cwd=ROOT, check=False
        ).returncode:
            failed.append(name)
    if failed:
        sys.exit(f"Tests fail with the {' and the '.join(failed)} versions of what we depend on, see above.")


if __name__ == "__main__":
    main()
