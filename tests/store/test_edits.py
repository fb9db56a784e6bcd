"""A picture that is changed in its place stays the picture it was; whatever else was done to the files is told apart."""

import os
import shutil
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from edited import picture_bytes, rewrite, save_beside
from make_data import draw_shape
from tellapart.clean import export_decisions, open_review, replay_decisions
from tellapart.gather import take_in
from tellapart.store.files import edited_files
from tellapart.store.journal import Mark, Relabel, Remove
from tellapart.store.project import open_project


@pytest.fixture
def root(made, tmp_path):
    return shutil.copytree(made / "project", tmp_path / "project")


def same_length(data, length):
    """The picture with text behind it that nobody reads, so that it is as long as another one."""
    assert len(data) <= length
    return data + b" " * (length - len(data))


def ids_and_files(root):
    with open_project(root) as project:
        rows = {picture.path: picture for picture in project.manifest.pictures()}
        for picture in rows.values():
            assert sha256(project.file(picture).read_bytes()).hexdigest() == picture.image_id
        return rows, " ".join(project.changes)


def keep_size(file, data):
    rewrite(file, same_length(picture_bytes(3, size_px=12), file.stat().st_size))


def keep_time(file, data):
    status = file.stat()
    rewrite(file, data)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def keep_size_and_date_back(file, data):
    keep_size(file, data)
    os.utime(file, ns=(1, 10**9))


@pytest.mark.parametrize("save", [rewrite, save_beside, keep_size, keep_time, keep_size_and_date_back])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_changed_in_its_place_keeps_label_marks_origin_and_decisions(root, save, kind):
    with open_project(root) as project:
        picture = project.manifest.pictures("circle")[0]
        project.journal.decide(Relabel(picture.image_id, "square"))
        project.journal.decide(Mark(picture.image_id, "not sure"))
        picture = project.manifest.picture(picture.image_id)
        file = project.file(picture)
    save(file, picture_bytes(1, kind))
    rows, said = ids_and_files(root)
    now = rows[picture.path]
    assert said == "1 picture(s) were edited in place; their labels and decisions are kept."
    assert now.image_id != picture.image_id
    assert (now.label, now.mark, now.added_at, now.source_url, now.original_name, now.n_bytes) == (
        *("square", "not sure", picture.added_at, picture.source_url, picture.original_name),
        file.stat().st_size,
    )
    assert now.fingerprint != picture.fingerprint and len(rows) == 8
    assert ids_and_files(root)[1] == "", "told once"
    with open_project(root) as project:
        assert {entry.image_id for entry in project.journal.standing()} == {now.image_id}
        assert [len(project.journal.undo()) for _ in range(3)] == [1, 1, 0]
        back = project.manifest.picture(now.image_id)
        assert (back.label, back.mark) == ("circle", None)
        project.journal.redo()
        assert project.manifest.picture(now.image_id).label == "square"


def test_what_was_only_touched_or_copied_is_no_news_and_is_read_once(root, tmp_path, monkeypatch):
    shutil.copytree(root, tmp_path / "copy", copy_function=shutil.copyfile)  # every file has today's date
    for path in (tmp_path / "copy" / "images").rglob("*.png"):
        os.utime(path, ns=(1, 1_700_000_000 * 10**9))
    read = []
    real = edited_files.sha256
    monkeypatch.setattr(edited_files, "sha256", lambda data: read.append(len(data)) or real(data))
    assert ids_and_files(tmp_path / "copy")[1] == "" and len(read) == 8
    assert ids_and_files(tmp_path / "copy")[1] == "" and len(read) == 8


def test_a_project_of_an_older_version_notices_what_changed_since_it_was_taken_in(root):
    with open_project(root) as project:
        one, other, *_ = project.manifest.pictures()
        with project.manifest.transaction() as db:
            db.execute("UPDATE pictures SET file_ns = NULL")  # it noted no times
    keep_size(root / one.path, b"")
    rows, said = ids_and_files(root)
    assert "1 picture(s) were edited" in said and rows[other.path] == other


def test_embeddings_thumbnails_and_findings_are_made_anew(tiny_project):
    review = open_review(tiny_project)
    picture = tiny_project.manifest.pictures()[0]
    review.decide([Mark(picture.image_id, "keep")])
    drawn = draw_shape("triangle", np.random.default_rng(5), 48)
    drawn.save(tiny_project.file(picture))
    with open_project(tiny_project.root) as project:
        assert "were edited in place" in " ".join(project.changes)
        (now,) = {one.image_id for one in project.manifest.pictures()} - review.doubts().keys()
        again = open_review(project)
        assert again.n_pictures == 72 and again.probs(now) and now in again.doubts()
        assert project.journal.decided().image_ids == {now}
        assert again.refresh() is False
    assert review.refresh(), "an open page takes it over, too"
    assert now in review.doubts() and picture.image_id not in review.doubts()


def test_a_changed_picture_is_not_taken_in_once_more_from_where_it_came(root, made, tmp_path):
    with open_project(root) as project:
        picture = project.manifest.pictures("circle")[0]
    rewrite(root / picture.path, picture_bytes(1))
    ids_and_files(root)
    rewrite(root / picture.path, picture_bytes(2))
    with open_project(root) as project:
        summary = take_in(project, made / "source")
        assert summary.n_added == 0
        assert f"already here as {picture.path}, edited since" in [one.reason for one in summary.refusals]
        rewrite(root / picture.path, (made / "source" / "circle" / Path(picture.path).name).read_bytes())
    assert ids_and_files(root)[0][picture.path].image_id == picture.image_id, "changed back"
    with open_project(root) as project:
        (tmp_path / "more" / "circle").mkdir(parents=True)
        (tmp_path / "more" / "circle" / "second.png").write_bytes(picture_bytes(2))
        assert [one.reason for one in take_in(project, tmp_path / "more").refusals] == [
            f"already here as {picture.path}, edited since"
        ]


def test_decisions_that_were_written_to_a_file_before_find_the_changed_picture(root, tmp_path):
    with open_project(root) as project:
        one, other, *_ = project.manifest.pictures("circle")
        project.journal.decide(Relabel(one.image_id, "square"), Mark(other.image_id, "not sure"))
        export_decisions(project, tmp_path / "decisions.json")
        project.journal.undo()
    rewrite(root / one.path, picture_bytes(1))
    with open_project(root) as project:
        assert replay_decisions(project, tmp_path / "decisions.json").n_done == 2
        assert project.manifest.label_counts() == {"circle": 3, "square": 5}


def test_a_file_that_can_no_longer_be_opened_is_missing_until_it_is_whole(root):
    with open_project(root) as project:
        picture, *_ = project.manifest.pictures("circle")
        project.journal.decide(Mark(picture.image_id, "keep"))
    data = picture_bytes(1)
    for cut in (b"", data[: len(data) // 2]):
        rewrite(root / picture.path, cut)
        rows, said = ids_and_files(root)
        assert picture.path not in rows
    rewrite(root / picture.path, cut[:5])
    rows, said = ids_and_files(root)
    assert "missing" not in said, "told once"
    rewrite(root / picture.path, data)
    rows, said = ids_and_files(root)
    assert (rows[picture.path].mark, len(rows)) == ("keep", 8)
    with open_project(root) as project:
        assert len(project.journal.standing()) == 1


def test_what_cannot_be_read_now_is_left_as_it_is(root, monkeypatch):
    with open_project(root) as project:
        picture = project.manifest.pictures()[0]
    rewrite(root / picture.path, picture_bytes(1))

    def held(path):
        raise PermissionError(13, "held by another program")

    with monkeypatch.context() as patched:
        patched.setattr(edited_files.Path, "read_bytes", held)
        with open_project(root) as project:
            assert project.changes == [] and project.manifest.picture(picture.image_id).state == "kept"
    assert "were edited in place" in ids_and_files(root)[1]


def test_a_kill_leaves_the_rows_before_or_after(root, monkeypatch):
    with open_project(root) as project:
        before = project.manifest.pictures()
        project.journal.decide(Remove(before[-1].image_id))
    for number, picture in enumerate(before[:3]):
        rewrite(root / picture.path, picture_bytes(number))
    with monkeypatch.context() as patched:
        patched.setattr(edited_files, "_rename_everywhere", lambda *_: sys.exit("killed"))
        with pytest.raises(SystemExit):
            open_project(root)
    rows, said = ids_and_files(root)
    assert "3 picture(s) were edited" in said and [*rows] == [one.path for one in before[:-1]]


def test_pictures_that_changed_places_follow_their_bytes(root):
    """Within a folder nothing is said of labels; between folders each gets that of its folder."""
    before, _ = ids_and_files(root)
    *circles, last = [path for path in before if "circle" in path]
    square = next(path for path in before if "square" in path)
    contents = {path: (root / path).read_bytes() for path in before}
    ring = [*circles, square]  # three in one folder and one in another, each in the next one's place
    for path, following in zip(ring, [*ring[1:], ring[0]], strict=True):
        rewrite(root / following, contents[path])
    now, said = ids_and_files(root)
    assert said == "4 picture(s) moved by hand: they now have the label of their folder."
    for path, following in zip(ring, [*ring[1:], ring[0]], strict=True):
        assert now[following].image_id == before[path].image_id
        assert now[following].label == following.split("/")[1]
    assert now[last] == before[last] and len(now) == 8


def test_a_copy_of_another_picture_over_one_is_told_as_a_copy(root):
    before, _ = ids_and_files(root)
    one, other, *_ = before
    shutil.copy(root / one, root / other)
    now, said = ids_and_files(root)
    assert other not in now and len(now) == 7
    assert "1 picture(s) are missing" in said and f"already here as {one}" in said
    assert (root / other).read_bytes() == (root / one).read_bytes(), "left in place"


def test_a_picture_moved_away_takes_its_decisions_along_and_leaves_a_new_one(root):
    before, _ = ids_and_files(root)
    path = next(iter(before))
    (root / path).rename(root / "images" / "square" / "moved.png")
    (root / path).write_bytes(picture_bytes(1))
    now, said = ids_and_files(root)
    assert "1 new picture(s)" in said and "1 picture(s) moved by hand" in said and "edited" not in said
    assert now["images/square/moved.png"].image_id == before[path].image_id
    assert now[path].label == before[path].label and len(now) == 9
