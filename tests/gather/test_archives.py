"""Tars from strangers: the same limits and reasons as for zips, read once from front to back, by several threads."""

import bz2
import gzip
import io
import lzma
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from make_data import make_tiny_folder
from other_process import run_python
from summaries import reasons_of
from tellapart.errors import ArchiveError, ImageError, IntakeError
from tellapart.gather import take_in
from tellapart.gather.archives.formats import entries, kind_of
from tellapart.store.project import create_project


@pytest.fixture
def project(tmp_path):
    with create_project(tmp_path / "home" / "project") as project:
        yield project


def member(name, data=b"", **fields):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, io.BytesIO(data)


def tarred(path, members, mode="w"):
    with tarfile.open(path, mode) as archive:
        for info, data in members:
            archive.addfile(info, data)
    return path


@pytest.mark.parametrize(
    ("suffix", "mode"),
    [(".tar", "w"), (".tar.gz", "w:gz"), (".tgz", "w:gz"), (".tar.bz2", "w:bz2"), (".tar.xz", "w:xz")],
)
def test_every_kind_of_tar_gives_the_pictures_of_its_folder(project, tmp_path, suffix, mode):
    made = make_tiny_folder(tmp_path / "source", ("circle", "square"), 20)
    with tarfile.open(tmp_path / f"set{suffix}", mode) as archive:
        archive.add(tmp_path / "source", "source")
    summary = take_in(project, tmp_path / f"set{suffix}")
    assert summary.labels == {"circle": 20, "square": 20} and not summary.refusals
    kept = sorted(project.file(picture).read_bytes() for picture in project.manifest.pictures())
    assert kept == sorted(path.read_bytes() for paths in made.values() for path in paths)
    assert {picture.source for picture in project.manifest.pictures()} == {"tar"}


def test_a_tar_is_known_by_its_content_when_its_name_says_nothing(tmp_path, png):
    path = tarred(tmp_path / "download", [member("bear/a.png", png)])
    assert kind_of(path) == "tar" and [entry.read() for entry in entries(path)] == [png]
    assert kind_of(tmp_path / "missing") is None


def test_what_leads_out_of_a_tar_or_is_no_file_is_refused_and_nothing_is_written_there(
    project, tmp_path, png
):
    evil = ["../evil.png", "bear/../../evil.png", "/tmp/evil-tellapart.png", "C:\\evil.png", "..\\evil.png"]
    members = [member("all/bear/good.png", png), *(member(name, png) for name in evil)]
    members += [
        member("all/bear/link.png", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        member("all/bear/hard.png", type=tarfile.LNKTYPE, linkname="../../../etc/passwd"),
        member("all/bear/device.png", type=tarfile.CHRTYPE),
        member("all/bear/pipe.png", type=tarfile.FIFOTYPE),
    ]
    tarred(tmp_path / "evil.tar", members)
    before = {path for path in tmp_path.rglob("*") if project.root not in path.parents}
    summary = take_in(project, tmp_path / "evil.tar")
    assert summary.labels == {"bear": 1}, "the evil names have no say about the labels"
    reasons = reasons_of(summary)
    assert {reasons[name.replace("\\", "/")] for name in evil} == {
        "its path in the tar leads out of the folder"
    }
    assert reasons["all/bear/link.png"] == reasons["all/bear/hard.png"] == "a link, not a file"
    assert reasons["all/bear/device.png"] == reasons["all/bear/pipe.png"] == "not an ordinary file"
    assert {path for path in tmp_path.rglob("*") if project.root not in path.parents} == before
    assert not Path("/tmp/evil-tellapart.png").exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"no tar at all" * 100, gzip.compress(b"x" * 5000), b"\x1f\x8b cut off"],
    ids=["empty", "no tar", "something else in gzip", "cut off"],
)
def test_a_damaged_tar_is_refused_as_a_whole(project, tmp_path, content):
    (tmp_path / "broken.tar.gz").write_bytes(content)
    with pytest.raises(IntakeError, match=r"not a readable tar file.*Create it again"):
        take_in(project, tmp_path / "broken.tar.gz")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, bytes])
def test_a_tar_that_was_cut_off_says_so_and_adds_nothing(project, tmp_path, png, pack):
    whole = tarred(tmp_path / "whole.tar", [member(f"bear/{i}.png", png + bytes([i])) for i in range(40)])
    (tmp_path / "cut.tar").write_bytes(pack(whole.read_bytes())[: -len(pack(whole.read_bytes())) // 3])
    with pytest.raises(ArchiveError, match="cut.tar is not a readable tar file"):
        take_in(project, tmp_path / "cut.tar")


def test_a_bomb_is_noticed_before_it_is_unpacked(tmp_path):
    zeros = gzip.compress(bytes(2**26), compresslevel=9)
    head = tarfile.TarInfo("bear/huge.png")
    head.size = 600 * 2**26
    (tmp_path / "bomb.tgz").write_bytes(gzip.compress(head.tobuf()) + zeros * 60)
    with pytest.raises(ArchiveError, match="unpacks to more than 16 GB, like a zip bomb"):
        entries(tmp_path / "bomb.tgz")


def test_a_header_that_claims_gigabytes_takes_no_memory(tmp_path):
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 2**33 - 512
    zeros = gzip.compress(bytes(2**26))
    (tmp_path / "header.tgz").write_bytes(gzip.compress(header.tobuf(tarfile.GNU_FORMAT)) + zeros * 8)
    code = """
        from tellapart.bundle.start_process import peak_mb
        from tellapart.gather.archives.formats import entries
        from tellapart.errors import ArchiveError
        before = peak_mb()
        try:
            entries(Path(sys.argv[1]))
        except ArchiveError as error:
            print(error)
        print("grown", peak_mb() - before < 100)
    """
    said = run_python(code, tmp_path / "header.tgz")
    assert "impossible size" in said and "grown True" in said


def test_too_large_an_entry_costs_only_itself(tmp_path, png):
    path = tarred(tmp_path / "set.tar.gz", [member("a", bytes(3000)), member("b", png)], "w:gz")
    large, fits = entries(path, max_bytes=2000)
    assert fits.read() == png
    with pytest.raises(ImageError, match="unpacks to more than"):
        large.read()


def test_threads_may_ask_in_about_the_order_of_the_archive_and_again(tmp_path):
    contents = [bytes([i]) * (i * 37) for i in range(200)]
    path = tarred(tmp_path / "set.tar.gz", [member(f"{i}", data) for i, data in enumerate(contents)], "w:gz")
    found = entries(path)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda entry: entry.read(), found)) == contents
    assert found[3].read() == contents[3] and found[199].read() == contents[199] and found[0].read() == b""


def test_a_gnu_long_name_and_unicode_names_survive(project, tmp_path, png):
    name = "bäume & wälder/" + "x" * 150 + " 🌲.png"
    tarred(tmp_path / "set.tar", [member(name, png)])
    summary = take_in(project, tmp_path / "set.tar")
    assert summary.labels == {"bäume & wälder": 1}
