"""What functions of one's own do, so that two of one name are told apart, in another process as well."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from hashlib import sha256
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")  # in what Python says of a function: another one in each process
_PLAIN = (bool, int, float, complex, str, bytes, type(None), type(...))


def doing(transform: Any) -> str:
    """What a transform says of itself, with a digest of what the functions in it do. Another program has another one;
    so has the same one in another version of Python, and one that uses other numbers or functions of its file."""
    said = _ADDRESS.sub("", repr(transform))
    programs = list(_programs(transform, set()))
    return f"{said} {sha256(json.dumps(programs).encode()).hexdigest()}" if programs else said


def _programs(value: Any, seen: set[int]) -> Iterator[Any]:
    """Of the functions in a value and of those that they call; other things in it say of themselves what they are."""
    if id(value) in seen or isinstance(value, type | ModuleType):
        return
    seen.add(id(value))
    if isinstance(value, FunctionType):
        yield _code(value.__code__)
        for one in _used(value):
            yield from [_text(one)] if _is_plain(one) else _programs(one, seen)
    elif isinstance(value, MethodType):
        yield from _of_all((value.__func__, value.__self__), seen)
    elif isinstance(value, partial):
        yield from _of_all((value.func, *value.args, *value.keywords.values()), seen)
    elif isinstance(value, Mapping):
        yield from _of_all(value.values(), seen)
    elif isinstance(value, list | tuple):
        yield from _of_all(value, seen)
    elif hasattr(value, "__dict__"):
        is_library = type(value).__module__.partition(".")[0] in ("torch", "torchvision", "tellapart")
        methods = [one for one in vars(type(value)).values() if isinstance(one, FunctionType)]
        yield from _of_all([*([] if is_library else methods), *vars(value).values()], seen)


def _used(function: FunctionType) -> Iterator[Any]:
    """What it has besides its code: defaults, what it was made with, and what it names in its own file."""
    yield from function.__defaults__ or ()
    yield from (function.__kwdefaults__ or {}).values()
    for cell in function.__closure__ or ():
        with contextlib.suppress(ValueError):  # filled later
            yield cell.cell_contents
    there = function.__globals__
    for one in (there[name] for name in function.__code__.co_names if name in there):
        if _is_plain(one) or getattr(one, "__module__", None) == function.__module__:
            yield one


def _of_all(values: Iterable[Any], seen: set[int]) -> Iterator[Any]:
    for one in values:
        yield from _programs(one, seen)


def _code(code: CodeType) -> list[Any]:
    consts = [_code(one) if isinstance(one, CodeType) else _text(one) for one in code.co_consts]
    return [code.co_code.hex(), code.co_names, consts]


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple | frozenset):
        return all(map(_is_plain, value))
    return isinstance(value, _PLAIN)


def _text(value: Any) -> str:
    """A set has another order in each process."""
    return repr(sorted(map(_text, value))) if isinstance(value, frozenset) else repr(value)
