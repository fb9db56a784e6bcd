"""The pictures of a project that look most like one."""

from __future__ import annotations

import itertools
import json
import shutil
import weakref
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from bundle_records import put_record
from tellapart.bundle.inner import open_inner
from tellapart.bundle.loading import load_bundle
from tellapart.errors import ExplainError
from tellapart.store.project import create_project, open_project
from tellapart.understanding.nearest import Sought, nearest_pictures


def test_a_picture_of_the_project_is_its_own_nearest_and_others_are_of_its_label(leaf_model, explainer):
    root, predictor = leaf_model
    with open_project(root) as project:
        own = [picture for picture in project.manifest.pictures() if picture.is_member][::9]
        pixels = np.stack([predictor.pixels(project.file(picture)) for picture in own])
        found = nearest_pictures(explainer.inner, project, pixels, k=4)
    assert [near[0].path for near in found] == [picture.path for picture in own]
    assert all(near[0].is_same and len(near) == 4 for near in found)
    assert all(a.similarity >= b.similarity for near in found for a, b in itertools.pairwise(near))
    agree = [one.label == picture.label for near, picture in zip(found, own, strict=True) for one in near[1:]]
    assert np.mean(agree) > 0.4, "of four labels a quarter would be chance"


def test_of_many_sought_pictures_no_pixels_are_kept(leaf_model, explainer):
    root, predictor = leaf_model
    sought, alive = Sought(explainer.inner), []
    with open_project(root) as project:
        own = [picture for picture in project.manifest.pictures() if picture.is_member][:20]
        for picture in own:
            square = np.array(predictor.pixels(project.file(picture)))
            alive.append(weakref.ref(square))
            sought.add(square)
        del square
        assert sum(one() is not None for one in alive) < len(own) / 2
        assert [near[0].path for near in sought.nearest(project, 1)] == [picture.path for picture in own]


def test_a_network_of_its_own_looks_at_the_project_once_more(leaf_model, explainer, tmp_path: Path):
    """A bundle that names another network, as one with tuned blocks does, gets the same answers without the cache."""
    root, predictor = leaf_model
    folder = Path(shutil.copytree(predictor.bundle.bundle_dir, tmp_path / "bundle"))
    record = json.loads((folder / "bundle.json").read_text("utf-8"))
    record["backbone"]["sha256"] = sha256(b"another").hexdigest()
    put_record(folder, record)
    other = open_inner(load_bundle(folder, is_own=True))
    said = []
    with open_project(root) as project:
        picture = next(picture for picture in project.manifest.pictures() if picture.is_member)
        pixels = predictor.pixels(project.file(picture))[None]
        cached = nearest_pictures(explainer.inner, project, pixels, k=3)
        anew = nearest_pictures(
            other, project, pixels, 3, lambda done, total, message: said.append((done, total))
        )
    assert [one.path for one in anew[0]] == [one.path for one in cached[0]]
    assert said and said[-1][0] == said[-1][1]


def test_an_empty_project_has_no_near_pictures(explainer, tmp_path: Path):
    with (
        create_project(tmp_path / "empty") as project,
        pytest.raises(ExplainError, match="empty has no pictures"),
    ):
        nearest_pictures(explainer.inner, project, np.zeros((1, 224, 224, 3), np.uint8))
