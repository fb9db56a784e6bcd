"""What goes wrong for a person at the command line ends in a sentence, an exit code, and nothing lost or left about."""

import json
import shutil
import zipfile

import pytest
from command_line import run_here
from make_data import make_awkward, make_tiny_folder
from other_process import assert_sentence, run_tellapart
from tellapart.gather import take_in
from tellapart.store.project import create_project

pytestmark = pytest.mark.usefixtures("nothing_is_written_elsewhere")


def test_a_folder_without_pictures(tmp_path):
    (tmp_path / "source" / "bear").mkdir(parents=True)
    assert_sentence(
        run_tellapart("new", tmp_path / "project", "--from", tmp_path / "source"),
        "holds no files. Choose a folder, a zip or a tar",
    )
    assert not (tmp_path / "project").exists()
    (tmp_path / "source" / "bear" / "notes.txt").write_text("bread")
    done = run_here("new", tmp_path / "project", "--from", tmp_path / "source", "--json")
    assert (
        done.returncode == 1
        and "None of the 1 file(s) in source could be used" in json.loads(done.stdout)["error"]
    )


def test_a_second_try_into_the_empty_project_of_the_first_works(tmp_path):
    (tmp_path / "source" / "bear").mkdir(parents=True)
    (tmp_path / "source" / "bear" / "empty.jpg").write_bytes(b"")
    assert run_here("new", tmp_path / "project", "--from", tmp_path / "source").returncode == 1
    make_tiny_folder(tmp_path / "source", ("circle",), 2)
    assert run_here("new", tmp_path / "project", "--from", tmp_path / "source").returncode == 0


def test_one_class_cannot_be_told_apart(tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle",), 5)
    assert run_here("new", tmp_path / "project", "--from", tmp_path / "source").returncode == 0
    assert_sentence(
        run_here("train", tmp_path / "project"),
        "All 5 picture(s)",
        "'circle'",
        "at least 2 labels",
        "Add pictures",
    )


def test_a_class_with_one_picture_cannot_be_checked(tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 6)
    make_tiny_folder(tmp_path / "source", ("ring",), 1)
    run_here("new", tmp_path / "project", "--from", tmp_path / "source")
    assert_sentence(
        run_here("train", tmp_path / "project"),
        "Label 'ring' has 1 picture(s)",
        "at least 2",
        "Add pictures",
    )


def test_an_empty_project_says_what_to_do(tmp_path):
    create_project(tmp_path / "project").close()
    assert_sentence(run_here("train", tmp_path / "project"), "has no pictures. Add a folder or a zip")
    assert_sentence(
        run_here("predict", tmp_path / "project", "a.jpg"), "no trained model yet. Train it first"
    )


def test_empty_and_foreign_files_with_picture_names_are_listed_with_reasons(tmp_path):
    expected = make_awkward(tmp_path / "source" / "cross")
    (tmp_path / "source" / "cross" / "page.jpg").write_text("<!doctype html><html>404</html>")
    (tmp_path / "source" / "cross" / "drawing.png").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    make_tiny_folder(tmp_path / "source", ("ring",), 3)
    done = run_here("new", tmp_path / "project", "--from", tmp_path / "source", "--json")
    reasons = {one["path"]: one["reason"] for one in json.loads(done.stdout)["refusals"]}
    for name, word in expected.items():
        assert word == "ok" or word in reasons[f"cross/{name}"]
    assert (
        reasons["cross/page.jpg"].startswith("a web page, not a picture;")
        and "SVG" in reasons["cross/drawing.png"]
    )


def test_a_zip_that_wants_out_stays_in(tmp_path):
    picture = make_tiny_folder(tmp_path / "made", ("circle",), 1)["circle"][0].read_bytes()
    with zipfile.ZipFile(tmp_path / "source.zip", "w") as archive:
        archive.writestr("bear/a.png", picture)
        archive.writestr("../elsewhere/evil.png", picture + b"1")
        archive.writestr(str(tmp_path / "elsewhere" / "letter.txt"), picture + b"2")
    done = run_here("new", tmp_path / "project", "--from", tmp_path / "source.zip")
    assert done.returncode == 0 and done.stdout.count("its path in the zip leads out of the folder") == 2


def test_what_is_no_place_at_all(tmp_path):
    assert_sentence(
        run_here("new", tmp_path / "project", "--from", tmp_path / "nothing"),
        "does not exist. Check the path",
    )
    assert not (tmp_path / "project").exists()
    (tmp_path / "source.zip").write_bytes(b"no zip")
    assert_sentence(
        run_here("new", tmp_path / "project", "--from", tmp_path / "source.zip"),
        "not a readable zip file",
    )
    assert_sentence(
        run_here("train", tmp_path / "source"), "does not exist. Make a project with: tellapart new"
    )
    make_tiny_folder(tmp_path / "source", ("circle",), 1)
    assert_sentence(run_here("train", tmp_path / "source"), "is not a project")
    assert_sentence(run_here("new", tmp_path / "source", "--from", tmp_path / "source"), "is not empty")


def test_odd_labels_go_all_the_way_and_too_long_ones_are_refused(tmp_path):
    files = make_tiny_folder(tmp_path / "made", ("circle", "square"), 6)
    labels = {"circle": '<b>"bear"</b> \'s 🐻/¿?', "square": "Bear"}
    with zipfile.ZipFile(tmp_path / "source.zip", "w") as archive:
        for label, paths in files.items():
            for path in paths:
                archive.write(path, f"{labels[label].replace('/', '∕')}/{path.name}")
        archive.write(files["circle"][0], f"{'x' * 300}/a.png")
    done = run_here("new", tmp_path / "project", "--from", tmp_path / "source.zip")
    assert "300 characters; at most 100 are allowed" in done.stdout, done
    trained = run_here("train", tmp_path / "project", "--json")
    assert json.loads(trained.stdout)["classes"] == sorted(
        label.replace("/", "∕") for label in labels.values()
    )
    named = run_here("new", tmp_path / "made2", "--from", files["circle"][0], "--label", "y" * 101)
    shutil.rmtree(tmp_path / "made2", ignore_errors=True)
    assert_sentence(named, "101 characters; at most 100 are allowed")


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
    assert_sentence(run_here("train", tmp_path / "project"), "format 7, made by a newer tellapart", "Update")
    assert sorted(path.read_bytes() for path in (tmp_path / "project" / "images").rglob("*.png")) == before
