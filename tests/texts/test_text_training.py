"""Training on texts: honest numbers, a classifier that proves itself, evidence that adds up."""

import json
import subprocess
import sys

import numpy as np
import pytest
from made_texts import made_reviews
from tellapart.errors import BundleError, TrainError
from tellapart.kinds.decisions import ThingDecision
from tellapart.texts import load_predictor
from tellapart.texts.fitting import fit_texts
from tellapart.texts.model_file import FILE_NAME, model_of, read_model, record_of
from tellapart.texts.project import create_text_project
from tellapart.texts.reading import TextTable
from tellapart.texts.terms import count_terms
from tellapart.texts.training import judge_texts, train_texts


def test_it_learns_and_says_how_well(trained_texts):
    found = trained_texts.evaluation
    assert found.n == 120 and found.error_rate <= 0.1 and trained_texts.majority_error == 0.5
    assert found.error_interval[0] <= found.error_rate <= found.error_interval[1] < 0.5
    said = repr(trained_texts)
    assert (
        f"{found.n_wrong} of 120 wrong" in said
        and "Always guessing the most common label: 50.0 % wrong" in said
    )
    assert (trained_texts.bundle_dir / "MODEL_CARD.md").is_file()


def test_a_decision_right_after_the_texts_were_read_changes_nothing_of_their_judgement(tmp_path, monkeypatch):
    texts, labels, _ = made_reviews(40, seed=3)
    project = create_text_project(tmp_path / "p", TextTable(texts, labels, "t", ""))
    before, read = judge_texts(project), project.items

    def read_and_relabelled():
        items = read()
        project.decide(
            [ThingDecision(one.text_id, "relabel", "other") for one in items if one.label == before.labels[0]]
        )
        return items

    monkeypatch.setattr(project, "items", read_and_relabelled)
    found = judge_texts(project)
    assert found.labels == before.labels and np.array_equal(found.targets, before.targets)


def test_labels_by_chance_are_not_learned():
    """Whoever is judged is never among those who teach, not even by the choice of strength or words."""
    texts, _, _ = made_reviews(240, seed=1)
    texts = [f"{' '.join(text.split()[:4])} own{i}word" for i, text in enumerate(texts)]
    targets = np.random.default_rng(5).integers(0, 2, 240)
    fit = fit_texts(count_terms(texts), targets, 2, [str(i) for i in range(240)])
    assert 0.38 < (fit.oof_logits.argmax(axis=1) == targets).mean() < 0.62


def test_copies_do_not_vouch_for_each_other():
    """Every text is there twice, labels are chance: copies on both sides would give every answer away."""
    texts, _, _ = made_reviews(80, seed=2)
    texts = [f"{text} number{i}" for i, text in enumerate(texts)] * 2
    targets = np.tile(np.random.default_rng(7).integers(0, 2, 80), 2)
    project_texts = TextTable(texts, [str(one) for one in targets], "t", "")
    groups = [str(i % 80) for i in range(160)]
    fit = fit_texts(count_terms(project_texts.texts), targets, 2, groups)
    assert (fit.oof_logits.argmax(axis=1) == targets).mean() < 0.68


def test_filled_in_forms_are_judged_all_the_same_and_that_is_said(tmp_path):
    texts = [
        f"dear team my order {i} arrived {'late and broken' if i % 2 else 'well and whole'} thank you all"
        for i in range(60)
    ]
    project = create_text_project(
        tmp_path / "p", TextTable(texts, ["complaint" if i % 2 else "praise" for i in range(60)], "t", "")
    )
    result = train_texts(project)
    assert result.evaluation.error_rate < 0.1
    assert "nearly the same as others, like filled-in forms" in result.notes[0] and result.notes[0] in repr(
        result
    )


def test_probabilities_are_probabilities_and_the_right_ones(trained_texts):
    predictor = load_predictor(trained_texts)
    good = predictor.predict("a lovely, moving and clever film")
    assert good.label == "good" and good.confidence > 0.8 and not good.is_strange
    assert sum(good.probabilities.values()) == pytest.approx(1)
    assert predictor.predict("AWFUL, boring, shallow!").label == "bad"
    nothing = predictor.predict("")
    assert nothing.is_strange and nothing.confidence == pytest.approx(0.5, abs=0.15)
    assert predictor.predict("zzzz qqqq").is_strange
    assert predictor.predict_many([]) == []


def test_evidence_adds_up_to_the_logit(trained_texts):
    model = load_predictor(trained_texts).model
    text = "The film is dull, dull and very boring; a lovely end"
    weights = [weight for _, _, weight in model.evidence(text, "bad")]
    plain = (model.probabilities([text])[0] - model.caution / 2) / (1 - model.caution)
    k = model.labels.index("bad")
    margin = np.log(plain[k] / plain[1 - k]) - (model.bias[k] - model.bias[1 - k])
    assert 2 * sum(weights) == pytest.approx(margin, abs=1e-6)
    by_word = dict(load_predictor(trained_texts).evidence(text, "bad"))
    assert by_word["boring"] > 0 > by_word["lovely"]


def test_many_labels_and_tiny_sets(tmp_path):
    kinds = {
        "fruit": "apple pear plum",
        "tool": "hammer saw drill",
        "place": "paris rome oslo",
        "rare": "quartz mica",
    }
    texts, labels = [], []
    for label, words in kinds.items():
        for i in range(2 if label == "rare" else 8):
            texts.append(f"{words.split()[i % len(words.split())]} {words} number {i}")
            labels.append(label)
    project = create_text_project(tmp_path / "p", TextTable(texts, labels, "t", ""))
    result = train_texts(project)
    assert result.labels == ("fruit", "place", "rare", "tool") and result.evaluation.n == 26
    assert load_predictor(result).predict("a saw and a hammer").label == "tool"


def test_a_text_of_a_megabyte_and_pages_of_html_are_learned_from_and_answered(tmp_path):
    words = {"good": "lovely clever warm", "bad": "dull boring lazy"}
    texts = [
        f"<html><body onload=x()><p>{words['bad' if i % 2 else 'good']}</p>{i}</body></html>"
        for i in range(60)
    ]
    labels = ["bad" if i % 2 else "good" for i in range(60)]
    texts.append("dull boring lazy " * 60_000)
    project = create_text_project(tmp_path / "p", TextTable(texts, [*labels, "bad"], "t", ""))
    predictor = load_predictor(train_texts(project))
    assert predictor.predict(texts[-1]).label == predictor.predict(texts[1]).label == "bad"
    assert predictor.predict("<p>lovely</p>").label == "good" and predictor.predict("").is_strange


def test_too_little_is_told(project):
    items = project.items()
    project.decide([ThingDecision(one.text_id, "remove") for one in items if one.label == "bad"][:-1])
    with pytest.raises(TrainError, match="Label 'bad' has 1 text; training needs two labels with at least 2"):
        train_texts(project)
    project.undo()
    project.decide([ThingDecision(one.text_id, "relabel", "good") for one in items])
    with pytest.raises(TrainError, match="has 1 label; training needs two labels"):
        train_texts(project)
    assert not project.bundles_dir.exists()


def changed(record, **values):
    return json.dumps({**record, **values}).encode()


def test_what_is_no_classifier_is_refused_with_a_reason(trained_texts):
    record = record_of(read_model(trained_texts.bundle_dir))
    whole = json.dumps(record).encode()
    assert model_of(whole, "it").labels == ("bad", "good")
    for data, said in (
        (whole[:-40], "damaged: it is no JSON"),
        (b"[]", "no classifier of texts"),
        (b"{}", "no classifier of texts"),
        (whole.replace(b'"caution": ', b'"caution": NaN, "x": '), "NaN is no number"),
        (whole.replace(b'"kind": "texts"', b'"kind": "texts", "kind": "texts"'), "stands twice"),
        (changed(record, format=2), "format 2; this tellapart reads up to 1. Update"),
        (changed(record, format="1"), "its format is '1'"),
        (changed(record, bias=[0.0, 1.0]), "not what it was when it was made"),
        (b"[" * 200_000, "damaged"),
    ):
        with pytest.raises(BundleError, match=said):
            model_of(data, "it")
    with pytest.raises(BundleError, match="cannot be read"):
        read_model(trained_texts.bundle_dir.parent / "nothing")


@pytest.mark.parametrize(
    "change",
    [
        {"bias": [0.0]}, {"bias": [0.0, 1e300]}, {"bias": ["a", "b"]}, {"labels": ["good", "good"]}, {"labels": "bad"},
        {"caution": 2}, {"temperature": 0}, {"words": {}}, {"words": None}, {"measured": 3}, {"golden": []},
        {"golden": [{"text": "x", "probabilities": [0.5]}]}, {"golden": 5},
    ],
)  # fmt: skip
def test_a_stranger_who_knows_the_hash_is_refused_as_well(trained_texts, change):
    from tellapart.kinds.sealed_json import seal

    record = {**record_of(read_model(trained_texts.bundle_dir)), **change}
    record["sha256"] = seal({key: value for key, value in record.items() if key != "sha256"})
    with pytest.raises(BundleError):
        model_of(json.dumps(record).encode(), "it")


def test_it_no_longer_answers_as_it_did(trained_texts):
    from tellapart.kinds.sealed_json import seal

    record = record_of(read_model(trained_texts.bundle_dir))
    record["golden"][0]["probabilities"] = record["golden"][0]["probabilities"][::-1]
    record["sha256"] = seal({key: value for key, value in record.items() if key != "sha256"})
    with pytest.raises(BundleError, match="no longer gives the answers it was made with"):
        model_of(json.dumps(record).encode(), "it")


def test_a_written_model_is_the_same_again(trained_texts, tmp_path):
    from tellapart.texts.model_file import write_model

    model = read_model(trained_texts.bundle_dir)
    write_model(model, tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == (trained_texts.bundle_dir / FILE_NAME).read_bytes()


def test_answering_imports_no_scipy_and_the_star_import_nothing_heavy(trained_texts):
    code = (
        "import sys; from tellapart.texts import *\n"
        "assert not {'numpy', 'scipy', 'onnxruntime', 'PIL', 'sqlite3'} & set(sys.modules), 'star'\n"
        "load_predictor(sys.argv[1]).predict('dull')\n"
        "print(sorted({'scipy', 'onnxruntime', 'onnx', 'PIL', 'sqlite3', 'torch', 'sklearn', 'pandas'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, str(trained_texts.bundle_dir)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
