"""Long work in a process of its own: followed, cancelled, killed, and found again by whoever looks later."""

import json
import os
import shutil
import subprocess
import sys

import held_worker
import psutil
import pytest
from make_data import make_tiny_folder
from other_process import wait
from tellapart import runs
from tellapart.errors import RunError
from tellapart.gather import take_in
from tellapart.progress import Doing, Step
from tellapart.store.project import create_project, open_project
from tellapart.worker import Reporter


@pytest.fixture
def root(tmp_path):
    create_project(tmp_path / "project").close()
    return tmp_path / "project"


def held_intake(root, source, monkeypatch):
    """An intake in the midst of its work, which waits there, and its process."""
    with monkeypatch.context() as patched:
        patched.setattr(runs, "WORKER", held_worker.COMMAND)
        run = runs.start(root, "intake", {"source": str(source), "label": None, "delete_source": False})
    status = wait(run, lambda status: status.done >= held_worker.HELD_AT or status.stage != "running")
    assert status.stage == "running", status
    lines = runs.read_lines(run.run_dir / "progress.jsonl")
    return run, psutil.Process(next(line["pid"] for line in lines if "pid" in line))


def many_pictures(folder, n=300):
    """More than are taken in at once: one drawn picture, each file a little different."""
    (data,) = [
        path.read_bytes() for path in make_tiny_folder(folder / "one", ("circle",), 1, size_px=48)["circle"]
    ]
    for label in ("circle", "square"):
        (folder / "many" / label).mkdir(parents=True)
        for number in range(n // 2):
            (folder / "many" / label / f"{number}.png").write_bytes(data + f"{label} {number}".encode())
    return folder / "many"


def test_an_intake_runs_on_its_own_and_its_result_is_found_again(root, tmp_path):
    make_tiny_folder(tmp_path / "source", ("circle", "square"), 6)
    run = runs.start(
        root, "intake", {"source": str(tmp_path / "source"), "label": None, "delete_source": False}
    )
    status = wait(run)
    assert (status.stage, status.message) == ("done", "12 files, 12 added")
    assert run.result()["labels"] == {"circle": 6, "square": 6}
    found = runs.latest(root, "intake")
    assert found == run and found.status().stage == "done" and found.task == "intake"
    assert runs.latest(root, "train") is None and runs.latest(root) == run
    with open_project(root) as project:
        assert project.manifest.n_pictures() == 12


def test_an_upload_is_thrown_away_once_it_is_taken_in_and_nothing_else_ever_is(root, tmp_path):
    with open_project(root) as project:
        upload, other = project.uploads_dir / "batch", tmp_path / "source"
    for folder in (upload, other):
        make_tiny_folder(folder, ("circle",), 2)
        wait(runs.start(root, "intake", {"source": str(folder), "label": None, "delete_source": True}))
    assert not upload.exists() and len(list(other.rglob("*.png"))) == 2


FEW_SAMPLES = """
import sys
from functools import partial
from pathlib import Path
from tellapart import samples, worker
samples.make_samples = partial(samples.make_samples, n_per_class=8)
sys.exit(worker.main(Path(sys.argv[1])))
"""


def test_the_sample_project_is_made_in_the_background(root, monkeypatch):
    monkeypatch.setattr(runs, "WORKER", ("-c", FEW_SAMPLES))
    run = runs.start(root, "samples", {"seed": 1})
    assert wait(run).stage == "done", run.status()
    assert len(run.result()["labels"]) >= 4
    with open_project(root) as project:
        assert project.manifest.n_pictures() >= 30
        assert {picture.source for picture in project.manifest.pictures()} == {"samples"}


def test_cancelling_stops_at_once_and_keeps_what_is_finished(root, tmp_path, monkeypatch):
    source = many_pictures(tmp_path)
    run, _ = held_intake(root, source, monkeypatch)
    run.cancel()
    held_worker.let_go(run)
    status = wait(run)
    assert status.stage == "cancelled" and "Finished work is saved" in status.message
    with pytest.raises(RunError, match="has no result: Stopped"):
        run.result()
    with open_project(root) as project:
        assert project.changes == []
        kept = project.manifest.n_pictures()
        assert 0 < kept <= held_worker.HELD_AT
        assert take_in(project, source).n_added == 300 - kept


def test_a_paused_run_says_so_and_the_same_work_goes_on_in_another(root, tmp_path, monkeypatch):
    source = many_pictures(tmp_path)
    run, _ = held_intake(root, source, monkeypatch)
    run.pause()
    assert run.is_pause_asked() and run.is_cancel_asked()
    held_worker.let_go(run)
    status = wait(run)
    assert (status.stage, status.message) == ("paused", "Paused. It goes on from here when you resume it.")
    assert 0 < status.fraction < 1
    again = runs.start(root, run.task, run.config)
    assert wait(again).stage == "done"
    with open_project(root) as project:
        assert project.manifest.n_pictures() == 300


def test_a_killed_worker_is_told_in_words_and_the_work_can_be_done_again(root, tmp_path, monkeypatch):
    source = many_pictures(tmp_path)
    run, process = held_intake(root, source, monkeypatch)
    process.kill()
    status = wait(run)
    assert status.stage == "failed"
    assert "stopped unexpectedly" in status.message and "Start it again" in status.message
    again = runs.start(root, "intake", {"source": str(source), "label": None, "delete_source": False})
    assert wait(again).stage == "done"
    with open_project(root) as project:
        assert project.changes == [] and project.manifest.n_pictures() == 300
        assert len(list(project.images_dir.rglob("*.png"))) == 300


def test_a_run_whose_folder_is_deleted_says_so_and_the_work_can_be_done_again(root, tmp_path, monkeypatch):
    source = many_pictures(tmp_path)
    run, process = held_intake(root, source, monkeypatch)
    follower = runs.RunFollower(run)
    assert follower.status().stage == "running"
    shutil.rmtree(run.run_dir)
    process.kill()  # it has nobody to tell any more
    psutil.wait_procs([process])
    status = follower.status()
    assert status.stage == "failed" and "was deleted while it worked. Start it again" in status.message
    assert runs.latest(root) is None
    again = runs.start(root, "intake", {"source": str(source), "label": None, "delete_source": False})
    assert wait(again).stage == "done"
    with open_project(root) as project:
        assert project.manifest.n_pictures() == 300


def test_a_worker_that_takes_long_to_load_is_not_given_up(root, tmp_path, monkeypatch):
    """As on a busy machine, or where every file is looked at for viruses first: it says nothing for a while."""
    monkeypatch.setattr(runs, "_GRACE_S", 0.0)
    make_tiny_folder(tmp_path / "source", ("circle",), 2)
    run = runs.start(
        root, "intake", {"source": str(tmp_path / "source"), "label": None, "delete_source": False}
    )
    assert wait(run).message == "2 files, 2 added"


def test_a_worker_that_dies_while_it_is_loaded_is_told_with_its_last_words(root, monkeypatch):
    monkeypatch.setattr(runs, "WORKER", ("-c", "raise SystemExit('numpy is broken')"))
    status = wait(runs.start(root, "intake", {"source": "nothing"}))
    assert status.stage == "failed" and "Last message: numpy is broken" in status.message


def test_what_a_person_can_mend_is_the_message_of_a_failed_run(root, tmp_path):
    run = runs.start(
        root, "intake", {"source": str(tmp_path / "nothing"), "label": None, "delete_source": False}
    )
    train = runs.start(root, "train", {"backbone": "efficientnet_lite0"})
    unknown = runs.start(root, "train", {"colour": "red"})
    status = wait(run)
    assert status.stage == "failed" and "does not exist. Check the path" in status.message
    assert "has no pictures" in wait(train).message
    assert "Unknown training setting(s): colour" in wait(unknown).message


def test_a_run_goes_on_when_the_process_that_started_it_ends(root, tmp_path):
    source = many_pictures(tmp_path)
    code = (
        "import sys; from pathlib import Path; from tellapart import runs\n"
        "run = runs.start(Path(sys.argv[1]), 'intake', {'source': sys.argv[2], 'label': None, 'delete_source': False})\n"
        "print(run.run_dir)"
    )
    started = subprocess.run(
        [sys.executable, "-c", code, str(root), str(source)], capture_output=True, text=True, check=True
    )
    run = runs.latest(root)
    assert str(run.run_dir) == started.stdout.strip()
    assert wait(run).message == "300 files, 300 added"


def test_the_newest_of_many_runs_is_found_even_within_a_second(root):
    made = []
    for number in range(6):
        run_dir = root / "runs" / f"20260101-120000-{'fedcba'[number]}"
        run_dir.mkdir()
        (run_dir / "config.json").write_text(json.dumps({"task": "intake", "config": {}, "started": number}))
        os.utime(run_dir / "config.json", ns=(0, number * 1_000_000))
        made.append(run_dir)
    (root / "runs" / "notes").mkdir()
    assert runs.latest(root).run_dir == made[-1]


def test_a_run_that_is_being_written_down_is_none_yet(root):
    run = runs.record(root, "20260101-120000", "train", {}, {"sentence": "Done."}, 1.0)
    whole = run.run_dir.rename(run.run_dir.with_name(".20260101-120000.part"))
    assert runs.latest(root) is None
    whole.rename(run.run_dir)
    assert runs.latest(root) == run


def test_a_run_whose_settings_come_late_is_noticed(root, monkeypatch):
    """A page looks at the runs again when their folder has changed."""
    monkeypatch.setattr(runs, "_launch", lambda run_dir, secret: None)
    real = runs.atomic_files.write_json

    def late(path, value):
        os.utime(root / "runs", ns=(0, 0))  # it changed when the run's own folder was made, long ago
        real(path, value)

    monkeypatch.setattr(runs.atomic_files, "write_json", late)
    runs.start(root, "train", {})
    assert (root / "runs").stat().st_mtime_ns > 0


def test_half_a_line_is_left_for_the_next_time(tmp_path):
    path = tmp_path / "progress.jsonl"
    path.write_bytes(b'{"done": 1}\n{"done": "\xc3\xa9"}\nbroken\n{"done": 3')
    assert runs.read_lines(path) == [{"done": 1}, {"done": "é"}]
    assert runs.read_lines(tmp_path / "nothing") == []


def test_a_folder_that_is_no_run_says_so(root):
    (root / "runs" / "x").mkdir()
    with pytest.raises(RunError, match="is not a run"):
        runs.Run(root / "runs" / "x").status()
    assert runs.latest(root) is None


def test_work_done_elsewhere_is_found_like_any_run(root):
    run = runs.record(
        root, "20261121-101500-ab12cd", "clean", {"seed": 1}, {"sentence": "8 of 96 wrong"}, 2.5
    )
    assert runs.latest(root, "clean") == run and run.config == {"seed": 1}
    status = run.status()
    assert (status.stage, status.message, round(status.seconds, 3)) == ("done", "8 of 96 wrong", 2.5)
    assert run.result() == {"sentence": "8 of 96 wrong"}
    with pytest.raises(RunError):
        runs.record(root, run.run_id, "clean", {}, {"sentence": "another"}, 0.0)
    beside = runs.record(root, "20261122-101500-ab12cd", "clean", {}, {}, 0.0, {"held_out.npz": b"arrays"})
    assert (beside.run_dir / "held_out.npz").read_bytes() == b"arrays"
    assert run.result() == {"sentence": "8 of 96 wrong"}
    assert {path.name for path in (root / "runs").iterdir()} == {run.run_id, beside.run_id}


def test_what_a_run_says_of_a_name_that_is_no_text_is_read_as_it_is(root):
    """A folder of an old disk, whose name holds bytes that are no character."""
    run = runs.record(
        root, "20261121-101500-ab12cd", "intake", {}, {"sentence": "caf\udce9 holds 3 files"}, 1.0
    )
    assert run.status().message == run.result()["sentence"] == "caf\udce9 holds 3 files"
    Reporter(run).write(stage="failed", message="n\udcf6 holds none")
    assert run.status().message == "n\udcf6 holds none"


def test_nothing_begins_where_no_project_is_any_more(root):
    root.rename(root.with_name("moved"))
    with pytest.raises(RunError, match="check the folder"):
        runs.start(root, "train", {})
    assert not root.exists(), "a moved project leaves no stub behind"


def test_the_steps_and_facts_of_a_run_are_read_as_fields(root):
    run = runs.record(root, "20260101-120000-aaaa", "gather", {}, {}, 0.0)
    lines = run.run_dir / "progress.jsonl"
    me = psutil.Process()
    (run.run_dir / "worker.json").write_text(
        json.dumps({"pid": me.pid, "created": me.create_time()}), "utf-8"
    )
    lines.unlink()
    assert (run.status().step, run.status().facts) == (Step.STARTING, {})
    Reporter(run)(3, 60, Doing(Step.SEARCHING, "whatever the words are", label="robin", n=3))
    status = run.status()
    assert (status.step, status.facts) == (Step.SEARCHING, {"label": "robin", "n": 3})
    assert status.message == "whatever the words are" and type(status.message) is str

    # as another version wrote it: before there were fields, and with a step that is not known here
    lines.write_text('{"done": 3, "total": 60, "message": "robin: 3 of 60 pictures", "at": 1.0}\n', "utf-8")
    status = run.status()
    assert (status.done, status.step, status.facts) == (3, None, {}) and status.message.startswith("robin")
    lines.write_text(
        '{"done": 3, "total": 60, "step": "sharing", "message": "Sharing", "at": 1.0}\n', "utf-8"
    )
    assert (run.status().step, run.status().message) == (None, "Sharing")


def test_a_follower_reads_only_what_is_new(root):
    """36,000 lines of progress, as a long search writes them, are read once and not four times a second."""
    run_dir = root / "runs" / "20260101-120000-ab"
    run_dir.mkdir()
    (run_dir / "config.json").write_text(json.dumps({"task": "gather", "config": {}, "started": 0.0}))
    me = psutil.Process()
    (run_dir / "worker.json").write_text(json.dumps({"pid": me.pid, "created": me.create_time()}))
    progress = run_dir / "progress.jsonl"
    line = json.dumps({"done": 1, "total": 36_000, "message": "Looking", "at": 1.0}) + "\n"
    progress.write_text(36_000 * line)
    follower = runs.RunFollower(runs.Run(run_dir))
    assert follower.status().done == 1 and follower.progress.n_bytes_read == progress.stat().st_size
    before = follower.progress.n_bytes_read
    for done in (2, 3):
        new = json.dumps({"done": done, "total": 36_000, "message": "Looking", "at": 1.0}) + "\n"
        with progress.open("a") as file:
            file.write(new)
        assert follower.status().done == done
    assert follower.status().done == 3, "nothing new: what was known holds"
    assert follower.progress.n_bytes_read - before == 2 * len(new)
    with progress.open("a") as file:
        file.write('{"stage": "done", "message": "All')
    assert follower.status().stage == "running", "half a line is left for the next time"
    with progress.open("a") as file:
        file.write(' looked at.", "at": 2.0}\n')
    assert follower.status() == runs.Run(run_dir).status()
    assert (follower.status().stage, follower.status().message) == ("done", "All looked at.")
