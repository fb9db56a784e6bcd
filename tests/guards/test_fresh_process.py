"""What importing really loads, asked in a process of its own."""

import json
import subprocess
import sys

import pytest

from .sources import CORE, module_name, python_files

HEAVY = {"torch", "torchvision", "onnxscript", "onnx_ir", "matplotlib", "timm", "lightning_fabric"}
WIDGETS_AND_SERVERS = {"IPython", "anywidget", "ipywidgets", "tornado", "traitlets", "voila"}
NOT_FOR_CLASSIFYING = {"scipy", "onnx", "httpx", "rich", "typer", "pandas", "matplotlib", "sqlite3"}


def loaded_by(*modules: str) -> set[str]:
    """The top-level packages in memory after importing the modules."""
    code = (
        "import json, sys\nbefore = set(sys.modules)\n"
        + "".join(f"import {module}\n" for module in modules)
        + "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = json.loads(done.stdout.splitlines()[-1])
    return {name.partition(".")[0] for name in names}


def test_importing_tellapart_imports_nothing_else():
    assert loaded_by("tellapart") == {"tellapart"}


def test_the_core_without_its_network_folder_imports_no_torch_and_no_widget():
    network = CORE / "network"
    modules = [
        module_name(path)
        for path in python_files(CORE)
        if network not in path.parents and path.name != "__main__.py"
    ]
    assert loaded_by(*modules) & (HEAVY | WIDGETS_AND_SERVERS) == set()


def test_the_star_import_of_notebooks_stays_light():
    """Everything that describes data is a plain value until it is used."""
    code = "import sys; from tellapart.vision import *; bears = DataDescription(item=RandomResizedCrop(64))"
    code += f"; bears.new(batch=aug_transforms()); print(sorted(set(sys.modules) & {HEAVY!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(not (CORE / "classify" / "__init__.py").exists(), reason="there is no classify yet")
def test_classifying_needs_only_numpy_pillow_onnxruntime_and_msgspec():
    packages = loaded_by("tellapart.classify")
    assert packages & (HEAVY | WIDGETS_AND_SERVERS | NOT_FOR_CLASSIFYING) == set()
    # How long it takes is their time: nobody else's package is loaded besides. benchmarks/startup.py measures it.
    theirs = loaded_by("numpy", "PIL.Image", "onnxruntime", "msgspec")
    assert packages - theirs - set(sys.stdlib_module_names) == {"tellapart"}


def test_the_command_line_knows_other_kinds_without_importing_them():
    code = "import sys; import tellapart.cli.app; print([one for one in sys.modules if one.startswith(('tellapart.texts', 'tellapart.ratings', 'tellapart.tables', 'tellapart.outlines'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert loaded_by("tellapart.cli.app") & {"numpy", "scipy", "PIL", "onnxruntime", "sqlite3"} == set()
