"""What goes wrong for a person at the command line ends in a sentence, an exit code, and nothing lost or left about."""

import json
import os
import shutil
import subprocess
import sys
import zipfile

import pytest
from make_data import make_awkward, make_tiny_folder
from other_process import is_root, run_python, run_tellapart
from tellapart.errors import BundleError, ProjectError
from tellapart.gather import take_in
from tellapart.project import create_project, open_project

POSIX_ONLY = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX limits and permissions")


def assert_sentence(done, *parts, code=1):
    """The command failed with a sentence for a person, on standard error, and no traceback."""
    assert done.returncode == code, done
    assert "Traceback" not in done.stdout + done.stderr
    text = " ".join(done.stderr.split())
    for part in parts:
        assert part in text
    return text


@pytest.fixture(autouse=True)
def nothing_is_written_elsewhere(tmp_path):
    """Whatever a test does, only the project's folder and what the test made itself are there afterwards."""
    home = tmp_path / "elsewhere"
    home.mkdir()
    (home / "letter.txt").write_text("dear")
    yield
    assert [path.name for path in home.iterdir()] == ["letter.txt"] and (
        home / "letter.txt"
    ).read_text() == "dear"
    assert {path.name for path in tmp_path.iterdir()} <= {
        "elsewhere",
        "source",
        "source.zip",
        "project",
        "bundle",
        "disk",
        "made",
    }


def test_a_folder_without_pictures(tmp_path):
    (tmp_path / "source" / "bear").mkdir(parents=True)
    assert_sentence(
        run_tellapart("new", tmp_path / "project", "--from", tmp_path / "source"),
        "holds no files. Choose a folder, a zip or a tar",
    )
    assert not (tmp_path / "project").exists()
    (tmp_path / "source" / "bear" / "notes.txt").write_text("bread")
    done = run_tellapart("new", tmp_path / "project", "--from", tmp_path / "source", "--json")
    assert (
        done.returncode == 1
        and "None of the 1 file(s) in source could be used" in json.loads(done.stdout)["error"]
    )


def test_a_second_try_into_the_empty_project_of_the_first_works(tmp_path):
    (tmp_path / "source" / "bear").mkdir(parents=True)
    (tmp_path / "source" / "bear" / "empty.jpg").write_bytes(b"")
    assert run_tellapart("new", tmp_path / "project", "--from", tmp_path / "source").returncode == 1
    make_tiny_folder(tmp_path / "source", ("circle",), 2)
    assert run_tellapart("new", tmp_path / "project", "--from", tmp_path / "source").returncode == 0


def test_one_class_cannot_be_told_apart(tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle",), 5)
    assert run_tellapart("new", tmp_path / "project", "--from", tmp_path / "source").returncode == 0
    assert_sentence(
        run_tellapart("train", tmp_path / "project"),
        "All 5 picture(s)",
        "'circle'",
        "at least 2 labels",
        "Add pictures",
    )


def test_a_class_with_one_picture_cannot_be_checked(tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 6)
    make_tiny_folder(tmp_path / "source", ("ring",), 1)
    run_tellapart("new", tmp_path / "project", "--from", tmp_path / "source")
    assert_sentence(
        run_tellapart("train", tmp_path / "project"),
        "Class 'ring' has 1 picture(s)",
        "at least 2",
        "Add pictures",
    )


def test_an_empty_project_says_what_to_do(tmp_path):
    create_project(tmp_path / "project").close()
    assert_sentence(run_tellapart("train", tmp_path / "project"), "has no pictures. Add a folder or a zip")
    assert_sentence(
        run_tellapart("predict", tmp_path / "project", "a.jpg"), "no trained classifier yet. Train it first"
    )


def test_empty_and_foreign_files_with_picture_names_are_listed_with_reasons(tmp_path):
    expected = make_awkward(tmp_path / "source" / "cross")
    (tmp_path / "source" / "cross" / "page.jpg").write_text("<!doctype html><html>404</html>")
    (tmp_path / "source" / "cross" / "drawing.png").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    make_tiny_folder(tmp_path / "source", ("ring",), 3)
    done = run_tellapart("new", tmp_path / "project", "--from", tmp_path / "source", "--json")
    reasons = {one["path"]: one["reason"] for one in json.loads(done.stdout)["refusals"]}
    for name, word in expected.items():
        assert word == "ok" or word in reasons[f"cross/{name}"]
    assert reasons["cross/page.jpg"] == "a web page, not a picture" and "SVG" in reasons["cross/drawing.png"]


def test_a_zip_that_wants_out_stays_in(tmp_path):
    picture = make_tiny_folder(tmp_path / "made", ("circle",), 1)["circle"][0].read_bytes()
    with zipfile.ZipFile(tmp_path / "source.zip", "w") as archive:
        archive.writestr("bear/a.png", picture)
        archive.writestr("../elsewhere/evil.png", picture + b"1")
        archive.writestr(str(tmp_path / "elsewhere" / "letter.txt"), picture + b"2")
    done = run_tellapart("new", tmp_path / "project", "--from", tmp_path / "source.zip")
    assert done.returncode == 0 and done.stdout.count("its path in the zip leads out of the folder") == 2


def test_what_is_no_place_at_all(tmp_path):
    assert_sentence(
        run_tellapart("new", tmp_path / "project", "--from", tmp_path / "nothing"),
        "does not exist. Check the path",
    )
    assert not (tmp_path / "project").exists()
    (tmp_path / "source.zip").write_bytes(b"no zip")
    assert_sentence(
        run_tellapart("new", tmp_path / "project", "--from", tmp_path / "source.zip"),
        "not a zip file that can be read",
    )
    assert_sentence(
        run_tellapart("train", tmp_path / "source"), "does not exist. Make a project with: tellapart new"
    )
    make_tiny_folder(tmp_path / "source", ("circle",), 1)
    assert_sentence(run_tellapart("train", tmp_path / "source"), "is not a project")
    assert_sentence(run_tellapart("new", tmp_path / "source", "--from", tmp_path / "source"), "is not empty")


def test_odd_labels_go_all_the_way_and_too_long_ones_are_refused(tmp_path):
    files = make_tiny_folder(tmp_path / "made", ("circle", "square"), 6)
    labels = {"circle": '<b>"bear"</b> \'s 🐻/¿?', "square": "Bear"}
    with zipfile.ZipFile(tmp_path / "source.zip", "w") as archive:
        for label, paths in files.items():
            for path in paths:
                archive.write(path, f"{labels[label].replace('/', '∕')}/{path.name}")
        archive.write(files["circle"][0], f"{'x' * 300}/a.png")
    done = run_tellapart("new", tmp_path / "project", "--from", tmp_path / "source.zip")
    assert "300 characters; at most 100 fit" in done.stdout, done
    trained = run_tellapart("train", tmp_path / "project", "--json")
    assert json.loads(trained.stdout)["classes"] == sorted(
        label.replace("/", "∕") for label in labels.values()
    )
    named = run_tellapart("new", tmp_path / "made2", "--from", files["circle"][0], "--label", "y" * 101)
    shutil.rmtree(tmp_path / "made2", ignore_errors=True)
    assert_sentence(named, "101 characters; at most 100 fit")


def test_a_damaged_and_a_newer_database_at_the_command_line(tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 3)
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "source")
        before = sorted(path.read_bytes() for path in project.images_dir.rglob("*.png"))
    db_path = tmp_path / "project" / "tellapart.db"
    whole = db_path.read_bytes()
    db_path.write_bytes(b"garbage" * 2000)
    assert_sentence(
        run_tellapart("train", tmp_path / "project"), "is damaged", "are untouched", "Rename the file"
    )
    db_path.write_bytes(whole[:60] + (7).to_bytes(4, "big") + whole[64:])
    assert_sentence(
        run_tellapart("train", tmp_path / "project"), "format 7, made by a newer tellapart", "Update"
    )
    assert sorted(path.read_bytes() for path in (tmp_path / "project" / "images").rglob("*.png")) == before


@pytest.fixture
def bundle(trained, tmp_path):
    shutil.copytree(trained[1].bundle_dir, tmp_path / "bundle")
    return tmp_path / "bundle"


def rewrite(path, **changes):
    record = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**record, **changes}), "utf-8")


def name_stranger(bundle):
    files = json.loads((bundle / "bundle.json").read_text("utf-8"))["files"]
    rewrite(bundle / "bundle.json", files={"../elsewhere/letter.txt": "0", **files})


DAMAGES = {
    "record is garbage": (lambda b: (b / "bundle.json").write_bytes(b"\xff\x00garbage"), "is damaged"),
    "record is empty": (lambda b: (b / "bundle.json").write_text("[]"), "is damaged"),
    "record is half": (
        lambda b: (b / "bundle.json").write_text((b / "bundle.json").read_text()[:200]),
        "is damaged",
    ),
    "record is gone": (lambda b: (b / "bundle.json").unlink(), "is not a bundle"),
    "newer format": (lambda b: rewrite(b / "bundle.json", format=99), "format 99, made by a newer tellapart"),
    "model is cut": (
        lambda b: os.truncate(b / "model.onnx", 1000),
        "model.onnx is not the file it was made with",
    ),
    "model is gone": (lambda b: (b / "model.onnx").unlink(), "is not whole: model.onnx"),
    "golden is gone": (lambda b: shutil.rmtree(b / "golden"), "golden picture"),
    "golden is garbage": (lambda b: next((b / "golden").iterdir()).write_bytes(b"x"), "golden picture"),
    "file outside": (lambda b: name_stranger(b), "lies outside it"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_or_newer_bundle_says_what_is_wrong(bundle, damage):
    from tellapart.classify import Predictor

    harm, expected = DAMAGES[damage]
    harm(bundle)
    with pytest.raises(BundleError, match=expected) as caught:
        Predictor(bundle)
    assert any(word in str(caught.value) for word in ("again", "Update", "Train", "Do not use"))


def test_a_bundle_of_a_newer_format_at_the_command_line(bundle):
    rewrite(bundle / "bundle.json", format=2)
    done = run_tellapart("predict", bundle, bundle / "golden" / "1.jpg")
    assert_sentence(done, "format 2, made by a newer tellapart", "Update tellapart")


def test_unreadable_pictures_among_good_ones_are_told_by_the_exit_code(bundle, tmp_path):
    make_awkward(tmp_path / "source")
    files = [
        bundle / "golden" / "1.jpg",
        tmp_path / "source" / "empty.jpg",
        tmp_path / "source" / "missing.jpg",
    ]
    done = run_tellapart("predict", bundle, *files, "--json")
    rows = json.loads(done.stdout)
    assert done.returncode == 3 and [("label" in row, row.get("error")) for row in rows] == [
        (True, None), (False, "empty file (0 bytes)"), (False, "file not found"),
    ]  # fmt: skip


FILL = """
from tellapart.errors import TellapartError
from tellapart.gather import take_in
from tellapart.project import open_project, create_project
if sys.argv[3] != "0":
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
try:
    with open_project(Path(sys.argv[1])) as project:
        take_in(project, Path(sys.argv[2]))
except TellapartError as error:
    print(error)
"""


@POSIX_ONLY
@pytest.mark.parametrize("limit", [2_000, 30_000, 70_000])
def test_a_disk_that_takes_no_more_is_said_and_nothing_is_lost(tmp_path, limit):
    """No file may grow past the limit: pictures, then the database and its log, cannot be written."""
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 40, size_px=40)
    with create_project(tmp_path / "project") as project:
        take_in(project, make_tiny_folder(tmp_path / "made", ("ring",), 2)["ring"][0], label="ring")
    assert "is full. Nothing was lost; free some space and try again" in run_python(
        FILL, tmp_path / "project", tmp_path / "source", limit
    )
    assert_whole_and_complete(tmp_path / "project", tmp_path / "source", 81)


@pytest.mark.skipif(
    sys.platform != "linux" or not is_root(), reason="making a small disk needs root on Linux"
)
def test_a_full_disk_is_said_and_nothing_is_lost(tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 150, size_px=64)
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1500k", "tellapart-test", str(disk)]).returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        create_project(disk / "project").close()
        assert "is full. Nothing was lost" in run_python(FILL, disk / "project", tmp_path / "source", 0)
        done = run_tellapart("train", disk / "project")
        # how far the intake came decides which: no room for the embeddings, or only one label there yet
        assert done.returncode in (0, 1) and "Traceback" not in done.stderr
        assert done.returncode == 0 or "is full" in done.stderr or "at least 2 labels" in done.stderr
        subprocess.run(
            ["mount", "-o", "remount,size=64m", str(disk)], check=True
        )  # somebody freed some space
        assert_whole_and_complete(disk / "project", tmp_path / "source", 300)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def assert_whole_and_complete(root, source, n_all):
    """Rows and files agree, and going on brings the rest."""
    with open_project(root) as project:
        assert project.changes == []
        for picture in project.manifest.pictures():
            assert project.file(picture).stat().st_size == picture.n_bytes
        take_in(project, source)
        assert project.manifest.n_pictures() == n_all == len(list(project.images_dir.rglob("*.png")))


@POSIX_ONLY
def test_a_project_that_may_not_be_written_is_said_and_left_alone(tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle",), 2)
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "source")
    before = {path: path.read_bytes() for path in (tmp_path / "project").rglob("*") if path.is_file()}
    folders = [tmp_path / "project", *(path for path in (tmp_path / "project").rglob("*") if path.is_dir())]
    for path in [*folders, *before]:
        path.chmod(path.stat().st_mode & ~0o222)
    script = """
    from tellapart.errors import TellapartError
    from tellapart.gather import take_in
    from tellapart.journal import Remove
    from tellapart.project import create_project, open_project
    def change():
        with open_project(Path(sys.argv[1])) as project:
            project.journal.decide(Remove(project.manifest.pictures()[0].image_id))
    for attempt in (change, lambda: create_project(Path(sys.argv[1]) / "cache" / "inner")):
        try:
            attempt()
        except TellapartError as error:
            print(error)
    """
    try:
        lines = run_python(script, tmp_path / "project", is_held=True).splitlines()
    finally:
        for path in [*folders, *before]:
            path.chmod(path.stat().st_mode | 0o200)
    assert len(lines) == 2, lines
    assert all("cannot be written" in line and "check its permissions" in line for line in lines)
    assert {path: path.read_bytes() for path in before} == before


def test_a_locked_database_says_which_program_to_close(tmp_path, monkeypatch):
    import sqlite3

    from tellapart import manifest

    create_project(tmp_path / "project").close()
    monkeypatch.setattr(manifest, "BUSY_TIMEOUT_MS", 100)
    holder = sqlite3.connect(tmp_path / "project" / "tellapart.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with (
        open_project(tmp_path / "project") as project,
        pytest.raises(ProjectError, match="in use by another program"),
    ):
        project.manifest.set_setting("a", 1)
    holder.execute("COMMIT")
    holder.close()
