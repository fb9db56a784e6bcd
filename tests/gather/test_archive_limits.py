"""What an archive of a stranger may cost: totals for zip and tar alike, no packed byte used twice, flat memory."""

import bz2
import io
import lzma
import struct
import tarfile
import zipfile
import zlib

import pytest
from other_process import run_python
from tellapart.errors import ArchiveError, ImageError
from tellapart.gather.archives import entries as limits
from tellapart.gather.archives.formats import entries


def local(name, packed, crc, size, method=8):
    head = struct.pack("<HHHHHIIIHH", 20, 0, method, 0, 0x5C00, crc, len(packed), size, len(name), 0)
    return b"PK\3\4" + head + name + packed, head


def directory(rows):
    """A zip's list of entries: (name, head of the local header, where it is)."""
    return b"".join(
        b"PK\1\2"
        + struct.pack("<BB", 21, 3)
        + head[:22]
        + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0o100644 << 16, at)
        + name
        for name, head, at in rows
    )


def written(path, body, rows):
    central = directory(rows)
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, len(rows), len(rows), len(central), len(body), 0)
    path.write_bytes(body + central + end)
    return path


def deflated(data):
    pack = zlib.compressobj(9, zlib.DEFLATED, -15)
    return pack.compress(data) + pack.flush()


def test_entries_that_repeat_one_another_are_refused(tmp_path):
    data = bytes(2**20)
    body, head = local(b"a/0.png", deflated(data), zlib.crc32(data), len(data))
    rows = [(b"a/%d.png" % i, head, 0) for i in range(1000)]
    with pytest.raises(ArchiveError, match=r"overlapping entries.*like a zip bomb"):
        entries(written(tmp_path / "bomb.zip", body, rows))


@pytest.mark.parametrize("inside", [1, 30, 40])
def test_entries_within_one_another_are_refused(tmp_path, inside):
    data = bytes(2**18)
    one, head = local(b"a/1.png", b"".join([b"\0" * inside, deflated(data)]), zlib.crc32(data), len(data))
    rows = [(b"a/1.png", head, 0), (b"a/2.png", head, inside)]
    with pytest.raises(ArchiveError, match="overlapping entries"):
        entries(written(tmp_path / "bomb.zip", one + bytes(100), rows))


def test_two_files_of_one_name_are_two_files(tmp_path):
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as archive:
        archive.writestr("a/1.png", b"one")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a/1.png", b"two")
    assert [entry.read() for entry in entries(tmp_path / "twice.zip")] == [b"one", b"two"]


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_every_way_of_packing_is_unpacked_however_well_it_packs(tmp_path, method):
    data = bytes(3_000_000) + b"the end"
    with zipfile.ZipFile(tmp_path / "set.zip", "w", method) as archive:
        archive.writestr("a/1.tif", data)
    (entry,) = entries(tmp_path / "set.zip")
    assert entry.read() == data
    (small,) = entries(tmp_path / "set.zip", max_bytes=1000)
    with pytest.raises(ImageError, match="unpacks to more than"):
        small.read()


@pytest.mark.parametrize(("method", "pack"), [(8, deflated), (12, bz2.compress)])
@pytest.mark.parametrize("said", [10, 2_999_999])
def test_a_size_that_is_not_true_is_damage(tmp_path, method, pack, said):
    data = bytes(3_000_000)
    body, head = local(b"a/1.png", pack(data), zlib.crc32(data), said, method)
    (entry,) = entries(written(tmp_path / "liar.zip", body, [(b"a/1.png", head, 0)]))
    with pytest.raises(ImageError, match="damaged in the zip"):
        entry.read()


@pytest.mark.parametrize("said", [1000, 90 * 2**20])
def test_blocks_of_bzip2_that_unpack_to_gigabytes_take_little_memory(tmp_path, said):
    packed = bz2.compress(bytes(45_000_000))  # one block of a hundred bytes
    body, head = local(b"a/1.png", packed * 60, 0, said, 12)
    written(tmp_path / "bomb.zip", body, [(b"a/1.png", head, 0)])
    code = """
        from tellapart.bundle.start_process import peak_mb
        from tellapart.gather.archives.formats import entries
        from tellapart.errors import ImageError
        before = peak_mb()
        try:
            entries(Path(sys.argv[1]))[0].read()
        except ImageError as error:
            print(error)
        print("grown", peak_mb() - before < 350)
    """
    assert "grown True" in run_python(code, tmp_path / "bomb.zip")


def zip_of(path, n, size):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(n):
            archive.writestr(f"a/{i}.png", bytes(size))
    return path


def tar_of(path, n, size, mode="w:gz"):
    with tarfile.open(path, mode) as archive:
        for i in range(n):
            info = tarfile.TarInfo(f"a/{i}.png")
            info.size = size
            archive.addfile(info, io.BytesIO(bytes(size)))
    return path


@pytest.mark.parametrize("make", [zip_of, tar_of], ids=["zip", "tar"])
def test_one_total_counts_for_zip_and_tar(tmp_path, monkeypatch, make):
    monkeypatch.setattr(limits, "MAX_UNPACKED", 10 * 2**20)
    assert (
        len(entries(make(tmp_path / "fits.x.zip" if make is zip_of else tmp_path / "fits.tgz", 9, 2**20)))
        == 9
    )
    with pytest.raises(
        ArchiveError, match="unpacks to more than 0 GB, like a zip bomb.*unpack it and add the folder"
    ):
        entries(make(tmp_path / "over.zip" if make is zip_of else tmp_path / "over.tgz", 11, 2**20))


def test_an_archive_that_is_large_itself_may_hold_as_much(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "MAX_UNPACKED", 1000)
    with zipfile.ZipFile(tmp_path / "stored.zip", "w") as archive:
        for i in range(5):
            archive.writestr(f"a/{i}.jpg", bytes(2000))
    assert len(entries(tmp_path / "stored.zip")) == 5


@pytest.mark.parametrize("pack", [lzma.compress, bz2.compress])
def test_a_packed_tar_that_claims_more_is_refused_before_it_is_unpacked(tmp_path, pack):
    head = tarfile.TarInfo("a/1.png")
    head.size = 2**36
    (tmp_path / "bomb.tar.xz").write_bytes(pack(head.tobuf()))
    with pytest.raises(ArchiveError, match="unpacks to more than 16 GB"):
        entries(tmp_path / "bomb.tar.xz")
