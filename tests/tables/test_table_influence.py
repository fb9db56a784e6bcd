"""What columns have to say: found where it was made, with intervals that hold nothing where there is nothing."""

import csv
import json
import sys
from dataclasses import replace

import numpy as np
import pytest
from made_tables import made_table, write_table
from tellapart.cli.app import app
from tellapart.errors import DescriptionError, ProjectError, TrainError
from tellapart.learning.statistics.paired import Paired, told_apart
from tellapart.tables import by_time, influence, leave_out, new_project, open_project, train
from tellapart.tables.columns import TableColumn
from tellapart.tables.effects import importance
from tellapart.tables.effects.dependence import _steps
from tellapart.tables.effects.importance import Importance, _interval
from tellapart.tables.effects.leaks import sensitive
from tellapart.tables.effects.other_rows import _largest_weights
from tellapart.tables.effects.report import FILES
from tellapart.tables.encoding import Feature
from tellapart.tables.judging import judge_rows
from typer.testing import CliRunner


@pytest.fixture(scope="module")
def project(loans_csv, tmp_path_factory):
    return new_project(tmp_path_factory.mktemp("influence") / "p", loans_csv)


@pytest.fixture(scope="module")
def found(project):
    return influence(project)


def drifting_table(n=300, seed=5):
    """Rows by day, the last fifth of them of 2024: what 'size' says of the answer turns over as months go by."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        month, size, kind = i * 15 // n, float(rng.normal()), str(rng.choice(["a", "b", "c"]))
        paid = (1 - month / 7) * size + (kind == "a") * 0.7 + rng.normal() > 0.2
        day = f"{2023 + month // 12}-{month % 12 + 1:02}-{i * 15 % n * 28 // n + 1:02}"
        rows.append([day, f"{size:.3f}", kind, "yes" if paid else "no"])
    return ["day", "size", "kind", "paid"], rows


def test_a_column_that_came_up_later_says_nothing_of_the_days_before(tmp_path):
    titles, rows = drifting_table()
    for row in rows[: len(rows) * 9 // 10]:
        row[1] = row[2] = ""
    with (tmp_path / "later.csv").open("w", newline="") as file:
        csv.writer(file).writerows([titles, *rows])
    found = train(new_project(tmp_path / "p", tmp_path / "later.csv")).by_time
    assert found.n_earlier == 240 and found.pairs.n == 60


def changing_table(n=400, seed=2):
    """Rows by day: 'code' tells the answer, but what a code means changes from month to month; 'sex' says it always."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        month, sex = i * 12 // n, str(rng.choice(["f", "m"]))
        code = int(rng.integers(0, 4))
        paid = (code + month) % 2 == 0 if i % 10 else sex == "f"
        rows.append(
            [
                f"2023-{month + 1:02}-{i * 12 % n * 28 // n + 1:02}",
                f"{code}",
                f"{month}.{code}",
                sex,
                "yes" if paid else "no",
            ]
        )
    return ["day", "code", "month and code", "sex", "paid"], rows


def test_the_answers_of_later_rows_have_no_say_in_how_they_are_told(tmp_path):
    titles, rows = drifting_table()
    errors = {}
    for name, later in (("as it was", {}), ("turned", {"yes": "no", "no": "yes"})):
        changed = [[*row[:-1], later.get(row[-1], row[-1]) if row[0] >= "2024" else row[-1]] for row in rows]
        project = new_project(tmp_path / name, write_table(tmp_path / f"{name}.csv", titles, changed))
        errors[name] = by_time(project)
    one, other = errors["as it was"].pairs, errors["turned"].pairs
    assert one.n == other.n == 60 and errors["turned"].until.startswith("2023-12")
    assert one.errors[1] + other.errors[1] == pytest.approx(1)  # who is right of one is wrong of the other
    assert errors["as it was"].is_alarm


def test_columns_that_say_something_are_told_from_those_that_do_not(found):
    assert {one.title for one in found.importance.columns[:2]} == {"income", "town"}
    by_title = {one.title: one for one in found.importance.columns}
    assert by_title["income"].low > 0.1 and by_title["town"].low > 0.1
    assert by_title["sex"].low <= 0.02 and by_title["sex"].is_sensitive
    assert "no" not in by_title  # an identifier is not learned from
    assert all(one.low <= one.error <= one.high for one in found.importance.columns)
    said = repr(found)
    assert (
        " more of 100 wrong (" in said.split("income: ")[1]
        and "sex: " in said
        and "about who people are" in said
    )
    assert found.importance.n == 240 and json.dumps(found.to_json())


def test_of_many_columns_those_are_shuffled_that_are_asked_for_most(project, monkeypatch):
    monkeypatch.setattr(importance, "_MOST_COLUMNS", 2)
    found = importance.column_importance(judge_rows(project))
    assert {one.title for one in found.columns} == {"income", "town"} and found.n_others == 2
    assert "2 columns that it asks for least were not shuffled" in repr(found)


def test_the_say_of_a_line_is_its_largest_weight():
    columns = [
        TableColumn("a", "number", "point"),
        TableColumn("b", "category"),
        TableColumn("c", "number", "point"),
    ]
    features = (Feature(columns[0]), Feature(columns[1], ("x", "y", "z")), Feature(columns[2]))
    weights = np.array([[1.0], [0], [0], [-5], [2], [0.5], [3]])
    assert _largest_weights(features, weights.T).tolist() == [1, 5, 3]


def test_the_interval_counts_copies_once():
    rng = np.random.default_rng(0)
    values = rng.normal(size=100)
    low, high = _interval(values, np.arange(100))
    thrice = _interval(np.tile(values, 3), np.tile(np.arange(100), 3))
    assert (low, high) == pytest.approx(thrice)
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 10, rel=0.01)
    assert _interval(np.zeros(10), np.arange(10)) == (0, 0)


def test_how_the_answer_changes_with_a_column(found):
    income = next(one for one in found.dependence if one.title == "income")
    town = next(one for one in found.dependence if one.title == "town")
    assert income.kind == "number" and income.places == sorted(income.places) and len(income.places) == 16
    assert town.kind == "category" and set(town.names) == {"Rome", "Oslo", "Bern", "Riga"}
    mean, low, high = (np.array(one) for one in (town.mean, town.low, town.high))
    assert np.allclose(mean.sum(axis=1), 1) and (low <= high + 1e-9).all() and town.labels == ["no", "yes"]
    assert "income: " in repr(income) and "on average" in repr(income)


def test_a_number_that_most_rows_share_is_asked_about_at_others_too():
    feature = Feature(TableColumn("gain", "number", "point"))
    steps = _steps(feature, np.concatenate([np.zeros(500), np.arange(1, 60) * 100.0, [np.nan]]))
    assert len(steps) == 16 and (np.diff(steps) > 300).all()
    assert _steps(feature, np.array([np.nan])).tolist() == []


def test_tables_and_figures_are_written_and_no_title_is_calculated(found, tmp_path):
    first = replace(found.importance.columns[0], title="=1+1")
    evil = replace(found, importance=Importance((first, *found.importance.columns[1:]), 0, 240, 240, 0.1))
    evil = replace(evil, dependence=tuple(replace(one, title="$x$ @cmd") for one in found.dependence))
    files = evil.save(tmp_path / "out")
    assert [one.name for one in files] == list(FILES)
    assert all(one.read_bytes()[:4] == b"\x89PNG" for one in files[2:])
    with files[0].open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1][0] == "'=1+1" and float(rows[1][1]) == pytest.approx(first.error, abs=1e-6)
    assert any((row[1].startswith("-") and float(row[1]) < 0) or float(row[2]) < 0 for row in rows[1:])
    with pytest.raises(ProjectError, match="not empty. Choose a new folder"):
        evil.save(tmp_path / "out")


def test_without_matplotlib_it_says_what_to_install(found, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.delitem(sys.modules, "tellapart.network.charts", raising=False)
    with pytest.raises(DescriptionError, match=r"pip install \"tellapart\[charts\]\""):
        found.save(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_leaving_columns_out_costs(project):
    found = leave_out(project)
    assert found.titles == ("sex",) and found.whole.pairs.n == 240
    assert {one.name for one in found.groups} == {"sex f", "sex m"}
    assert sum(one.pairs.n for one in found.groups) == 240
    assert (
        found.whole.pairs.interval[0] <= 0.05 and not found.whole.pairs.difference > 0.1
    )  # sex says nothing here
    said = repr(found)
    assert "Without the column sex" in said and "all rows: error" in said and " of 100 wrong (" in said
    costly = leave_out(project, "income", "since")
    assert costly.titles == ("income", "since") and costly.whole.pairs.is_beyond_chance
    low, high = costly.whole.pairs.interval
    before, after = costly.whole.pairs.errors
    assert 0 < low < after - before < high and costly.to_json()["all"]["p_value"] < 0.001
    with pytest.raises(TrainError, match="No column 'incom' is learned from. Did you mean 'income'"):
        leave_out(project, "incom")
    with pytest.raises(TrainError, match="no column is left to learn from"):
        leave_out(project, "income", "town", "sex", "since")


def test_no_sensitive_column_is_a_sentence(tmp_path):
    titles, rows = made_table(60)
    path = write_table(tmp_path / "t.csv", [*titles[:3], "colour", *titles[4:]], rows)
    with pytest.raises(TrainError, match="Name what to leave out; there is 'income', 'town'"):
        leave_out(new_project(tmp_path / "p", path))


def test_random_folds_that_look_better_than_time_raise_an_alarm(tmp_path):
    project = new_project(tmp_path / "p", write_table(tmp_path / "t.csv", *changing_table()))
    result = train(project)
    found = result.by_time
    assert found.title == "day" and found.until < "2023-12" and 60 <= found.pairs.n <= 110
    assert found.is_alarm
    assert found.pairs.errors[1] > found.pairs.errors[0] + 0.1
    assert "Random folds look better than time allows" in repr(result)
    assert "Random folds look better" in (result.bundle_dir / "MODEL_CARD.md").read_text("utf-8")
    assert result.to_json()["by_time"]["alarm"] is True
    assert by_time(project, "day").to_json() == found.to_json()


def test_where_nothing_changes_there_is_no_alarm(project):
    found = by_time(project)
    assert found.title == "since" and not found.is_alarm and "Split by time (since)" in repr(found)
    n_dated = found.n_earlier + found.pairs.n
    assert n_dated <= 240 and 0.1 < found.pairs.n / n_dated < 0.3
    with pytest.raises(TrainError, match="'town' is no column of dates. There is 'since'"):
        by_time(project, "town")


def test_a_birthday_does_not_say_when_a_row_came(tmp_path):
    titles, rows = made_table(100)
    born = [[*row[:4], f"19{40 + i % 60}-03-1{i % 10}", *row[4:]] for i, row in enumerate(rows)]
    path = write_table(tmp_path / "t.csv", [*titles[:4], "birthdate", *titles[4:]], born)
    assert train(new_project(tmp_path / "p", path)).by_time.title == "since"
    alone = write_table(
        tmp_path / "u.csv", [*titles[:4], "birthdate", "paid"], [[*row[:5], row[6]] for row in born]
    )
    project = new_project(tmp_path / "q", alone)
    assert train(project).by_time is None and by_time(project, "birthdate").title == "birthdate"


def test_too_little_after_a_day_is_no_split(tmp_path):
    titles, rows = made_table(40)
    project = new_project(tmp_path / "p", write_table(tmp_path / "t.csv", titles, rows))
    with pytest.raises(TrainError, match="later rows; at least 20 later ones are needed"):
        by_time(project)
    assert train(project).by_time is None
    without = [[*row[:4], row[5]] for row in made_table(60)[1]]
    undated = new_project(tmp_path / "q", write_table(tmp_path / "u.csv", [*titles[:4], "paid"], without))
    with pytest.raises(TrainError, match="no column of dates"):
        by_time(undated)


def test_copies_do_not_make_chance_look_like_certainty(tmp_path):
    once = Paired(1, 3, 1, 0)
    ten_times = Paired(10, 30, 10, 0)
    assert told_apart(ten_times, [str(i % 5) for i in range(50)]) == told_apart(once, "abcde") == once
    assert once.p_value > 0.5 and ten_times.p_value < 0.01
    titles, rows = made_table(150)
    project = new_project(tmp_path / "p", write_table(tmp_path / "t.csv", titles, rows * 4))
    whole = leave_out(project, "town").whole
    assert (whole.pairs.n, whole.apart.n) == (600, 150)
    assert whole.to_json()["p_value"] == whole.apart.p_value > whole.pairs.p_value
    late = by_time(project)
    assert late.pairs.n == 4 * late.apart.n
    sex, wrong = np.array(["f", "m"] * 20, object), np.arange(40) % 5 == 0
    names = [str(i) for i in range(40)]
    (one,), (ten,) = (
        sensitive([Feature(TableColumn("sex", "category"), ("f", "m"))], [np.tile(sex, n)], np.tile(wrong, n), names * n)
        for n in (1, 10)
    )  # fmt: skip
    assert ten.sentence.replace("200 rows", "20 rows") == one.sentence


def test_pairs_know_both_error_rates():
    assert Paired(5, 3, 1, 1).errors == (0.2, 0.4) and Paired(0, 0, 0, 0).errors == (0, 0)


def test_the_command_line_says_it(project, tmp_path):
    def ran(*words, code=0):
        done = CliRunner().invoke(app, [str(word) for word in words])
        assert done.exit_code == code, done.output
        return done.output

    assert "more of 100 wrong" in ran("influence", project.root, "--out", tmp_path / "out")
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == sorted(FILES)
    assert "Without the column sex" in ran("leave-out", project.root)
    assert json.loads(ran("leave-out", project.root, "town", "--json"))["without"] == ["town"]
    assert "Split by time (since)" in ran("by-time", project.root)
    assert "no column of dates" in ran("by-time", project.root, "--by", "town", code=1)
    bundle = train(open_project(project.root)).bundle_dir
    assert "it works without the internet" in ran("app", project.root, tmp_path / "form.html")
    assert "income: double (N, 1), a number" in ran("onnx", bundle, tmp_path / "loans.onnx")


def test_a_folder_that_holds_something_is_refused_before_the_work(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine", encoding="utf-8")
    done = CliRunner().invoke(app, ["tables", "influence", str(tmp_path), "--out", str(tmp_path / "out")])
    assert done.exit_code == 1 and "exists and is not empty" in done.output  # not: this is no project
