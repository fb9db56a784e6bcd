import json
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import tellapart
from other_process import run_tellapart
from tellapart import __version__, runs
from tellapart.cli.console import ProgressLines
from tellapart.pictures.kinds.unread import UNKNOWN
from tellapart.progress import Doing, Step
from tellapart.store.project import open_project


def in_a_process(*arguments, code=0):
    """Run one command as a person would; its standard output."""
    done = run_tellapart(*arguments)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def test_the_version_is_said():
    assert in_a_process("--version").split() == ["tellapart", __version__]
    assert "--version" in in_a_process("--help")


def test_into_a_file_long_work_says_how_long_it_takes_and_a_line_now_and_then(capsys):
    seconds = iter([0.0, 1.0, 2.0, 3.0, 31.0, 62.0, 63.0, 100.0])
    lines = ProgressLines(clock=lambda: next(seconds))  # made at 0
    lines(1, 3, Doing(Step.LOOKING, "Analysed 1 of 3 pictures"))
    lines(0, 9, Doing(Step.TUNING, "Thorough training: about 20 s left", left_s=20))
    lines(1, 9, Doing(Step.TUNING, "Thorough training: about 19 s left", left_s=19))
    lines(2, 9, Doing(Step.TUNING, "Thorough training: about 18 s left", left_s=18))
    lines(3, 9, Doing(Step.TUNING, "Thorough training: about 9 s left", left_s=9))
    lines(4, 9, Doing(Step.TUNING, "Thorough training: about 8 s left", left_s=8))
    lines(0, 0, Doing(Step.WRITING, "Saving the model"))
    assert capsys.readouterr().err.splitlines() == [
        "Thorough training: about 20 s left", "Thorough training: about 9 s left", "Saving the model",
    ]  # fmt: skip


def test_from_a_folder_to_an_answer_in_three_commands(few_folder, tmp_path):
    project = tmp_path / "my shapes"
    assert "12 files, 12 added" in in_a_process("new", project, "--from", few_folder)
    report = in_a_process("train", project)
    assert "wrong: error" in report and "Always guessing the most common label" in report
    picture = sorted((few_folder / "cross").iterdir())[3]
    assert f"{picture}: " in in_a_process("predict", project, picture)


def test_train_reports_one_json_object(tiny_project):
    record = json.loads(tellapart("train", tiny_project.root, "--json"))
    needed = {
        "classes",
        "n_train",
        "n_valid",
        "error_rate",
        "baseline_error_rate",
        "backbone",
        "seconds",
        "bundle",
    }
    assert needed <= set(record) and set(record["seconds"]) == {"decode", "embed", "fit", "total"}
    assert record["backbone"] == "efficientnet_lite0" and Path(record["bundle"]).is_dir()
    kept = runs.latest(tiny_project.root, "train")
    assert kept is not None and kept.run_id == Path(record["bundle"]).name, "the studio shows it, too"
    assert kept.status().stage == "done" and kept.result()["error_rate"] == record["error_rate"]


def test_random_splits_follow_the_seed(tiny_project):
    first, again, other = (
        json.loads(tellapart("train", tiny_project.root, "--split", "random", "--seed", seed, "--json"))
        for seed in (1, 1, 2)
    )
    assert first["confusion"] == again["confusion"] and first["n_valid"] == 15
    assert (
        first["mistakes"] != other["mistakes"]
        or first["confusion"] != other["confusion"]
        or not first["mistakes"]
    )


def test_predict_reports_a_list_with_a_reason_for_what_is_no_picture(trained, tiny_folder, tmp_path):
    picture = next((tiny_folder / "cross").iterdir())
    note = tmp_path / "note.jpg"
    note.write_text("not a picture")
    rows = json.loads(
        tellapart("predict", trained[1].bundle_dir, picture, note, tmp_path / "gone.jpg", "--json", code=3)
    )
    assert set(rows[0]) == {"file", "label", "index", "probabilities", "none_of_these"}
    assert rows[1] == {"file": str(note), "error": UNKNOWN}
    assert rows[2]["error"] == "file not found"


def test_predict_takes_folders_and_patterns_that_no_shell_replaced(trained, tiny_folder):
    cross = tiny_folder / "cross"
    all_of_it = json.loads(tellapart("predict", trained[0], cross, "--json"))
    assert len(all_of_it) == 24 and all(row["file"].startswith(str(cross)) for row in all_of_it)
    some = json.loads(tellapart("predict", trained[0], f"{tiny_folder}/*/*_00[0-2].png", "--json"))
    assert len(some) == 9
    assert "No picture matches" in tellapart("predict", trained[0], f"{tiny_folder}/*.gif", code=1)


def test_export_makes_a_bundle_that_works_alone(trained, tiny_folder, tmp_path):
    record = json.loads(tellapart("export", trained[0], tmp_path / "out", "--json"))
    assert record["bundle"] == str(tmp_path / "out") and record["megabytes"] < 10
    tellapart("predict", tmp_path / "out", next((tiny_folder / "cross").iterdir()))
    assert "not empty. Choose a new folder" in tellapart("export", trained[0], tmp_path / "out", code=1)


@pytest.mark.slow
def test_samples_make_a_project_that_trains(tmp_path):
    made = json.loads(tellapart("samples", tmp_path / "leaves", "--json"))
    assert len(made["labels"]) >= 4 and made["planted"]
    summary = json.loads(tellapart("new", tmp_path / "p", "--from", tmp_path / "leaves", "--json"))
    assert summary["n_added"] + len(summary["refusals"]) == sum(made["labels"].values())
    assert json.loads(tellapart("samples", tmp_path / "leaves", "--json")) == made, "they are there already"
    (tmp_path / "leaves" / "oak" / "mine.jpg").write_bytes(b"precious")
    assert "not empty" in tellapart("samples", tmp_path / "leaves", code=1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("train", "nowhere"), "does not exist. Make a project with: tellapart new"),
        (("predict", "nowhere", "x.jpg"), "is not a bundle"),
        (("new", "p", "--from", "nowhere"), "does not exist. Check the path"),
        (
            ("train", "{project}", "--backbone", "efficientnet_lite"),
            "There is no backbone 'efficientnet_lite'. Did you mean 'efficientnet_lite0'",
        ),
        (("train", "{project}", "--valid", "1.5"), "between 0 and 1"),
        (("train", "{project}", "--split", "luck"), "choose 'hash' or 'random'"),
        (("train", "{project}", "--weights", "nowhere.pth"), "nowhere.pth"),
    ],
)
def test_errors_are_sentences_with_exit_code_1(arguments, said, tmp_path, tiny_project):
    filled = [tiny_project.root if one == "{project}" else one for one in arguments]
    filled = [tmp_path / one if one in ("nowhere", "p") else one for one in filled]
    text = " ".join(tellapart(*filled, code=1).split())
    assert said in text
    record = json.loads(tellapart(*filled, "--json", code=1))
    assert said in record["error"]
    assert not (tmp_path / "p").exists()


def test_new_refuses_a_project_that_has_pictures(tiny_project, tiny_folder):
    text = tellapart("new", tiny_project.root, "--from", tiny_folder, code=1)
    assert "is a project already" in " ".join(text.split())
    with open_project(tiny_project.root) as project:
        assert project.manifest.n_pictures() == 72


def test_new_can_be_tried_again_after_a_folder_without_pictures(tiny_folder, tmp_path):
    (tmp_path / "texts" / "a").mkdir(parents=True)
    (tmp_path / "texts" / "a" / "1.jpg").write_text("no")
    assert "None of the 1 file(s)" in " ".join(
        tellapart("new", tmp_path / "p", "--from", tmp_path / "texts", code=1).split()
    )
    assert "72 added" in tellapart("new", tmp_path / "p", "--from", tiny_folder)


def test_help_is_there_without_loading_the_heavy_parts():
    code = "import sys; from tellapart.cli.app import app; assert not {'onnxruntime', 'scipy', 'torch', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
