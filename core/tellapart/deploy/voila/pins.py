"""What is installed here as pinned requirements, with all that it needs: an app gets the versions it was made with.

Only what is installed is pinned. What another system or Python needs besides is left to pip, in versions that the
pinned packages allow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from tellapart.errors import DeployError

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?[^;]*(?:;(.*))?", re.DOTALL)
_EXTRA = r"""extra\s*==\s*["']([A-Za-z0-9._-]+)["']"""
_EXTRA = rf"(?:\(\s*{_EXTRA}\s*\)|\b{_EXTRA})"
_OF_EXTRA = re.compile(rf"\band\s+{_EXTRA}|{_EXTRA}\s+and\b|{_EXTRA}")


@dataclass(frozen=True)
class _Need:
    """A package, or one of its extras, and the conditions under which it is needed."""

    name: str
    extra: str = ""
    conditions: frozenset[str] = frozenset()


def pinned(names: Iterable[str]) -> list[str]:
    """Lines of a requirements file, in the order of the names: each package and all it needs, at its version here.

    Raises:
        DeployError: one of the names is not installed.
    """
    found: dict[str, set[frozenset[str]]] = {}
    versions: dict[str, str] = {}
    waiting, seen = [_Need(_canonical(name)) for name in names], set[_Need]()
    for need in waiting:
        if installed_version(need.name) is None:
            raise DeployError(
                f"This app needs {need.name}, which is not installed. Install it: pip install 'tellapart[studio]'"
            )
    while waiting:
        need = waiting.pop()
        package = None if need in seen else _installed(need.name)
        seen.add(need)
        if package is not None:
            versions[need.name] = _public(package.version)
            found.setdefault(need.name, set()).add(need.conditions)
            waiting += _needs_of(package, need)
    return [f"{name}=={versions[name]}{_marker(found[name])}" for name in sorted(found)]


def installed_version(name: str) -> str | None:
    """The version of a package that is installed here, as an index knows it; else None."""
    package = _installed(name)
    return None if package is None else _public(package.version)


def _needs_of(package: Distribution, need: _Need) -> Iterator[_Need]:
    for text in package.requires or ():
        found = _REQUIREMENT.match(text)
        if found is None:
            continue
        condition = (found[3] or "").strip()
        extra = _OF_EXTRA.search(condition)
        if (_canonical(next(filter(None, extra.groups()))) if extra else "") != need.extra:
            continue
        condition = _OF_EXTRA.sub(" ", condition).strip()
        if re.search(r"\bextra\b", condition):
            continue  # an alternative of extras, which nobody writes: pip finds out
        conditions = need.conditions | ({condition} if condition else set())
        name = _canonical(found[1])
        for inner in ["", *filter(None, (_canonical(one.strip()) for one in (found[2] or "").split(",")))]:
            yield _Need(name, inner, conditions)


def _marker(ways: set[frozenset[str]]) -> str:
    """Under which conditions a package is needed that is needed in these ways; "" for always."""
    if frozenset() in ways:
        return ""
    shortest = [way for way in ways if not any(other < way for other in ways)]
    either = sorted(" and ".join(f"({one})" for one in sorted(way)) for way in shortest)
    return "; " + " or ".join(f"({one})" for one in either) if len(either) > 1 else f"; {either[0]}"


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _public(version: str) -> str:
    return version.partition("+")[0]  # "2.4.0+cpu" is on no index under that name
