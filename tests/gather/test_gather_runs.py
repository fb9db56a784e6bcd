"""Gathering as a run: three labels at once in workers of their own, cancelled, gone on with, held to be looked at."""

import threading

import pytest
from fakes.web import CONTACT
from other_process import wait
from tellapart import runs
from tellapart.gather import held_pictures, keep_held
from tellapart.store.project import create_project, open_project


@pytest.fixture
def root(fake, tmp_path, monkeypatch):
    """A project whose workers ask the web on this computer."""
    fake.use_in_workers(monkeypatch, tmp_path)
    create_project(tmp_path / "bears").close()
    return tmp_path / "bears"


def start(root, label, **wanted):
    searches = [{"label": label, "query": wanted.pop("query", label)}]
    return runs.start(root, "gather", {"searches": searches, "contact": CONTACT, **wanted})


def n_added(run):
    """What the last line of progress tells."""
    lines = runs.read_lines(run.run_dir / "progress.jsonl")
    counts = [line["facts"]["counts"] for line in lines if line.get("step") == "searching"]
    return counts[-1]["added"] if counts else 0


def test_three_labels_are_gathered_at_once(root, fake):
    shift = {"grizzly": 1000, "black bear": 2000, "teddy": 3000}
    answer, one_at_a_time = fake.openverse.answer, threading.Lock()

    def of_its_own(asked):
        with one_at_a_time:
            fake.openverse.link = lambda number: fake.pictures.link(shift[asked.params["q"]] + number)
            return answer(asked)

    fake.openverse.answer = of_its_own
    started = [start(root, label, limit=20, source="openverse") for label in shift]
    for run in started:
        status = wait(run)
        assert (status.stage, status.message) == (
            "done",
            f"{run.config['searches'][0]['label']}: 20 asked, 20 added",
        )
        lines = runs.read_lines(run.run_dir / "progress.jsonl")
        told = [line["facts"] for line in lines if "done" in line]
        label = run.config["searches"][0]["label"]
        assert told and all(facts["label"] == label and facts["limit"] == 20 for facts in told)
        assert told[-1]["counts"]["added"] <= 20
    with open_project(root) as project:
        assert project.manifest.label_counts() == dict.fromkeys(sorted(shift), 20) and project.changes == []


def test_a_cancelled_gathering_goes_on_where_it_stopped(root, fake):
    fake.pictures.hold_after = 20
    run = start(root, "bear", limit=40)
    wait(run, lambda status: n_added(run) >= 5 or status.stage != "running")
    run.cancel()
    status = wait(run)
    assert status.stage == "cancelled"
    with open_project(root) as project:
        kept = project.manifest.n_pictures()
    assert 5 <= kept <= 20
    fake.pictures.let_go()
    again = start(root, "bear", limit=40)
    assert wait(again).stage == "done"
    (brought,) = again.result()["searches"]
    assert (brought["n_before"], brought["n_added"]) == (kept, 40 - kept)


def test_pictures_can_be_held_to_be_looked_at_while_others_still_come(root, fake):
    fake.pictures.hold_after = 20
    run = start(root, "bear", limit=40, is_held=True)
    wait(run, lambda status: n_added(run) >= 5 or status.stage != "running")
    with open_project(root) as project:
        first = held_pictures(project)
        assert 5 <= len(first) <= 20
        keep_held(project, [one.number for one in first])
        fake.pictures.let_go()
        assert wait(run).stage == "done"
        assert project.manifest.n_pictures() == len(first) and len(held_pictures(project)) == 40 - len(first)


def test_what_a_person_can_mend_is_the_message_of_a_failed_run(root):
    empty, misspelt = start(root, "bear", query=""), start(root, "bear", source="gogle")
    assert "The query is empty" in wait(empty).message
    assert "There is no source" in wait(misspelt).message
