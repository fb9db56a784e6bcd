"""Projects of older versions have shorter fingerprints: opening one makes them anew, once."""

import os

import pytest
from make_data import make_tiny_folder
from tellapart.errors import Cancelled
from tellapart.gather import take_in
from tellapart.pictures.images import FINGERPRINT_BYTES
from tellapart.store.project import create_project, open_project


@pytest.fixture
def old_project(tmp_path):
    """A project as an older version left it: 32 bytes for each picture, and no word on their kind."""
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 3)
    with create_project(tmp_path / "project") as project:
        take_in(project, tmp_path / "source")
        kept = {one.image_id: one.fingerprint for one in project.manifest.pictures()}
        with project.manifest.transaction() as db:
            db.execute("UPDATE pictures SET fingerprint = ?", [bytes(32)])
            db.execute("DELETE FROM settings WHERE name = 'fingerprint_bytes'")
    return tmp_path / "project", kept


def fingerprints(root):
    with open_project(root) as project:
        return {one.image_id: one.fingerprint for one in project.manifest.pictures()}


def test_opening_an_old_project_makes_todays_fingerprints(old_project):
    root, kept = old_project
    assert fingerprints(root) == kept and {len(one) for one in kept.values()} == {FINGERPRINT_BYTES}


def test_a_damaged_picture_keeps_its_old_one_and_is_not_looked_at_again(old_project):
    root, kept = old_project
    with open_project(root) as project:
        picture = project.manifest.pictures()[0]
        with project.manifest.transaction() as db:
            db.execute("UPDATE pictures SET fingerprint = ?", [bytes(32)])
            db.execute("DELETE FROM settings WHERE name = 'fingerprint_bytes'")
        path = project.file(picture)
        status = path.stat()
        path.write_bytes(bytes(status.st_size))  # as a failing disk leaves it: size and date say nothing
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    found = fingerprints(root)
    assert found.pop(picture.image_id) == bytes(32)
    assert found == {image_id: one for image_id, one in kept.items() if image_id != picture.image_id}
    seen = []
    open_project(root, lambda *report: seen.append(report)).close()
    assert not any("anew" in message for _, _, message in seen)


def test_a_stop_leaves_a_project_that_opens(old_project):
    root, kept = old_project

    def stop(done, total, message):
        if "anew" in message:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        open_project(root, stop)
    assert fingerprints(root) == kept
