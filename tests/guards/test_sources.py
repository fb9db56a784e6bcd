"""Rules that every source file keeps: no pickle, no print, no paths of one machine, modules one can read."""

import ast
import re

from .sources import CORE, DASHBOARDS, ROOT, imports, is_within, python_files, tracked_files, tree

PICKLERS = ("pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal")
PRODUCT = python_files(CORE, DASHBOARDS, ROOT / "benchmarks", ROOT / "tools")
# Spelled in halves, so that this file does not find itself.
MACHINE_PATHS = re.compile(
    r"\.\./shar" r"ed|(?<![\w.])/wo" r"rk/|/ro" r"ot/|/home/(?!me\b|you\b)\w|/opt/py" r"pi"
)


def calls(path):
    """(node, dotted name) of every call in a file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


def keyword(node, name):
    return next((ast.unparse(given.value) for given in node.keywords if given.arg == name), None)


def at(path, node):
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def test_nothing_is_pickled():
    wrong = []
    for path in PRODUCT:
        found = [one for one in imports(path) if is_within(one.module, *PICKLERS)]
        # torch refuses a file with pickle's own error, which may be caught.
        wrong += [str(one) for one in found if one.name != "UnpicklingError"]
        for node, name in calls(path):
            if keyword(node, "allow_pickle") not in (None, "False"):
                wrong.append(f"{at(path, node)}: allow_pickle")
            if name == "torch.load" and keyword(node, "weights_only") != "True":
                wrong.append(f"{at(path, node)}: torch.load without weights_only=True")
            if name == "torch.save":
                wrong.append(f"{at(path, node)}: torch.save pickles; use safetensors")
    assert wrong == []


def test_nothing_is_evaluated():
    wrong = [at(path, node) for path in PRODUCT for node, name in calls(path) if name in ("eval", "exec")]
    assert wrong == []


def test_only_the_command_line_prints():
    quiet = [path for path in python_files(CORE) if CORE / "cli" not in path.parents]
    assert [
        at(path, node) for path in quiet for node, name in calls(path) if name in ("print", "rich.print")
    ] == []


def test_processes_are_spawned_never_forked():
    wrong = []
    for path in PRODUCT:
        for node, name in calls(path):
            if name in ("os.fork", "os.forkpty") or any(
                ast.unparse(given) == "'fork'" for given in node.args
            ):
                wrong.append(at(path, node))
    assert wrong == []


def test_shares_are_told_in_one_style():
    """A format of its own would stand beside the others as "2.8%": `words/percents.py` writes "2.8 %"."""
    wrong = [
        at(path, node)
        for path in python_files(CORE, DASHBOARDS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FormattedValue)
        and node.format_spec
        and ast.unparse(node.format_spec).endswith("%'")
    ]
    assert wrong == []


def test_pages_take_turns_on_whatever_loop_they_are_asked_on():
    """A kernel of JupyterLab has two loops, and asyncio's own locks refuse the second: `event_loop.Turn` takes both."""
    of_one_loop = {
        f"asyncio.{name}" for name in ("Lock", "Condition", "Semaphore", "BoundedSemaphore", "Queue")
    }
    uses = [
        at(path, node)
        for path in python_files(DASHBOARDS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in of_one_loop
    ]
    assert uses == []


def test_pages_are_drawn_from_threads_in_one_way():
    """Two threads that draw at once leave half of each in sight: `event_loop.soon` and `from_thread` take turns."""
    wrong = [
        at(path, node)
        for path in python_files(DASHBOARDS)
        if path.name != "event_loop.py"
        for node, name in calls(path)
        if name.endswith((".call_soon_threadsafe", ".create_task", ".call_soon"))
    ]
    assert wrong == []


def test_our_own_code_has_no_star_imports():
    stars = [
        at(path, node)
        for path in python_files(CORE, DASHBOARDS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    ]
    assert stars == []


def test_every_module_says_what_it_is_and_is_no_drawer():
    wrong = []
    for path in python_files(CORE, DASHBOARDS):
        if not ast.get_docstring(tree(path)):
            wrong.append(f"{path.relative_to(ROOT)} does not say what it is")
        if path.stem in ("utils", "helpers", "misc", "common"):
            wrong.append(f"{path.relative_to(ROOT)}: a helper lives with the noun it serves")
    assert wrong == []


def test_no_tracked_file_names_a_path_of_one_machine():
    wrong = []
    for path in tracked_files():
        if path == ROOT / ".ci" / "run":  # the one file that knows what may lie beside the checkout
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        wrong += [f"{path.relative_to(ROOT)}: {found.group()}" for found in MACHINE_PATHS.finditer(text)]
    assert wrong == []


def test_no_tracked_file_is_large():
    limits = {".zip": 4_000_000, ".png": 1_000_000}  # a project of an older version holds its network
    sizes = {path: path.stat().st_size for path in tracked_files()}
    assert {str(path): size for path, size in sizes.items() if size > limits.get(path.suffix, 300_000)} == {}
