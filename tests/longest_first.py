"""The order of tests that run side by side: no worker begins at the end what takes long."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

# Modules of which a part takes half a minute or more, longest first; both parts of the tests begin with them.
LONG = (
    "tests/browser/test_clean.py",
    "tests/docs/test_examples.py",
    "tests/benchmarks/test_benchmarks.py",
    "tests/deploy/test_voila_installed.py",
    "tests/service/test_load.py",
    "tests/train/test_thorough_stopped.py",
    "tests/train/test_all_layers_recipe.py",
    "tests/train/test_thorough.py",
    "tests/network/test_tuning_killed.py",
    "tests/deploy/test_space_export.py",
    "tests/deploy/test_parity.py",
    "tests/network/test_conversion.py",
    "tests/deploy/test_voila_app.py",
    "tests/test_crash.py",
    "tests/browser/test_grid_benchmark.py",
    "tests/browser/test_jupyterlab.py",
    "tests/deploy/test_api_export.py",
    "tests/docs/test_class_of_thirty.py",
    "tests/gather/test_gather_killed.py",
    "tests/browser/test_visitor.py",
    "tests/clean/test_checks.py",
)


def longest_first(items: Sequence[pytest.Item], n_workers: int) -> list[pytest.Item]:
    """The same tests, so that each worker begins with some of the long modules; the others stay in their order.

    pytest-xdist gives each worker equally many of them that follow one another; who is through early takes from the end
    of another's.
    """
    modules: dict[str, list[pytest.Item]] = {}
    for item in items:
        modules.setdefault(item.nodeid.partition("::")[0], []).append(item)
    long = [modules.pop(name) for name in LONG if name in modules]
    others = [item for module in modules.values() for item in module]
    ordered: list[pytest.Item] = []
    for worker in range(n_workers):
        own = [item for module in long[worker::n_workers] for item in module]
        share = (len(items) - len(ordered)) // (n_workers - worker)
        n_more = max(0, share - len(own))
        ordered += [*own, *others[:n_more]]
        del others[:n_more]
    return ordered
