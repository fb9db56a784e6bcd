"""A stranger's bundle: its record holds what it should, in range, and its folder nothing but files of its own."""

import os

import pytest
from bundle_records import put_record, record_of
from tellapart.bundle.loading import load_bundle, newest_bundle
from tellapart.bundle.record import parse, validate
from tellapart.bundle.writer import copy_bundle
from tellapart.errors import BundleError

needs_links = pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows that few people have")
NAN, INFINITE = float("nan"), float("inf")

RECORD = {
    "no classes": {"classes": []},
    "a class twice": {"classes": ["circle", "circle", "square"]},
    "a class that is a number": {"classes": ["circle", 2, "square"]},
    "a class that is empty": {"classes": ["circle", " ", "square"]},
    "a class with an escape sequence": {"classes": ["circle", "\x1b]0;x\x07", "square"]},
    "a class of a megabyte": {"classes": ["circle", "x" * 10**6, "square"]},
    "classes as text": {"classes": "circle"},
    "a threshold of NaN": {"threshold": NAN},
    "a threshold without end": {"threshold": INFINITE},
    "a threshold as text": {"threshold": "0.5"},
    "a threshold of true": {"threshold": True},
    "a format of true": {"format": True},
    "a format of 1.5": {"format": 1.5},
    "a format below": {"format": 0},
    "no golden pictures": {"golden": []},
    "golden is an object": {"golden": {}},
    "files is a list": {"files": ["model.onnx"]},
    "no files": {"files": {}},
    "a hash that is no text": {"files": {"model.onnx": 0}},
    "many files": {"files": {f"{n}": "0" * 64 for n in range(1000)}},
    "a temperature of zero": {"temperature": 0},
    "backbone is text": {"backbone": "pocket"},
    "no backbone": {"backbone": None},
}


@pytest.mark.parametrize("change", RECORD)
def test_a_record_out_of_its_range_is_refused(bundle, change):
    put_record(bundle, {**record_of(bundle), **RECORD[change]})
    with pytest.raises(BundleError, match=r"bundle.json is damaged .*Export the bundle again"):
        load_bundle(bundle)


@pytest.mark.parametrize(
    "probabilities",
    [[], [1.0], [1.0, 0.0, 0.0, 0.0], [NAN, 0.0, 0.0], [INFINITE, 0.0, 0.0], [-0.1, 0.6, 0.5], [1.5, 0.0, 0.0],
     ["1", 0, 0], [True, 0, 0], None, [[1.0], 0.0, 0.0]],
)  # fmt: skip
def test_golden_probabilities_are_probabilities(bundle, probabilities):
    record = record_of(bundle)
    record["golden"][0]["probabilities"] = probabilities
    put_record(bundle, record)
    with pytest.raises(BundleError, match="damaged"):
        load_bundle(bundle)


@pytest.mark.parametrize("n", [9, 5000])
def test_more_golden_pictures_than_tellapart_makes_are_refused(bundle, n):
    record = record_of(bundle)
    record["golden"] = [record["golden"][0]] * n
    put_record(bundle, record)
    with pytest.raises(BundleError, match="damaged"):
        load_bundle(bundle)


@pytest.mark.parametrize(
    "preprocess",
    [{"size_px": 10**9}, {"resize_px": 10**9}, {"size_px": 0}, {"size_px": 224.5}, {"size_px": True},
     {"std": [0, 1, 1]}, {"std": [1, 1]}, {"mean": [NAN, 0, 0]}, {"mean": "abc"}, {"fit": "exec"},
     {"interpolation": None}, {"resize_px": 60}, {"more": 1}],
)  # fmt: skip
def test_preprocessing_out_of_its_range_is_refused(bundle, preprocess):
    record = record_of(bundle)
    record["preprocess"].update(preprocess)
    put_record(bundle, record)
    with pytest.raises(BundleError, match="damaged"):
        load_bundle(bundle)


@pytest.mark.parametrize(
    "text",
    ['{"format": 1, "format": 1}', '{"a": {"b": 1, "b": 2}}', '{"a": NaN}', '{"a": -Infinity}', '{"a": 1e999}',
     '{"a": ' + "9" * 5000 + "}", "[" * 100_000, '{"a":' * 50 + "1" + "}" * 50, '{"a":' + "[" * 40 + "1" + "]" * 40 + "}",
     '"text"', "null", "", "{", "\x00", '{"a": 1} {"b": 2}', '{"a": "\ud800"}'],
)  # fmt: skip
def test_json_that_means_two_things_or_none_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        validate(parse(text.encode("utf-8", "surrogatepass")))


def test_a_record_that_is_too_large_is_not_read(bundle):
    with (bundle / "bundle.json").open("ab") as file:
        file.write(b" " * (17 * 2**20))
    with pytest.raises(BundleError, match="larger than 16 MB"):
        load_bundle(bundle)


@needs_links
@pytest.mark.parametrize(
    "place", ["bundle.json", "model.onnx", "weights.safetensors", "golden/1.jpg", "golden", "more"]
)
@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_links_and_pipes_in_a_bundle_are_neither_followed_nor_copied(bundle, tmp_path, place, kind):
    target = bundle / place
    if target.exists():
        target.rename(tmp_path / "real")
    if kind == "pipe":
        os.mkfifo(target)
    else:
        target.symlink_to(tmp_path / "real")
    expected = "is not a bundle" if (place, kind) == ("bundle.json", "pipe") else "link or a special file"
    for use in (load_bundle, lambda place: copy_bundle(place, tmp_path / "copy")):
        with pytest.raises(BundleError, match=expected):
            use(bundle)
    assert not (tmp_path / "copy").exists()


@needs_links
def test_a_link_among_a_projects_bundles_is_passed_over(trained, tmp_path):
    (tmp_path / "bundles").mkdir()
    (tmp_path / "bundles" / "x").symlink_to(trained[1].bundle_dir)
    assert newest_bundle(tmp_path / "bundles") is None
