"""The recipe everything, which trains all layers: its model is a bundle like any other; stopped, it goes on."""

import json

import numpy as np
import pytest
from tellapart.bundle.loading import load_bundle
from tellapart.errors import Cancelled
from tellapart.progress import Step
from tellapart.train import TrainConfig, thorough, train_head

pytest.importorskip("torch", reason="torch is not installed (light path): pip install 'tellapart[torch]'")

import onnx
from short_tuning import always, cancel, stopping

pytestmark = pytest.mark.usefixtures("short")
EVERYTHING = TrainConfig(recipe="everything", epochs=1)


@pytest.fixture(scope="module")
def all_layers(trained_by):
    """A project of which all layers were trained, see `trained_by`."""
    return trained_by(EVERYTHING, 0.5)


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
