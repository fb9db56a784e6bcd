"""What may be wrong with ratings is found, worst first; what is left out is not learned from, and comes back by undo."""

import json

import pytest
from command_line import tellapart
from made_ratings import made_rows, write_table
from tellapart.errors import IntakeError, ProjectError
from tellapart.kinds.decisions import ThingDecision
from tellapart.ratings import load_predictor, open_review, train
from tellapart.ratings.clean.checks import RatingCode
from tellapart.ratings.project import create_rating_project, open_rating_project

DAY = 86_400


def odd_rows():
    """Made rows, then: one beyond the scale, one pair twice, a user of one value, a program that rates in a second."""
    extra = [("odd-user", "f0", 9, 1_000_001, ""), ("odd-user", "f1", 2, 1_000_002, "")]
    extra += [
        ("twice", "f0", 1, 1_000_003, ""),
        ("twice", "f0", 5, 1_000_009, ""),
        ("twice", "f2", 4, 1_000_004, ""),
    ]
    extra += [("fan", f"f{n}", 5, 1_000_000 + 99 * n, "") for n in range(8)]
    extra += [("program", f"f{n}", 1 + n % 5, 1_222_222, "") for n in range(24)]
    return [*made_rows(), *extra]


@pytest.fixture
def project(tmp_path):
    return create_rating_project(tmp_path / "p", write_table(tmp_path / "r.csv", odd_rows()), (1, 5))


def first_row(user):
    return 2 + next(at for at, row in enumerate(odd_rows()) if row[0] == user)  # after the titles


def test_each_check_finds_its_own_worst_first(project):
    review = open_review(project)
    found = {one.code: one for one in review.findings()}
    assert [one.score for one in review.findings()] == sorted(
        (one.score for one in review.findings()), reverse=True
    )
    assert {code: one.thing_id for code, one in found.items()} == {
        RatingCode.OUTSIDE: f"row:{first_row('odd-user')}",
        RatingCode.DIFFERENT_STARS: f"row:{first_row('twice') + 1}",
        RatingCode.ONE_VALUE: "user:fan",
        RatingCode.BURST: "user:program",
        RatingCode.ONE_RATING: "item:lonely",
    }
    assert len(review.findings()) == 5
    said = " ".join(one.sentence for one in review.findings())
    assert "'odd-user' gave 'f0' 9; ratings go from 1 to 5. It is left out; kept, it counts as 5." in said
    assert (
        f"'twice' gave 'f0' 5 in row {first_row('twice') + 1}, which counts, and 1 in row {first_row('twice')}."
        in said
    )
    assert "'fan' gave each of 8 items 5, as " in said
    assert "'program' gave 24 ratings in one second, 1970-01-15 03:30:22 UTC." in said
    assert "One user alone rated 'Seen by one'" in said
    assert "1 one value for all" in repr(review)
    assert {one.thing_id for one in review.suggestions(0.5)} == {f"row:{first_row('odd-user')}", "user:fan"}


def test_ratings_that_are_right_are_left_alone(tmp_path, ratings_csv):
    project = create_rating_project(tmp_path / "p", ratings_csv)
    assert {one.code for one in open_review(project).findings()} == {RatingCode.ONE_RATING}


@pytest.mark.parametrize("at", [lambda n: 5 * DAY, lambda n: 1_000_000, lambda n: ""])
def test_times_that_are_days_or_of_an_import_are_no_bursts(tmp_path, at):
    rows = [(user, item, stars, at(n), title) for n, (user, item, stars, _, title) in enumerate(made_rows())]
    project = create_rating_project(tmp_path / "p", write_table(tmp_path / "r.csv", rows))
    assert RatingCode.BURST not in {one.code for one in open_review(project).findings()}


def test_an_item_that_many_rate_in_a_second_is_a_burst(tmp_path):
    rows = [*made_rows(), *((f"new{n}", "f1", 1 + n % 2, 1_333_333, "") for n in range(30))]
    project = create_rating_project(tmp_path / "p", write_table(tmp_path / "r.csv", rows))
    bursts = [one for one in open_review(project).findings() if one.code is RatingCode.BURST]
    assert [one.thing_id for one in bursts] == ["item:f1"] and "'f1' got 30 ratings in one second" in bursts[
        0
    ].sentence


def test_everybody_of_one_value_is_less_odd_where_all_are(tmp_path):
    rows = [(f"u{n}", f"f{m}", int((n, m) != (0, 0)), m, "") for n in range(12) for m in range(8)]
    found = open_review(
        create_rating_project(tmp_path / "p", write_table(tmp_path / "r.csv", rows))
    ).findings()
    assert max(one.score for one in found if one.code is RatingCode.ONE_VALUE) < 0.1


def test_what_is_left_out_is_not_learned_from_and_undo_brings_it_back(project):
    before = project.table
    review = open_review(project)
    review.leave_out("user:fan")
    review.leave_out("item:f1")
    review.leave_out(f"row:{first_row('twice') + 1}")
    table = open_rating_project(project.root).table
    assert "fan" not in table.user_names and "f1" not in table.item_names
    assert open_rating_project(project.root).ratings_by("twice") == {
        "f0": 1,
        "f2": 4,
    }  # the older counts again
    assert "left out as decided" in " ".join(table.notes)
    result = train(project)
    assert (
        result.n_ratings == len(table.stars) < len(before.stars)
        and "f1" not in load_predictor(result).item_names
    )
    review.refresh()
    assert {one.code for one in review.findings()} == {
        RatingCode.OUTSIDE,
        RatingCode.BURST,
        RatingCode.ONE_RATING,
    }
    for _ in range(3):
        review.undo()
    after = project.table
    assert (
        (after.stars == before.stars).all() and after.user_names == before.user_names and review.undo() == []
    )


def test_a_kept_rating_beyond_the_scale_counts_as_its_end(project):
    review = open_review(project)
    review.keep(f"row:{first_row('odd-user')}")
    assert project.ratings_by("odd-user") == {"f0": 5, "f1": 2}
    review.refresh()
    assert RatingCode.OUTSIDE not in {one.code for one in review.findings()}
    review.undo()
    assert project.ratings_by("odd-user") == {"f1": 2}


def test_what_is_not_there_is_told_and_nothing_is_kept(project):
    review = open_review(project)
    for thing_id, said in (
        ("user:nobody", "r.csv has no user 'nobody'"),
        ("row:99999", "no row '99999'"),
        ("fan", "'fan' is no rating, user or item. Write row:NUMBER"),
    ):
        with pytest.raises(ProjectError, match=said):
            review.decide([ThingDecision("user:fan", "remove"), ThingDecision(thing_id, "remove")])
    with pytest.raises(ValueError, match="choose remove or keep"):
        review.decide([ThingDecision("user:fan", "relabel", "x")])
    assert project.decisions.lines() == []


def test_what_leaves_nothing_to_learn_from_is_not_decided(tmp_path):
    rows = [("a", "x", 5), ("a", "y", 1), ("b", "x", 4), ("b", "y", 2)]
    path = write_table(tmp_path / "r.csv", rows, ("user", "item", "rating"))
    folder = create_rating_project(tmp_path / "p", path).root
    said = tellapart("clean", folder, "--remove", "user:a", code=1)
    assert "Nothing was decided: without user:a too little would be left to learn from. At least two" in said
    assert "There is nothing to undo" in tellapart("undo", folder)
    assert "1 decision, as one step" in tellapart("clean", folder, "--remove", "row:2")
    assert "without row:3 too" in tellapart("clean", folder, "--remove", "row:3", code=1)
    assert "3 ratings checked" in tellapart("clean", folder)


def test_the_commands_clean_undo_and_log(project):
    folder = project.root
    assert "user:fan: one value for all" in tellapart("clean", folder)
    assert "1 decision, as one step" in tellapart("clean", folder, "--remove", "user:fan")
    assert "user:fan" not in tellapart("clean", folder)
    said = json.loads(
        tellapart("clean", folder, "--apply-suggestions", "0.5", "--keep", "user:program", "--json")
    )
    assert {one["thing"]: one["do"] for one in said["decided"]} == {
        "user:program": "keep",
        f"row:{first_row('odd-user')}": "remove",
    }
    assert {one["code"] for one in said["findings"]} == {"different stars", "one rating"}
    assert "No suggestion is as sure" in tellapart("clean", folder, "--apply-suggestions", "0.9")
    assert "'row:2' cannot be both: remove and keep." in tellapart(
        "clean", folder, "--keep", "row:2", "--remove", "row:2", code=2
    )
    assert [one["undone"] for one in json.loads(tellapart("log", folder, "--json"))] == [False] * 3
    assert "Taken back: 2 decisions." in tellapart("undo", folder)
    assert tellapart("log", folder).count("(undone)") == 2
    with pytest.raises(IntakeError, match="cannot be read"):
        (folder / "ratings.table").unlink()
        open_review(open_rating_project(folder))


@pytest.mark.parametrize(
    ("time", "when"),
    [(1_222_222_000_000_000, "2008-09-24 02:06:40"), ("1969-12-31T23:00:01", "1969-12-31 23:00:01")],
)
def test_times_in_microseconds_and_before_1970_are_told(tmp_path, time, when):
    rows = [*made_rows(), *((f"u{n}", f"g{n % 2}", 1 + n % 5, 1_000_000 + 99 * n, "") for n in range(8))]
    rows += [("program", f"f{n}", 1 + n % 5, time, "") for n in range(24)]
    project = create_rating_project(tmp_path / "p", write_table(tmp_path / "r.csv", rows), (1, 5))
    said = [one.sentence for one in open_review(project).findings() if one.code == RatingCode.BURST]
    assert said == [f"'program' gave 24 ratings in one second, {when} UTC."]
