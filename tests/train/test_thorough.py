"""The recipe thorough from a project to its bundle: better or not kept, stopped and gone on with, and what can fail."""

import errno
import importlib.util
import json
import shutil

import numpy as np
import psutil
import pytest
from make_data import make_tiny_folder
from other_process import has_ended, wait
from tellapart import atomic_files, runs
from tellapart.bundle.loading import load_bundle
from tellapart.bundle.reference import read_reference
from tellapart.classify import Predictor
from tellapart.errors import Cancelled, TrainError
from tellapart.gather import take_in
from tellapart.learning.tuning_curve import TuningCurve
from tellapart.planning.variation import USUAL, Variation, keep_variation
from tellapart.progress import Step
from tellapart.store.journal import Remove
from tellapart.store.project import create_project, open_project
from tellapart.train import TrainConfig, thorough, train_head
from tellapart.train.mixing import Choice

pytest.importorskip("torch", reason="torch is not installed (light path): pip install 'tellapart[torch]'")

import onnx
import short_tuning
import torch
from tellapart.network import tuning_door
from tellapart.network.tuning import folds, steps
from tellapart.network.tuning.last_blocks import LastBlocks
from tellapart.network.tuning.pace import Costs

THOROUGH = TrainConfig(recipe="thorough")


@pytest.fixture(scope="module", autouse=True)
def short():
    with pytest.MonkeyPatch.context() as patch:
        short_tuning.make_short(patch.setattr)
        yield


def always(share):
    """Takes that share of the tuned weights, whatever the comparison says: there is little to gain on shapes."""

    def choose(oof_logits, targets, folds):
        n_wrong = {one: int((logits.argmax(axis=1) != targets).sum()) for one, logits in oof_logits.items()}
        return Choice(share, len(targets), n_wrong, dict.fromkeys(n_wrong, 0.0), 0, 0)

    return choose


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """A project with few pictures, quick quickly, and the result. Do not change it."""
    folder = tmp_path_factory.mktemp("few")
    make_tiny_folder(folder / "shapes", n_per_class=11, size_px=48)
    with create_project(folder / "project") as project:
        take_in(project, folder / "shapes")
        result = train_head(project)
    return folder / "project", result


@pytest.fixture
def project(quick, tmp_path):
    """One of one's own."""
    shutil.copytree(quick[0], tmp_path / "project")
    with open_project(tmp_path / "project") as project:
        yield project


@pytest.fixture(scope="module")
def tuned(quick, tmp_path_factory):
    """A project trained thoroughly, what it told meanwhile, and the result. Do not change it."""
    root = tmp_path_factory.mktemp("tuned") / "project"
    shutil.copytree(quick[0], root)
    told = []
    with pytest.MonkeyPatch.context() as patch, open_project(root) as project:
        patch.setattr(thorough, "choose_share", always(0.75))
        result = train_head(project, THOROUGH, lambda done, total, said: told.append((done, total, said)))
    return root, told, result


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
    result = train_head(project, THOROUGH)
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


def stopping(when):
    """Progress that does something once a share of the tuning is done."""
    state = {"done": False}

    def progress(done, total, said):
        if said.step == Step.TUNING and when[0] <= done / total and not state["done"]:
            state["done"] = True
            when[1]()

    return progress


def cancel():
    raise Cancelled("Stopped.")


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.1, 0.8])
def test_stopped_it_goes_on_next_time_and_ends_the_same(project, tuned, monkeypatch, share):
    monkeypatch.setattr(thorough, "choose_share", always(0.75))
    with pytest.raises(Cancelled):
        train_head(project, THOROUGH, stopping((share, cancel)))
    assert len(list((project.cache_dir / "tuning").iterdir())) == 1
    shares = []

    def progress(done, total, said):
        if said.step == Step.TUNING:
            shares.append(done / total)

    result = train_head(project, THOROUGH, progress)
    assert result.recipe["share"] == 0.75 and np.array_equal(
        result.out_of_fold_probs, tuned[2].out_of_fold_probs
    )
    if share == 0.8:
        assert shares[1] > 0.75, "what was done is not done again"


EVERYTHING = TrainConfig(recipe="everything", epochs=1)


@pytest.fixture(scope="module")
def all_layers(quick, tmp_path_factory):
    """The same for a training of all layers."""
    root = tmp_path_factory.mktemp("all-layers") / "project"
    shutil.copytree(quick[0], root)
    told = []
    with pytest.MonkeyPatch.context() as patch, open_project(root) as project:
        patch.setattr(thorough, "choose_share", always(0.5))
        result = train_head(project, EVERYTHING, lambda done, total, said: told.append((done, total, said)))
    return root, told, result


@pytest.mark.slow
def test_all_layers_learn_and_the_model_is_a_bundle_like_any_other(all_layers, quick):
    _, told, result = all_layers
    load_bundle(result.bundle_dir)  # its golden pictures get their answers
    record, usual = (json.loads((one.bundle_dir / "bundle.json").read_text()) for one in (result, quick[1]))
    assert record.keys() == usual.keys() and record["backbone"]["is_tuned"]
    models = [onnx.load(one.bundle_dir / "model.onnx").graph for one in (result, quick[1])]
    kinds = [[(one.name, one.data_type) for one in model.initializer] for model in models]
    assert kinds[0] == kinds[1], "weights in 8 bits, arithmetic in 32"
    first = [
        next(one for one in model.initializer if one.name == "_conv_stem.weight_half") for model in models
    ]
    assert first[0].raw_data != first[1].raw_data, "the first layer learned, too"
    assert (result.recipe["kept"], result.recipe["share"]) == ("everything", 0.5)
    assert sorted(result.recipe["compared"]["n_wrong"]) == ["0.0", "0.5", "1.0"]
    assert any(note.startswith("Training of all layers: on the training pictures") for note in result.notes)
    tuning = [(done, total, said) for done, total, said in told if said.step == Step.TUNING]
    assert tuning[0][2].startswith("Training of all layers: about") and tuning[0][2].facts["total_s"] > 0
    assert tuning[-1][0] / tuning[-1][1] == pytest.approx(1, abs=0.02)
    assert result.error_rate < min(result.baselines.values())


@pytest.mark.slow
def test_all_layers_stopped_go_on_next_time_and_end_the_same(project, all_layers, monkeypatch):
    monkeypatch.setattr(thorough, "choose_share", always(0.5))
    with pytest.raises(Cancelled):
        train_head(project, EVERYTHING, stopping((0.5, cancel)))
    result = train_head(project, EVERYTHING)
    assert np.array_equal(result.out_of_fold_probs, all_layers[2].out_of_fold_probs)


@pytest.mark.slow
def test_short_memory_is_said_in_the_end(project, monkeypatch):
    usual = LastBlocks.forward

    def forward(self, features):
        if self.training and torch.is_grad_enabled() and len(features) > 9:
            raise RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory")
        return usual(self, features)

    monkeypatch.setattr(LastBlocks, "forward", forward)
    result = train_head(project, THOROUGH)
    assert "The memory was short: batches of 16 pictures were taken 8 at a time." in result.recipe["said"]


def test_pictures_that_go_while_training_are_named(project):
    victim = project.file(project.manifest.pictures()[-1])
    with pytest.raises(
        TrainError, match=f"{victim.name} was removed or changed while training.*Start the training again"
    ):
        train_head(project, THOROUGH, stopping((0.0, victim.unlink)))


def test_a_full_disk_and_a_deleted_folder_are_said(project, monkeypatch):
    def delete():
        shutil.rmtree(project.cache_dir / "tuning")

    with pytest.raises(TrainError, match=r"was deleted while training.*Start the training again"):
        train_head(project, THOROUGH, stopping((0.5, delete)))

    def full(path, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic_files, "write_bytes", full)
    with pytest.raises(TrainError, match=r"The disk .* is full"):
        train_head(project, THOROUGH)


def test_without_torch_it_says_what_to_install_and_quick_works(project, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "torch" else find(name, *rest)
    )
    with pytest.raises(
        TrainError,
        match=r'needs torch, which is not installed\. Install it: pip install "tellapart\[torch\]"',
    ):
        train_head(project, THOROUGH)
    assert train_head(project).n_valid


def test_other_backbones_and_too_few_pictures_are_refused_in_words(project):
    with pytest.raises(TrainError, match=r"works with the backbone efficientnet_lite0 .*not with resnet50"):
        train_head(project, TrainConfig("resnet50", recipe="thorough"))
    circles = project.manifest.pictures("circle")
    project.journal.decide(*[Remove(picture.image_id) for picture in circles[5:]])
    with pytest.raises(
        TrainError, match=r"Label 'circle' has \d different picture.*needs at least 6.*recipe quick"
    ):
        train_head(project, THOROUGH)
    with pytest.raises(
        TrainError, match=r"recipe='slow' is unknown; choose 'quick', 'thorough', 'everything'"
    ):
        TrainConfig(recipe="slow")
    with pytest.raises(TrainError, match=r"epochs=3 is for the recipes thorough and everything"):
        TrainConfig(epochs=3)
    with pytest.raises(TrainError, match=r"epochs=0 is out of range; choose a number from 1 to 200"):
        TrainConfig(recipe="everything", epochs=0)


@pytest.mark.parametrize("recipe", ["thorough", "everything"])
def test_a_loss_that_is_no_number_keeps_quick_and_says_what_to_try(project, quick, monkeypatch, recipe):
    def diverge(self, lesson, rows, view):
        raise steps.DivergedError

    monkeypatch.setattr(folds, "measured", lambda *_: Costs(0.01, 0.01))
    monkeypatch.setattr(steps.Learning, "once", diverge)
    result = train_head(project, TrainConfig(recipe=recipe, epochs=1))
    assert result.recipe["kept"] == "quick" and result.error_rate == quick[1].error_rate
    assert "loss was no longer a number. The model of quick training was kept" in result.recipe["said"]
    assert "another seed" in result.recipe["said"] and "damaged pictures" in result.recipe["said"]


def test_no_memory_at_all_says_what_to_do(project, monkeypatch):
    def none(self, features):
        raise MemoryError

    monkeypatch.setattr(LastBlocks, "forward", none)
    with pytest.raises(TrainError, match=r"not enough for thorough training\. Close other programs.*quick"):
        train_head(project, THOROUGH)


def test_two_at_once_on_the_same_pictures_are_told_apart(project):
    said = []

    def second():
        with pytest.raises(
            TrainError, match=r"is being trained thoroughly on the same pictures already"
        ) as caught:
            train_head(project, THOROUGH)
        said.append(str(caught.value))
        cancel()

    with pytest.raises(Cancelled):
        train_head(project, THOROUGH, stopping((0.3, second)))
    assert len(said) == 1


@pytest.mark.slow
def test_a_run_whose_worker_is_killed_goes_on_when_it_is_started_again(project, quick, tmp_path, monkeypatch):
    shutil.copytree(quick[0], tmp_path / "undisturbed")
    with open_project(tmp_path / "undisturbed") as other:
        expected = json.loads(json.dumps(train_head(other, THOROUGH).to_json()))
    monkeypatch.setattr(runs, "WORKER", short_tuning.COMMAND)
    with monkeypatch.context() as patch:
        patch.setenv("TEST_HELD", "yes")
        first = runs.start(project.root, "train", THOROUGH.to_json())
    at = short_tuning.HELD_AT
    wait(first, lambda status: has_ended(status) or (status.step == Step.TUNING and status.fraction >= at))
    psutil.Process(json.loads((first.run_dir / "worker.json").read_text())["pid"]).kill()
    assert wait(first).stage == "failed" and len(list((project.cache_dir / "tuning").iterdir())) == 1
    again = runs.start(project.root, "train", THOROUGH.to_json())
    assert wait(again).stage == "done" and list((project.cache_dir / "tuning").iterdir()) == []
    result = again.result()
    assert all(result[name] == expected[name] for name in ("recipe", "confusion", "temperature", "threshold"))
