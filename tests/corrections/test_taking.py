"""What visitors said comes into a project as pictures to decide about, and nothing of a stranger's is believed."""

import json
import zipfile

import pytest
from command_line import tellapart
from corrections_made import line_of, zip_of
from tellapart.clean import open_review
from tellapart.clean.findings import VISITOR_WORD
from tellapart.corrections.box import CorrectionBox
from tellapart.corrections.correction import new_correction
from tellapart.errors import FullError, IntakeError, ProjectError
from tellapart.gather import take_corrections, take_in
from tellapart.gather.archives import entries
from tellapart.nightly import nightly
from tellapart.planning.config import TrainConfig
from tellapart.store.journal import Mark, Relabel
from tellapart.store.ledger import credits_markdown, forbids_showing
from tellapart.store.limits import ProjectLimits, set_limits
from tellapart.store.manifest import TO_DECIDE
from tellapart.store.project import open_project
from tellapart.store.visitor_words import visitor_words
from tellapart.train.preparation import plan_members

HOSTILE = "<b>x</b> \u202egpj `{{y}}`"


def all_kinds(jpegs):
    """A label, none of these, free text that is a label, free text that is none."""
    return [
        line_of("1"), line_of("2", kind="none of these", said=""), line_of("3", kind="other", said="CROSS"),
        line_of("4", kind="other", said=HOSTILE),
    ], {str(i): jpegs[i] for i in range(1, 5)}  # fmt: skip


def test_they_enter_under_what_was_said_and_nobody_learns_from_them(tiny_project, tmp_path, jpegs):
    before = tiny_project.manifest.label_counts()
    place = zip_of(tmp_path / "some.zip", *all_kinds(jpegs))
    summary = take_corrections(tiny_project, place)
    assert (summary.n_added, summary.n_repeated, summary.n_refused) == (4, 0, 0)
    assert summary.labels == {"square": 1, "circle": 2, "cross": 1}
    visitors = [one for one in tiny_project.manifest.pictures() if one.source == "visitor"]
    assert len(visitors) == 4 and {one.mark for one in visitors} == {TO_DECIDE}
    assert not any(one.is_member for one in visitors) and all(map(forbids_showing, visitors))
    assert all(one.licence is None and one.author is None and one.source_url is None for one in visitors)
    plan = plan_members(tiny_project, TrainConfig())
    assert len(plan.pictures) == sum(before.values())
    assert any("4 picture(s) of visitors were left out" in note for note in plan.notes)
    assert "<b>" not in credits_markdown(tiny_project.manifest.pictures(), "shapes")


def test_labels_that_differ_in_capitals_only_are_kept_apart(tiny_project, tmp_path, jpegs):
    picture = tiny_project.manifest.pictures("square")[0]
    tiny_project.journal.decide(Relabel(picture.image_id, "Square"))
    lines = [line_of("1", said="square"), line_of("2", said="Square"), line_of("3", said="SQUARE")]
    place = zip_of(tmp_path / "some.zip", lines, {str(i): jpegs[i] for i in range(1, 4)})
    assert take_corrections(tiny_project, place).labels == {"square": 1, "Square": 1, "circle": 1}


def test_they_come_first_in_the_queue_with_what_was_said(tiny_project, tmp_path, jpegs):
    take_corrections(tiny_project, zip_of(tmp_path / "some.zip", *all_kinds(jpegs)))
    review = open_review(tiny_project)
    queue = review.queue()
    assert [one.kind for one in queue[:4]] == [VISITOR_WORD] * 4 and queue[0].score == 1.0
    reasons = " ".join(one.reason for one in queue[:4])
    assert "A visitor said ‘square’, the model said ‘circle’ (91 %)" in reasons
    assert "said none of these" in reasons and "\u202e" not in reasons and review.counts()[VISITOR_WORD] == 4
    assert [one.kind for one in review.queue([VISITOR_WORD])] == [VISITOR_WORD] * 4
    assert not [one for one in review.suggestions(0.6) if one.image_id == queue[0].image_id]
    first = queue[0].image_id
    review.decide([Mark(first, "keep")])
    assert first not in {one.image_id for one in review.queue()}
    assert review.picture(first).is_member
    second = queue[1].image_id
    review.decide([Relabel(second, "cross")])
    assert review.picture(second).is_member and review.picture(second).label == "cross"
    review.undo()
    review.undo()
    assert not review.picture(first).is_member and not review.picture(second).is_member
    assert [one.kind for one in review.queue()[:4]] == [VISITOR_WORD] * 4
    review.decide([Mark(first, "keep")])
    review.decide([Mark(first, None)])  # the note taken away again: a visitor's word once more
    assert not review.picture(first).is_member


def test_one_that_was_missing_has_its_label_and_is_not_learned_before_somebody_decides(
    tiny_project, tmp_path, jpegs
):
    origin = tmp_path / "circle"
    origin.mkdir()
    (origin / "own.jpg").write_bytes(jpegs[1])
    take_in(tiny_project, tmp_path, labels="folders")
    (picture,) = [one for one in tiny_project.manifest.pictures() if one.original_name.endswith("own.jpg")]
    tiny_project.file(picture).unlink()
    tiny_project.close()
    with open_project(tiny_project.root) as project:
        assert project.manifest.picture(picture.image_id).state == "missing"
        place = zip_of(tmp_path / "some.zip", [line_of("1", said="square")], {"1": jpegs[1]})
        assert take_corrections(project, place).n_added == 1
        back = project.manifest.picture(picture.image_id)
        assert (back.state, back.label, back.mark, back.is_member) == ("kept", "circle", TO_DECIDE, False)
        assert project.file(back).parent.name == "circle" and project.file(back).read_bytes() == jpegs[1]
        assert open_review(project).counts()[VISITOR_WORD] == 1
        project.journal.decide(Mark(back.image_id, "keep"))
        assert project.manifest.picture(back.image_id).is_member


def test_the_same_is_taken_once_and_more_words_are_added(tiny_project, tmp_path, jpegs):
    place = zip_of(tmp_path / "some.zip", [line_of("1"), line_of("1")], {"1": jpegs[0]})
    assert take_corrections(tiny_project, place).to_json() | {"refusals": []} == {
        "added": 1, "repeated": 1, "refused": 0, "labels": {"square": 1}, "refusals": []}  # fmt: skip
    assert take_corrections(tiny_project, place).n_repeated == 2
    other = zip_of(tmp_path / "other.zip", [line_of("9", said="cross")], {"9": jpegs[0]})
    assert take_corrections(tiny_project, other).n_added == 0
    ((image_id, words),) = visitor_words(tiny_project.manifest).items()
    assert [word.said for word in words] == ["square", "cross"]
    review = open_review(tiny_project)
    reason = review.finding(image_id).reason
    assert "A visitor said ‘square’ and a visitor said ‘cross’" in reason


def test_a_folder_beside_an_app_is_taken_too(tiny_project, tmp_path, jpegs):
    box = CorrectionBox(tmp_path / "app" / "corrections")
    for jpeg in jpegs[:3]:
        box.put(new_correction(jpeg, "circle", 0.7, True, "label", "square", "0123456789ab", "cd" * 32), jpeg)
    assert take_corrections(tiny_project, tmp_path / "app" / "corrections").n_added == 3


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"), (line_of("7"), "is missing"), (line_of("../1"), "no correction"),
        (line_of("1", said="oak", answered="birch"), "is a label of this project"),
        (line_of("1", probability=7), "no correction"), (line_of("2"), "not a JPEG file"), (line_of("3"), "PNG"),
        (line_of("1", format=9), "newer tellapart"), ("x" * 9000, "8,192 bytes"),
    ],
)  # fmt: skip
def test_one_bad_line_keeps_no_good_one_out(tiny_project, tmp_path, jpegs, line, reason):
    import io

    from PIL import Image

    png = io.BytesIO()
    Image.new("RGB", (60, 60), "red").save(png, "PNG")
    pictures = {"1": jpegs[0], "2": b"\xff\xd8 no picture", "3": png.getvalue(), "5": jpegs[1]}
    summary = take_corrections(tiny_project, zip_of(tmp_path / "x.zip", [line, line_of("5")], pictures))
    assert (summary.n_added, summary.n_refused) == (1, 1)
    assert reason in summary.refusals[0].reason


def test_paths_of_a_zip_lead_nowhere(tiny_project, tmp_path, jpegs, nothing_is_written_elsewhere):
    with zipfile.ZipFile(tmp_path / "source.zip", "w") as archive:
        archive.writestr("../../elsewhere/1.jpg", jpegs[0])
        archive.writestr("/etc/2.jpg", jpegs[1])
        archive.writestr("some folder/pictures/3.jpg", jpegs[2])
        lines = [line_of("1"), line_of("2"), line_of("3")]
        archive.writestr("some folder/corrections.jsonl", "".join(json.dumps(one) + "\n" for one in lines))
    (tmp_path / "shapes-project").rename(tmp_path / "project")
    with open_project(tmp_path / "project") as project:
        summary = take_corrections(project, tmp_path / "source.zip")
    assert (summary.n_added, summary.n_refused) == (1, 2)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda path: path.write_bytes(b"PK no zip"), "not a readable zip"),
        (lambda path: zipfile.ZipFile(path, "w").writestr("a.txt", "x"), "holds no corrections"),
        (lambda path: None, "does not exist"), (lambda path: path.mkdir(), "holds no corrections"),
    ],
)  # fmt: skip
def test_what_holds_no_corrections_is_said(tiny_project, tmp_path, made, words):
    path = tmp_path / "some.zip"
    made(path)
    with pytest.raises(IntakeError, match=words):
        take_corrections(tiny_project, path)


def test_bombs_are_refused(tiny_project, tmp_path, jpegs, monkeypatch):
    with zipfile.ZipFile(tmp_path / "big.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pictures/1.jpg", jpegs[0] + b"\0" * 30_000_000)
        archive.writestr("corrections.jsonl", json.dumps(line_of("1")) + "\n")
    summary = take_corrections(tiny_project, tmp_path / "big.zip")
    assert summary.n_added == 0 and "MB" in summary.refusals[0].reason
    with zipfile.ZipFile(tmp_path / "lines.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("corrections.jsonl", b"\n" * 80_000_000)
    with pytest.raises(IntakeError, match="unpacks to more"):
        take_corrections(tiny_project, tmp_path / "lines.zip")
    many = zip_of(tmp_path / "many.zip", ["{}"] * 20_001, {})
    with pytest.raises(IntakeError, match="at most 20,000"):
        take_corrections(tiny_project, many)
    monkeypatch.setattr(entries, "MAX_UNPACKED", 1000)
    with pytest.raises(IntakeError, match="zip bomb"):
        take_corrections(tiny_project, tmp_path / "big.zip")


def test_many_lines_about_one_picture_open_it_once(tiny_project, tmp_path, jpegs, monkeypatch):
    """A small zip with many lines shall not take hours."""
    from tellapart.gather import corrections

    opened = []
    inspect = corrections.inspect
    monkeypatch.setattr(corrections, "inspect", lambda data: (opened.append(len(data)), inspect(data))[1])
    lines = [line_of(name, kind="other", said=f"word {i}") for name in ("1", "2") for i in range(300)]
    pictures = {"1": jpegs[0], "2": b"\xff\xd8 no picture"}
    summary = take_corrections(tiny_project, zip_of(tmp_path / "some.zip", lines, pictures))
    assert (summary.n_added, summary.n_repeated, summary.n_refused) == (1, 299, 300)
    assert "not a JPEG file" in summary.refusals[-1].reason and sorted(opened) == [13, len(jpegs[0])]


def test_a_picture_that_changes_while_it_is_read_is_not_taken(tiny_project, tmp_path, jpegs, monkeypatch):
    from tellapart.gather import corrections

    given = iter([jpegs[0], jpegs[1]])
    monkeypatch.setattr(
        corrections, "_opened", lambda _: (json.dumps(line_of("1")).encode(), lambda _: next(given))
    )
    summary = take_corrections(tiny_project, tmp_path)
    assert summary.n_added == 0 and "changed while it was read" in summary.refusals[0].reason


def test_where_there_is_no_room_nothing_is_left_waiting(tiny_project, tmp_path, jpegs):
    n = tiny_project.manifest.n_pictures()
    set_limits(tiny_project.manifest, ProjectLimits(n + 2, 10**9))
    place = zip_of(tmp_path / "some.zip", *all_kinds(jpegs))
    with pytest.raises(FullError, match="the next 4 do not fit"):
        take_corrections(tiny_project, place)
    assert list(tiny_project.incoming_dir.iterdir()) == [] and not visitor_words(tiny_project.manifest)
    set_limits(tiny_project.manifest, ProjectLimits(n + 4, 10**9))
    assert take_corrections(tiny_project, place).n_added == 4


def test_a_full_disk_takes_nothing_and_says_so(tiny_project, tmp_path, jpegs, monkeypatch):
    from pathlib import Path

    place = zip_of(tmp_path / "some.zip", [line_of("1")], {"1": jpegs[0]})

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ProjectError, match=r"disk|space"):
        take_corrections(tiny_project, place)
    monkeypatch.undo()
    assert not visitor_words(tiny_project.manifest) and take_corrections(tiny_project, place).n_added == 1


def test_a_night_takes_them_and_learns_nothing_from_them(tiny_project, tmp_path, jpegs):
    root = tiny_project.root
    tiny_project.close()
    nightly(root)
    place = zip_of(tmp_path / "some.zip", *all_kinds(jpegs))
    night = nightly(root, corrections=[str(place)])
    assert (night.n_corrections, night.bundle) == (
        4,
        "",
    ) and "4 of visitors to decide about" in night.sentence()
    assert nightly(root, corrections=[str(place)]).n_corrections == 0
    with open_project(root) as project:
        waiting = [one.image_id for one in project.manifest.pictures() if one.mark == TO_DECIDE]
        project.journal.decide(*(Mark(image_id, "keep") for image_id in waiting))
    assert nightly(root).bundle != ""


def test_the_command(tiny_project, tmp_path, jpegs):
    place = zip_of(tmp_path / "some.zip", [line_of("1"), "{"], {"1": jpegs[0]})
    said = tellapart("corrections", tiny_project.root, place)
    assert "1 picture(s) to decide about, 1 could not be used." in said
    found = json.loads(tellapart("corrections", tiny_project.root, place, "--json"))
    assert (found["added"], found["repeated"], found["refused"]) == (0, 1, 1)
    assert "cannot be sent to" in tellapart("corrections", tiny_project.root, "http://example.org/", code=1)
