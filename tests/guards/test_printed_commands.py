"""What a person is told to type can be typed as it stands: paths and names in a command are quoted by one function."""

import ast
import re

import pytest

from .sources import CORE, DASHBOARDS, ROOT, python_files, tree

COMMANDS = (
    "add|app|clean|compare|corrections|credits|datasets|datasheet|explain|export|gather|learning-curve|log|new|nightly|"
    "predict|prune|publish|redo|replay|report|runs(?! from)|samples|serve|shadow|studio|train|undo|watch"
)
# a command, up to the end of its sentence; \0 stands for what is filled in
COMMAND = re.compile(rf"tellapart (?:{COMMANDS})\b(?:(?![.,;:)](?:\s|$)|`).)*", re.DOTALL)


def unquoted(node):
    """What is filled into a command of an f-string as it is, as source text."""
    filled = [part for part in node.values if isinstance(part, ast.FormattedValue)]
    text = "".join(part.value if isinstance(part, ast.Constant) else "\0" for part in node.values)
    for found in COMMAND.finditer(text):
        first = text[: found.start()].count("\0")
        for part in filled[first : first + found.group().count("\0")]:
            call = part.value
            if not (isinstance(call, ast.Call) and getattr(call.func, "id", "") == "typed"):
                yield ast.unparse(call)


def test_every_path_in_a_printed_command_is_quoted():
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno} {source}"
        for path in python_files(CORE, DASHBOARDS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.JoinedStr)
        for source in unquoted(node)
    ]
    assert wrong == []


def test_only_one_function_quotes_for_the_shell():
    users = [
        path.relative_to(ROOT).as_posix()
        for path in python_files(CORE, DASHBOARDS)
        if re.search(r"shlex\.quote|list2cmdline", path.read_text("utf-8"))
    ]
    assert users == ["core/tellapart/words/commands.py"]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("f'Train it: tellapart train {root}'", ["root"]),
        ("f'{name} is there. Next: tellapart new {typed(name)} --from {folder}, or wait'", ["folder"]),
        ("f'Next: tellapart train {typed(root)}. {other} is there.'", []),
        ("f'tellapart runs from {place}'", []),
        ("f'List them: tellapart runs {place}'", ["place"]),
    ],
)
def test_the_guard_finds_what_is_not_quoted(source, found):
    assert list(unquoted(ast.parse(source, mode="eval").body)) == found
