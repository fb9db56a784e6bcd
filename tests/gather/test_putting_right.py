"""A classified picture goes into a project under the label that a person gives it, and can be taken back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from make_data import make_tiny_folder
from tellapart.errors import FullError, IntakeError
from tellapart.gather import take_in
from tellapart.gather.putting_right import PutIn, put_in, take_back
from tellapart.store.journal import Mark, Remove
from tellapart.store.limits import ProjectLimits, set_limits
from tellapart.store.project import Project, create_project, open_project


@pytest.fixture
def project(tmp_path: Path):
    make_tiny_folder(tmp_path / "shapes", ("circle", "square"), n_per_class=3)
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "shapes")
        yield project


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """A picture that is not in the project."""
    folder = tmp_path / "new"
    make_tiny_folder(folder, ("star",), n_per_class=1, seed=9)
    return next((folder / "star").iterdir())


def copy_of(project: Project, label: str, folder: Path) -> tuple[str, Path]:
    picture = project.manifest.pictures(label)[0]
    return picture.image_id, Path(shutil.copy(project.file(picture), folder / "copy.png"))


def test_a_new_picture_gets_its_label_and_can_be_taken_back(project: Project, new: Path) -> None:
    done = put_in(project, new, "my <star>.png", " square ")
    assert done.sentence == "Added to the project as “square”." and new.exists()
    (picture,) = [one for one in project.manifest.pictures("square") if one.original_name == "my <star>.png"]
    assert project.file(picture).read_bytes() == new.read_bytes() and picture.source == "classified"
    assert picture.image_id in project.journal.decided().image_ids
    assert done.batch == project.journal.latest()
    assert take_back(project, done.batch) == ("Taken back.", True)
    assert project.manifest.picture(picture.image_id).state == "removed"
    assert not (project.root / picture.path).exists() and list(project.trash_dir.rglob("*.png"))
    project.journal.redo()
    assert project.manifest.picture(picture.image_id).state == "kept"


def test_it_can_be_taken_back_after_a_restart_and_under_a_new_label(project: Project, new: Path) -> None:
    put_in(project, new, new.name, "star")
    project.close()
    with open_project(project.root) as again:
        assert again.manifest.label_counts()["star"] == 1
        again.journal.undo()
        assert again.manifest.label_counts().get("star", 0) == 0


def test_a_copy_of_a_picture_that_is_there_gets_the_label_instead(project: Project, tmp_path: Path) -> None:
    image_id, copy = copy_of(project, "circle", tmp_path)
    done = put_in(project, copy, "again.png", "square")
    assert done.sentence == "It was in the project, as “circle”. Now it is there as “square”."
    assert project.manifest.label_counts() == {"circle": 2, "square": 4}
    assert done.batch is not None and take_back(project, done.batch)[1]
    assert project.manifest.picture(image_id).label == "circle"


def test_a_copy_with_the_same_label_is_kept_and_one_in_the_trash_comes_back(
    project: Project, tmp_path: Path
) -> None:
    image_id, copy = copy_of(project, "circle", tmp_path)
    assert put_in(project, copy, "again.png", "circle").sentence.endswith("Now it is there as “circle”.")
    assert project.manifest.picture(image_id).mark == "keep"
    again = put_in(project, copy, "again.png", "circle")
    assert again.sentence == "It is in the project already, as “circle”." and again.batch is None
    project.journal.decide(Remove(image_id))
    assert put_in(project, copy, "again.png", "square").sentence.startswith("It was in the project's trash")
    picture = project.manifest.picture(image_id)
    assert (picture.state, picture.label) == ("kept", "square") and project.file(picture).exists()


def test_a_picture_that_is_none_of_these_is_marked_so_and_never_learned(project: Project, new: Path) -> None:
    done = put_in(project, new, "a car.png", "square", is_none=True)
    assert done.sentence == "Added to the project, marked none of these." and done.batch is not None
    (picture,) = [one for one in project.manifest.pictures("square") if one.original_name == "a car.png"]
    assert picture.mark == "none of these" and not picture.is_member and project.file(picture).exists()
    assert picture.image_id in project.journal.decided().image_ids
    assert take_back(project, done.batch) == ("Taken back.", True)
    assert project.manifest.picture(picture.image_id).state == "removed"
    project.journal.redo()
    again = project.manifest.picture(picture.image_id)
    assert (again.state, again.mark) == ("kept", "none of these")


def test_a_copy_that_is_none_of_these_keeps_its_label(project: Project, tmp_path: Path) -> None:
    image_id, copy = copy_of(project, "circle", tmp_path)
    done = put_in(project, copy, "again.png", "square", is_none=True)
    assert done.sentence == "It was in the project, as “circle”. Now it is marked none of these."
    picture = project.manifest.picture(image_id)
    assert (picture.label, picture.mark) == ("circle", "none of these")
    again = put_in(project, copy, "again.png", "square", is_none=True)
    assert again == PutIn("It is in the project already, marked none of these.", None)
    assert done.batch is not None and take_back(project, done.batch)[1]
    assert project.manifest.picture(image_id).mark is None
    project.journal.decide(Remove(image_id))
    in_trash = put_in(project, copy, "again.png", "square", is_none=True)
    assert in_trash.sentence.startswith("It was in the project's trash, as “circle”.")
    picture = project.manifest.picture(image_id)
    assert (picture.state, picture.mark) == ("kept", "none of these") and project.file(picture).exists()


@pytest.mark.parametrize("mark", ["none of these", "to decide", "not sure"])
@pytest.mark.parametrize("what", ["another label", "in the trash", "missing"])
def test_a_copy_is_learned_whatever_was_thought_of_it_before(
    project: Project, tmp_path: Path, what: str, mark: str
) -> None:
    image_id, copy = copy_of(project, "circle", tmp_path)
    with project.manifest.transaction() as db:
        db.execute("UPDATE pictures SET mark = ? WHERE image_id = ?", [mark, image_id])
    if what == "in the trash":
        project.journal.decide(Remove(image_id))
    elif what == "missing":
        project.file(project.manifest.picture(image_id)).unlink()
        open_project(project.root).close()
    before = project.manifest.picture(image_id)
    assert before.state == {"another label": "kept", "in the trash": "removed", "missing": "missing"}[what]
    done = put_in(project, copy, "again.png", "square" if what == "another label" else "circle")
    picture = project.manifest.picture(image_id)
    assert picture.is_member and picture.label == ("square" if what == "another label" else "circle")
    assert picture.mark == ("not sure" if mark == "not sure" else "keep") and project.file(picture).exists()
    assert done.batch is not None and take_back(project, done.batch)[1]
    again = project.manifest.picture(image_id)
    assert again.mark == mark and (what == "missing" or again == before)


def test_nothing_decided_since_is_undone(project: Project, new: Path) -> None:
    done = put_in(project, new, new.name, "square")
    project.journal.decide(Remove(project.manifest.pictures("circle")[0].image_id))
    assert done.batch is not None
    sentence, is_done = take_back(project, done.batch)
    assert not is_done and "decided since" in sentence
    assert project.manifest.label_counts() == {"circle": 2, "square": 4}


@pytest.mark.parametrize("is_copy", [False, True])
def test_what_was_undone_before_is_over(project: Project, tmp_path: Path, new: Path, is_copy: bool) -> None:
    file = copy_of(project, "circle", tmp_path)[1] if is_copy else new
    other = project.manifest.pictures("circle")[1].image_id
    project.journal.decide(Remove(other))
    project.journal.undo()
    put_in(project, file, "new.png", "square")
    assert not project.journal.can_redo() and project.journal.redo() == []
    project.journal.undo()
    assert project.journal.can_redo() and project.journal.redo() != []
    assert project.manifest.picture(other).state == "kept"


def test_a_picture_that_is_only_looked_at_ends_no_redo(project: Project, tmp_path: Path) -> None:
    image_id, copy = copy_of(project, "circle", tmp_path)
    project.journal.decide(Mark(image_id, "keep"))
    project.journal.decide(Remove(project.manifest.pictures("square")[0].image_id))
    project.journal.undo()
    assert put_in(project, copy, "again.png", "circle").batch is None and project.journal.can_redo()


@pytest.mark.parametrize("is_copy", [False, True])
def test_what_another_page_decides_in_the_same_moment_is_not_taken_back(
    project: Project, tmp_path: Path, new: Path, monkeypatch: pytest.MonkeyPatch, is_copy: bool
) -> None:
    file = copy_of(project, "circle", tmp_path)[1] if is_copy else new
    other = project.manifest.pictures("circle")[1].image_id
    begin, depth = project.manifest.transaction, []
    with open_project(project.root) as elsewhere:

        @contextmanager
        def overtaken() -> Iterator[object]:
            before = project.journal.latest()
            depth.append(before)
            with begin() as db:
                yield db
            depth.pop()
            if not depth and before is None and project.journal.latest() is not None:
                elsewhere.journal.decide(Remove(other))

        monkeypatch.setattr(project.manifest, "transaction", overtaken)
        done = put_in(project, file, "new.png", "square")
    assert project.manifest.picture(other).state == "removed" and done.batch is not None
    assert not take_back(project, done.batch)[1]
    assert project.manifest.picture(other).state == "removed"


def test_what_cannot_be_added_is_said_and_leaves_nothing(project: Project, tmp_path: Path, new: Path) -> None:
    with pytest.raises(IntakeError, match=r"gone\.png is no longer kept here"):
        put_in(project, tmp_path / "gone.png", "gone.png", "square")
    (tmp_path / "text.jpg").write_text("bread and milk")
    with pytest.raises(IntakeError, match=r"text\.jpg cannot be added: not a picture"):
        put_in(project, tmp_path / "text.jpg", "text.jpg", "square")
    with pytest.raises(IntakeError):
        put_in(project, new, new.name, "  ")
    set_limits(project.manifest, ProjectLimits(6, 10_000_000))
    with pytest.raises(FullError):
        put_in(project, new, new.name, "square")
    assert list(project.incoming_dir.iterdir()) == []
    assert project.manifest.label_counts() == {"circle": 3, "square": 3}
    assert project.journal.latest() is None
