"""Imports go one way: errors, progress → the other nouns → stages → vision, worker, cli → dashboards."""

import graphlib

import pytest

from .sources import CORE, DASHBOARDS, imports, is_within, module_name, python_files

TORCH = ("torch", "torchvision", "torchaudio", "onnxscript")
WIDGETS_AND_SERVERS = (
    *("IPython", "anywidget", "ipykernel", "ipywidgets", "matplotlib", "notebook", "traitlets"),
    *("voila", "tornado", "jupyter_server", "http.server", "socketserver", "flask", "fastapi", "uvicorn"),
)
STAGES = tuple(f"tellapart.{name}" for name in ("gather", "clean", "train", "classify", "deploy", "samples"))
TOP = ("tellapart.cli", "tellapart.vision", "tellapart.worker", "tellapart.__main__")
BOTTOM = ("tellapart.errors", "tellapart.progress", "tellapart.pictures.preprocess")


def core_imports():
    return [found for path in python_files(CORE) for found in imports(path)]


def test_only_the_network_folder_imports_torch():
    outside = [found for found in core_imports() if CORE / "network" not in found.path.parents]
    assert [str(found) for found in outside if is_within(found.module, *TORCH)] == []
    views = [found for path in python_files(DASHBOARDS) for found in imports(path)]
    assert [str(found) for found in views if is_within(found.module, *TORCH)] == []


def test_the_network_folder_is_only_imported_inside_functions():
    ours = [found for path in python_files(CORE, DASHBOARDS) for found in imports(path)]
    early = [
        str(found)
        for found in ours
        if is_within(found.module, "tellapart.network")
        and not found.is_late
        and CORE / "network" not in found.path.parents
    ]
    assert early == []


@pytest.mark.parametrize(
    "forbidden", [("tellapart_dashboards",), WIDGETS_AND_SERVERS], ids=["views", "widgets"]
)
def test_the_core_imports_neither_views_nor_widgets_nor_servers(forbidden):
    assert [str(found) for found in core_imports() if is_within(found.module, *forbidden)] == []


def test_nobody_imports_from_above():
    wrong = []
    for found in core_imports():
        here = module_name(found.path)
        if is_within(found.module, *TOP) and not is_within(here, *TOP):
            wrong.append(f"{found}, which is above every stage")
        if is_within(found.module, *STAGES) and not found.is_late and not is_within(here, *STAGES, *TOP):
            wrong.append(f"{found}, a stage, from a noun")
        if here in BOTTOM and is_within(found.module, "tellapart") and not is_within(found.module, *BOTTOM):
            wrong.append(f"{found}, but it is the ground floor")
    assert wrong == []


@pytest.mark.parametrize("package", [CORE, DASHBOARDS], ids=["core", "dashboards"])
def test_modules_import_each_other_in_no_circle(package):
    modules = {module_name(path): path for path in python_files(package)}
    graph = {
        name: {found.module for found in imports(path) if not found.is_late} & set(modules) - {name}
        for name, path in modules.items()
    }
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        pytest.fail(f"modules import each other in a circle: {' → '.join(error.args[1])}")


def test_no_view_opens_the_database_or_a_network():
    views = [found for path in python_files(DASHBOARDS) for found in imports(path)]
    assert [str(found) for found in views if is_within(found.module, "sqlite3", "onnxruntime")] == []


def test_only_pictures_images_imports_picture_openers():
    allowed = {CORE / "pictures" / "images.py", *python_files(CORE / "samples")}
    openers = [found for found in core_imports() if is_within(found.module, "pillow_heif", "cv2", "imageio")]
    assert [str(found) for found in openers if found.path not in allowed] == []
