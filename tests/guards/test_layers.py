"""What may be imported where: torch, widgets, databases and openers of pictures; rooms are in test_rooms.py."""

import ast

import pytest

from .sources import CORE, DASHBOARDS, imports, is_within, python_files, tree

TORCH = ("torch", "torchvision", "torchaudio", "onnxscript")
WIDGETS_AND_SERVERS = (
    *("IPython", "anywidget", "ipykernel", "ipywidgets", "notebook", "traitlets"),
    *("voila", "tornado", "jupyter_server", "http.server", "socketserver", "flask", "fastapi"),
)
SERVICE = ("starlette", "uvicorn", "python_multipart", "prometheus_client")


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


def test_what_draws_figures_is_imported_late_or_by_what_is_imported_late():
    early = [
        str(found)
        for found in core_imports()
        if is_within(found.module, "matplotlib")
        and not found.is_late
        and CORE / "network" not in found.path.parents
    ]
    assert early == []


def test_only_the_service_room_stands_on_a_web_framework_and_is_imported_late():
    ours = [found for path in python_files(CORE, DASHBOARDS) for found in imports(path)]
    outside = [found for found in ours if CORE / "service" not in found.path.parents]
    assert [str(found) for found in outside if is_within(found.module, *SERVICE)] == []
    early = [found for found in outside if is_within(found.module, "tellapart.service") and not found.is_late]
    assert [str(found) for found in early] == []


def test_no_view_runs_models_itself():
    views = [found for path in python_files(DASHBOARDS) for found in imports(path)]
    assert [str(found) for found in views if is_within(found.module, "onnxruntime")] == []


SQL_VERBS = (
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "DELETE ",
    "CREATE ",
    "ALTER ",
    "DROP ",
    "PRAGMA ",
    "BEGIN ",
    "REPLACE ",
)


def sql_in(path):
    """Where a file speaks to a database itself: the module, a cursor's methods, the connection of a transaction, SQL."""
    for found in imports(path):
        if is_within(found.module, "sqlite3", "tellapart.store.sqlite.connection"):
            yield str(found)
    for node in ast.walk(tree(path)):
        where = f"{path.name}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in ("execute", "executemany", "executescript"):
                yield f"{where} calls .{node.func.attr}("
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            if "transaction()" in ast.unparse(node.context_expr):
                yield f"{path.name} takes the connection of a transaction"
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value.startswith(SQL_VERBS)
        ):
            yield f"{where} has SQL: {node.value[:40]!r}"


def test_only_the_store_speaks_to_a_database():
    outside = [path for path in python_files(CORE, DASHBOARDS) if CORE / "store" not in path.parents]
    assert [told for path in outside for told in sql_in(path)] == []


def test_the_guard_of_the_database_sees_what_the_store_does():
    seen = " ".join(told for path in python_files(CORE / "store") for told in sql_in(path))
    assert all(part in seen for part in ("imports sqlite3", ".execute(", "the connection of", "has SQL"))


def test_only_pictures_images_imports_picture_openers():
    allowed = {CORE / "pictures" / "images.py", *python_files(CORE / "samples")}
    openers = [found for found in core_imports() if is_within(found.module, "pillow_heif", "cv2", "imageio")]
    assert [str(found) for found in openers if found.path not in allowed] == []


def test_only_the_transport_knows_what_httpx_stands_on():
    users = [found for path in python_files(CORE, DASHBOARDS) for found in imports(path)]
    wrong = [found for found in users if is_within(found.module, "httpcore", "anyio", "sniffio", "h11")]
    assert [str(found) for found in wrong if found.path != CORE / "web" / "transport.py"] == []
