"""The recipe thorough from a project to its bundle: better or not kept, and what is told and kept with it."""

import json

import numpy as np
import pytest
from tellapart.bundle.loading import load_bundle
from tellapart.bundle.reference import read_reference
from tellapart.classify import Predictor
from tellapart.errors import Cancelled
from tellapart.learning.tuning_curve import TuningCurve
from tellapart.planning.variation import USUAL, Variation, keep_variation
from tellapart.progress import Step
from tellapart.store.journal import Relabel
from tellapart.store.project import open_project
from tellapart.train import TrainConfig, thorough, train_head

pytest.importorskip("torch", reason="torch is not installed (light path): pip install 'tellapart[torch]'")

from short_tuning import THOROUGH, always, cancel
from tellapart.network import device, tuning_door

pytestmark = pytest.mark.usefixtures("short")


def test_the_tuned_model_is_a_bundle_like_any_other(tuned, quick):
    _, _, result = tuned
    bundle = load_bundle(result.bundle_dir)  # its golden pictures get their answers
    record, usual = (json.loads((one.bundle_dir / "bundle.json").read_text()) for one in (result, quick[1]))
    assert (
        record.keys() == usual.keys() and record["backbone"]["is_tuned"] and not usual["backbone"]["is_tuned"]
    )
    assert record["backbone"]["sha256"] != usual["backbone"]["sha256"]
    sizes = [(one.bundle_dir / "model.onnx").stat().st_size for one in (result, quick[1])]
    assert sizes[0] == pytest.approx(sizes[1], rel=0.05)
    assert "last blocks trained on" in (bundle.bundle_dir / "MODEL_CARD.md").read_text()
    assert result.to_json()["recipe"]["kept"] == "thorough" and result.recipe["share"] == 0.75
    assert any(note.startswith("Thorough training: on the training pictures") for note in result.notes)


def test_later_pictures_are_compared_with_those_that_taught_the_network_nothing(tuned, quick):
    kept = [len(read_reference(one.bundle_dir).sketches) for one in (tuned[2], quick[1])]
    assert 0 < kept[0] <= tuned[2].n_valid + tuned[2].n_test and kept[1] > quick[1].n_train


def test_probabilities_and_none_of_these_are_those_of_the_tuned_network(tuned):
    root, _, result = tuned
    with open_project(root) as project:
        pictures = {picture.image_id: picture for picture in project.manifest.pictures()}
        held_out = [
            one for one, split in zip(result.image_ids, result.splits, strict=True) if split == "valid"
        ]
        answers = list(
            Predictor(result.bundle_dir).predict_many([project.file(pictures[one]) for one in held_out])
        )
    expected = result.out_of_fold_probs[result.splits == "valid"]
    got = np.array([list(answer.probabilities.values()) for answer in answers])
    assert np.abs(got - expected).max() < 5e-3
    assert np.mean([answer.is_none_of_these for answer in answers]) == pytest.approx(
        result.evaluation.reject_rate
    )
    assert result.evaluation.reject_rate < 0.8 and result.error_rate < min(result.baselines.values())


def test_progress_says_how_long_it_takes_before_it_starts(tuned):
    tuning = [(done, total, said) for done, total, said in tuned[1] if said.step == Step.TUNING]
    assert tuning[0][0] == 0 and "about" in tuning[0][2] and tuning[0][2].facts["total_s"] > 0
    shares = [done / total for done, total, _ in tuning]
    assert shares == sorted(shares) and shares[-1] == pytest.approx(1, abs=0.02)
    assert all(said.facts["left_s"] >= 0 for _, _, said in tuning)


def test_what_is_done_before_it_starts_is_said_and_never_as_all_done(tuned):
    steps = [said.step for _, _, said in tuned[1]]
    before = tuned[1][: steps.index(Step.TUNING)]
    assert "Getting ready for thorough training" in before[-1][2]
    assert {total for _, total, said in before if said.step == Step.FITTING} == {0}


def test_the_curve_is_told_as_it_grows_and_kept_with_the_result(tuned):
    told = [
        TuningCurve.from_json(said.facts["curve"])
        for _, _, said in tuned[1]
        if "curve" in getattr(said, "facts", {})
    ]
    n_known = [curve.n_known for curve in told]
    assert len(told) > 3 and n_known == sorted(n_known)
    kept = TuningCurve.from_json(tuned[2].to_json()["recipe"]["curve"])
    assert len(kept.networks) == thorough.N_FOLDS and kept.n_epochs == 2
    for one in kept.networks:
        assert np.isfinite(one.held_out_losses).all() and one.n_quarters > 4
        assert ((one.held_out_errors >= 0) & (one.held_out_errors <= 1)).all()
    assert kept.n_known >= n_known[-1]
    assert tuned[2].recipe["variation"] == USUAL.to_json()


def test_what_a_person_chose_for_the_views_is_what_is_learned_from(project, monkeypatch):
    keep_variation(project.manifest, Variation(rotate=30, flip=False))
    settings = []

    def look(task, folder, progress):
        settings.append(task.settings.variation)
        cancel()

    monkeypatch.setattr(tuning_door, "tune_without_each", look)
    for config in (THOROUGH, TrainConfig(recipe="thorough", variation=Variation(warp=0.3))):
        with pytest.raises(Cancelled):
            train_head(project, config)
    assert settings == [Variation(rotate=30, flip=False), Variation(warp=0.3)]


def test_nothing_is_left_of_the_work_and_embeddings_of_one_model_are_not_cached(tuned, quick):
    root = tuned[0]
    assert list((root / "cache" / "tuning").iterdir()) == []
    names = [
        sorted(path.name for path in (one / "cache/embeddings").glob("*.rows")) for one in (root, quick[0])
    ]
    assert names[0] == names[1]


@pytest.mark.slow
def test_where_nothing_is_gained_quick_is_kept_and_that_is_said(project, quick, monkeypatch):
    monkeypatch.setattr(thorough, "choose_share", always(0.0))
    monkeypatch.setattr(device, "has_card", lambda: True)
    monkeypatch.setattr(device, "_card", lambda: None)
    result = train_head(project, THOROUGH)
    assert "The graphics card is not used, since torch" in result.recipe["said"]
    assert result.recipe["kept"] == "quick" and result.error_rate == quick[1].error_rate
    assert np.array_equal(result.out_of_fold_probs, quick[1].out_of_fold_probs)
    assert any("brought nothing" in note and "was kept" in note for note in result.notes)


@pytest.mark.slow
def test_clearly_worse_on_the_held_out_pictures_it_is_not_kept(project, quick, monkeypatch):
    monkeypatch.setattr(thorough, "choose_share", always(0.5))
    usual, n_valid = thorough._fitted, quick[1].n_valid

    def spoiled(*arguments):
        tuned, data, fitted = usual(*arguments)
        bias = fitted.calibration.bias + np.array([100, 0, 0], np.float32)
        return (
            tuned,
            data,
            thorough.replace(fitted, calibration=thorough.replace(fitted.calibration, bias=bias)),
        )

    monkeypatch.setattr(thorough, "_fitted", spoiled)
    result = train_head(project, THOROUGH)
    assert result.recipe["kept"] == "quick" and result.evaluation.n_wrong == quick[1].evaluation.n_wrong
    assert any("worse than quick training" in note and f"of {n_valid}" in note for note in result.notes)


def test_a_label_that_is_probably_wrong_counts_for_little(project, monkeypatch):
    pictures = project.manifest.pictures()
    turned = pictures[0]
    other = next(one.label for one in pictures if one.label != turned.label)
    project.journal.decide(Relabel(turned.image_id, other))
    tasks = []

    def look(task, folder, progress):
        tasks.append(task)
        cancel()

    monkeypatch.setattr(tuning_door, "tune_without_each", look)
    with pytest.raises(Cancelled):
        train_head(project, THOROUGH)
    (task,) = tasks
    (row,) = [row for row, file in enumerate(task.files) if file.image_id == turned.image_id]
    without = task.folds[row]
    for fold, trust in enumerate(task.trust):
        assert (trust[row] == 1) if fold == without else trust[row] < 0.5 < np.median(trust)
    assert "1 picture, whose label is" in thorough._said_of_trust(task)
    task.trust[:] = 1
    task.trust[(without + 1) % 3, row] = (
        0.1  # of the two networks that learned from it, the other one trusted it
    )
    assert thorough._said_of_trust(task) == ""
