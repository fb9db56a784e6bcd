"""Every example in the documentation runs: the python and console blocks of a page, in order, in one folder.

Blocks of other kinds (sh, bat, text) are only shown: they install things, ask the internet or open a browser.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
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


def run(command: list[str], folder: Path, where: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "TELLAPART_CACHE": str(folder.parent / "cache")}
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


@pytest.fixture(scope="module")
def leaves(tmp_path_factory):
    """Sample pictures, drawn once."""
    folder = tmp_path_factory.mktemp("samples") / "leaves"
    make_samples(folder, n_per_class=16)
    return folder


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """`tellapart samples leaves` draws the same for everybody: it runs once, its folder is copied to other readers."""
    return tmp_path_factory.mktemp("drawn") / "leaves"


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if examples(page)], ids=lambda page: page.name)
def test_the_examples_of_a_page_run(page, tmp_path, leaves, drawn):
    folder = tmp_path / "reader"
    folder.mkdir()
    shutil.copy(sorted(leaves.glob("*/*.jpg"))[0], folder / "some.jpg")
    if not any("samples leaves" in example.code for example in examples(page)):
        shutil.copytree(leaves, folder / "leaves")
    if page.name == "README.md":  # its Python part draws them before its console part does
        shutil.rmtree(folder / "leaves", ignore_errors=True)
    for script in scripts(page):
        where = f"{page.relative_to(ROOT)}:{script.line}"
        if script.language == "python":
            run([sys.executable, "-c", script.code], folder, where)
            continue
        for words in commands(script.code):
            assert words[0] == "tellapart", f"{where}: a console block may only call tellapart"
            if page.name == "README.md" and words[1] == "samples":
                shutil.rmtree(folder / "leaves")
            if words[1:] == ["samples", "leaves"] and drawn.exists():
                shutil.copytree(drawn, folder / "leaves")
                continue
            run([sys.executable, "-m", "tellapart.cli", *words[1:]], folder, where)
            if words[1:] == ["samples", "leaves"]:
                shutil.copytree(folder / "leaves", drawn)
