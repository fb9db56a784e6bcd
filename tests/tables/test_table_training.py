"""Training on tables: honest numbers, trees that are scikit-learn's to the last digit, a file that proves itself."""

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from made_tables import made_table
from tellapart.errors import BundleError, TrainError
from tellapart.kinds.decisions import ThingDecision
from tellapart.kinds.sealed_json import seal
from tellapart.tables import load_predictor
from tellapart.tables.columns import TableColumn, recognised
from tellapart.tables.encoding import encoded, learn_features, raw_values
from tellapart.tables.fitting import fit_table, grow
from tellapart.tables.judging import same_rows
from tellapart.tables.model_file import model_of, read_model, record_of
from tellapart.tables.trees import trees_from_json, trees_of
from threadpoolctl import threadpool_info, threadpool_limits


def columns_and_values(n, seed=0, with_id=False):
    titles, rows = made_table(n, seed)
    columns = [recognised(title, [row[i] for row in rows]) for i, title in enumerate(titles[:5])]
    return columns, raw_values(columns, rows), np.array([row[5] == "yes" for row in rows]).astype(int)


@pytest.mark.parametrize("n_labels", [2, 3])
def test_trees_are_those_of_scikit_learn(n_labels):
    columns, values, targets = columns_and_values(300)
    targets = (targets + np.arange(300) % 5 // 3) % n_labels
    features = learn_features(columns, values)
    inputs = encoded(features, values)
    assert np.isnan(inputs).any()
    booster, order = grow(features, inputs, targets, 12)
    trees = trees_of(booster, order)
    strange = inputs * np.where([one.is_category for one in features], 1, 3)
    asked = np.concatenate([inputs, strange, np.full((1, inputs.shape[1]), np.nan)])
    theirs = booster.decision_function(asked[:, order]).reshape(len(asked), -1)
    assert np.abs(trees.scores(asked) - theirs).max() < 1e-9
    again = trees_from_json(json.loads(json.dumps(trees.to_json())), len(features))
    assert np.array_equal(again.scores(asked), trees.scores(asked))


def test_it_learns_what_no_line_can_draw_and_says_how_well(trained_table):
    found = trained_table.evaluation
    assert found.n == 240 and found.error_rate < 0.25 < trained_table.majority_error
    assert trained_table.chosen == "trees" and trained_table.losses["trees"] < trained_table.losses["linear"]
    said = repr(trained_table)
    assert f"{found.n_wrong} of 240 wrong" in said and "Kept: boosted trees" in said
    assert "Look twice before it decides about people: it is told sex" in (
        trained_table.bundle_dir / "MODEL_CARD.md"
    ).read_text("utf-8")


def test_what_a_line_draws_is_left_to_the_line_and_its_copies_do_not_vouch(tmp_path):
    rng = np.random.default_rng(3)
    one, other = rng.normal(size=60), rng.normal(size=60)
    columns = [recognised(name, [f"{x:.4f}" for x in values]) for name, values in (("a", one), ("b", other))]
    fit = fit_table(columns, [one, other], (one + other > 0).astype(int), [str(i) for i in range(60)])
    assert fit.kind == "linear" and (fit.oof_logits.argmax(axis=1) == (one + other > 0)).mean() > 0.9
    chance = np.tile(rng.integers(0, 2, 40), 3)
    values = [np.tile(one[:40], 3), np.tile(other[:40], 3)]
    fit = fit_table(columns, values, chance, [str(i % 40) for i in range(120)])
    assert (fit.oof_logits.argmax(axis=1) == chance).mean() < 0.75


def test_a_training_that_ends_leaves_the_one_beside_it_its_one_thread():
    """Threads of linear algebra are counted for the whole process: the first that ended had given them all back."""
    columns, values, targets = columns_and_values(60)
    first_is_in, other_is_in, first_is_over = (threading.Event() for _ in range(3))
    seen = []

    def n_threads():
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    def of_first(*_):
        first_is_in.set()
        assert other_is_in.wait(60)

    def of_other(*_):
        other_is_in.set()
        assert first_is_over.wait(60)
        seen.append(n_threads())

    def fit(progress):
        fit_table(columns, values, targets, [str(i) for i in range(60)], progress)

    fit(lambda *_: None)  # all libraries are there
    with ThreadPoolExecutor(1) as pool:  # a thread that ends: one that lives may keep the number to itself
        limiter = pool.submit(threadpool_limits, 2, "blas").result()
    before = n_threads()  # none where linear algebra has no such number
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(fit, of_first)
        assert first_is_in.wait(60)
        other = pool.submit(fit, of_other)
        first.result()
        first_is_over.set()
        other.result()
        assert n_threads() == before
        pool.submit(limiter.restore_original_limits).result()
    assert seen and all(one <= {1} for one in seen)


def test_rows_of_which_the_same_is_learned_are_copies():
    columns = (TableColumn("n", "number", "point"), TableColumn("c", "category"))
    cells = [["5", "a"], ["5.0", " a"], ["NA", "?"], ["", ""], ["6", "a"]]
    assert same_rows("vwxyz", raw_values(columns, cells)) == [*"vvxxz"]


def test_answers_for_rows(trained_table):
    predictor = load_predictor(trained_table)
    found = predictor.predict({"income": 45, "town": "Rome"})
    assert found.label == "yes" and sum(found.probabilities.values()) == pytest.approx(1)
    assert predictor.predict({"income": "20", "town": "Rome"}).label == "no"
    assert (
        predictor.predict({"town": "Atlantis"}).unknown == ("town",) and predictor.predict({}).unknown == ()
    )
    other = predictor.predict({"income": "45,5", "since": "31.05.2014", "town": "Atlantis"})
    assert other.unread == ("income", "since")
    assert other.remark == "never seen before: town; no number or date as it learned them: income, since"
    with pytest.raises(BundleError, match="no column 'incom'. Did you mean 'income'"):
        predictor.predict({"incom": 3})
    rows = predictor.predict_table(["town", "mine", "income"], [["Rome", "x", "45.0"], ["Oslo", "", "20"]])
    assert [one.label for one in rows] == ["yes", "no"] and rows[0].confidence == found.confidence
    with pytest.raises(BundleError, match="none of the classifier's columns"):
        predictor.predict_table(["mine"], [["x"]])


def test_too_little_is_told(table_project, monkeypatch):
    rows = table_project.rows()
    table_project.decide([ThingDecision(one.row_id, "remove") for one in rows if one.label == "no"][:-1])
    from tellapart.tables.training import train_table

    with pytest.raises(TrainError, match="'no' has 1 row; training needs two labels"):
        train_table(table_project)
    table_project.undo()
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(TrainError, match=r"needs scikit-learn.*pip install 'tellapart\[tables\]'"):
        train_table(table_project)
    assert not table_project.bundles_dir.exists()


def damaged(record):
    """Changes that a stranger could make who knows the hash."""
    trees = record["trees"]
    n = len(trees["feature"])
    yield {"trees": {**trees, "left": [0] * n}}
    yield {"trees": {**trees, "right": [n] * n}}
    yield {"trees": {**trees, "feature": [99] * n}}
    yield {"trees": {**trees, "value": ["x"] * n}}
    yield {"trees": {**trees, "goes_left": [[999]] * len(trees["goes_left"])}}
    yield {"trees": {**trees, "base": [0.0, 0.0]}}
    yield {"trees": {**trees, "value": [0.0] * n}}
    yield {"trees": None}
    yield {"labels": ["yes", "yes"]}
    yield {"features": []}
    yield {"caution": 7}
    yield {"golden": []}
    yield {"golden": 5}
    yield {"shift": [0.0]}


def test_what_is_no_classifier_is_refused_with_a_reason(trained_table):
    record = record_of(read_model(trained_table.bundle_dir))
    whole = json.dumps(record).encode()
    assert model_of(whole, "it").labels == ("no", "yes")
    for data, said in (
        (whole[:-40], "damaged: it is no JSON"),
        (b"[]", "no classifier of tables"),
        (json.dumps({**record, "format": 9}).encode(), "format 9; this tellapart reads up to 1. Update"),
        (json.dumps({**record, "caution": 0.2}).encode(), "not what it was when it was made"),
    ):
        with pytest.raises(BundleError, match=said):
            model_of(data, "it")
    for change in damaged(record):
        one = {**record, **change}
        one["sha256"] = seal({key: value for key, value in one.items() if key != "sha256"})
        with pytest.raises(BundleError):
            model_of(json.dumps(one).encode(), "it")


def test_answering_needs_numpy_alone_and_the_star_import_nothing(trained_table):
    code = (
        "import sys; from tellapart.tables import *\n"
        "assert not {'numpy', 'scipy', 'sklearn', 'PIL', 'sqlite3'} & set(sys.modules), 'star'\n"
        "load_predictor(sys.argv[1]).predict({'town': 'Rome'})\n"
        "print(sorted({'scipy', 'sklearn', 'pickle5', 'onnxruntime', 'PIL', 'torch', 'pandas'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, str(trained_table.bundle_dir)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
