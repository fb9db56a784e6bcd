"""The door into a project: what is a picture comes in once, with its label; everything else gets a reason."""

import shutil
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from make_data import make_awkward, make_tiny_folder
from tellapart.errors import Cancelled, IntakeError
from tellapart.gather import take_in
from tellapart.gather.layout.structure import structure_of
from tellapart.store.journal import Remove
from tellapart.store.project import create_project, open_project


@pytest.fixture
def project(tmp_path):
    with create_project(tmp_path / "project") as project:
        yield project


def snapshot(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def zipped(folder, target):
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder.parent))
    return target


def test_class_folders_become_labels_and_the_originals_stay(project, tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 5)
    before = snapshot(tmp_path / "source")
    seen = []
    summary = take_in(project, tmp_path / "source", progress=lambda *report: seen.append(report))
    assert summary.sentence() == "10 files, 10 added"
    assert summary.labels == project.manifest.label_counts() == {"circle": 5, "square": 5}
    assert snapshot(tmp_path / "source") == before
    assert sorted(path.read_bytes() for path in project.images_dir.rglob("*.png")) == sorted(before.values())
    assert seen[-1][:2] == (10, 10) and [report[0] for report in seen] == sorted(report[0] for report in seen)
    assert list(project.incoming_dir.iterdir()) == []


def test_a_zip_gives_the_same_as_its_folder(project, tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 3)
    zipped(tmp_path / "source", tmp_path / "source.zip")
    take_in(project, tmp_path / "source.zip")
    with create_project(tmp_path / "other") as other:
        take_in(other, tmp_path / "source")
        assert [(p.image_id, p.label, p.path) for p in project.manifest.pictures()] == [
            (p.image_id, p.label, p.path) for p in other.manifest.pictures()
        ]


def test_taking_in_twice_adds_nothing_and_says_so(project, tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle",), 4)
    take_in(project, tmp_path / "source")
    again = take_in(project, tmp_path / "source")
    assert again.sentence() == "4 files, 0 added, 4 already here"
    assert all(one.reason.startswith("already here as images/circle/") for one in again.refusals)


def test_a_copy_under_another_label_is_refused_with_both_labels_in_sight(project, tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle",), 1)
    shutil.copytree(tmp_path / "source" / "circle", tmp_path / "source" / "square")
    summary = take_in(project, tmp_path / "source")
    (refusal,) = summary.refusals
    assert refusal.path.startswith("square/") and "with the label 'circle'" in refusal.reason
    (row,) = project.manifest.refusals()
    assert row.same_as == project.manifest.pictures()[0].image_id and row.label == "square"


def test_a_removed_picture_does_not_come_back_by_gathering_again(project, tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle",), 2)
    take_in(project, tmp_path / "source")
    project.journal.decide(Remove(project.manifest.pictures()[0].image_id))
    summary = take_in(project, tmp_path / "source")
    assert any("in the trash: you removed it" in one.reason for one in summary.refusals)
    assert project.manifest.n_pictures() == 1


def test_every_awkward_file_is_added_or_has_its_reason(project, tmp_path):
    expected = make_awkward(tmp_path / "source" / "cross")
    (tmp_path / "source" / "cross" / "notes.txt").write_text("bread")
    (tmp_path / "source" / "cross" / "dot.png").write_bytes(tiny_png(tmp_path, 3))
    (tmp_path / "source" / "loose.png").write_bytes(tiny_png(tmp_path, 40))
    summary = take_in(project, tmp_path / "source", label="cross")
    reasons = {one.path.rpartition("/")[2]: one.reason for one in summary.refusals}
    for name, word in expected.items():
        if word != "ok":
            assert word in reasons[name]
    assert reasons["notes.txt"].startswith("a text; ")
    assert "3 × 3 pixels are too few" in reasons["dot.png"]
    assert summary.n_added == 12 and summary.n_asked == summary.n_added + len(summary.refusals)
    assert {"cross/ünïcode name.JPG", "cross/copied.jpg"} <= {
        p.original_name for p in project.manifest.pictures()
    }


def tiny_png(folder, side):
    from PIL import Image

    Image.new("RGB", (side, side), "red").save(folder / "dot.png")
    return (folder / "dot.png").read_bytes()


def test_split_folders_are_kept_as_the_split(project, tmp_path):
    for number, split in enumerate(("train", "val", "test")):
        make_tiny_folder(tmp_path / "data" / split, ("circle", "square"), 2, seed=number)
    take_in(project, tmp_path / "data")
    assert project.manifest.label_counts() == {"circle": 6, "square": 6}
    found = {p.original_name.split("/")[0]: p.given_split for p in project.manifest.pictures()}
    assert found == {"train": "train", "val": "valid", "test": "test"}


def test_labels_that_differ_in_case_only_are_kept_apart_with_a_note(project, tmp_path):
    make_tiny_folder(tmp_path / "one", ("circle",), 2)
    make_tiny_folder(tmp_path / "two", ("circle",), 2, seed=5)
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        for folder, label in (("one", "Bear"), ("two", "bear")):
            for path in sorted((tmp_path / folder / "circle").iterdir()):
                archive.write(path, f"{label}/{path.name}")
    summary = take_in(project, tmp_path / "both.zip")
    assert summary.labels == {"Bear": 2, "bear": 2}
    assert "'Bear' and 'bear' differ only in capital letters" in summary.notes[0]
    folders = [path.name.casefold() for path in project.images_dir.iterdir()]
    assert len(set(folders)) == 2


def test_one_file_needs_a_label_and_gets_it(project, tmp_path):
    (picture,) = make_tiny_folder(tmp_path / "source", ("circle",), 1)["circle"]
    with pytest.raises(IntakeError, match="give them all one label"):
        take_in(project, picture)
    assert take_in(project, picture, label="  round   thing ").labels == {"round thing": 1}


def test_stopping_keeps_what_is_finished_and_going_on_completes_it(project, tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 120)

    def stop_after_half(done, total, message):
        if done > 130:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        take_in(project, tmp_path / "source", progress=stop_after_half)
    assert project.manifest.n_pictures() == 100
    with open_project(project.root) as again:
        assert again.changes == []
        assert take_in(again, tmp_path / "source").n_added == 140


def test_the_projects_own_folders_are_no_source(project, tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle",), 1)
    take_in(project, tmp_path / "source")
    for place in (project.root, project.images_dir, project.images_dir / "circle"):
        with pytest.raises(IntakeError, match="inside the project itself"):
            take_in(project, place)
    make_tiny_folder(project.uploads_dir / "batch", ("ring",), 2)
    assert take_in(project, project.uploads_dir / "batch").labels == {"ring": 2}, "uploads arrive there"


def test_a_place_where_nothing_is_of_use_is_an_error_that_says_why(project, tmp_path):
    (tmp_path / "source" / "bear").mkdir(parents=True)
    (tmp_path / "source" / "bear" / "a.jpg").write_bytes(b"")
    with pytest.raises(IntakeError, match="None of the 1 file.*empty file.*Choose"):
        take_in(project, tmp_path / "source")
    assert project.manifest.n_pictures() == 0


def labels_of(*names):
    """The label that each picture's folder gives it."""
    parts = [tuple(name.split("/")) for name in names if name.endswith(".jpg")]
    structure = structure_of(parts)
    return [structure.role_of(one[:-1]).label for one in parts]


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (("bear/1.jpg", "wolf/2.jpg"), {"bear", "wolf"}),
        (("all/bear/1.jpg", "all/wolf/2.jpg"), {"bear", "wolf"}),
        (("x/y/all/bear/1.jpg", "x/y/all/wolf/2.jpg"), {"bear", "wolf"}),
        (("all/bear/1.jpg", "all/wolf/2.jpg", "README.txt", "labels.csv"), {"bear", "wolf"}),
        (("all/train/bear/1.jpg", "all/train/wolf/1.jpg", "all/test/wolf/2.jpg"), {"bear", "wolf"}),
        (("train/bear/1.jpg", "train/wolf/2.jpg"), {"bear", "wolf"}),
        (("bear/zoo/1.jpg", "bear/2.jpg", "wolf/3.jpg"), {"bear", "wolf"}),
        (("bear/1.jpg",), {"bear"}),
        (("1.jpg", "2.jpg"), {None}),
        (("bear/1.jpg", "loose.jpg"), {"bear", None}),
    ],
)
def test_the_folders_that_name_the_labels_are_found(names, labels):
    assert set(labels_of(*names)) == labels


@given(
    st.lists(st.lists(st.sampled_from("ab"), min_size=0, max_size=3), min_size=1, max_size=8),
    st.integers(0, 3),
)
@settings(max_examples=200, deadline=None)
def test_wrapping_folders_change_no_label(folders, n_wrappers):
    names = ["/".join([*folder, f"{i}.jpg"]) for i, folder in enumerate([*folders, ["a"], ["b"]])]
    wrapped = ["/".join(["w"] * n_wrappers + [name]) for name in names]
    if all(folders):
        assert labels_of(*names) == labels_of(*wrapped)
