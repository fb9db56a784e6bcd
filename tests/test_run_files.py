"""What the files of a run may hold that no run of ours has written: a person's own folder, a stranger's, a damaged one."""

import json
import os

import pytest
from tellapart import runs
from tellapart.errors import RunError
from tellapart.store.project import create_project


@pytest.fixture
def root(tmp_path):
    create_project(tmp_path / "project").close()
    return tmp_path / "project"


ODD = (
    '{"note": "mine"}', "[]", "[1]", "5", "{}", '{"task": "train"}', '{"task": "train", "config": {}}',
    '{"task": "train", "config": {}, "started": null}', '{"task": "train", "config": {}, "started": NaN}',
    '{"task": "train", "config": 1, "started": 1}', '{"task": 1, "config": {}, "started": 1}', "[" * 100_000,
)  # fmt: skip


def test_folders_of_something_else_are_no_runs(root):
    run = runs.record(root, "20260101-120000", "train", {}, {"sentence": "Done."}, 1.0)
    for number, text in enumerate(ODD):
        strange = runs.Run(root / "runs" / f"20260102-1200{number:02d}")
        strange.run_dir.mkdir()
        (strange.run_dir / "config.json").write_text(text)
        with pytest.raises(RunError, match=r"is not a run: its config\.json"):
            strange.status()
    assert runs.latest(root) == runs.latest(root, "train") == run and runs.running(root) is None


def test_the_time_of_a_run_whose_worker_died_stands_still(root):
    run = runs.Run(root / "runs" / "20260101-120000")
    run.run_dir.mkdir()
    (run.run_dir / "config.json").write_text('{"task": "train", "config": {}, "started": 1000.0}')
    assert (run.status().stage, run.status().seconds) == ("failed", 0)
    said = {"pid": os.getpid(), "created": 1.0, "message": "Looking", "at": 1012.0}  # another process by now
    (run.run_dir / "progress.jsonl").write_text(json.dumps(said) + "\n")
    assert (run.status().stage, run.status().seconds) == ("failed", 12)


def test_what_no_worker_would_say_is_not_heard(root):
    run = runs.record(root, "20260101-120000", "train", {}, {"sentence": "Done."}, 1.0)
    wrong = (
        {"stage": "done"}, {"stage": "odd", "message": "", "at": 1}, {"stage": [], "message": "", "at": 1},
        {"stage": "done", "message": 1, "at": 1}, {"stage": "done", "message": "", "at": None}, {"pid": "x", "created": 1},
        {"done": "1", "total": 2}, {"done": 1, "total": None}, {"facts": 3}, {"facts": {"details": 3}}, {"pid": 1}, {"pid": 1.5, "created": 1},
    )  # fmt: skip
    with (run.run_dir / "progress.jsonl").open("a") as file:
        file.writelines(json.dumps(line) + "\n" for line in wrong)
        file.write("[" * 100_000 + "\n")
    assert (run.status().stage, run.status().message) == ("done", "Done.")
    for text in ("5", "[1]", "[[1, 2]]", "{"):
        (run.run_dir / "result.json").write_text(text)
        with pytest.raises(RunError, match=r"result\.json of run .* is damaged"):
            run.result()
    (run.run_dir / "progress.jsonl").write_text("")
    for text in ("5", "{}", '{"pid": "x", "created": 1}', '{"pid": 1}', f'{{"pid": {10**30}, "created": 1}}'):
        (run.run_dir / "worker.json").write_text(text)
        assert run.status().stage in ("running", "failed")
