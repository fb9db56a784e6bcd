"""Ready-made data sets from a small server: fetched once, checked, unpacked safely, understood by take_in."""

import hashlib
import io
import json
import re
import shutil
import tarfile
import zipfile

import numpy as np
import pytest
from fileserver import FileServer
from make_data import draw_shape
from scipy.io import savemat
from tellapart.errors import Cancelled, DatasetError
from tellapart.gather import datasets as module
from tellapart.gather import take_in
from tellapart.gather.datasets import Dataset, DatasetFile, datasets, fetch, fetch_dataset, origin_of
from tellapart.licences import licence_of
from tellapart.store.project import create_project
from tellapart.web import transfers
from tellapart.web.transfers import Checks


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(transfers, "WAITS_S", (0.01, 0.01, 0.01))
    with FileServer({}) as server:
        yield server


def jpeg(seed):
    buffer = io.BytesIO()
    draw_shape("circle", np.random.default_rng(seed), 32).save(buffer, "JPEG")
    return buffer.getvalue()


def tgz(files, mode="w:gz"):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def made(server, content, name="made", file_name="made.tgz", **changes):
    """A row of the table whose only file has this content."""
    server.files[file_name] = content
    file = DatasetFile(
        server.url + file_name, len(content) / 1e6, Checks(sha256=hashlib.sha256(content).hexdigest())
    )
    values = {
        "name": name, "title": "Made pictures", "what": "circles", "n_pictures": 4, "n_labels": 2, "files": (file,),
        "pattern": r"set/(?P<split>train|val)/(?P<label>[^/]+)/(?P<file>[^/]+\.jpg)", "labels": {"n01": "tench"},
        "authors": "A. Maker", "licence": "CC BY 4.0", "licence_url": "https://creativecommons.org/licenses/by/4.0/",
        "licence_note": "", "page": "https://example.org/made", "citation": "Maker 2026: Made pictures.",
    }  # fmt: skip
    return Dataset(**{**values, **changes})


def four_pictures():
    names = ("set/train/n01/a.jpg", "set/train/big_cat/b.jpg", "set/val/n01/c.jpg", "set/val/big_cat/d.jpg")
    return {name: jpeg(i) for i, name in enumerate(names)} | {
        "set/labels.csv": b"a,b",
        "set/train/readme.txt": b"hi",
    }


def files_in(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(("pack", "file_name"), [(tgz, "made.tgz"), (zipped, "made.zip")])
def test_a_data_set_becomes_folders_that_take_in_understands(server, tmp_path, pack, file_name):
    dataset = made(server, pack(four_pictures()), file_name=file_name)
    seen = []
    folder = fetch(dataset, tmp_path / "data", lambda *report: seen.append(report))
    assert folder == tmp_path / "data" / "made"
    assert files_in(folder) == [
        ".tellapart-dataset.json", "train/big cat/b.jpg", "train/tench/a.jpg", "valid/big cat/d.jpg", "valid/tench/c.jpg",
    ]  # fmt: skip
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["made"], "nothing else is left behind"
    assert any("Downloading Made pictures" in one[2] for one in seen) and "Unpacking" in seen[-1][2]
    with create_project(tmp_path / "project") as project:
        summary = take_in(project, folder)
        assert summary.labels == {"tench": 2, "big cat": 2} and not summary.refusals
        pictures = project.manifest.pictures()
        assert {one.given_split for one in pictures} == {"train", "valid"}
        assert {(one.source, one.licence, one.author, one.page_url) for one in pictures} == {
            ("data set made", "CC BY 4.0", "A. Maker", "https://example.org/made")
        }


def test_it_is_fetched_once(server, tmp_path):
    dataset = made(server, tgz(four_pictures()))
    assert fetch(dataset, tmp_path) == fetch(dataset, tmp_path) and len(server.requests) == 1


def test_a_stop_while_downloading_or_unpacking_goes_on_next_time(server, tmp_path):
    dataset = made(
        server, tgz(four_pictures() | {"set/noise.bin": np.random.default_rng(0).bytes(2_000_000)})
    )

    def stop(word):
        def report(done, total, message):
            if word in message and done > 500_000 * (word == "Downloading"):
                raise Cancelled("Stopped.")

        return report

    for word in ("Downloading", "Unpacking"):
        with pytest.raises(Cancelled):
            fetch(dataset, tmp_path, stop(word))
        assert not (tmp_path / "made").exists()
    assert len(files_in(fetch(dataset, tmp_path))) == 5
    assert [("range" in one) for one in server.requests] == [False, True], (
        "what had come was not asked for again"
    )


def test_a_wrong_checksum_a_refusal_and_no_server_are_sentences(server, tmp_path):
    dataset = made(server, tgz(four_pictures()))
    server.files["made.tgz"] += b"x"
    with pytest.raises(
        DatasetError, match=r"Made pictures: made.tgz could not.*not the expected file: its sha256.*Try again"
    ):
        fetch(dataset, tmp_path)
    server.status = 403
    with pytest.raises(DatasetError, match="the server answers 403"):
        fetch(dataset, tmp_path)
    del server.files["made.tgz"]
    with pytest.raises(DatasetError, match="the server answers 404"):
        fetch(dataset, tmp_path)
    assert not (tmp_path / "made").exists()


def test_hostile_archives_write_nothing_outside_and_end_in_a_sentence(server, tmp_path):
    names = ("../evil.jpg", "/tmp/evil-dataset.jpg", "set/train/../../../evil.jpg", "C:\\evil.jpg")
    dataset = made(server, tgz({name: jpeg(1) for name in names}), pattern=r"(?P<label>.*?)(?P<file>[^/]*)")
    with pytest.raises(DatasetError, match="has no pictures where they should be"):
        fetch(dataset, tmp_path / "data")
    assert [path.name for path in tmp_path.rglob("*evil*")] == []
    link = tarfile.TarInfo("set/train/n01/a.jpg")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(link)
    with pytest.raises(DatasetError, match="a link, not a file"):
        fetch(made(server, buffer.getvalue(), "link", "link.tar"), tmp_path / "data")
    with pytest.raises(DatasetError, match="not a readable zip file"):
        fetch(made(server, b"PK no zip", "broken", "broken.zip"), tmp_path / "data")
    assert not [
        path for path in (tmp_path / "data").iterdir() if path.is_dir() and not path.name.startswith(".")
    ]


def test_a_folder_that_is_something_else_and_a_full_disk_are_left_alone(server, tmp_path, monkeypatch):
    dataset = made(server, tgz(four_pictures()))
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "mine.txt").write_text("mine")
    with pytest.raises(DatasetError, match="exists and is not this data set"):
        fetch(dataset, tmp_path)
    assert files_in(tmp_path / "made") == ["mine.txt"]
    usage = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(DatasetError, match=r"needs 0.0 GB to unpack"):
        fetch(dataset, tmp_path / "other")
    assert server.requests == []


def test_flowers_102_gets_its_labels_and_splits_from_its_tables(server, tmp_path):
    row = datasets()["flowers-102"]
    labels, ids = io.BytesIO(), io.BytesIO()
    savemat(labels, {"labels": [[1, 77, 1, 102]]})
    savemat(ids, {"trnid": [[1]], "valid": [[2]], "tstid": [[3, 4]]})
    contents = {
        "imagelabels.mat": labels.getvalue(), "setid.mat": ids.getvalue(),
        "102flowers.tgz": tgz({f"jpg/image_{i:05d}.jpg": jpeg(i) for i in range(1, 6)}),
    }  # fmt: skip
    server.files.update(contents)
    files = tuple(DatasetFile(server.url + file.name, 1, Checks()) for file in row.files)
    folder = fetch(module.Dataset(**{**row.__dict__, "files": files}), tmp_path)
    assert files_in(folder)[1:] == [
        "test/blackberry lily/image_00004.jpg", "test/pink primrose/image_00003.jpg",
        "train/pink primrose/image_00001.jpg", "valid/passion flower/image_00002.jpg",
    ]  # fmt: skip


EXAMPLES = {
    "mnist-sample": ("mnist_sample/train/3/7463.png", "train", "3"),
    "mnist": ("mnist_png/testing/9/12.png", "test", "9"),
    "pets": ("images/great_pyrenees_173.jpg", None, "great pyrenees"),
    "imagenette-160": ("imagenette2-160/val/n02979186/n02979186_8971.JPEG", "valid", "cassette player"),
    "imagenette-320": ("imagenette2-320/train/n01440764/n01440764_1.JPEG", "train", "tench"),
    "imagenette": ("imagenette2/train/n01440764/n01440764_1.JPEG", "train", "tench"),
    "imagewoof-160": ("imagewoof2-160/val/n02115641/n02115641_1.JPEG", "valid", "dingo"),
    "imagewoof-320": ("imagewoof2-320/val/n02111889/n02111889_1.JPEG", "valid", "Samoyed"),
    "imagewoof": ("imagewoof2/train/n02088364/n02088364_1.JPEG", "train", "beagle"),
    "dogs-vs-cats": ("dogscats/valid/cats/cat.1.jpg", "valid", "cats"),
    "cifar-10": ("cifar10/test/airplane/0001.png", "test", "airplane"),
    "food-101": ("food-101/images/apple_pie/1005649.jpg", None, "apple pie"),
    "flower-photos": ("flower_photos/daisy/100080576_f52e8ee070_n.jpg", None, "daisy"),
    "plant-village": ("Plant_leave_diseases/Apple___Black_rot/image (1).JPG", None, "Apple - Black rot"),
    "beans": ("validation/bean_rust/bean_rust_val.0.jpg", "valid", "bean rust"),
    "eurosat": ("2750/AnnualCrop/AnnualCrop_1.jpg", None, "AnnualCrop"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_set_is_arranged_by_what_its_archive_calls_its_pictures(name):
    path, split, label = EXAMPLES[name]
    place = module._places(datasets()[name])(path)
    assert place is not None and place.parts[-2:] == (label, path.rsplit("/", 1)[-1])
    assert (place.parts[0] if len(place.parts) == 3 else None) == split
    assert module._places(datasets()[name])("README.txt") is None


def test_every_row_of_the_table_is_complete_and_honest():
    assert set(EXAMPLES) | {"flowers-102"} == set(datasets())
    for row in datasets().values():
        assert (
            row.title
            and row.authors
            and row.citation
            and row.page.startswith("http")
            and row.n_pictures > 100
        )
        assert row.licence is None or licence_of(row.licence, row.licence_url).is_known
        assert row.licence or row.licence_note, f"{row.name}: without a licence, a word on why"
        re.compile(row.pattern)
        for file in row.files:
            checks = file.checks
            assert checks.sha256 or checks.md5 or (checks.md5_first_mib and checks.n_bytes), file.name
            if checks.n_bytes and checks.n_bytes > 1e6:
                assert abs(checks.n_bytes / 1e6 - file.megabytes) < 0.1


def test_an_unknown_name_gets_a_suggestion(tmp_path):
    with pytest.raises(DatasetError, match="no data set 'imagenete'. Did you mean 'imagenette'"):
        fetch_dataset("imagenete", tmp_path)


def test_a_damaged_note_says_nothing_about_the_origin(tmp_path):
    (tmp_path / ".tellapart-dataset.json").write_text(json.dumps({"name": "x"}))
    assert origin_of(tmp_path) is None and origin_of(tmp_path / "nowhere") is None


def test_a_mirror_is_asked_instead(server, tmp_path, monkeypatch):
    dataset = made(server, tgz(four_pictures()))
    elsewhere = DatasetFile("http://127.0.0.1:9/made.tgz", 1, dataset.files[0].checks)
    monkeypatch.setenv("TELLAPART_DATASETS_URL", server.url)
    assert (fetch(Dataset(**{**dataset.__dict__, "files": (elsewhere,)}), tmp_path) / "train").is_dir()


@pytest.mark.network
def test_the_smallest_real_data_set_arrives(tmp_path):
    folder = fetch_dataset("mnist-sample", tmp_path)
    assert len(list(folder.rglob("*.png"))) == datasets()["mnist-sample"].n_pictures
