"""Every decision can be taken back: files with their bytes and paths, and rows, also in a new process."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from journaled import copy_of_project, files_below, labels_of, make_project, rows_of
from other_process import run_python
from tellapart.errors import IntakeError, ProjectError
from tellapart.gather.wanted_labels import (
    add_wanted,
    merge_label,
    remove_label,
    rename_label,
    wanted_labels,
)
from tellapart.store.journal import Mark, Relabel, Remove, Restore
from tellapart.store.project import open_project

LABELS = ("circle", "square", "Circle", "a/b", "new one")
DECISIONS = st.lists(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 8), st.sampled_from(LABELS)), min_size=1, max_size=4
    ),
    max_size=10,
)


def decision_of(image_id, kind, label):
    if kind < 4:
        return Relabel(image_id, label)
    return {
        4: Remove(image_id),
        5: Restore(image_id),
        6: Mark(image_id, "not sure"),
        7: Mark(image_id, None),
    }.get(kind, Remove(image_id))


@given(DECISIONS, st.lists(st.booleans(), max_size=8))
@settings(max_examples=25, deadline=None)
def test_undoing_everything_restores_every_file_and_row(batches, wandering):
    with tempfile.TemporaryDirectory() as folder, copy_of_project(Path(folder)) as project:
        files, rows = files_below(project.root), rows_of(project)
        ids = [row["image_id"] for row in rows]
        for batch in batches:
            project.journal.decide(*(decision_of(ids[which], kind, label) for which, kind, label in batch))
        for is_undo in wandering:
            project.journal.undo() if is_undo else project.journal.redo()
        done_files, done_rows = files_below(project.root), rows_of(project)
        assert sorted(done_files.values()) == sorted(files.values()), "nothing is lost"
        assert set(done_files) == {row["path"] for row in done_rows}
        with open_project(project.root) as again:  # as after a restart
            assert again.changes == []
            while again.journal.undo():
                pass
            assert (files_below(project.root), rows_of(again)) == (files, rows)
            while again.journal.redo():
                pass
            assert sorted(files_below(project.root).values()) == sorted(files.values())


PICTURES = st.tuples(st.integers(0, 5), st.integers(0, 8), st.sampled_from(LABELS))
WISHES = st.one_of(
    st.just(("undo",)),
    st.just(("redo",)),
    st.just(("reopen",)),
    st.just(("undo offered",)),
    st.just(("undo another",)),
    st.tuples(st.just("decide"), st.lists(PICTURES, min_size=1, max_size=3)),
    st.tuples(st.sampled_from(["rename", "merge", "drop"]), st.sampled_from(LABELS), st.sampled_from(LABELS)),
)


def standing_of(project):
    """All that undo and redo are to bring back: pictures, labels with their folders, the labels that are wanted."""
    return rows_of(project), labels_of(project), wanted_labels(project)


def carry_out(project, wish):
    """Whether something was decided."""
    kind, *words = wish
    if kind == "decide":
        ids = [row["image_id"] for row in sorted(rows_of(project), key=lambda row: row["image_id"])]
        decisions = [decision_of(ids[which], sort, label) for which, sort, label in words[0]]
        return project.journal.decide(*decisions) > 0
    before = standing_of(project)
    change = {
        "rename": rename_label,
        "merge": merge_label,
        "drop": lambda project, label, _: remove_label(project, label),
    }
    try:
        change[kind](project, *words)
    except IntakeError:  # no such label, or the name is taken
        assert standing_of(project) == before
        return False
    return kind != "rename" or words[0] != words[1]


@given(st.lists(WISHES, max_size=14))
@example(
    [
        ("decide", [(0, 4, "")]),
        ("decide", [(1, 4, "")]),
        ("undo",),
        ("decide", [(2, 4, "")]),
        ("undo",),
        ("redo",),
    ]
)
@example(
    [
        ("rename", "circle", "Circle"),
        ("undo",),
        ("redo",),
        ("decide", [(0, 4, "")]),
        ("undo offered",),
        ("undo",),
    ]
)
@example(
    [
        ("drop", "square", ""),
        ("undo offered",),
        ("merge", "square", "circle"),
        ("undo",),
        ("redo",),
        ("redo",),
    ]
)
@settings(max_examples=40, deadline=None)
def test_undo_and_redo_go_through_the_very_batches_that_were_decided(wishes):
    """The journal beside two stacks; half the wishes come from another open project on the same folder."""
    with tempfile.TemporaryDirectory() as folder, copy_of_project(Path(folder)) as project:
        add_wanted(project, "new one")
        done, undone = [(None, None, standing_of(project))], []
        other = open_project(project.root)
        for number, wish in enumerate(wishes):
            one = (project, other)[number % 2]
            if wish == ("reopen",):
                other.close()
                other = open_project(project.root)
                assert other.changes == []
            elif wish == ("redo",):
                entries = one.journal.redo()
                assert {entry.batch for entry in entries} == ({undone[-1][0]} if undone else set())
                done += [undone.pop()] if undone else []
            elif wish == ("undo",):
                entries = one.journal.undo()
                assert {entry.batch for entry in entries} == ({done[-1][0]} if len(done) > 1 else set())
                undone += [done.pop()] if len(done) > 1 else []
            elif wish == ("undo offered",):  # as a button does that says what it takes back
                step = one.journal.next_undo()
                assert (step and step.batch) == done[-1][0]
                if step:
                    is_label = done[-1][1] in ("rename", "merge", "drop")
                    assert step.entry.kind.endswith(" label") == is_label
                    entries = one.journal.undo(step.batch)
                    assert len({entry.image_id for entry in entries if entry.image_id}) == step.n_pictures
                    undone.append(done.pop())
            elif wish == ("undo another",):
                for batch, _, _ in done[:-1]:
                    assert batch is None or one.journal.undo(batch) == [], "only the latest can be taken back"
            elif carry_out(one, wish):
                done.append((one.journal.latest(), wish[0], standing_of(one)))
                undone.clear()
            assert standing_of(project) == done[-1][2], wish
            assert (project.journal.latest(), project.journal.can_redo()) == (done[-1][0], bool(undone))
        other.close()


def test_undo_and_redo_work_in_a_new_process(tmp_path):
    with make_project(tmp_path) as project:
        files, rows = files_below(project.root), rows_of(project)
        first, second = rows[0]["image_id"], rows[1]["image_id"]
        project.journal.decide(Remove(first), Relabel(second, "square"))
        project.journal.decide(Relabel(second, "🐻/bear"), Mark(first, "keep"))
        decided = files_below(project.root), rows_of(project)
    script = """
    from tellapart.store.project import open_project
    with open_project(Path(sys.argv[1])) as project:
        print(len(getattr(project.journal, sys.argv[2])()), len(getattr(project.journal, sys.argv[2])()))
    """
    assert run_python(script, tmp_path / "project", "undo") == "2 2"
    with open_project(tmp_path / "project") as project:
        assert (files_below(project.root), rows_of(project)) == (files, rows)
    assert run_python(script, tmp_path / "project", "redo") == "2 2"
    with open_project(tmp_path / "project") as project:
        assert (files_below(project.root), rows_of(project)) == decided


def test_undo_makes_no_picture_missing_that_came_back(tmp_path):
    with make_project(tmp_path) as project:
        picture = project.manifest.pictures("circle")[0]
        file = project.file(picture)
        file.rename(tmp_path / "away.png")
    with open_project(project.root) as project:
        assert project.manifest.picture(picture.image_id).state == "missing"
        project.journal.decide(Relabel(picture.image_id, "square"))
        project.journal.decide(Relabel(picture.image_id, "cross"))
    (tmp_path / "away.png").rename(file)
    with open_project(project.root) as project:
        for step, label in (("undo", "square"), ("undo", "circle"), ("redo", "square"), ("redo", "cross")):
            assert len(getattr(project.journal, step)()) == 1
            now = project.manifest.picture(picture.image_id)
            assert (now.label, now.state, project.file(now).parent.name) == (label, "kept", label)
            assert project.file(now).is_file()


def test_the_journal_tells_what_was_decided_newest_first(tmp_path):
    with make_project(tmp_path) as project:
        image_id = project.manifest.pictures()[0].image_id
        assert project.journal.decide(Relabel(image_id, "square")) == 1
        assert project.journal.decide(Relabel(image_id, "square")) == 0, "no change, no line"
        project.journal.undo()
        undo, relabel = project.journal.entries()
        assert (undo.kind, relabel.kind, relabel.is_undone) == ("undo", "relabel", True)
        assert (relabel.before["label"], relabel.after["label"]) == ("circle", "square")
        assert json.dumps(relabel.after)


def test_something_new_ends_what_can_be_redone(tmp_path):
    with make_project(tmp_path) as project:
        first, second = (picture.image_id for picture in project.manifest.pictures()[:2])
        project.journal.decide(Remove(first))
        project.journal.undo()
        project.journal.decide(Remove(second))
        assert project.journal.redo() == []
        assert len(project.journal.undo()) == 1 and project.journal.undo() == []


def test_a_bad_decision_in_a_batch_leaves_all_as_it_was(tmp_path):
    with make_project(tmp_path) as project:
        files, rows = files_below(project.root), rows_of(project)
        first = rows[0]["image_id"]
        with pytest.raises(ProjectError, match="not in this project"):
            project.journal.decide(Remove(first), Remove("f" * 64))
        with pytest.raises(IntakeError, match="at most 100"):
            project.journal.decide(Remove(first), Relabel(first, "x" * 300))
        assert (files_below(project.root), rows_of(project), project.journal.entries()) == (files, rows, [])
