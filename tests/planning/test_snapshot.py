"""How much a training would see otherwise: what changed since it looked."""

from __future__ import annotations

from pathlib import Path

import pytest
from make_data import make_tiny_folder
from PIL import Image
from tellapart.gather import take_in
from tellapart.planning.snapshot import ProjectSnapshot, n_changes, snapshot
from tellapart.store.journal import Mark, Relabel, Remove, Restore
from tellapart.store.project import Project, open_project
from tellapart.train import train_head


def test_nothing_changed_right_after(tiny_project: Project) -> None:
    assert n_changes(tiny_project, snapshot(tiny_project)) == 0


def test_what_teaches_otherwise_counts_and_what_is_undone_does_not(tiny_project: Project) -> None:
    journal, labels = tiny_project.journal, list(tiny_project.manifest.labels())
    one, other, third, *_ = (picture.image_id for picture in tiny_project.manifest.pictures(labels[0]))
    journal.decide(Remove(third))
    since = snapshot(tiny_project)
    journal.decide(Mark(one, "keep"))
    journal.decide(Mark(other, "not sure"))
    assert n_changes(tiny_project, since) == 0, "they are learned as before"
    journal.decide(Relabel(one, labels[1]))
    journal.decide(Remove(other))
    assert n_changes(tiny_project, since) == 2
    journal.decide(Mark(one, "none of these"))
    assert n_changes(tiny_project, since) == 2, "one picture is one change"
    journal.decide(Restore(third))
    assert n_changes(tiny_project, since) == 3
    for n in (2, 2, 1, 0):
        journal.undo()
        assert n_changes(tiny_project, since) == n
    journal.redo()
    assert n_changes(tiny_project, since) == 1
    journal.decide(Relabel(one, labels[0]))
    assert n_changes(tiny_project, since) == 0, "it is under its old label again"


def test_pictures_that_came_count_once_whatever_was_decided_about_them(
    tiny_project: Project, tmp_path: Path
) -> None:
    label, since = next(iter(tiny_project.manifest.labels())), snapshot(tiny_project)
    make_tiny_folder(tmp_path / "more", ("ring",), n_per_class=3)
    take_in(tiny_project, tmp_path / "more")
    one, other, _ = (picture.image_id for picture in tiny_project.manifest.pictures("ring"))
    assert n_changes(tiny_project, since) == 3
    tiny_project.journal.decide(Relabel(one, label))
    assert n_changes(tiny_project, since) == 3
    tiny_project.journal.decide(Remove(other))
    assert n_changes(tiny_project, since) == 2, "what is not there teaches nothing"


def test_a_picture_changed_in_its_place_is_the_one_that_was_decided_about(tiny_project: Project) -> None:
    first, second, *_ = tiny_project.manifest.pictures("circle")
    since = snapshot(tiny_project)
    tiny_project.journal.decide(Relabel(first.image_id, "square"), Mark(second.image_id, "keep"))
    for one in (first, second):
        file = tiny_project.file(tiny_project.manifest.picture(one.image_id))
        with Image.open(file) as picture:
            turned = picture.transpose(Image.Transpose.ROTATE_90)
        turned.save(file)
    with open_project(tiny_project.root) as again:
        assert len(again.manifest.former_names()) == 2
        assert n_changes(again, since) == 1
        again.journal.undo()
        assert n_changes(again, since) == 0


def test_a_training_says_where_its_project_stood(tiny_project: Project) -> None:
    stood = snapshot(tiny_project)
    result = train_head(tiny_project)
    told = ProjectSnapshot.from_json(result.to_json()["snapshot"])
    assert told == stood and n_changes(tiny_project, stood) == 0


@pytest.mark.parametrize("record", [None, {}, {"journal": 3}, {"journal": "x", "picture": 1}, [1, 2], 7])
def test_results_of_older_versions_and_damaged_ones_say_nothing(record: object) -> None:
    assert ProjectSnapshot.from_json(record) is None
    assert ProjectSnapshot.from_json({"journal": 3, "picture": 4}) == ProjectSnapshot(3, 4)
