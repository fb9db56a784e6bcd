"""The widgets' JavaScript without Node.js: what was built is of these sources, and knows what Python knows."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from types import ModuleType

import anywidget
import pytest
from tellapart_dashboards.widgets import BUILT
from tellapart_dashboards.widgets.looking.looking_widget import LookingWidget

ROOT = Path(__file__).resolve().parents[2]
WIDGETS = BUILT.parent
NAMES = sorted(path.parent.name for path in WIDGETS.glob("*/*.py") if path.stem == path.parent.name)
MAX_LINES = 350


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """tools/widgets.py, which needs Node.js for nothing that is asked of it here."""
    monkeypatch.syspath_prepend(ROOT / "tools")
    return importlib.import_module("widgets")


def widget_class(name: str) -> type[anywidget.AnyWidget]:
    module = importlib.import_module(f"tellapart_dashboards.widgets.{name}.{name}")
    found = [
        one for one in vars(module).values() if isinstance(one, type) and one.__module__ == module.__name__
    ]
    (widget,) = [one for one in found if issubclass(one, anywidget.AnyWidget)]
    return widget


def interface(protocol: str, name: str) -> set[str]:
    """The names in an interface of a protocol."""
    body = re.search(
        rf"^export interface {name}(?: extends \w+)? {{\n(.*?)^}}", protocol, re.DOTALL | re.MULTILINE
    )
    return set(re.findall(r"^  (\w+)\??:", body.group(1), re.MULTILINE)) if body else set()


def protocol_of(name: str) -> str:
    return (WIDGETS / name / "protocol.d.ts").read_text("utf-8")


def test_every_widget_is_built_and_nothing_else(tool: ModuleType) -> None:
    assert len(NAMES) > 5
    assert [path.stem for path in tool.entries()] == NAMES
    assert sorted(path.name for path in BUILT.iterdir()) == [f"{name}.js" for name in NAMES]
    modules = {path.resolve() for path in WIDGETS.rglob("*.js") if path.parent != BUILT}
    assert modules == {path for entry in tool.entries() for path in tool.sources(entry)}, "nobody imports it"


@pytest.mark.parametrize("name", NAMES)
def test_what_is_built_is_of_these_sources(name: str, tool: ModuleType) -> None:
    built = (BUILT / f"{name}.js").read_text("utf-8")
    body = built.split("\n", 3)[3]
    entry = WIDGETS / name / f"{name}.js"
    assert built == tool.header(entry, body) + body, "run `make widgets`"
    assert str(widget_class(name)._esm) == built
    assert body.count("export {") == 1 and "import " not in re.sub(
        r"/\*.*?\*/|//.*", "", body, flags=re.DOTALL
    )


def test_a_changed_source_is_noticed(
    tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tool, "WIDGETS", tmp_path)
    for name, text in {
        "a/a.js": 'import {\n  b,\n} from "../s/b.js";\n',
        "s/b.js": "export const b = 1;\n",
    }.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, encoding="utf-8")
    entry = tmp_path / "a" / "a.js"
    before = tool.header(entry, "body")
    assert tool.header(entry, "body") == before != tool.header(entry, "another body")
    (tmp_path / "s" / "b.js").write_text("export const b = 2;\n", encoding="utf-8")
    assert tool.header(entry, "body") != before


@pytest.mark.parametrize("name", NAMES)
def test_both_sides_have_the_same_traits_and_messages(name: str) -> None:
    assert interface(protocol_of(name), "Traits") == set(widget_class(name).class_own_traits(sync=True))
    assert_same_messages(name)


def test_both_sides_of_the_large_view_have_the_same_traits_and_messages() -> None:
    """It is no widget of its own: others have its traits and messages beside theirs."""
    traits = LookingWidget.class_own_traits(sync=True)
    assert interface(protocol_of("looking"), "Traits") == set(traits) != set()
    assert_same_messages("looking")


def assert_same_messages(name: str) -> None:
    protocol = protocol_of(name)
    python = "".join(path.read_text("utf-8") for path in (WIDGETS / name).glob("*.py"))
    written = set(re.findall(r'\bt: "(\w+)"', protocol)) | interface(protocol, "Wishes")
    read = set(re.findall(r'"t": "(\w+)"|\btag="(\w+)"', python))
    assert {one or other for one, other in read} <= written
    assert {kind for kind in written if f'"{kind}"' not in python} == set()


def test_labels_are_never_taken_for_html_and_modules_can_be_read_in_one_sitting() -> None:
    sources = [path for path in WIDGETS.rglob("*.js") if path.parent != BUILT]
    for path in sources:
        text = path.read_text("utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", text), path
        assert text.startswith("// ") and len(text.splitlines()) <= MAX_LINES, path
