"""What is decided is worked out in one place, and each look at it reads only what is new."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tellapart.gather.wanted_labels import merge_label, rename_label
from tellapart.store.decided import Decided
from tellapart.store.journal import Mark, Relabel, Remove, Restore
from tellapart.store.project import open_project


def test_nothing_is_decided_at_first_and_a_look_costs_no_new_object(tiny_project):
    decided = tiny_project.journal.decided()
    assert (list(decided.entries), decided.image_ids, decided.latest_first) == ([], frozenset(), [])
    assert tiny_project.journal.decided() is decided


def test_a_note_that_was_taken_away_is_no_decision(tiny_project):
    one, other = (picture.image_id for picture in tiny_project.manifest.pictures()[:2])
    tiny_project.journal.decide(Mark(one, "keep"), Remove(other))
    assert tiny_project.journal.decided().latest_first == [other, one]
    tiny_project.journal.decide(Mark(one, None))
    assert tiny_project.journal.decided().latest_first == [other]


def test_a_label_with_another_name_says_nothing_about_its_pictures(tiny_project):
    journal = tiny_project.journal
    one = next(picture for picture in tiny_project.manifest.pictures() if picture.label == "circle")
    journal.decide(Mark(one.image_id, "keep"))
    for change in (
        lambda: rename_label(tiny_project, "circle", "disc"),
        lambda: merge_label(tiny_project, "disc", "square"),
    ):
        assert change() == 24
        for decided in (journal.decided(), _seen_anew(tiny_project)):
            assert decided.image_ids == {one.image_id} == set(decided.latest_first)
            assert len(decided.about_pictures) == 1 and len(decided.entries) > 24
    journal.undo()
    journal.redo()
    assert journal.decided().image_ids == {one.image_id}
    journal.decide(Relabel(one.image_id, "disc"))
    assert len(journal.decided().about_pictures) == 2


def _seen_anew(project):
    with open_project(project.root) as again:
        return again.journal.decided()


def test_a_look_reads_only_the_lines_that_are_new(tiny_project, monkeypatch):
    read = []
    entries_after = tiny_project.journal.entries_after

    def counted(number):
        found = entries_after(number)
        read.extend(found)
        return found

    monkeypatch.setattr(tiny_project.journal, "entries_after", counted)
    monkeypatch.setattr(tiny_project.journal, "standing", lambda: pytest.fail("all of it was read"))
    ids = [picture.image_id for picture in tiny_project.manifest.pictures()]
    for image_id in ids[:10]:
        tiny_project.journal.decide(Mark(image_id, "keep"))
        tiny_project.journal.decided()
    assert len(read) == 10


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("keep", "away", "remove", "restore", "relabel", "undo", "redo")),
        st.integers(0, 5),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whoever_went_along_knows_what_a_new_look_knows(tiny_project, steps):
    """Decisions of this and of another open project, undone and redone in any order."""
    ids = [picture.image_id for picture in tiny_project.manifest.pictures()[:6]]
    made = {
        "keep": lambda one: Mark(one, "keep"), "away": lambda one: Mark(one, None), "remove": Remove,
        "restore": Restore, "relabel": lambda one: Relabel(one, "blot"),
    }  # fmt: skip
    with open_project(tiny_project.root) as elsewhere:
        for action, number, is_elsewhere in steps:
            journal = (elsewhere if is_elsewhere else tiny_project).journal
            if action in made:
                journal.decide(made[action](ids[number]))
            else:
                getattr(journal, action)()
            along = tiny_project.journal.decided()
            with open_project(tiny_project.root) as new:
                anew: Decided = new.journal.decided()
                assert list(along.entries) == list(anew.entries) == new.journal.standing()
                assert along.image_ids == anew.image_ids and along.latest_first == anew.latest_first
