"""The camera of each picture, by maker and model alone, and errors told apart by it."""

import numpy as np
import pytest
from PIL import Image
from tellapart.errors import Cancelled
from tellapart.gather import take_in
from tellapart.pictures import images
from tellapart.pictures.images import camera_in
from tellapart.store.project import create_project
from tellapart.train import cameras as lookups
from tellapart.train import train_head
from tellapart.train.cameras import cameras_of


def picture(path, maker, model, seed=0):
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = maker, model
    exif[0xA431] = "serial 123456"
    exif.get_ifd(0x8825)[1] = "N"
    rng = np.random.default_rng(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rng.integers(0, 255, (60, 60, 3), np.uint8)).save(path, exif=exif)
    return path


@pytest.mark.parametrize("suffix", ["jpg", "webp", "tif"])
def test_maker_and_model_are_told_and_nothing_else(tmp_path, suffix):
    file = picture(tmp_path / f"a.{suffix}", "Maker\x1b[31m", "  M-1\n" + "x" * 300)
    found = camera_in(file)
    assert found.startswith("Maker") and "M-1" in found and len(found) <= 60
    assert "123456" not in found and "\x1b" not in found and "\n" not in found


def test_what_says_nothing_or_cannot_be_read_has_no_camera(tmp_path):
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe1 broken")
    Image.new("RGB", (60, 60)).save(tmp_path / "plain.jpg")
    files = [tmp_path / "broken.jpg", tmp_path / "plain.jpg", tmp_path / "nowhere.jpg", b""]
    assert [camera_in(file) for file in files] == [""] * 4


def test_each_file_is_looked_at_once(tmp_path, monkeypatch):
    for i in range(4):
        picture(tmp_path / "source" / "a" / f"{i}.jpg", "Maker", f"M-{i % 2}", i)
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "source", labels="folders")
        pictures = project.manifest.pictures()
        first = cameras_of(project, pictures)
        assert sorted(first) == ["Maker M-0", "Maker M-0", "Maker M-1", "Maker M-1"]
        monkeypatch.setattr(lookups, "camera_in", lambda _: pytest.fail("it was looked at again"))
        assert cameras_of(project, pictures) == first and cameras_of(project, []) == []
        project.file(pictures[0]).unlink()
        assert cameras_of(project, pictures) == first
    assert images.camera_in is camera_in


def test_the_look_at_many_pictures_can_be_stopped_and_goes_on_from_there(tmp_path, monkeypatch):
    for i in range(4):
        picture(tmp_path / "source" / "a" / f"{i}.jpg", "Maker", "M", i)
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "source", labels="folders")
        pictures = project.manifest.pictures()
        monkeypatch.setattr(lookups, "_AT_ONCE", 1)

        def stop(done, total, said):
            if done == 2:
                raise Cancelled(str(said))

        with pytest.raises(Cancelled, match="Looked up which camera took 2 of 4 pictures"):
            cameras_of(project, pictures, stop)
        seen = []
        monkeypatch.setattr(lookups, "camera_in", lambda path: (seen.append(path), "Maker M")[1])
        assert cameras_of(project, pictures) == ["Maker M"] * 4 and len(seen) == 2


def test_a_camera_is_a_slice_of_the_bias_probe(tiny_folder, tmp_path):
    """Two cameras; the pictures of one have labels that nobody could learn."""
    source = tmp_path / "source"
    rng = np.random.default_rng(0)
    for label in ("circle", "square"):
        for i, file in enumerate(sorted((tiny_folder / label).iterdir())):
            is_odd = i % 2
            exif = Image.Exif()
            exif[0x010F], exif[0x0110] = "Maker", "odd" if is_odd else "good"
            image = Image.open(file).convert("RGB")
            if is_odd:
                image = Image.fromarray(rng.integers(0, 255, (48, 48, 3), np.uint8))
            (source / label).mkdir(parents=True, exist_ok=True)
            image.save(source / label / f"{i}.jpg", exif=exif, quality=95)
    with create_project(tmp_path / "project") as project:
        take_in(project, source)
        result = train_head(project)
    from tellapart.bundle.loading import load_bundle

    found = load_bundle(result.bundle_dir, is_own=True).record["by_slice"]["slices"]
    of_camera = {one["value"]: one for one in found if one["by"] == "camera"}
    assert set(of_camera) == {"Maker good", "Maker odd"}
    assert of_camera["Maker odd"]["n_wrong"] > of_camera["Maker good"]["n_wrong"]
