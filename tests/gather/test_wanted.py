"""Labels before and beside their pictures: add, rename, merge, remove, undo."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tellapart.errors import IntakeError
from tellapart.gather import take_in
from tellapart.gather.wanted_labels import (
    Wanted,
    add_wanted,
    merge_label,
    remove_label,
    rename_label,
    set_query,
    wanted_labels,
)
from tellapart.store import journal, searches
from tellapart.store.journal import Remove
from tellapart.store.project import Project, create_project, open_project
from tellapart.store.searches import SearchRequest


@pytest.fixture
def project(tmp_path: Path, tiny_folder: Path) -> Project:
    with create_project(tmp_path / "p") as project:
        take_in(project, tiny_folder)
        yield project


def snapshot(project: Project) -> dict[str, bytes]:
    return {
        path.relative_to(project.root).as_posix(): path.read_bytes()
        for top in (project.images_dir, project.trash_dir)
        for path in sorted(top.rglob("*"))
        if path.is_file()
    }


def test_labels_wait_with_their_words_until_pictures_come(tmp_path: Path):
    with create_project(tmp_path / "new") as project:
        assert add_wanted(project, "grizzly, black bear,\nteddy , Grizzly,") == [
            "grizzly",
            "black bear",
            "teddy",
        ]
        set_query(project, "teddy", "  teddy bear toy ")
        set_query(project, "grizzly", "grizzly")
    with open_project(tmp_path / "new") as project:
        rows = wanted_labels(project)
    assert rows == [Wanted("grizzly"), Wanted("black bear"), Wanted("teddy", "teddy bear toy")]
    assert [row.words for row in rows] == ["grizzly", "black bear", "teddy bear toy"]


@pytest.mark.parametrize("text", ["", " , \n", "a" * 101, "bell\x07"])
def test_what_cannot_be_a_label_is_said(project: Project, text: str):
    before = wanted_labels(project)
    with pytest.raises(IntakeError):
        add_wanted(project, text)
    assert wanted_labels(project) == before


def test_a_renamed_label_takes_all_its_pictures_along_and_comes_back(project: Project):
    first, second, *_ = sorted(project.manifest.label_counts())
    gone = project.manifest.pictures(label=first)[0]
    project.journal.decide(Remove(gone.image_id))
    set_query(project, first, "words of its own")
    files, counts = snapshot(project), project.manifest.label_counts()

    assert rename_label(project, first, "<b>new</b> name") == counts[first] + 1  # the removed one, too
    renamed = {row.label: row.query for row in wanted_labels(project)}
    assert renamed["<b>new</b> name"] == "words of its own" and first not in renamed
    assert project.manifest.label_counts()["<b>new</b> name"] == counts[first]

    assert project.journal.undo()
    assert snapshot(project) == files
    assert {label: n for label, n in project.manifest.label_counts().items() if n} == counts
    assert {row.label: row.query for row in wanted_labels(project)}[first] == "words of its own"
    assert second in counts


def test_two_labels_become_one_only_when_merged(project: Project):
    first, second, *_ = sorted(project.manifest.label_counts())
    counts, files = project.manifest.label_counts(), snapshot(project)
    with pytest.raises(IntakeError, match="merge"):
        rename_label(project, first, second.upper())
    with pytest.raises(IntakeError, match="cannot be merged"):
        merge_label(project, first, first)
    assert merge_label(project, first, second) == counts[first]
    assert project.manifest.label_counts()[second] == counts[first] + counts[second]
    project.journal.undo()
    assert snapshot(project) == files


def test_a_removed_label_lies_in_the_trash_until_it_is_wanted_again(project: Project):
    first, *_ = sorted(project.manifest.label_counts())
    add_wanted(project, "empty")
    files, n = snapshot(project), project.manifest.label_counts()[first]
    assert remove_label(project, first) == n and remove_label(project, "empty") == 0
    assert {first, "empty"}.isdisjoint(row.label for row in wanted_labels(project))
    assert project.journal.undo() and project.journal.undo() and not project.journal.undo()
    assert snapshot(project) == files
    assert {first, "empty"} <= {row.label for row in wanted_labels(project)}


def test_what_is_undone_next_is_the_latest_thing_of_any_page(project: Project):
    first, *_ = sorted(project.manifest.label_counts())
    files = snapshot(project)
    assert project.journal.next_undo() is None and not project.journal.can_undo()
    n = rename_label(project, first, "other")
    renamed = project.journal.next_undo()
    assert (renamed.entry.kind, renamed.entry.after["label"], renamed.n_pictures) == (
        "rename label",
        "other",
        n,
    )
    project.journal.decide(Remove(project.manifest.pictures(label="other")[0].image_id))
    removed = project.journal.next_undo()
    assert (removed.entry.kind, removed.n_pictures) == ("remove", 1)
    assert project.journal.undo(renamed.batch) == [], (
        "another decision came since: it is not taken back instead"
    )
    assert project.journal.next_undo() == removed
    assert project.journal.undo() and project.journal.next_undo() == renamed
    assert project.journal.undo(renamed.batch) and snapshot(project) == files
    assert not project.journal.can_undo() and project.journal.can_redo()


def test_a_kill_before_the_files_move_leaves_a_whole_change_of_a_label(project: Project, monkeypatch):
    """What is wanted, what is searched for and what the pictures are called change in one transaction."""
    add_wanted(project, "bear")
    first, *_ = sorted(project.manifest.label_counts())
    set_query(project, first, "words")
    files, wanted = snapshot(project), wanted_labels(project)
    monkeypatch.setattr(journal, "finish_moves", lambda *_: sys.exit("killed"))
    with pytest.raises(SystemExit):
        rename_label(project, first, "other")
    monkeypatch.undo()
    with open_project(project.root) as again:
        assert Wanted("other", "words") in wanted_labels(again)
        assert first not in {row.label for row in wanted_labels(again)}
        assert all("/other/" in again.file(one).as_posix() for one in again.manifest.pictures("other"))
        assert again.journal.undo()
        assert (snapshot(again), wanted_labels(again)) == (files, wanted)


def test_a_label_change_undone_and_redone_elsewhere_takes_its_wish_and_its_searches_along(project: Project):
    first, second, *_ = sorted(project.manifest.label_counts())
    set_query(project, first, "words")
    number = searches.begin(project.manifest, SearchRequest(first, "words"))
    before = wanted_labels(project)
    merge_label(project, first, second)
    add_wanted(project, "wanted since")
    merged = wanted_labels(project)
    for _ in range(2):  # as the Clean page and the command line do it
        assert project.journal.undo()[0].kind == "merge label"
        assert (
            wanted_labels(project) == [*before, Wanted("wanted since")]
            and project.journal.label_changes() == []
        )
        assert searches.wish_of(project.manifest, number).label == first
        assert project.journal.redo()[0].kind == "merge label"
        assert wanted_labels(project) == merged and len(project.journal.label_changes()) == 1
        assert searches.wish_of(project.manifest, number).label == second


def test_what_waits_to_be_kept_goes_with_its_label(project: Project):
    add_wanted(project, "bear, teddy")
    numbers = [searches.begin(project.manifest, SearchRequest("bear", words)) for words in ("bear", "ursus")]
    other = searches.begin(project.manifest, SearchRequest("teddy", "bear"))
    rename_label(project, "bear", "grizzly")
    assert [searches.wish_of(project.manifest, one).label for one in numbers] == ["grizzly", "grizzly"]
    merge_label(project, "grizzly", "teddy")
    assert [searches.wish_of(project.manifest, one).label for one in (*numbers, other)] == [
        "grizzly", "teddy", "teddy",
    ]  # fmt: skip  # two that look for the same cannot become one
    project.journal.undo()
    project.journal.undo()
    assert [searches.wish_of(project.manifest, one).label for one in numbers] == ["bear", "bear"]
