"""What is advised about a project: found out once, from its own pictures, and without what was done since."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from PIL import Image
from tellapart.advice import Advice, AdviceKind, Advised, Basis, advise, finding_out
from tellapart.advice.beside import advised_beside
from tellapart.advice.from_pictures import add_pictures_advice
from tellapart.advice.ground import ground_of
from tellapart.advice.keeping import FILE, keep_advice, kept_advice
from tellapart.advice.process import main as process
from tellapart.advice.ranking import MOST, ranked, value
from tellapart.advice.standing import still_to_do
from tellapart.errors import RunError, TrainError
from tellapart.learning.gains.error_gain import ErrorGain
from tellapart.progress import silent
from tellapart.runs import latest
from tellapart.store.journal import Mark, Relabel, Remove
from tellapart.store.project import open_project
from tellapart.training_runs.finding import done_run

GAIN = ErrorGain(0.02, 0.01, 0.03, 0.99)


def advice(kind=AdviceKind.TRAIN_THOROUGHLY, gain=GAIN, minutes=1.0, **more):
    return Advice(kind, gain, Basis.OWN_PICTURES, minutes, **more)


def run_dir_of(project):
    return latest(project.root, "train").run_dir


def of_kind(advised, kind):
    return next((one for one in advised.advice if one.kind is kind), None)


def turned_ids(project):
    return {one.image_id for one in project.manifest.pictures() if "turned-" in one.path}


def test_wrong_labels_are_named_and_no_others(turned_project):
    advised = advise(turned_project)
    assert 0 < len(advised.advice) <= MOST and advised.error > 0
    found = of_kind(advised, AdviceKind.CHECK_LABELS)
    assert set(found.image_ids) == turned_ids(turned_project) and found.n == len(found.image_ids) == 4
    assert found.gain.low < found.gain.expected < found.gain.high and found.basis is Basis.OWN_PICTURES
    assert set(found.labels) == {"circle", "square"}


def test_it_is_found_out_once_and_kept_with_the_run(project, monkeypatch):
    found = advise(project)
    record = json.loads((run_dir_of(project) / FILE).read_text("utf-8"))
    assert record["format"] == 1 and record["run"] == found.run_id and Advised.from_json(record) == found
    monkeypatch.setattr(finding_out, "found_out", lambda *_: pytest.fail("found out again"))
    assert advise(project) == found
    assert advised_beside(project, found.run_id) == found


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"format": 1, "version": 1, "run": "other"}'])
def test_a_damaged_file_is_found_out_anew(project, content):
    found = advise(project)
    file = run_dir_of(project) / FILE
    file.write_bytes(content)
    assert kept_advice(file.parent) is None
    assert advise(project) == found and json.loads(file.read_text("utf-8"))["run"] == found.run_id


def test_what_an_older_version_kept_is_found_out_anew(project):
    found = advise(project)
    file = run_dir_of(project) / FILE
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), "version": 0}), "utf-8")
    assert advise(project) == found and json.loads(file.read_text("utf-8"))["version"] > 0


def test_a_folder_that_takes_nothing_is_no_matter(project, monkeypatch):
    def full(*_):
        raise RunError("The disk is full.")

    monkeypatch.setattr("tellapart.advice.advising.keep_advice", full)
    assert advise(project).run_id == run_dir_of(project).name


def test_nothing_was_trained(few_project):
    with pytest.raises(RunError, match="no training that ended well"):
        advise(few_project)


def test_one_label_is_left(project):
    project.journal.decide(
        *(Remove(one.image_id) for one in project.manifest.pictures() if one.label != "circle")
    )
    with pytest.raises(TrainError, match="at least 2"):
        advise(project)


def test_too_few_pictures_are_left(project):
    kept: set[str] = set()
    for one in project.manifest.pictures():
        if one.label in kept:
            project.journal.decide(Remove(one.image_id))
        kept.add(one.label)
    with pytest.raises(Exception, match="Add pictures|needs at least 2"):
        advise(project)


def test_another_process_finds_it_out_and_says_what_is_wrong(turned_project, few_project):
    run_id = run_dir_of(turned_project).name
    found = advised_beside(turned_project, run_id)
    assert kept_advice(run_dir_of(turned_project)) == found and found == advise(turned_project)
    assert "no run 'gone'" in process(few_project.root, "gone")["error"]
    with pytest.raises(RunError, match="no run 'gone'"):
        advised_beside(few_project, "gone")


# what was done since


def test_checked_labels_are_left_out_and_the_rest_brings_less(turned_project):
    first = of_kind(advise(turned_project), AdviceKind.CHECK_LABELS)
    one, other, removed = first.image_ids[:3]
    other_label = next(
        label for label in ("circle", "square") if label != turned_project.manifest.picture(other).label
    )
    turned_project.journal.decide(Mark(one, "keep"), Relabel(other, other_label), Remove(removed))
    left = of_kind(advise(turned_project), AdviceKind.CHECK_LABELS)
    assert left.image_ids == first.image_ids[3:] and left.n == first.n - 3
    assert left.gain.expected == pytest.approx(first.gain.expected * left.n / first.n)
    turned_project.journal.undo()
    assert of_kind(advise(turned_project), AdviceKind.CHECK_LABELS) == first
    turned_project.journal.decide(*(Mark(one, "keep") for one in first.image_ids))
    assert of_kind(advise(turned_project), AdviceKind.CHECK_LABELS) is None
    assert of_kind(advise(turned_project, anew=True), AdviceKind.CHECK_LABELS) is None


def test_a_picture_changed_in_its_place_is_still_to_be_checked(turned_project):
    first = advise(turned_project)
    old = of_kind(first, AdviceKind.CHECK_LABELS).image_ids[0]
    file = turned_project.file(turned_project.manifest.picture(old))
    with Image.open(file) as picture:
        turned = picture.transpose(Image.Transpose.ROTATE_90)
    turned.save(file)
    with open_project(turned_project.root) as again:
        found = of_kind(advise(again), AdviceKind.CHECK_LABELS)
        new = again.manifest.former_names()[old]
        assert found.image_ids == (new, *of_kind(first, AdviceKind.CHECK_LABELS).image_ids[1:])
        assert new in {one.image_id for one in again.manifest.pictures()}
        again.journal.decide(Mark(new, "keep"))
        assert new not in of_kind(advise(again), AdviceKind.CHECK_LABELS).image_ids


def test_pictures_that_came_count_and_a_label_that_is_gone_is_not_named(project):
    more = advice(AdviceKind.ADD_PICTURES, n=20, n_of=9, n_then=14, labels=("circle",))
    left = still_to_do(project, Advised("run", (more,)))  # there are 24 by now
    (one,) = left.advice
    assert (one.n, one.n_of) == (10, 9) and one.gain.expected == pytest.approx(0.01)
    assert still_to_do(project, left) == left, "asked again, as a page asks another process"
    assert still_to_do(project, Advised("run", (replace(more, n_then=4),))).advice == ()
    assert still_to_do(project, Advised("run", (replace(more, labels=("oak",)),))).advice == ()


def test_pictures_that_were_not_looked_at_were_not_added_since(turned_project, monkeypatch):
    monkeypatch.setattr("tellapart.advice.ground.MOST", 40)  # of 72; and some are for the test
    found = ground_of(turned_project, done_run(turned_project, "newest"), silent)
    (more,) = add_pictures_advice(found)
    assert more.n_of < more.n_then == turned_project.manifest.label_counts()[more.labels[0]] == 24
    assert still_to_do(turned_project, Advised("run", (more,))).advice == (more,)


def test_a_pair_of_which_one_was_relabelled_is_not_shown(project):
    ids = tuple(one.image_id for one in project.manifest.pictures("circle")[:3])
    pair = advice(AdviceKind.LOOK_AT_PAIR, None, n=5, labels=("circle", "square"), image_ids=ids)
    assert still_to_do(project, Advised("run", (pair,))).advice == (pair,)
    project.journal.decide(Relabel(ids[0], "cross"))
    assert still_to_do(project, Advised("run", (pair,))).advice == ()


# the order


def test_the_most_valuable_comes_first_and_what_nobody_knows_last():
    unknown = advice(AdviceKind.LOOK_AT_PAIR, None)
    much = advice(gain=ErrorGain(0.05, 0.02, 0.08, 0.99), minutes=5)
    little = advice(gain=ErrorGain(0.01, 0.005, 0.02, 0.95), minutes=0.5)
    assert ranked([unknown, little, much]) == (much, little, unknown)
    assert value(unknown) == 0
    assert len(ranked([much, little, much, little, unknown])) == 3


def test_effort_counts_and_a_persons_more_than_the_computers():
    quick, slow = advice(minutes=1), advice(minutes=30)
    assert value(quick) > value(slow) > value(advice(AdviceKind.ADD_PICTURES, minutes=30))


def test_what_may_as_well_harm_or_hardly_helps_is_not_said():
    unlikely = advice(gain=ErrorGain(0.02, -0.03, 0.07, 0.7))
    tiny = advice(gain=ErrorGain(0.002, 0.001, 0.003, 0.99))
    assert ranked([unlikely, tiny]) == ()


def test_ties_stay_as_they_came():
    several = [advice(labels=(label,)) for label in "abc"]
    assert [one.labels[0] for one in ranked(several)] == ["a", "b", "c"]


def test_it_is_the_same_after_being_kept(tmp_path):
    (tmp_path / "run").mkdir()
    advised = Advised("run", (advice(labels=("<b>", "ü")), advice(AdviceKind.LOOK_AT_PAIR, None)), 0.1, 20)
    keep_advice(tmp_path / "run", advised)
    assert kept_advice(tmp_path / "run") == advised
    with pytest.raises(RunError):
        keep_advice(tmp_path / "nowhere", advised)
