"""What all apps have in common: their folder, their texts, the wheel of the program inside them."""

import os
import subprocess
import sys
import zipfile

import pytest
from tellapart.deploy.app_folder import RECORD, new_app_folder, read_record
from tellapart.deploy.appearance import TITLE, Appearance
from tellapart.deploy.program_wheel import program_wheel
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
