"""Thumbnails that a project keeps carry pixels and nothing else, whatever the files say that they are made from."""

from PIL import Image, PngImagePlugin
from tellapart.gather import take_in
from tellapart.store.project import create_project
from tellapart_dashboards.app.thumbnails import Thumbnails

SECRET = "52.5200N 13.4050E Ada's garden"


def test_cached_thumbnails_carry_nothing_but_pixels(tmp_path):
    (tmp_path / "source" / "leaf").mkdir(parents=True)
    text, exif = PngImagePlugin.PngInfo(), Image.Exif()
    text.add_text("Comment", SECRET)
    exif[0x010E] = SECRET
    Image.effect_noise((90, 70), 60).save(tmp_path / "source" / "leaf" / "a.jpg", comment=SECRET, exif=exif)
    Image.effect_noise((70, 90), 60).save(tmp_path / "source" / "leaf" / "b.png", pnginfo=text, exif=exif)
    assert all(SECRET.encode() in file.read_bytes() for file in (tmp_path / "source" / "leaf").iterdir())
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "source")
        pictures = project.manifest.rows("SELECT image_id, path FROM pictures")
    thumbnails = Thumbnails(tmp_path / "project")
    given = [thumbnails.one(image_id, path) for image_id, path in pictures]
    cached = [path.read_bytes() for path in thumbnails.folder.rglob("*.jpg")]
    assert len(cached) == 2 and sorted(cached) == sorted(given)
    assert all(jpeg.startswith(b"\xff\xd8") and SECRET.encode() not in jpeg for jpeg in cached)
