"""A line of the decisions that is damaged or was cut off: nothing is guessed, nothing is lost, and it is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import tellapart
from tellapart.errors import ProjectError
from tellapart.kinds.decisions import DecisionFile, ThingDecision
from tellapart.texts.project import create_text_project
from tellapart.texts.reading import TextTable

A, B, C, D = (ThingDecision(one, "remove") for one in "abcd")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "decisions.jsonl"


def kept(path: Path) -> list[tuple[int, str]]:
    return [(line.n, line.decision.thing_id) for line in DecisionFile(path).lines() if not line.is_undone]


def damage(path: Path, place: int, content: bytes = b"\x00\x00") -> None:
    lines = path.read_bytes().split(b"\n")
    lines[place - 1] = content
    path.write_bytes(b"\n".join(lines))


def refused(path: Path, places: str) -> None:
    """Undo and redo name the line, and leave the file as it is."""
    before, file = path.read_bytes(), DecisionFile(path)
    for step in (file.undo, file.redo):
        with pytest.raises(
            ProjectError, match=f"decisions.jsonl is damaged in line {places}, so nobody can tell"
        ):
            step()
    assert path.read_bytes() == before and file.can_redo(), "who presses Redo is told"


@pytest.mark.parametrize("content", [b"{oops", b"[]", b'{"n": 3, "do": "rename"}', b"\xff" * 9])
def test_undo_and_redo_name_a_damaged_line_and_guess_nothing(path: Path, content: bytes) -> None:
    file = DecisionFile(path)
    file.append([A])
    file.undo()
    file.append([B])  # line 3
    damage(path, 3, content)
    assert kept(path) == [], "a step that was taken back stays so"
    refused(path, "3")
    file.append([C])
    assert kept(path) == [(4, "c")], "its number is not given away, since the line may be mended"
    assert file.undo() == [C] and file.redo() == [C], "these came later"
    assert "damaged in line 3: what was decided there does not count" in file.damage()
    damage(path, 3, b"")
    assert file.damage() == "" and [line.n for line in file.lines()] == [1, 4, 6], "all others stay"


def test_a_damaged_undo_is_no_redo_of_an_older_step(path: Path) -> None:
    file = DecisionFile(path)
    for one in (A, B):
        file.append([one])
    for _ in range(2):
        file.undo()
    for place in (4, 3):
        damage(path, place)
        refused(path, "4" if place == 4 else "3, and 1 more")


def test_a_line_that_was_cut_off_never_counted_and_stands_in_nobodys_way(path: Path) -> None:
    file = DecisionFile(path)
    file.append([A, B])
    file.undo()
    with path.open("ab") as end:
        end.write(b'{"n": 4, "batch": 4, "at": "2')
    assert file.can_redo() and file.redo() == [A, B]
    assert kept(path) == [(4, "a"), (5, "b")] and file.damage() == ""
    assert file.undo() == [A, B] and file.redo() == [A, B], "also with the rest of it among the lines"
    assert b'"at": "2\n' in path.read_bytes(), "nothing is taken out"


def test_a_redo_that_was_cut_off_between_its_lines_is_done_again_as_a_whole(path: Path) -> None:
    file = DecisionFile(path)
    file.append([A, B])
    file.undo()
    assert file.redo() == [A, B]
    path.write_bytes(path.read_bytes()[:-20])
    assert [name for _, name in kept(path)] == ["a"]
    assert file.can_redo() and file.redo() == [A, B] and not file.can_redo()
    assert {name for _, name in kept(path)} == {"a", "b"}
    file.append([D])
    assert file.redo() == []


def test_the_commands_say_it(tmp_path: Path) -> None:
    with_texts = create_text_project(
        tmp_path / "p", TextTable(["one", "two", "three"], ["x", "y", "x"], "t", "")
    )
    first, other, _ = (one.text_id for one in with_texts.items())
    with_texts.decide([ThingDecision(first, "remove")])
    with_texts.decide([ThingDecision(other, "remove")])
    damage(tmp_path / "p" / "decisions.jsonl", 2)
    for command in ("redo", "undo"):
        said = tellapart(command, tmp_path / "p", code=1)
        assert "decisions.jsonl is damaged in line 2" in said and "take that line out" in said
    assert "is damaged in line 2: what was decided there does not count" in tellapart("log", tmp_path / "p")
