"""A project of texts: whole or not there, decisions that only grow, undo, several at once, kills."""

import errno
import json
import subprocess
import sys
import threading

import pytest
from tellapart.errors import IntakeError, ProjectError
from tellapart.kinds.decisions import DecisionFile, ThingDecision
from tellapart.texts import new_project
from tellapart.texts.project import create_text_project, open_text_project
from tellapart.texts.reading import TextTable
from tellapart.texts.training import train_texts


def test_it_is_plain_files_that_open_again(project):
    again = open_text_project(project.root)
    assert again.items() == project.items() and len(again.items()) == 120
    assert again.label_counts() == {"bad": 60, "good": 60}
    lines = (project.root / "texts.jsonl").read_text("utf-8").splitlines()
    assert json.loads(lines[0]) == {
        "id": project.items()[0].text_id, "row": 1, "label": "good", "text": project.items()[0].text
    }  # fmt: skip
    assert not list(project.root.parent.glob(".*"))


def test_copies_have_ids_of_their_own(tmp_path):
    table = TextTable(["same", "other", "same"], ["a", "b", "b"], "t", "")
    ids = [one.text_id for one in create_text_project(tmp_path / "p", table).items()]
    assert ids[2] == f"{ids[0]}-2" and len(set(ids)) == 3


def test_a_folder_with_something_in_it_is_left_alone(tmp_path, reviews_csv):
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "mine.txt").write_text("x")
    with pytest.raises(ProjectError, match="exists and is not empty"):
        new_project(tmp_path / "p", reviews_csv)
    assert [one.name for one in (tmp_path / "p").iterdir()] == ["mine.txt"]
    with pytest.raises(IntakeError):
        new_project(tmp_path / "q", tmp_path / "no.csv")
    assert not (tmp_path / "q").exists()


def test_decisions_are_lines_and_undo_takes_back_a_step(project):
    one, other, third = (item.text_id for item in project.items()[:3])
    project.decide([ThingDecision(one, "relabel", "  so  so "), ThingDecision(other, "remove")])
    project.decide([ThingDecision(third, "keep")])
    again = open_text_project(project.root)
    assert again.items()[0].label == "so so" and again.items()[0].given_label == "good"
    assert len(again.items()) == 119 and len(again.items(with_removed=True)) == 120
    assert [d.thing_id for d in again.undo()] == [third]
    assert [d.thing_id for d in again.undo()] == [one, other]
    assert again.undo() == [] and project.items() == open_text_project(project.root).items()
    assert [item.decided for item in project.items()] == [""] * 120
    assert len((project.root / "decisions.jsonl").read_text().splitlines()) == 5  # nothing was taken out
    assert [line.is_undone for line in project.decisions.lines()] == [True] * 3


def test_what_was_taken_back_is_done_again_step_by_step(project):
    one, other, third = (item.text_id for item in project.items()[:3])
    project.decide([ThingDecision(one, "relabel", "so so"), ThingDecision(other, "remove")])
    project.decide([ThingDecision(one, "relabel", "mixed")])
    decided = project.items(with_removed=True)
    assert project.redo() == [] and not project.decisions.can_redo()
    for n_steps in (1, 2, 2):
        for _ in range(n_steps):
            project.undo()
        again = open_text_project(project.root)  # as after a restart
        assert all(again.redo() for _ in range(n_steps)) and again.redo() == []
        assert project.items(with_removed=True) == decided
    project.undo()
    assert project.decisions.can_redo()
    project.decide([ThingDecision(third, "keep")])
    assert not project.decisions.can_redo() and project.redo() == []  # something new was decided
    assert [d.thing_id for d in project.undo()] == [third]
    assert [d.thing_id for d in project.redo()] == [third]


def test_a_wrong_decision_changes_nothing(project):
    text_id = project.items()[0].text_id
    with pytest.raises(ProjectError, match="no text 'nobody'"):
        project.decide([ThingDecision(text_id, "remove"), ThingDecision("nobody", "remove")])
    with pytest.raises(IntakeError, match="A label is empty"):
        project.decide([ThingDecision(text_id, "relabel", " ")])
    with pytest.raises(ValueError, match="is no decision"):
        project.decide([ThingDecision(text_id, "eat")])
    assert project.decisions.lines() == []


def test_a_line_that_was_cut_off_is_passed_over_and_the_next_is_whole(project):
    ids = [item.text_id for item in project.items()]
    project.decide([ThingDecision(ids[0], "remove")])
    with (project.root / "decisions.jsonl").open("ab") as file:
        file.write(b'{"n": 2, "batch": 2, "at": "x", "te')
    assert len(open_text_project(project.root).items()) == 119
    project.decide([ThingDecision(ids[1], "remove")])
    lines = project.decisions.lines()
    assert [(line.n, line.decision.thing_id) for line in lines] == [(1, ids[0]), (2, ids[1])]
    assert len(open_text_project(project.root).items()) == 118


def test_lines_of_strangers_do_no_harm(project):
    lines = [
        "[]",
        "1",
        '{"n": "x"}',
        '{"n": 1, "undo": "all"}',
        '{"n": 2, "do": "rm", "text": "a", "label": "", "at": ""}',
    ]
    lines += ['{"n": 3, "do": "remove", "text": 7, "label": "", "at": ""}', "[" * 100_000]
    (project.root / "decisions.jsonl").write_text("\n".join(lines), "utf-8")
    assert project.decisions.lines() == [] and len(project.items()) == 120


def test_many_at_once_lose_nothing(project):
    ids = [item.text_id for item in project.items()]

    def decide(part):
        own = DecisionFile(project.root / "decisions.jsonl")
        for text_id in part:
            own.append([ThingDecision(text_id, "keep")])

    threads = [threading.Thread(target=decide, args=(ids[start::4],)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = project.decisions.lines()
    assert sorted(line.n for line in lines) == list(range(1, 121))
    assert {line.decision.thing_id for line in lines} == set(ids)


@pytest.mark.slow
def test_killed_in_the_middle_it_opens_and_has_what_it_said_it_had(project):
    code = (
        "import sys; from tellapart.kinds.decisions import DecisionFile, ThingDecision; from pathlib import Path\n"
        "own = DecisionFile(Path(sys.argv[1]))\n"
        "for i in range(100000):\n    own.append([ThingDecision(str(i), 'keep')]); print(i, flush=True)\n"
    )
    path = project.root / "decisions.jsonl"
    said = -1
    for n in (1, 7, 30):
        process = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
        said = max(int(process.stdout.readline()) for _ in range(n))
        process.kill()
        process.wait()
        process.stdout.close()
        kept = [line.decision.thing_id for line in DecisionFile(path).lines()]
        assert str(said) in kept
    assert len({line.n for line in DecisionFile(path).lines()}) == len(DecisionFile(path).lines())


def test_damaged_and_newer_projects_are_told(project):
    head = project.root / "tellapart-texts.json"
    head.write_text('{"format": 99}')
    with pytest.raises(ProjectError, match="format 99; this tellapart reads up to 1. Update"):
        open_text_project(project.root)
    head.write_text("{")
    with pytest.raises(ProjectError, match="is damaged. Your texts are in"):
        open_text_project(project.root)
    head.write_text('{"format": 1}')
    with (project.root / "texts.jsonl").open("a") as file:
        file.write("{oops\n")
    with pytest.raises(ProjectError, match="texts.jsonl is damaged.*decisions are safe"):
        open_text_project(project.root)
    with pytest.raises(ProjectError, match="no project of texts"):
        open_text_project(project.root.parent)


def test_on_a_full_disk_nothing_is_half_written(project, monkeypatch, tmp_path):
    ids = [item.text_id for item in project.items()]
    project.decide([ThingDecision(ids[0], "remove")])
    before = (project.root / "decisions.jsonl").read_bytes()

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ProjectError, match="is full. Nothing was lost"):
        project.decide([ThingDecision(ids[1], "remove"), ThingDecision(ids[2], "remove")])
    assert (project.root / "decisions.jsonl").read_bytes() == before
    with pytest.raises(ProjectError, match="is full"):
        create_text_project(tmp_path / "new", TextTable(["a", "b"], ["x", "y"], "t", ""))
    assert not (tmp_path / "new").exists() and not list(tmp_path.glob(".*"))
    with pytest.raises(ProjectError, match="is full"):
        train_texts(project)
    with pytest.raises(ProjectError, match="is full"):
        project.add(TextTable(["a", "b"], ["x", "y"], "t", ""))
    assert len(open_text_project(project.root).items()) == 119
    assert project.newest_bundle() is None


def test_what_is_added_elsewhere_is_there(project):
    elsewhere = open_text_project(project.root)
    assert elsewhere.add(TextTable(["quite new words"], ["good"], "t", "")) == 1
    assert project.items() == elsewhere.items() and project.label_counts() == {"bad": 60, "good": 61}
    project.decide([ThingDecision(elsewhere.items()[-1].text_id, "remove")])
    assert len(elsewhere.items()) == 120


def test_more_texts_come_behind_a_last_line_that_an_editor_left_open(project):
    path = project.root / "texts.jsonl"
    path.write_bytes(path.read_bytes().removesuffix(b"\n"))
    assert project.add(TextTable(["one of its own", "and another"], ["x", "y"], "t", "")) == 2
    assert [one.text for one in open_text_project(project.root).items()][-2:] == [
        "one of its own",
        "and another",
    ]
