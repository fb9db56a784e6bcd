"""A bundle of format 1 goes on seeing pictures as it learned them; today's bundles and caches have a version of their own."""

import json
import shutil
import struct
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bundle_records import put_record
from PIL import Image
from tellapart.backbones.catalogue import load_backbone
from tellapart.backbones.embeddings import cache_key
from tellapart.bundle.loading import load_bundle
from tellapart.classify import Predictor
from tellapart.pictures.images import read_given, read_image
from tellapart.pictures.preprocess import PIXELS, Preprocess

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
import coloured_pictures as made

RED = Image.new("RGB", (64, 64), (200, 60, 50))
RAMP = np.tile(np.linspace(0, 4095, 64), (64, 1)).astype(np.uint16)
WHITE_ON_CLEAR = Image.merge(
    "LA", (Image.new("L", (64, 64), 255), Image.linear_gradient("L").resize((64, 64)))
)
CHANGED = {
    "profile": made.png(RED, made.iccp(made.P3)),
    "gamma": made.png(RED, made.gama(1)),
    "deep": made.deep_png(RAMP),
    "white on clear": made.png(WHITE_ON_CLEAR),
    "one colour clear": made.png(RED, made.chunk(b"tRNS", struct.pack(">3H", 200, 60, 50))),
}


@pytest.mark.parametrize(
    ("name", "place", "level"),
    [("profile", (3, 3), (200, 60, 50)), ("gamma", (3, 3), (200, 60, 50)), ("deep", (63, 3), (16, 16, 16)),
     ("white on clear", (3, 3), (255, 255, 255)), ("one colour clear", (3, 3), (200, 60, 50))],
)  # fmt: skip
def test_pixels_of_the_first_kind_are_the_numbers_as_they_stand(name, place, level, tmp_path):
    assert read_image(CHANGED[name], pixels=1).getpixel(place) == level
    assert np.abs(np.subtract(read_image(CHANGED[name]).getpixel(place), level)).max() > 10
    (tmp_path / "picture.png").write_bytes(CHANGED[name])
    with Image.open(tmp_path / "picture.png") as given:
        assert read_given(given, pixels=1).getpixel(place) == level


def test_an_old_bundle_answers_as_it_did(trained, tmp_path):
    new = Path(shutil.copytree(trained[1].bundle_dir, tmp_path / "new"))
    record = json.loads((new / "bundle.json").read_text("utf-8"))
    assert (record["format"], record["preprocess"]["pixels"]) == (2, PIXELS)
    old = Path(shutil.copytree(new, tmp_path / "old"))
    del record["preprocess"]["pixels"]
    put_record(old, {**record, "format": 1})
    assert load_bundle(old).preprocess.pixels == 1
    of_old, of_new = Predictor(old), Predictor(new)
    for name, data in CHANGED.items():
        raw = made.png(read_image(data, pixels=1))  # the same numbers, and nothing that says more
        today = made.png(read_image(data))
        assert of_old.predict(data).probabilities == of_old.predict(raw).probabilities, name
        assert of_new.predict(data).probabilities == of_new.predict(today).probabilities, name
    plain = made.jpeg(made.patches(2))
    assert of_old.predict(plain).probabilities == of_new.predict(plain).probabilities


def test_embeddings_of_other_pixels_are_not_used_again(monkeypatch):
    backbone = load_backbone()
    key = cache_key(backbone)
    assert cache_key(replace(backbone, preprocess=replace(backbone.preprocess, pixels=1))) != key
    monkeypatch.setattr("tellapart.backbones.embeddings._CODE_VERSION", 1)
    assert cache_key(backbone) != key


@pytest.mark.parametrize("pixels", [0, 3, "2", None])
def test_pixels_of_an_unknown_kind_are_refused(pixels):
    with pytest.raises(ValueError, match="pixels="):
        Preprocess(size_px=64, resize_px=64, pixels=pixels)
