"""A bundle that is damaged, newer or made to do harm is refused in a sentence, and nothing outside it is touched."""

import json
import os
import shutil

import pytest
from bundle_records import put_record, record_of
from command_line import run_here
from make_data import make_awkward
from other_process import assert_sentence
from tellapart.bundle.loading import FORMAT
from tellapart.errors import BundleError

pytestmark = pytest.mark.usefixtures("nothing_is_written_elsewhere")


@pytest.fixture
def bundle(trained, tmp_path):
    shutil.copytree(trained[1].bundle_dir, tmp_path / "bundle")
    return tmp_path / "bundle"


def rewrite(bundle, **changes):
    put_record(bundle, {**record_of(bundle), **changes})


def name_stranger(bundle):
    files = record_of(bundle)["files"]
    rewrite(bundle, files={"../elsewhere/letter.txt": "0", **files})


DAMAGES = {
    "record is garbage": (lambda b: (b / "bundle.json").write_bytes(b"\xff\x00garbage"), "is damaged"),
    "record is empty": (lambda b: (b / "bundle.json").write_text("[]"), "is damaged"),
    "record is half": (
        lambda b: (b / "bundle.json").write_text((b / "bundle.json").read_text()[:200]),
        "is damaged",
    ),
    "record is gone": (lambda b: (b / "bundle.json").unlink(), "is not a bundle"),
    "newer format": (lambda b: rewrite(b, format=99), "format 99, made by a newer tellapart"),
    "model is cut": (
        lambda b: os.truncate(b / "model.onnx", 1000),
        "model.onnx is not the file it was made with",
    ),
    "model is gone": (lambda b: (b / "model.onnx").unlink(), "is incomplete: model.onnx"),
    "golden is gone": (lambda b: shutil.rmtree(b / "golden"), "golden picture"),
    "golden is garbage": (lambda b: next((b / "golden").iterdir()).write_bytes(b"x"), "golden picture"),
    "file outside": (lambda b: name_stranger(b), "lies outside it"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_or_newer_bundle_says_what_is_wrong(bundle, damage):
    from tellapart.classify import Predictor

    harm, expected = DAMAGES[damage]
    harm(bundle)
    with pytest.raises(BundleError, match=expected) as caught:
        Predictor(bundle)
    assert any(word in str(caught.value) for word in ("again", "Update", "Train", "Do not use"))


def test_a_bundle_of_a_newer_format_at_the_command_line(bundle):
    rewrite(bundle, format=FORMAT + 1)
    done = run_here("predict", bundle, bundle / "golden" / "1.jpg")
    assert_sentence(done, f"format {FORMAT + 1}, made by a newer tellapart", "Update tellapart")


def test_unreadable_pictures_among_good_ones_are_told_by_the_exit_code(bundle, tmp_path):
    make_awkward(tmp_path / "source")
    files = [
        bundle / "golden" / "1.jpg",
        tmp_path / "source" / "empty.jpg",
        tmp_path / "source" / "missing.jpg",
    ]
    done = run_here("predict", bundle, *files, "--json")
    rows = json.loads(done.stdout)
    assert done.returncode == 3 and [("label" in row, row.get("error")) for row in rows] == [
        (True, None), (False, "empty file (0 bytes)"), (False, "file not found"),
    ]  # fmt: skip
