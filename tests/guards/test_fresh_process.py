"""What importing really loads, asked in a process of its own."""

import json
import subprocess
import sys

import pytest

from .sources import CORE, module_name, python_files

HEAVY = {"torch", "torchvision", "onnxscript", "onnx_ir"}
WIDGETS_AND_SERVERS = {"IPython", "anywidget", "ipywidgets", "tornado", "traitlets", "voila"}
NOT_FOR_CLASSIFYING = {"scipy", "onnx", "httpx", "rich", "typer", "pandas", "matplotlib", "sqlite3"}


def loaded_by(*modules: str) -> tuple[set[str], float]:
    """The top-level packages in memory after importing the modules, and the processor seconds it took."""
    code = (
        "import json, sys, time\nbefore = set(sys.modules)\nstarted = time.process_time()\n"
        + "".join(f"import {module}\n" for module in modules)
        + "print(json.dumps([time.process_time() - started, sorted(set(sys.modules) - before)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    seconds, names = json.loads(done.stdout.splitlines()[-1])
    return {name.partition(".")[0] for name in names}, seconds


def test_importing_tellapart_imports_nothing_else():
    assert loaded_by("tellapart")[0] == {"tellapart"}


def test_the_core_without_its_network_folder_imports_no_torch_and_no_widget():
    network = CORE / "network"
    modules = [
        module_name(path)
        for path in python_files(CORE)
        if network not in path.parents and path.name != "__main__.py"
    ]
    assert loaded_by(*modules)[0] & (HEAVY | WIDGETS_AND_SERVERS) == set()


@pytest.mark.skipif(not (CORE / "classify" / "__init__.py").exists(), reason="there is no classify yet")
def test_classifying_needs_only_numpy_pillow_and_onnxruntime():
    packages, _ = loaded_by("tellapart.classify")
    assert packages & (HEAVY | WIDGETS_AND_SERVERS | NOT_FOR_CLASSIFYING) == set()


@pytest.mark.skipif(not (CORE / "classify" / "__init__.py").exists(), reason="there is no classify yet")
def test_classify_is_imported_in_half_a_second():
    # The best of a few: another program may have the processor for a moment.
    assert min(loaded_by("tellapart.classify")[1] for _ in range(5)) < 0.5
