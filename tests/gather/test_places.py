"""Folders and zips from strangers: nothing leaves the project, nothing fills the memory, each refusal has a reason."""

import io
import os
import stat
import sys
import zipfile
from pathlib import Path

import pytest
from make_data import make_tiny_folder
from other_process import run_python
from PIL import Image
from summaries import reasons_of
from tellapart.errors import IntakeError
from tellapart.gather import take_in
from tellapart.store.project import create_project


@pytest.fixture
def project(tmp_path):
    with create_project(tmp_path / "home" / "project") as project:
        yield project


def test_paths_that_lead_out_of_a_zip_are_refused_and_nothing_is_written_there(project, tmp_path, png):
    evil = [
        "../evil.png",
        "../../evil.png",
        "bear/../../../evil.png",
        "/tmp/evil-tellapart.png",
        "C:\\evil.png",
        "..\\evil.png",
    ]
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("all/bear/good.png", png)
        for name in evil:
            archive.writestr(name, png + name.encode())
    before = {path for path in tmp_path.rglob("*") if project.root not in path.parents}
    summary = take_in(project, tmp_path / "evil.zip")
    assert summary.labels == {"bear": 1}, "the evil names have no say about the labels"
    assert len(summary.refusals) == len(evil)
    assert set(reasons_of(summary).values()) == {"its path in the zip leads out of the folder"}
    assert {path for path in tmp_path.rglob("*") if project.root not in path.parents} == before
    assert not Path("/tmp/evil-tellapart.png").exists()


def test_a_folder_with_a_colon_in_its_name_is_no_drive(project, tmp_path, png):
    with zipfile.ZipFile(tmp_path / "walk.zip", "w") as archive:
        archive.writestr("12:30 walk/a.png", png)
    assert take_in(project, tmp_path / "walk.zip").labels == {"12:30 walk": 1}


def test_what_is_huge_is_refused_and_forms_that_pack_well_are_not(project, tmp_path, png):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("bear/good.png", png)
        with archive.open("bear/huge.png", "w", force_zip64=True) as file:
            for _ in range(120):
                file.write(bytes(2**20))
        archive.writestr("bear/form.tif", scanned_form())
    assert (tmp_path / "bomb.zip").stat().st_size < len(scanned_form()) / 5
    summary = take_in(project, tmp_path / "bomb.zip")
    assert summary.n_added == 2
    assert reasons_of(summary) == {"bear/huge.png": "unpacks to more than the 100 MB a picture may have"}


def scanned_form():
    """An uncompressed page in two colours: far more than a hundred times smaller when packed."""
    page = Image.new("L", (1700, 2200), 255)
    page.paste(0, (200, 300, 900, 340))
    data = io.BytesIO()
    page.save(data, "TIFF")
    return data.getvalue()


def test_an_entry_that_lies_about_its_size_is_refused(project, tmp_path, png):
    path = tmp_path / "liar.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bear/good.png", png)
        archive.writestr("bear/liar.png", bytes(2**20))
    data = path.read_bytes()
    path.write_bytes(data.replace((2**20).to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    summary = take_in(project, path)
    assert summary.n_added == 1 and "damaged in the zip" in reasons_of(summary)["bear/liar.png"]


def test_a_picture_larger_than_allowed_is_refused_by_its_size(project, tmp_path, png):
    (tmp_path / "source" / "bear").mkdir(parents=True)
    (tmp_path / "source" / "bear" / "good.png").write_bytes(png)
    with (tmp_path / "source" / "bear" / "long.jpg").open("wb") as file:
        file.write(b"\xff\xd8\xff\xe0")
        file.truncate(101 * 2**20)  # takes no room on the disk
    reason = reasons_of(take_in(project, tmp_path / "source"))["bear/long.jpg"]
    assert reason == "101 MB is more than the 100 MB a picture may have"


def test_links_and_passwords_in_a_zip_have_their_reasons(project, tmp_path, png):
    link = zipfile.ZipInfo("bear/link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "odd.zip", "w") as archive:
        archive.writestr("bear/good.png", png)
        archive.writestr(link, "/etc/passwd")
        archive.writestr("bear/secret.png", png)
    data = bytearray((tmp_path / "odd.zip").read_bytes())
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"bear/secret.png"))
    data[at + 8] |= 1  # the directory says: encrypted
    (tmp_path / "odd.zip").write_bytes(bytes(data))
    reasons = reasons_of(take_in(project, tmp_path / "odd.zip"))
    assert reasons["bear/link.png"] == "a link, not a file"
    assert "password" in reasons["bear/secret.png"]


def test_a_zip_within_a_zip_and_system_files_are_no_pictures(project, tmp_path, png):
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as archive:
        archive.writestr("bear/a.png", png)
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.writestr("all/bear/good.png", png)
        archive.writestr("__MACOSX/all/bear/._good.png", b"x")
        archive.writestr("all/bear/.DS_Store", b"x")
        archive.writestr("all/bear/Thumbs.db", b"x")
        archive.write(tmp_path / "inner.zip", "all/bear/inner.zip")
    summary = take_in(project, tmp_path / "outer.zip")
    assert (summary.n_asked, summary.n_added) == (2, 1)
    assert reasons_of(summary) == {
        "all/bear/inner.zip": "a zip in the place of a picture; unpack it, or take it in by itself"
    }


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"no zip at all" * 100])
def test_a_damaged_zip_is_refused_as_a_whole(project, tmp_path, content):
    (tmp_path / "broken.zip").write_bytes(content)
    with pytest.raises(IntakeError, match="not a readable zip file.*Create it again"):
        take_in(project, tmp_path / "broken.zip")


def test_damage_inside_a_zip_costs_one_picture_only(project, tmp_path, png):
    with zipfile.ZipFile(tmp_path / "some.zip", "w") as archive:
        archive.writestr("bear/one.png", png)
        archive.writestr("bear/two.png", png + b"2")
    data = bytearray((tmp_path / "some.zip").read_bytes())
    at = data.index(png + b"2")
    data[at + 30 : at + 60] = bytes(30)
    (tmp_path / "some.zip").write_bytes(bytes(data))
    summary = take_in(project, tmp_path / "some.zip")
    assert summary.n_added == 1 and "damaged in the zip" in reasons_of(summary)["bear/two.png"]


@pytest.mark.slow
def test_a_zip_of_ten_thousand_files_is_taken_in(project, tmp_path):
    png = make_tiny_folder(tmp_path / "made", ("circle",), 1, size_px=8)["circle"][0].read_bytes()
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(10_000):
            archive.writestr(f"{'bear' if number % 2 else 'wolf'}/{number}.png", png + str(number).encode())
    summary = take_in(project, tmp_path / "many.zip")
    assert summary.labels == {"bear": 5000, "wolf": 5000} == project.manifest.label_counts()


def test_empty_and_missing_places_say_what_to_choose_instead(project, tmp_path):
    (tmp_path / "empty" / "bear").mkdir(parents=True)
    with pytest.raises(IntakeError, match="holds no files. Choose a folder, a zip or a tar"):
        take_in(project, tmp_path / "empty")
    with pytest.raises(IntakeError, match="does not exist. Check the path"):
        take_in(project, tmp_path / "nothing")
    zipfile.ZipFile(tmp_path / "empty.zip", "w").close()
    with pytest.raises(IntakeError, match="holds no files"):
        take_in(project, tmp_path / "empty.zip")


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are of another kind there")
def test_unreadable_files_and_folders_are_named_and_the_rest_comes_in(tmp_path):
    source = tmp_path / "source"
    files = make_tiny_folder(source, ("circle", "square", "ring"), 2)
    files["circle"][0].chmod(0)
    (source / "ring").chmod(0)
    script = """
    from tellapart.errors import IntakeError
    from tellapart.gather import take_in
    from tellapart.store.project import create_project
    with create_project(Path(sys.argv[1])) as project:
        for place in sys.argv[2:]:
            try:
                summary = take_in(project, Path(place))
                print(summary.n_added, *sorted(f"{one.path}: {one.reason}" for one in summary.refusals), sep="|")
            except IntakeError as error:
                print(error)
    """
    try:
        answers = run_python(
            script, tmp_path / "project", source, source / "ring", source / "ring" / "x.png", is_held=True
        )
    finally:
        (source / "ring").chmod(0o755)
    first, *others = answers.splitlines()
    assert first.split("|") == [
        "3",
        "circle/circle_000.png: no permission to read the file",
        "ring/…: a folder without permission to read it",
    ]
    assert len(others) == 2 and all("No permission to read" in line for line in others)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_to_folders_are_named_and_not_followed(project, tmp_path, png):
    (tmp_path / "source" / "bear").mkdir(parents=True)
    (tmp_path / "source" / "bear" / "good.png").write_bytes(png)
    (tmp_path / "source" / "wolf").symlink_to(tmp_path / "source")
    (tmp_path / "source" / "bear" / "gone.png").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "source" / "bear" / "pipe.png")
    summary = take_in(project, tmp_path / "source")
    reasons = reasons_of(summary)
    assert summary.labels == {"bear": 1}
    assert "a link to a folder" in reasons["wolf/…"]
    assert "cannot be read" in reasons["bear/gone.png"]
    assert reasons["bear/pipe.png"] == "not an ordinary file"


@pytest.mark.skipif(sys.platform != "linux", reason="this disk cannot hold such names")
def test_names_of_odd_bytes_come_in_under_names_that_can_be_shown(project, tmp_path, png):
    folder = os.fsencode(tmp_path) + b"/source/bear"
    os.makedirs(folder)  # noqa: PTH103  bytes are no Path
    with open(folder + b"/caf\xe9.png", "wb") as file:  # noqa: PTH123
        file.write(png)
    assert take_in(project, tmp_path / "source").n_added == 1
    (picture,) = project.manifest.pictures()
    assert picture.original_name == "bear/caf�.png" and project.file(picture).read_bytes() == png


def test_of_another_project_the_kept_pictures_are_taken_in(tiny_project, tmp_path):
    from tellapart.gather import take_in
    from tellapart.store.journal import Remove
    from tellapart.store.project import create_project

    tiny_project.journal.decide(Remove(tiny_project.manifest.pictures()[0].image_id))
    with create_project(tmp_path / "other") as other:
        summary = take_in(other, tiny_project.root)
    assert summary.n_added == 71 and set(summary.labels) == {"circle", "cross", "square"}


def test_a_project_inside_a_folder_is_refused_by_name(tiny_project, tmp_path, tiny_folder):
    import shutil

    from tellapart.gather.layout.places import look_into

    shutil.copytree(tiny_folder, tmp_path / "circles and more")
    shutil.copytree(tiny_project.root, tmp_path / "circles and more" / "old project")
    names = [found.name for found in look_into(tmp_path / "circles and more").files]
    assert "old project/…" in names and len(names) == 73
