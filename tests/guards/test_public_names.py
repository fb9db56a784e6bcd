"""What an __all__ offers is documented, and a star import of vision is safe (after Datasette's test_docs)."""

import builtins
import importlib
import inspect

import pytest

from .sources import CORE, DASHBOARDS, module_name, python_files, tree

COMMON = {
    "np",
    "plt",
    "pd",
    "os",
    "sys",
    "re",
    "json",
    "time",
    "math",
    "random",
    "Image",
    "data",
    "path",
}


def has_all(path):
    targets = [target for node in tree(path).body for target in getattr(node, "targets", [])]
    return any(getattr(target, "id", "") == "__all__" for target in targets)


WITH_ALL = [module_name(path) for path in python_files(CORE, DASHBOARDS) if has_all(path)]


@pytest.mark.parametrize("name", WITH_ALL)
def test_every_public_name_exists_and_is_documented(name):
    module = importlib.import_module(name)
    missing = [public for public in module.__all__ if not hasattr(module, public)]
    assert missing == [] and len(set(module.__all__)) == len(module.__all__)
    undocumented = []
    for public in module.__all__:
        thing = getattr(module, public)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            text = inspect.getdoc(thing) or ""
            if not text or text.startswith(f"{public}("):  # a dataclass without docstring shows its signature
                undocumented.append(public)
    assert undocumented == []


@pytest.mark.parametrize("name", WITH_ALL)
def test_no_function_has_the_name_of_a_module_beside_it(name):
    module = importlib.import_module(name)
    if not hasattr(module, "__path__"):
        return
    for public in module.__all__:
        assert not inspect.isfunction(getattr(module, public)) or getattr(module, public).__name__ not in {
            path.stem for path in python_files(CORE) if module_name(path).startswith(f"{name}.")
        }


@pytest.mark.skipif(not (CORE / "vision.py").exists(), reason="there is no vision.py yet")
def test_a_star_import_of_vision_brings_its_all_and_hides_nothing():
    import tellapart.vision

    names: dict[str, object] = {}
    exec("from tellapart.vision import *", names)
    names.pop("__builtins__")
    assert sorted(names) == sorted(tellapart.vision.__all__)
    assert set(names) & set(dir(builtins)) == set()
    assert set(names) & COMMON == set()
