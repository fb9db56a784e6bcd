"""What a tree of packages looks like from above: who imports whom, how long modules are, what is called alike."""

from __future__ import annotations

import ast
import graphlib
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from .sources import imports, is_within, module_name, python_files, tree

Floors = Sequence[Sequence[str]]


def modules_in(*packages: Path) -> dict[str, Path]:
    """Dotted name -> file of every module below these package folders."""
    return {module_name(path): path for path in python_files(*packages)}


def import_graph(*packages: Path, has_late: bool = False) -> dict[str, set[str]]:
    """Module -> the modules that run when it is imported, those of packages' __init__.py among them.

    Whoever imports `a.b.c` runs a/__init__.py and a/b/__init__.py too, unless it lies inside that package itself, which
    is then being imported already. has_late: imports inside functions count as well.
    """
    modules = modules_in(*packages)
    graph: dict[str, set[str]] = {name: set() for name in modules}
    for name, path in modules.items():
        for found in imports(path):
            if found.is_late and not has_late:
                continue
            names = {found.module, *(outer for outer in _around(found.module) if not is_within(name, outer))}
            graph[name] |= (names & set(modules)) - {name}
    return graph


def cycle_in(*packages: Path) -> list[str]:
    """Modules that import each other in a circle, the first of them named again at the end; [] as it should be."""
    try:
        graphlib.TopologicalSorter(import_graph(*packages)).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def against_the_order(
    packages: Iterable[Path], floors: Floors, late_doors: Sequence[str] = ()
) -> Iterator[str]:
    """Imports that go up, or across to a room of the same floor, and modules that lie in no room.

    Args:
        floors: from bottom to top, the rooms of each; a module lies in the most special one that holds it.
        late_doors: rooms that anyone may import inside a function.
    """
    level = {room: number for number, rooms in enumerate(floors) for room in rooms}
    for path in python_files(*packages):
        here = module_name(path)
        own = _room_of(here, level)
        if own is None:
            if "." in here:
                yield f"{here} lies in no room of the table"
            continue
        for found in imports(path):
            room = _room_of(found.module, level)
            if room in (None, own) or (found.is_late and is_within(found.module, *late_doors)):
                continue
            if level[room] >= level[own]:
                yield f"{found}, which is {'above' if level[room] > level[own] else 'beside'} {own}"


def rooms_nobody_is_in(packages: Iterable[Path], floors: Floors) -> list[str]:
    """Rooms of the table in which no module lies."""
    level = {room: 0 for rooms in floors for room in rooms}
    return sorted(set(level) - {_room_of(name, level) for name in modules_in(*packages)})


def never_reached(packages: Sequence[Path], entries: Iterable[str]) -> list[str]:
    """Modules that nothing imports on the way from these, __init__.py aside."""
    graph = import_graph(*packages, has_late=True)
    reached: set[str] = set()
    waiting = [name for entry in entries for name in (entry, *_around(entry))]
    while waiting:
        name = waiting.pop()
        if name in graph and name not in reached:
            reached.add(name)
            waiting += graph[name]
    return sorted(
        name
        for name, path in modules_in(*packages).items()
        if name not in reached and path.stem != "__init__"
    )


def n_lines(*packages: Path) -> dict[str, int]:
    """Module -> lines of its file."""
    return {
        name: len(path.read_text(encoding="utf-8").splitlines())
        for name, path in modules_in(*packages).items()
    }


def median_lines(*packages: Path) -> float:
    """Of all modules."""
    return statistics.median(n_lines(*packages).values())


def n_modules(*packages: Path) -> Counter[str]:
    """Package -> modules that lie in its folder itself, __init__.py aside."""
    return Counter(
        module_name(path.parent / "__init__.py")
        for path in python_files(*packages)
        if path.stem != "__init__"
    )


def classes_of_one_name(*packages: Path) -> Mapping[str, list[str]]:
    """Name of a class -> the modules that define one, where several do."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for name, path in modules_in(*packages).items():
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(name)
    return {name: found for name, found in places.items() if len(found) > 1}


def _around(module: str) -> list[str]:
    """The packages around a module."""
    parts = module.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts))]


def _room_of(module: str, level: Mapping[str, int]) -> str | None:
    return max((room for room in level if is_within(module, room)), key=len, default=None)
