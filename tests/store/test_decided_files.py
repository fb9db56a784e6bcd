"""What decisions, and taking them back, do to files and to the folders of labels, also where somebody was there by hand."""

from journaled import labels_of, make_project
from tellapart.store.journal import Mark, Relabel, Remove
from tellapart.store.project import open_project


def test_a_name_taken_by_hand_is_never_overwritten(tmp_path):
    with make_project(tmp_path) as project:
        picture = project.manifest.pictures()[0]
        place = project.images_dir / "square" / "strange.png"
        project.file(picture).rename(project.images_dir / "circle" / "strange.png")
    place.write_bytes(b"somebody's own notes")
    with open_project(tmp_path / "project") as project:
        project.journal.decide(Relabel(picture.image_id, "square"))
        now = project.manifest.picture(picture.image_id)
        assert place.read_bytes() == b"somebody's own notes"
        assert project.file(now) != place and project.file(now).stat().st_size == picture.n_bytes
        project.journal.undo()
        assert project.manifest.picture(picture.image_id).label == "circle"


def test_moves_that_were_cut_off_are_finished_past_a_name_taken_by_hand(tmp_path):
    with make_project(tmp_path) as project:
        picture = project.manifest.pictures()[0]
        project.file(picture).rename(tmp_path / "held.png")  # as another program would hold it, on Windows
        data = (tmp_path / "held.png").read_bytes()
        with project.manifest.transaction() as db:  # two decisions, and a kill before either file moved
            names = ("images/square/x.png", "trash/square/x.png")
            db.execute("INSERT INTO pending_moves (source, target) VALUES (?, ?)", [picture.path, names[0]])
            db.execute("INSERT INTO pending_moves (source, target) VALUES (?, ?)", names)
            db.execute("UPDATE pictures SET state = 'removed', path = ?, path_key = ? WHERE image_id = ?",
                       [names[1], names[1], picture.image_id])  # fmt: skip
        (tmp_path / "held.png").rename(project.file(picture))
        (project.root / names[0]).write_bytes(b"a stranger's file")
    with open_project(tmp_path / "project") as project:
        assert project.file(project.manifest.picture(picture.image_id)).read_bytes() == data
        assert (project.root / names[0]).read_bytes() == b"a stranger's file"
        assert project.manifest.rows("SELECT * FROM pending_moves") == []


def test_undo_does_not_pretend_that_a_lost_file_is_there(tmp_path):
    with make_project(tmp_path) as project:
        first, second = project.manifest.pictures()[:2]
        project.journal.decide(Remove(first.image_id), Mark(second.image_id, "keep"))
        trashed = project.file(project.manifest.picture(first.image_id))
        trashed.unlink()
        project.file(second).unlink()
    with open_project(tmp_path / "project") as project:
        assert "1 picture(s) are missing" in " ".join(project.changes)
        project.journal.undo()
        for picture in (first, second):
            assert project.manifest.picture(picture.image_id).state == "missing"
        assert project.manifest.n_pictures() == 4


def test_a_label_that_only_an_undone_relabel_made_is_gone_again(tmp_path):
    with make_project(tmp_path) as project:
        labels, (one, other, *_) = labels_of(project), project.manifest.pictures()
        project.journal.decide(Relabel(one.image_id, "polar: ice?"), Relabel(other.image_id, "polar: ice?"))
        folder = project.manifest.labels()["polar: ice?"]
        project.journal.decide(Remove(one.image_id))
        made = labels_of(project)
        for _ in range(2):
            project.journal.undo()
        assert labels_of(project) == labels and not (project.images_dir / folder).exists()
        assert not (project.trash_dir / folder).exists()
        while project.journal.redo():
            pass
        assert labels_of(project) == made and (project.images_dir / folder).is_dir()
        assert project.manifest.picture(other.image_id).path.startswith(f"images/{folder}/")


def test_a_new_label_stays_while_a_picture_has_it_or_a_stranger_lies_in_its_folder(tmp_path):
    with make_project(tmp_path) as project:
        one, other = project.manifest.pictures()[:2]
        project.journal.decide(Relabel(one.image_id, "new"))
        (project.images_dir / "new" / "notes.txt").write_text("mine")
        project.journal.decide(Relabel(other.image_id, "new"))
        project.journal.undo()
        assert "new" in project.manifest.labels()
        project.journal.undo()
        assert "new" not in project.manifest.labels()
        assert (project.images_dir / "new" / "notes.txt").read_text() == "mine"


def test_a_missing_picture_can_be_given_a_label_that_is_new(tmp_path):
    with make_project(tmp_path) as project:
        picture = project.manifest.pictures()[0]
        project.file(picture).unlink()
    with open_project(tmp_path / "project") as project:
        project.journal.decide(Relabel(picture.image_id, "lost"))
        assert project.manifest.picture(picture.image_id).label == "lost"
        project.journal.undo()
        assert "lost" not in project.manifest.labels()
