"""Every example in the documentation runs: the python and console blocks of a page, in order, in one folder.

Blocks of other kinds (sh, bat, text) are only shown: they install things, ask the internet or open a browser.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from made_once import made_once
from tellapart.samples import make_samples

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """One fenced block and the line it starts at."""

    language: str
    code: str
    line: int


def examples(page: Path) -> list[Example]:
    text = page.read_text(encoding="utf-8")
    return [Example(m[1], m[2], text.count("\n", 0, m.start()) + 2) for m in FENCE.finditer(text)]


def scripts(page: Path) -> list[Example]:
    """The blocks to run, neighbours of one language joined: a later one may use the earlier's names."""
    joined: list[Example] = []
    for example in examples(page):
        if joined and joined[-1].language == example.language:
            last = joined.pop()
            example = Example(last.language, f"{last.code}\n{example.code}", last.line)
        joined.append(example)
    return joined


def commands(code: str) -> list[list[str]]:
    """The command lines of a console block; lines without "$ " are what it prints."""
    lines = code.replace("\\\n", " ").splitlines()
    return [shlex.split(line.removeprefix("$ ")) for line in lines if line.startswith("$ ")]


def run(command: list[str], folder: Path, where: str, cache: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "TELLAPART_CACHE": str(cache)}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, (
        f"{where}: {' '.join(command)[:200]}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    )


@pytest.fixture
def leaves(page, tmp_path_factory):
    """Sample pictures, drawn once: few for a training that takes a minute with more."""
    n = 10 if page.name == "train-thoroughly.md" else 16
    return made_once(tmp_path_factory, f"docs-leaves-{n}", lambda folder: make_samples(folder, n_per_class=n))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """What the readers of these pages have in common: a cache, and what the same first commands gave them."""
    return made_once(tmp_path_factory, "docs-shelf", Path.mkdir)


def made_by(command: list[str]) -> str | None:
    """The folder that a command makes or fills, where that is the same for every reader who begins like this one."""
    match command:
        case ["samples" | "train", name] | ["new", name, "--from", "leaves"] if not name.startswith("-"):
            return name
    return None


def look_up(shelf: Path, commands_so_far: list[str]) -> Path:
    """Where it lies that these commands were followed, one after the other."""
    return shelf / sha256("\n".join(commands_so_far).encode()).hexdigest()[:16]


def put(folder: Path, place: Path) -> None:
    """A copy, whole or not at all; whoever comes second leaves the first one's."""
    beside = Path(tempfile.mkdtemp(dir=place.parent, prefix=".")) / "copy"
    shutil.copytree(folder, beside)
    with contextlib.suppress(OSError):
        beside.rename(place)
    shutil.rmtree(beside.parent)


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if examples(page)], ids=lambda page: page.name)
def test_the_examples_of_a_page_run(page, tmp_path, leaves, shelf):
    folder = tmp_path / "reader"
    folder.mkdir()
    shutil.copy(sorted(leaves.glob("*/*.jpg"))[0], folder / "some.jpg")
    if not any("samples leaves" in example.code for example in examples(page)):
        shutil.copytree(leaves, folder / "leaves")
    so_far: list[str] | None = [leaves.name]
    for script in scripts(page):
        where = f"{page.relative_to(ROOT)}:{script.line}"
        if script.language == "python":
            run([sys.executable, "-c", script.code], folder, where, shelf / "cache")
            so_far = None
            continue
        for words in commands(script.code):
            assert words[0] == "tellapart", f"{where}: a console block may only call tellapart"
            command = words[1:]
            if command == [
                "samples",
                "leaves",
            ]:  # README's Python part has drawn them before its console part does
                shutil.rmtree(folder / "leaves", ignore_errors=True)
                so_far = []
            made = made_by(command)
            so_far = [*so_far, shlex.join(command)] if made and so_far is not None else None
            if so_far and look_up(shelf, so_far).is_dir():
                shutil.rmtree(folder / made, ignore_errors=True)
                shutil.copytree(look_up(shelf, so_far), folder / made)
                continue
            run([sys.executable, "-m", "tellapart.cli", *command], folder, where, shelf / "cache")
            if so_far:
                put(folder / made, look_up(shelf, so_far))
