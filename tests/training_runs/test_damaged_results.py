"""result.json of a stranger's project, or of a damaged disk: a row says that it cannot be read, and the rest goes on."""

import json
import math
from typing import Any

import pytest
from tellapart import runs
from tellapart.errors import RunError
from tellapart.training_runs.comparing import compare_runs
from tellapart.training_runs.listing import training_runs
from tellapart.training_runs.report.facts import report_facts

QUESTION = {"is_question": True, "sentence": "Many folders.", "source": "a", "delete_source": False}
FIRST, SECOND = "20260101-120000-aaaaaa", "20260102-120000-bbbbbb"
NO_RESULTS = {
    "no text": b"\xff\xfe\x00", "nothing": b"", "cut": b'{"format": 1, "classes": ["a"', "a list": b"[1, 2]",
    "a number": b"5", "nothing in it": b"{}", "too deep": b"[" * 100_000, "a huge number": b'{"l2": ' + b"9" * 5000 + b"}",
}  # fmt: skip
ODD: dict[str, Any] = {
    "classes": [None, 5, "circle", {"circle": 1}, [1, 2, 3], ["circle", "square"], ["\ud800", "square", "ring"]],
    "n_wrong": [None, "3", -1, 1.5, math.inf, math.nan, 10**400, [], True],
    "n_valid": [None, {}, -5, 10**30],
    "n_train": ["many", math.nan],
    "error_rate": [None, "0.2", math.nan, math.inf, 1e300, -0.1, 2, []],
    "error_interval": [None, [], [0.1], [0.1, 0.2, 0.3], ["a", "b"], [math.nan, 0.5], [0, 10**400], 0.1],
    "baselines": [None, [], {}, {"majority": None}, {"majority": math.nan}, {"majority": 0.5, "pixels": "few"}],
    "backbone": [None, 5, ["efficientnet_lite0"]],
    "config": [None, [], {"prior": "odd"}, {"prior": ["equal"]}, {"backbone": 5}, {"weights": {}}, {"recipe": 3}],
    "recipe": [5, [], {"said": 5}, {"kept": None}, {"variation": []}],
    "seconds": [None, [], {}, {"total": "2"}, {"total": math.nan}, {"total": 10**400}],
    "confusion": [None, [], [[1]], [[1, 2, 3]] * 4, [[1, 2, 3], [1, 2], [1]], [["a"] * 3] * 3, [[math.nan] * 3] * 3],
    "per_class": [None, {}, [5], [{}], [{"label": "circle", "n": "4", "precision": 1, "recall": 1}]],
    "mistakes": [None, {}, [5], [{}], [{"image_id": 5, "path": "a", "label": "a", "predicted": "b", "confidence": 1}]],
    "notes": [None, 5, [5]],
    "bundle": [None, 5, {}],
    "snapshot": [5, {}, {"journal": 10**30, "picture": 1}, {"journal": math.inf, "picture": 1}],
    "temperature": [None, "1", math.nan], "l2": [None, {}], "reject_rate": [None, math.nan], "calibration_error": [[]],
    "test_error_rate": ["none", math.nan],
}  # fmt: skip


@pytest.fixture
def damage(keep, tiny_project):
    """Writes the newer of two trainings anew."""
    keep(FIRST)
    keep(SECOND)
    path = tiny_project.runs_dir / SECOND / "result.json"
    whole = json.loads(path.read_text())

    def damaged(changed: dict[str, Any] | bytes) -> None:
        path.write_bytes(changed if isinstance(changed, bytes) else json.dumps({**whole, **changed}).encode())

    return damaged


def is_told_and_the_rest_goes_on(project):
    damaged, whole = training_runs(project)
    assert (damaged.run_id, damaged.stage, whole.stage) == (SECOND, "failed", "done")
    assert "cannot be read" in damaged.said and damaged.error_rate is None
    with pytest.raises(RunError, match=rf"result\.json of run {SECOND} is damaged"):
        runs.Run(project.runs_dir / SECOND).result()
    with pytest.raises(RunError, match="is damaged"):
        compare_runs(project, whole, damaged)
    with pytest.raises(RunError, match="is damaged"):
        report_facts(project, damaged)


@pytest.mark.parametrize("what", NO_RESULTS)
def test_what_is_no_result_is_told_and_the_rest_goes_on(damage, tiny_project, what):
    damage(NO_RESULTS[what])
    is_told_and_the_rest_goes_on(tiny_project)


@pytest.mark.parametrize("name", ODD)
def test_a_value_that_no_training_writes_is_told_and_the_rest_goes_on(damage, tiny_project, name):
    for value in ODD[name]:
        damage({name: value})
        is_told_and_the_rest_goes_on(tiny_project)


@pytest.mark.parametrize(
    "changed",
    [
        {"recipe": None},
        {"snapshot": None},
        {"more": {"of": ["a", "newer", "version"]}},
        {"test_error_rate": 0.1},
    ],
)
def test_what_older_and_newer_versions_write_is_read(damage, tiny_project, changed):
    damage(changed)
    assert [one.stage for one in training_runs(tiny_project)] == ["done", "done"]
    assert report_facts(tiny_project, training_runs(tiny_project)[0]).run.run_id == SECOND


@pytest.mark.parametrize(
    ("task", "odd"),
    [
        ("gather", {}),
        ("gather", {"searches": 5}),
        ("gather", {"searches": [{"label": 5, "sentence": "one"}]}),
        ("gather", {"searches": [{"label": "oak", "sentence": "one", "refusals": [{"url": 5}]}]}),
        ("gather", {"searches": [{"label": "oak", "sentence": "one", "n_refused": {"copy": "many"}}]}),
        ("intake", {"is_question": True}),
        ("intake", {**QUESTION, "source": 5}),
        ("intake", {**QUESTION, "source": "a\0b"}),
        ("intake", {**QUESTION, "offers": [{}], "ways": ["in folders"]}),
        ("intake", {**QUESTION, "ways": ["in folders"]}),
        ("intake", {"labels": []}),
        ("intake", {"labels": {"oak": "many"}}),
        ("dataset", {"refusals": {"oak": 1}}),
        ("samples", {"notes": 5}),
    ],
)
def test_the_result_of_other_work_is_looked_at_as_well(tiny_project, task, odd):
    run = runs.record(tiny_project.root, FIRST, task, {}, odd, 1.0)
    with pytest.raises(RunError, match=rf"result\.json of run {FIRST} is damaged"):
        run.result()
