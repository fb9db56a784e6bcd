"""Our own source files and what they import, read with ast: nothing is executed."""

from __future__ import annotations

import ast
import functools
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE, DASHBOARDS = ROOT / "core" / "tellapart", ROOT / "dashboards" / "tellapart_dashboards"


@dataclass(frozen=True)
class Import:
    """One imported module.

    is_late: inside a function, so importing the file does not import it.
    name: what is taken from the module; empty when it is the module itself.
    """

    path: Path
    line: int
    module: str
    is_late: bool
    name: str = ""

    def __str__(self) -> str:
        return f"{module_name(self.path)}:{self.line} imports {self.module}"


def python_files(*folders: Path) -> list[Path]:
    """Every .py file below the folders, sorted."""
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


@functools.cache
def tree(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def module_name(path: Path) -> str:
    """tellapart.learning.head of core/tellapart/learning/head.py."""
    parts = path.relative_to(_above_packages(path)).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@functools.cache
def imports(path: Path) -> tuple[Import, ...]:
    """Every import in a file except those only a type checker sees. `from a import b` counts as a.b where
    that is a module of ours, else as a."""
    return tuple(_imports_in(tree(path), path, is_late=False))


def _imports_in(node: ast.AST, path: Path, is_late: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(path, node.lineno, alias.name, is_late)
    elif isinstance(node, ast.ImportFrom):
        base = _absolute(path, node)
        for alias in node.names:
            inner = f"{base}.{alias.name}"
            module = inner if _is_ours(inner, path) else base
            yield Import(path, node.lineno, module, is_late, alias.name)
    elif not (isinstance(node, ast.If) and _is_for_type_checkers(node.test)):
        inside = is_late or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for child in ast.iter_child_nodes(node):
            yield from _imports_in(child, path, inside)


def _is_for_type_checkers(test: ast.expr) -> bool:
    return "TYPE_CHECKING" in (getattr(test, "id", ""), getattr(test, "attr", ""))


def is_within(module: str, *parents: str) -> bool:
    """Whether a module is one of the parents or lies inside one."""
    return any(module == parent or module.startswith(f"{parent}.") for parent in parents)


def tracked_files() -> list[Path]:
    """Every file git knows; outside a checkout the test is skipped."""
    try:
        command = ["git", "ls-files", "-z"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout, so nobody knows which files are tracked")
    paths = [ROOT / name for name in done.stdout.decode("utf-8").split("\0") if name]
    return [path for path in paths if path.is_file()]


def _absolute(path: Path, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    package = package[: len(package) - node.level + 1]
    return ".".join([*package, *([node.module] if node.module else [])])


def _is_ours(module: str, importer: Path) -> bool:
    places = (_above_packages(importer), ROOT / "core", ROOT / "dashboards")
    return any(_lies_in(place, module) for place in places)


@functools.cache
def _lies_in(place: Path, module: str) -> bool:
    path = place.joinpath(*module.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


@functools.cache
def _above_packages(path: Path) -> Path:
    """The folder that the package around a file lies in."""
    folder = path.parent
    while (folder / "__init__.py").is_file():
        folder = folder.parent
    return folder
