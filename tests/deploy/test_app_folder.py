"""What all apps have in common: their folder, their texts, the wheel of the program inside them."""

import os
import subprocess
import sys
import zipfile
from types import SimpleNamespace

import pytest
from tellapart import atomic_files
from tellapart.deploy import app_contents
from tellapart.deploy.app_folder import LEFT_BY_PEOPLE, RECORD, files_of, new_app_folder, read_record
from tellapart.deploy.appearance import TITLE, Appearance
from tellapart.deploy.facts import credits_text
from tellapart.deploy.making import size_of, zip_app
from tellapart.deploy.program_wheel import program_wheel
from tellapart.deploy.voila.texts import FILES
from tellapart.errors import DeployError


def made(out, text="one", **how):
    with new_app_folder(out, "voila", **how) as folder:
        (folder / "app.txt").write_text(text)
    return out


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_is_there_whole_with_its_record_or_not_at_all(tmp_path):
    out = made(tmp_path / "deep" / "app")
    assert names(out) == ["app.txt", RECORD] and read_record(out)["target"] == "voila"
    with pytest.raises(ZeroDivisionError), new_app_folder(tmp_path / "other", "voila") as folder:
        (folder / "app.txt").write_text("half")
        raise ZeroDivisionError
    assert names(tmp_path) == ["deep"] and names(tmp_path / "deep") == ["app"]


def test_only_an_app_is_replaced_and_only_with_force(tmp_path):
    out = made(tmp_path / "app")
    with pytest.raises(DeployError, match="exists and is not empty.*--force"):
        made(out, "two")
    assert (out / "app.txt").read_text() == "one"
    made(out, "two", force=True)
    assert (out / "app.txt").read_text() == "two" and names(tmp_path) == ["app"]
    mine = tmp_path / "thesis"
    mine.mkdir()
    (mine / "chapter.txt").write_text("years of work")
    for record in (None, "{", "[]", '{"target": 3}', "[" * 50_000):
        if record is not None:
            (mine / RECORD).write_text(record)
        with pytest.raises(DeployError, match="no app that tellapart made"):
            made(mine, force=True)
    assert (mine / "chapter.txt").read_text() == "years of work"


def left_by_people(out):
    for name in ("corrections/pictures", ".git", "__pycache__"):
        (out / name).mkdir(parents=True)
        (out / name / "some").write_text(name)
    (out / "answers.jsonl").write_text("{}")
    (out / ".env").write_text("TELLAPART_API_KEY=secret")


def test_what_people_left_in_an_app_is_in_the_new_one_and_in_no_zip(tmp_path):
    out = made(tmp_path / "app")
    left_by_people(out)
    size = size_of(out)
    made(out, "two", force=True)
    assert names(out) == sorted([".env", ".git", "answers.jsonl", "app.txt", "corrections", RECORD])
    assert (out / "corrections" / "pictures" / "some").read_text() == "corrections/pictures"
    assert (out / "app.txt").read_text() == "two" and names(tmp_path) == ["app"]
    assert [path.name for path in files_of(out)] == ["app.txt", RECORD] and size_of(out) == size
    os.utime(out / "app.txt", (0, 0))  # of a computer whose clock began anew
    with zipfile.ZipFile(zip_app(out)) as archive:
        assert sorted(archive.namelist()) == ["app/app.txt", f"app/{RECORD}"]
    ignored = (FILES / "gitignore.txt").read_text("utf-8")
    assert all(name.removesuffix(".1") in ignored for name in LEFT_BY_PEOPLE if name != ".git")


def test_what_cannot_be_moved_into_the_new_app_is_not_removed_with_the_old_one(tmp_path, monkeypatch):
    out = made(tmp_path / "app")
    left_by_people(out)
    move = atomic_files.replace

    def busy(source, target):
        if source.name == "corrections":
            raise PermissionError(13, "Permission denied")
        move(source, target)

    monkeypatch.setattr(atomic_files, "replace", busy)
    with pytest.raises(DeployError, match="corrections of the old one could not be moved there") as said:
        made(out, "two", force=True)
    (aside,) = tmp_path.glob(".app.*.old")
    assert str(aside) in str(said.value) and (aside / "corrections" / "pictures" / "some").is_file()
    assert (out / "app.txt").read_text() == "two"
    monkeypatch.undo()
    made(out, "three", force=True)  # as after a kill at that moment
    assert names(tmp_path) == ["app"] and (out / "corrections" / "pictures" / "some").is_file()
    (tmp_path / ".app.0123abcd.old").mkdir()  # of somebody else
    made(out, "four", force=True)
    assert names(tmp_path) == [".app.0123abcd.old", "app"]


def test_a_file_or_a_link_is_never_replaced_and_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "empty").mkdir()
    made(tmp_path / "empty")
    ways = ["file"]
    if os.name == "posix":
        (tmp_path / "link").symlink_to(tmp_path / "empty")
        (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
        ways += ["link", "dangling"]
    for name in ways:
        with pytest.raises(DeployError, match="Choose the name of a new folder"):
            made(tmp_path / name, force=True)
    assert (tmp_path / "file").read_text() == "mine" and names(tmp_path / "empty") == ["app.txt", RECORD]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_disk_that_does_not_take_it_is_said(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(DeployError, match="cannot be written.*Nothing was lost"):
            made(tmp_path / "app")
    finally:
        tmp_path.chmod(0o700)


def test_an_app_that_takes_too_long_to_prove_itself_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(app_contents, "_PATIENCE_S", 0.01)
    with pytest.raises(DeployError, match="did not classify its golden pictures within 0 s"):
        app_contents.prove(tmp_path)


def test_a_file_in_the_way_of_its_folder_is_said(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(DeployError, match="Nothing was lost"):
        made(tmp_path / "file" / "app")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"title": "x" * 500}, "The title has 500 characters; at most 120 fit"),
        ({"about": "x" * 5000}, "has 5,000 characters; at most 2,000 fit"),
        ({"accent": "red;}body{display:none"}, "is not a colour. Write it as six hex digits"),
    ],
)
def test_texts_that_do_not_fit_are_said(how, said):
    with pytest.raises(DeployError, match=said):
        Appearance(**how)


def test_texts_are_one_title_and_some_sentences():
    shown = Appearance("  Which\nleaf? \u202e ", " One.\nTwo. ")
    assert "\n" not in shown.title and "\u202e" not in shown.title and shown.title.startswith("Which leaf?")
    assert shown.about == "One.\nTwo." and Appearance("  ").title == TITLE


def test_what_a_strangers_bundle_says_of_its_backbone_stays_text(tmp_path):
    backbone = {"name": "<img src=x> [a](https://b.example)", "licence": "<b>MIT</b>"}
    bundle = SimpleNamespace(bundle_dir=tmp_path, record={"backbone": backbone})
    text = credits_text(bundle, ["The app itself"])
    assert "<" not in text and "](" not in text and "&lt;img src=x&gt;" in text


def test_the_wheel_of_the_program_installs_from_its_own_file_and_is_the_same_twice(tmp_path):
    name, data = program_wheel(["tellapart"], ["numpy>=2.0"], [("share/some/file.txt", b"there")])
    assert program_wheel(["tellapart"], ["numpy>=2.0"], [("share/some/file.txt", b"there")]) == (name, data)
    wheel = tmp_path / name
    wheel.write_bytes(data)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--no-deps",
        "--no-index",
        "--ignore-installed",  # else pip takes away the very program under test
        "--quiet",
    ]
    done = subprocess.run(
        [*pip, "--prefix", tmp_path / "there", wheel], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "there" / "share" / "some" / "file.txt").read_bytes() == b"there"
    found = next((tmp_path / "there").rglob("tellapart/bundle/record.py"))
    assert found.is_file() and not list((tmp_path / "there").rglob("tellapart/**/*.ts"))
    metadata = zipfile.ZipFile(wheel).read(
        "tellapart-0.2.0+app.dist-info/METADATA".replace("0.2.0", name.split("-")[1].split("+")[0])
    )
    assert b"Requires-Dist: numpy>=2.0" in metadata and b"scipy" not in metadata
