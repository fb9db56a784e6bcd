"""Sentences are for people: no module looks into one to find out what happened. It asks a code or a fact instead."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .sources import CORE, DASHBOARDS, ROOT, python_files

# names that hold sentences for a person, also at the end of a longer name, "first_reason"
SENTENCES = re.compile(r"(^|_)(message|reason|note|sentence|remark|notice|obituary|understood)s?$")
ERRORS = re.compile(r"(^|_)(error|exc|exception|failure)$")
LOOKS = {"startswith", "endswith", "removeprefix", "removesuffix", "find", "rfind", "index", "count"}
CUTS = {"partition", "rpartition", "split", "rsplit"}  # at line ends and white space they only shorten
PATTERNS = {"search", "match", "fullmatch", "sub", "findall", "finditer"}
SAME = {"lower", "upper", "casefold", "strip", "lstrip", "rstrip", "format"}

# where a sentence is looked into all the same, and why there is no other way
ALLOWED = {
    "core/tellapart/network/tuning/memory.py is_memory": "torch has no type for memory that ran out on a CPU",
    "core/tellapart/pictures/kinds/not_opened.py is_unread": "Pillow's decoders have no types for what they cannot do",
    "core/tellapart/pictures/notes.py grouped": "puts alike lines together for reading; nothing depends on it",
    "core/tellapart/store/sqlite/result_codes.py result_code": "Python 3.10 does not tell SQLite's codes",
    "core/tellapart/store/sqlite/result_codes.py lacks_tables": "SQLite has no code for a missing table",
}
SCRIPT = re.compile(
    r"\b(message|reason|note|sentence|status|words)\??\.(startsWith|endsWith|includes|indexOf|match|search|split)\("
    r"|\.(test|exec)\((\w+\.)*(message|reason|note|sentence|status|words)\)"
)


def found_in(source: str, where: str) -> Iterator[str]:
    """Each function that looks into a sentence, as "path function"."""
    for outer in ast.parse(source).body:
        for function in _functions(outer):
            held = {name for node in ast.walk(function) for name in _bound(node)}
            if any(_looks_into(node, held) for node in ast.walk(function)):
                yield f"{where} {getattr(function, 'name', '-')}"


def _functions(node: ast.AST) -> list[ast.AST]:
    """Methods of a class by themselves, all else as it stands."""
    return (
        [one for inner in node.body for one in _functions(inner)]
        if isinstance(node, ast.ClassDef)
        else [node]
    )


def _bound(node: ast.AST) -> list[str]:
    """Names that this statement lets hold a sentence."""
    pairs: list[tuple[ast.expr, ast.expr]] = []
    if isinstance(node, ast.Assign):
        pairs = [(target, node.value) for target in node.targets]
    elif isinstance(node, (ast.For, ast.comprehension)):
        pairs = [(node.target, node.iter)]
    elif isinstance(node, ast.NamedExpr):
        pairs = [(node.target, node.value)]
    return [to.id for to, value in pairs if isinstance(to, ast.Name) and _is_sentence(value, set())]


def _is_sentence(node: ast.AST, held: set[str]) -> bool:
    if isinstance(node, ast.Name):
        return bool(SENTENCES.search(node.id)) or node.id in held
    if isinstance(node, ast.Attribute):
        if node.attr == "args":
            return _is_error(node.value)
        return bool(SENTENCES.search(node.attr)) or (node.attr == "text" and _is_sentence(node.value, held))
    if isinstance(node, ast.Subscript):
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        return _is_sentence(node.value, held) or (isinstance(key, str) and bool(SENTENCES.search(key)))
    if isinstance(node, ast.BoolOp):
        return any(_is_sentence(value, held) for value in node.values)
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name) and node.func.id in ("str", "repr") and node.args:
        return _is_error(node.args[0]) or _is_sentence(node.args[0], held)
    if isinstance(node.func, ast.Attribute):
        return node.func.attr in SAME and _is_sentence(node.func.value, held)
    return False


def _is_error(node: ast.AST) -> bool:
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return bool(ERRORS.search(name)) or name in ("__cause__", "__context__")


def _looks_into(node: ast.AST, held: set[str]) -> bool:
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        if any(isinstance(how, (ast.In, ast.NotIn)) for how in node.ops):
            return isinstance(node.left, (ast.Constant, ast.Name)) and _holds(node.comparators[-1], held)
        return any(_is_sentence(side, held) for side in sides) and any(_is_wording(side) for side in sides)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    does, on = node.func.attr, node.func.value
    if does in PATTERNS and any(_is_sentence(given, held) for given in node.args):
        return True
    return _is_sentence(on, held) and (does in LOOKS or (does in CUTS and not _only_shortens(node)))


def _holds(node: ast.AST, held: set[str]) -> bool:
    """Whether something is looked for inside a sentence; lists of them ("notes") may be asked what they hold."""
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else "-"
    return _is_sentence(node, held) and not re.search(
        r"(notes|reasons|messages|sentences|remarks|understood)$", name
    )


def _is_wording(node: ast.AST) -> bool:
    """A text that is written out, or a constant that stands for one."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and node.value != ""
    return isinstance(node, ast.Name) and bool(re.fullmatch(r"_?[A-Z][A-Z_]+", node.id))


def _only_shortens(call: ast.Call) -> bool:
    return not call.args or ast.unparse(call.args[0]) in ("'\\n'", "chr(10)", "None")


def test_no_module_looks_into_a_sentence():
    found = []
    for path in python_files(CORE, DASHBOARDS):
        found += found_in(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())
    assert sorted(set(found) - set(ALLOWED)) == [], (
        "ask a code or a fact; see errors.RefusalCode and progress.Step"
    )
    assert sorted(set(ALLOWED) - set(found)) == [], "no longer needed in ALLOWED"


def test_no_script_looks_into_a_sentence():
    scripts: list[Path] = sorted(DASHBOARDS.rglob("*.js"))
    assert scripts
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in scripts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if SCRIPT.search(line)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "line",
    [
        "return one.reason.startswith('already here')",
        "return next(label for label in labels if self.message.startswith(f'{label}: '))",
        "return 'not known' in str(error)",
        "said = str(error).lower()\n    return 'locked' in said",
        "return 'SSL' in str(error.__cause__)",
        "return any(word in error.args[0] for word in WORDS)",
        "return [one for one in structure.understood if one.startswith('Folders')]",
        "return re.sub(r'[0-9]+', '', refusal.reason)",
        "return PATTERN.search(str(error)) is not None",
        "return [one for note in notes if note.text.startswith('only the first')]",
        "return reason == UNKNOWN",
        "return status.message != 'Starting'",
        "label = line['message'].partition(': ')[0]",
        "return (first_reason or '').endswith('cut off')",
    ],
)
def test_a_look_into_a_sentence_is_found(line):
    assert list(found_in(f"class A:\n  def f(self):\n    {line}\n", "a.py")) == ["a.py f"]


@pytest.mark.parametrize(
    "line",
    [
        "return f'{one.reason}; {error}'",
        "return one.code is RefusalCode.COPY and name.startswith('a') and 'a' in text",
        "return bool(self.message) and self.message != ''",
        "first = str(error).partition('\\n')[0]",
        "return ' '.join(str(error).split())[:200]",
        "return known_reasons.get(name) != refusal.reason",
        "return note in notes",
    ],
)
def test_showing_a_sentence_is_no_look_into_it(line):
    assert list(found_in(f"def f():\n    {line}\n", "a.py")) == []


def test_a_look_into_a_sentence_is_found_in_scripts():
    for line in (
        "if (row.message.startsWith('robin'))",
        "words.includes('failed')",
        "/^Stop/.test(state.message)",
    ):
        assert SCRIPT.search(line), line
    for line in ("keys.includes(message.key)", "message.keys.includes(key)", "show(message)"):
        assert not SCRIPT.search(line), line
