"""The ONNX file gives the program's answers to cells as they stand in a table, and is not written where it would not."""

import json
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
from made_tables import made_table
from tellapart.errors import DeployError
from tellapart.tables import export_onnx, load_predictor
from tellapart.tables.columns import recognised
from tellapart.tables.encoding import encoded, raw_values
from tellapart.tables.fitting import fit_table
from tellapart.tables.graph import export, tree_nodes
from tellapart.tables.graph.building import classifier_onnx, input_names
from tellapart.tables.graph.tree_nodes import tree_attributes
from tellapart.tables.model import TableModel
from tellapart.tables.model_file import write_model


def model_of(titles, rows, labels):
    columns = tuple(recognised(title, [row[i] for row in rows]) for i, title in enumerate(titles))
    names = tuple(sorted(set(labels)))
    targets = np.array([names.index(one) for one in labels])
    fit = fit_table(columns, raw_values(columns, rows), targets, [str(i) for i in range(len(rows))])
    calibration = fit.calibration
    return TableModel(
        names,
        "kind",
        columns,
        fit.features,
        fit.scorer,
        fit.shift,
        calibration.temperature,
        calibration.caution,
        {},
    )


@pytest.fixture(scope="module", params=["two answers", "three answers", "line"])
def model_and_rows(request):
    """Trees with many categories, whose groups become chains; a line."""
    if request.param == "line":
        rng = np.random.default_rng(3)
        pairs = rng.normal(size=(80, 2))
        rows = [
            [f"{x:.3f}" if i % 9 else "", f"{y:.3f}", str(rng.choice(["a", "b"]))]
            for i, (x, y) in enumerate(pairs)
        ]
        labels = ["x" if x + y > 0 else "y" for x, y in pairs]
        model = model_of(["label", "size", "/place"], rows, labels)
        assert type(model.scorer).__name__ == "LinearScores"
        return model, rows
    titles, rows = made_table(500)
    rng = np.random.default_rng(1)
    towns = [f"{rng.integers(0, 16)}th town" for _ in rows]
    cells = [[row[1], row[2], row[4], town] for row, town in zip(rows, towns, strict=True)]
    labels = [
        ("maybe" if request.param == "three answers" else "yes") if int(town.split("th")[0]) % 2 else row[5]
        for row, town in zip(rows, towns, strict=True)
    ]
    model = model_of([*titles[1:3], "since", "part of town"], cells, labels)
    assert type(model.scorer).__name__ == "Trees" and (model.scorer.goes_left.sum(axis=1) > 5).any()
    return model, cells


def test_it_answers_as_the_program_does(model_and_rows, tmp_path):
    model, rows = model_and_rows
    write_model(model, tmp_path)
    made = export_onnx(tmp_path, tmp_path / "model.onnx")
    assert made.n_rows == 500 and made.difference < 1e-5
    session = onnxruntime.InferenceSession(str(made.path), providers=["CPUExecutionProvider"])
    values = raw_values(model.columns, rows)
    given = {name: one[:, None] for name, one in zip(made.inputs, values, strict=True)}
    labels, probs = session.run(None, given)
    expected = model.encoded_probabilities(encoded(model.features, values))
    assert np.abs(probs - expected).max() < 1e-5
    assert labels.tolist() == [model.labels[k] for k in expected.argmax(axis=1)]
    written = onnx.load(made.path)
    onnx.checker.check_model(written, full_check=True)
    assert {one.domain for one in written.opset_import} == {"", "ai.onnx.ml"}
    assert not {"pickle", "python"} & {node.op_type.lower() for node in written.graph.node}


def test_an_input_never_has_the_name_of_an_output(model_and_rows):
    names = [one.name for one in onnx.load_from_string(classifier_onnx(model_and_rows[0])).graph.input]
    assert len(set(names)) == len(names) and not {"label", "probabilities", "/place"} & set(names)


def test_what_would_answer_otherwise_is_not_written(trained_table, tmp_path, monkeypatch):
    with pytest.raises(DeployError, match="ends in .onnx"):
        export_onnx(trained_table, tmp_path / "model.zip")
    export_onnx(trained_table, tmp_path / "model.onnx")
    with pytest.raises(DeployError, match="exists. Choose another name"):
        export_onnx(trained_table, tmp_path / "model.onnx")
    monkeypatch.setattr(export, "_TOLERANCE", 1e-12)
    with pytest.raises(DeployError, match="does not answer as tellapart does"):
        export_onnx(trained_table, tmp_path / "other.onnx")
    assert [one.name for one in tmp_path.iterdir()] == ["model.onnx"]


def test_trees_that_onnx_cannot_hold_are_refused(trained_table, monkeypatch):
    from dataclasses import replace

    trees = load_predictor(trained_table).model.scorer
    with pytest.raises(DeployError, match="share nodes"):
        tree_attributes(replace(trees, starts=np.zeros_like(trees.starts)))
    monkeypatch.setattr(tree_nodes, "MOST_NODES", 10)
    with pytest.raises(DeployError, match="each category of a group is a node of its own; at most 10"):
        tree_attributes(trees)


def test_the_package_onnx_comes_late(trained_table):
    code = (
        "import sys, tellapart.tables.graph.export, tellapart.cli.tables.commands\n"
        "import json; print(json.dumps(sorted({'onnx', 'onnxruntime', 'matplotlib', 'pyarrow', 'sklearn'} & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_every_input_has_a_name_of_its_own(tmp_path):
    titles = ["label", "column label", "/a", "column /a", "probabilities"]
    rng = np.random.default_rng(2)
    rows = [[f"{one:.3f}" for one in row] for row in rng.normal(size=(60, len(titles)))]
    model = model_of(titles, rows, ["x" if row[0][0] == "-" else "y" for row in rows])
    (tmp_path / "bundle").mkdir()
    write_model(model, tmp_path / "bundle")
    made = export_onnx(tmp_path / "bundle", tmp_path / "model.onnx")
    assert list(made.inputs) == [
        "column column label", "column label", "column column /a", "column /a", "column probabilities",
    ]  # fmt: skip
    assert len({*input_names([*model.features, *model.features])}) == 2 * len(
        titles
    )  # as a stranger may write
