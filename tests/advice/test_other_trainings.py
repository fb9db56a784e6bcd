"""Advice to train in another way: thoroughly, by what that brought before; with another backbone, by a sample."""

from __future__ import annotations

import itertools
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from tellapart.advice import AdviceKind, Basis, backbones, thorough
from tellapart.advice.backbones import SAMPLE, backbone_advice
from tellapart.advice.ground import ground_of
from tellapart.advice.thorough import thorough_advice
from tellapart.backbones.catalogue import BackboneOffer
from tellapart.errors import BackboneError
from tellapart.learning.statistics.paired import Paired
from tellapart.progress import silent
from tellapart.training_runs.finding import done_run


@pytest.fixture
def ground(turned_project):
    return ground_of(turned_project, done_run(turned_project, "newest"), silent)


def earlier(ground, **changed):
    return replace(ground.run, run_id="20200101-120000-aaaaaa", recipe="thorough", **changed)


def test_thorough_is_advised_by_our_sets_until_it_was_tried(ground, monkeypatch):
    monkeypatch.setattr(thorough, "why_not", lambda config: "")
    first = thorough_advice(ground)
    assert first.kind is AdviceKind.TRAIN_THOROUGHLY and first.basis is Basis.OUR_SETS and first.minutes > 0
    assert first.gain.expected == pytest.approx(thorough.USUAL * ground.now.error)
    assert thorough_advice(ground, n_wrong_labels=72).gain.expected == 0, "no training mends wrong labels"

    monkeypatch.setattr(thorough, "training_runs", lambda project: [earlier(ground, kept="quick")])
    assert thorough_advice(ground) is None, "it brought nothing here"
    monkeypatch.setattr(
        thorough, "training_runs", lambda project: [earlier(ground, kept="quick", n_pictures=10)]
    )
    assert thorough_advice(ground).basis is Basis.OUR_SETS, "of other pictures"

    told = type("Compared", (), {"told": Paired(400, 2, 40, 20)})
    monkeypatch.setattr(thorough, "compare_runs", lambda *_: told)
    monkeypatch.setattr(thorough, "training_runs", lambda project: [earlier(ground, kept="thorough")])
    known = thorough_advice(ground)
    assert known.basis is Basis.EARLIER_RUN and known.gain.low > first.gain.low


def test_where_only_a_sample_is_looked_at_all_pictures_count(turned_project, ground, monkeypatch):
    monkeypatch.setattr(thorough, "why_not", lambda config: "")
    monkeypatch.setattr("tellapart.advice.ground.MOST", 24)
    sample = ground_of(turned_project, ground.run, silent)
    assert (len(sample.pictures), sample.n_pictures) == (24, ground.n_pictures)
    assert sample.n_pictures == len(ground.pictures) == ground.run.n_pictures > 2 * 24
    assert thorough.thorough_minutes(sample) == thorough.thorough_minutes(ground)
    alike = earlier(ground, kept="quick")
    monkeypatch.setattr(thorough, "training_runs", lambda project: [alike])
    monkeypatch.setattr(
        thorough, "LEAST_PICTURES", 12
    )  # of some 15 of each label, not of those in the sample
    assert thorough_advice(sample) is None, "an earlier training of as many pictures brought nothing"
    monkeypatch.setattr(thorough, "training_runs", lambda project: [])
    assert thorough_advice(sample) is not None

    ticks, rng = itertools.count(), np.random.default_rng(0)
    monkeypatch.setattr(backbones, "time", SimpleNamespace(perf_counter=lambda: float(next(ticks))))
    monkeypatch.setattr(
        backbones, "_embedded", lambda ground, name, pictures, _: rng.normal(size=(len(pictures), 8))
    )
    found = backbone_advice(sample, silent, [offered("sharp")])
    assert found.minutes == pytest.approx(sample.n_pictures / found.n / 60), "a second for the sample"


def test_thorough_is_not_advised_where_it_was_done_or_cannot_be(ground, monkeypatch):
    monkeypatch.setattr(thorough, "why_not", lambda config: "It needs torch.")
    assert thorough_advice(ground) is None
    monkeypatch.setattr(thorough, "why_not", lambda config: "")
    assert thorough_advice(replace(ground, run=replace(ground.run, recipe="thorough"))) is None
    monkeypatch.setattr(thorough, "LEAST_PICTURES", 1000)
    assert thorough_advice(ground) is None


def offered(name, is_ready=True):
    return BackboneOffer(name, 10.0, is_ready, "")


def test_a_backbone_is_advised_by_what_it_brings_on_a_sample(ground, monkeypatch):
    asked = []

    def embedded(ground, name, pictures, progress):
        asked.append((name, len(pictures)))
        rng = np.random.default_rng(len(name))
        targets = np.array([ground.classes.index(one.label) for one in pictures])
        apart = {"sharp": 3.0, "blunt": 0.0}.get(name, 0.5)
        return (apart * np.eye(3, 16)[targets] + rng.normal(size=(len(targets), 16))).astype(np.float32)

    monkeypatch.setattr(backbones, "_embedded", embedded)
    found = backbone_advice(
        ground, silent, [offered("blunt"), offered("sharp"), offered("far", is_ready=False)]
    )
    assert found.kind is AdviceKind.SHARPER_BACKBONE and found.backbone == "sharp"
    assert found.gain.expected > 0 and found.gain.high <= ground.now.error and found.n <= SAMPLE
    assert {name for name, _ in asked} == {"efficientnet_lite0", "blunt", "sharp"}, (
        "what is not here is not asked for"
    )
    assert {n for _, n in asked} == {found.n}
    assert backbone_advice(ground, silent, [offered("efficientnet_lite0"), offered("far", False)]) is None


def test_a_backbone_that_cannot_be_used_is_no_matter(ground, monkeypatch):
    def broken(*_):
        raise BackboneError("It cannot be opened.")

    monkeypatch.setattr(backbones, "_embedded", broken)
    assert backbone_advice(ground, silent, [offered("sharp")]) is None
