"""From made ratings to answers: tastes are found, the error is honest, and no user leaves the project."""

import json
from dataclasses import replace

import numpy as np
import pytest
from made_ratings import made_rows, write_table
from tellapart.errors import BundleError, ProjectError, TrainError
from tellapart.kinds.bundle_folder import copy_bundle
from tellapart.kinds.sealed_json import seal
from tellapart.ratings.fitting import Ratings, choose_factors, fit_biases, fit_factors, squared_error
from tellapart.ratings.measuring import interval_over_users, newest_part, random_part
from tellapart.ratings.model_file import FILE_NAME, model_of, read_model, record_of, write_model
from tellapart.ratings.project import RATINGS, create_rating_project, open_rating_project
from tellapart.ratings.rating_table import RatingTable
from tellapart.ratings.training import train_ratings


def test_tastes_beat_biases_and_biases_the_mean(trained_ratings):
    _, result = trained_ratings
    one = result.scores
    assert one.mse < 0.5 < 2 < min(one.bias_mse, one.mean_mse) and one.n_factors > 0
    assert one.interval[0] < one.mse < one.interval[1]
    assert result.by_time is not None and result.by_time.mse < result.by_time.bias_mse
    assert "On a random fifth: mean squared error" in repr(result) and "1 item(s) that one user" in repr(
        result
    )


def test_the_newest_of_one_user_give_no_interval_and_those_of_two_a_wide_one(tmp_path):
    rng = np.random.default_rng(0)
    rows = [(f"u{n % 9}", f"f{n % 13}", 1 + n % 5, 1000 + n, "") for n in range(48)]
    late = [("late", f"f{n}", int(rng.integers(1, 6)), 5000 + n, "") for n in range(13)]
    write_table(tmp_path / "r.csv", [*rows, *late])
    result = train_ratings(create_rating_project(tmp_path / "p", tmp_path / "r.csv"))
    assert result.by_time.interval is None and "(no interval: all are by one user)" in repr(result)
    assert read_model(result.bundle_dir).measured["newest_fifth"]["interval"] is None
    write_table(tmp_path / "two.csv", [*rows, *late, *(("last", *one[1:]) for one in late)])
    two = train_ratings(create_rating_project(tmp_path / "q", tmp_path / "two.csv")).by_time
    assert two.interval is not None and two.interval[0] < two.mse < two.interval[1]


def test_the_interval_of_few_users_holds_as_often_as_it_says():
    assert interval_over_users(np.array([1.0, 1, 3, 3]), np.array([0, 0, 1, 1])) == pytest.approx(
        (0, 14.7062)
    )
    many = interval_over_users(np.arange(4000.0) % 2, np.arange(4000))
    assert many[1] - many[0] == pytest.approx(2 * 1.9606 * 0.5 / 4000**0.5, rel=1e-3), (
        "1.96 where users are many"
    )
    for n_users in (2, 3, 5):
        rng = np.random.default_rng(n_users)
        users = np.repeat(np.arange(n_users), 4)
        n_held = 0
        for of_user in rng.normal(100, 1, (2000, n_users)):
            low, high = interval_over_users(of_user[users], users)
            n_held += low <= 100 <= high
        assert 0.935 <= n_held / 2000 <= 0.965, f"{n_users} users"


def test_noise_gets_no_factors():
    rng = np.random.default_rng(0)
    n = 3000
    users, items = rng.integers(0, 60, n), rng.integers(0, 60, n)
    ratings = Ratings(users, items, rng.normal(3, 1, n), 60, 60)
    chosen = choose_factors(ratings, 4.0)
    found = fit_factors(ratings, 4.0, chosen)
    fresh = Ratings(users, items, rng.normal(3, 1, n), 60, 60)
    assert squared_error(found, fresh) < squared_error(fit_biases(ratings), fresh) * 1.02


def test_the_same_ratings_give_the_same_answers(trained_ratings, tmp_path):
    project, result = trained_ratings
    again = train_ratings(create_rating_project(tmp_path / "again", project.root / "ratings.table"))
    assert again.scores == result.scores


def test_the_tested_are_not_the_learned_from():
    names = [[f"{kind}{at}" for at in range(n)] for kind, n in (("u", 20), ("f", 50))]
    everything = np.repeat(np.arange(20), 50), np.tile(np.arange(50), 20), np.ones(1000)
    table = RatingTable(*everything, None, *names, [""] * 50, (1.0, 5.0), "t")
    parts = [random_part(table, which) for which in range(5)]
    assert [one.sum() for one in parts] == [200] * 5 and (sum(part.astype(int) for part in parts) == 1).all()
    assert 20 < parts[0][:200].sum() < 60  # as many of every user, about
    assert newest_part(np.arange(100.0)).nonzero()[0].tolist() == list(range(80, 100))
    assert not newest_part(np.zeros(10)).any()


def test_whatever_the_order_of_the_table_the_same_ratings_are_tested(trained_ratings):
    table = trained_ratings[0].table
    order = np.random.default_rng(3).permutation(len(table.stars))
    names = np.random.default_rng(4).permutation(len(table.item_names))
    other = replace(
        table,
        users=table.users[order],
        items=np.argsort(names)[table.items[order]],
        stars=table.stars[order],
        item_names=[table.item_names[at] for at in names.tolist()],
    )
    assert (random_part(other) == random_part(table)[order]).all()


def test_a_new_user_from_five_ratings_gets_their_taste(trained_ratings):
    model = read_model(trained_ratings[1].bundle_dir)
    liked = {"f0": 5, "f2": 5, "f1": 1, "The b film, number 3": 1, "f4": 4.5}
    best = model.recommend(liked, 5)
    assert all("The a film" in one.title for one in best) and not {one.item for one in best} & {
        "f0",
        "f2",
        "f4",
    }
    turned = {item: 6 - stars for item, stars in liked.items()}
    assert all("The b film" in one.title for one in model.recommend(turned, 5))
    low, high = model.scale
    assert all(low <= one.stars <= high for one in model.recommend(liked, 100))


def test_nobody_s_taste_is_everybody_s(trained_ratings):
    model = read_model(trained_ratings[1].bundle_dir)
    assert np.allclose(model.predict({}), np.clip(model.mean + model.bias, *model.scale))


def test_people_who_liked_it_liked(trained_ratings):
    model = read_model(trained_ratings[1].bundle_dir)
    found = model.similar("f6", 5)
    assert all("The a film" in one.title for one in found) and found[0].likeness <= 1
    assert found == sorted(found, key=lambda one: -one.likeness)
    assert all(one.n > 1 for one in found)


def test_few_ratings_do_not_lead(trained_ratings):
    model = read_model(trained_ratings[1].bundle_dir)
    best = model.similar("f6", 1)[0]
    at = model.place(best.item)
    counts = model.counts.copy()
    counts[at] = 2
    from dataclasses import replace

    assert replace(model, counts=counts).similar("f6", 1)[0].item != best.item


def test_items_that_are_unknown_or_unclear_or_rated_wrongly(trained_ratings):
    model = read_model(trained_ratings[1].bundle_dir)
    for liked, said in (
        ({"lonely": 5}, "no item 'lonely'"),
        ({"The a fulm, number 0": 5}, "Did you mean 'The a film, number 0'"),
        ({"the a film": 5}, "may be 12 items"),
        ({"f0": 7}, "'f0' has 7; ratings go from 1 to 5"),
        ({"f0": float("nan")}, "ratings go from"),
        ({"f0": 5, "The a film, number 0": 4}, "'f0' is rated twice"),
    ):
        with pytest.raises(BundleError, match=said):
            model.recommend(liked)


def test_no_user_is_in_what_leaves_the_project(trained_ratings, tmp_path):
    project, _ = trained_ratings
    copy_bundle(RATINGS.bundle_of(project.root), tmp_path / "out", [FILE_NAME], read_model)
    files = list((tmp_path / "out").iterdir())
    assert {one.name for one in files} == {FILE_NAME, "MODEL_CARD.md"}
    users = {row[0] for row in made_rows()}
    text = "".join(one.read_text("utf-8") for one in files)
    assert len(users) == 80 and not [one for one in users if one in text]
    assert "lonely" not in text and "Seen by one" not in text  # that one person rated
    shapes = {len(value) for value in json.loads((tmp_path / "out" / FILE_NAME).read_text())["factors"]}
    assert shapes == {24}  # one number for each item, none for a user
    with pytest.raises(BundleError, match="exists"):
        copy_bundle(RATINGS.bundle_of(project.root), tmp_path / "out", [FILE_NAME], read_model)


def test_a_project_keeps_the_ratings_as_they_were_given(trained_ratings, ratings_csv):
    project, result = trained_ratings
    assert (project.root / "ratings.table").read_bytes() == ratings_csv.read_bytes()
    again = open_rating_project(project.root)
    assert again.scale == (1, 5) and again.newest_bundle() == result.bundle_dir
    assert again.ratings_by("person-000-x")["lonely"] == 5
    with pytest.raises(ProjectError, match="no user 'nobody'"):
        again.ratings_by("nobody")


def test_too_few_ratings_are_told(tmp_path):
    table = write_table(tmp_path / "r.csv", [("a", "x", 1, 1, ""), ("b", "y", 5, 2, "")])
    with pytest.raises(TrainError, match="2 ratings, and 0 items that two users rated"):
        train_ratings(create_rating_project(tmp_path / "p", table))


def test_folders_and_projects_that_are_something_else(tmp_path, ratings_csv):
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "mine.txt").write_text("x")
    with pytest.raises(ProjectError, match="exists and is not empty"):
        create_rating_project(tmp_path / "p", ratings_csv)
    project = create_rating_project(tmp_path / "q", ratings_csv)
    with pytest.raises(BundleError, match="no trained recommender yet"):
        RATINGS.bundle_of(project.root)
    for head, said in (('{"format": 9}', "format 9"), ("[]", "is damaged. Your ratings are in"), ('{"format": 1}', "damaged"),
                       ('{"format": 1, "scale": [5, 1]}', "damaged")):  # fmt: skip
        (project.root / "tellapart-ratings.json").write_text(head)
        with pytest.raises(ProjectError, match=said):
            open_rating_project(project.root)


def test_on_a_full_disk_nothing_is_half_written(tmp_path, ratings_csv, monkeypatch):
    project = create_rating_project(tmp_path / "q", ratings_csv)

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ProjectError, match="is full"):
        create_rating_project(tmp_path / "new", ratings_csv)
    with pytest.raises(ProjectError, match="is full"):
        train_ratings(project)
    assert (
        not (tmp_path / "new").exists() and not list(tmp_path.glob(".*")) and project.newest_bundle() is None
    )


def test_a_written_model_is_the_same_again(trained_ratings, tmp_path):
    bundle = trained_ratings[1].bundle_dir
    write_model(read_model(bundle), tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == (bundle / FILE_NAME).read_bytes()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no JSON"), (b"[]", "no recommender"), (b'{"kind": "texts"}', "no recommender"), (b"[" * 100_000, "damaged"),
        (b'{"kind": "ratings", "format": 2}', "format 2; this tellapart reads up to 1"),
        (b'{"kind": "ratings", "format": true}', "its format is True"),
        (b'{"kind": "ratings", "format": 1}', "not what it was"),
        (b'{"kind": "ratings", "kind": "ratings"}', "stands twice"), (b'{"kind": NaN}', "no number"),
    ],
)  # fmt: skip
def test_damaged_and_strange_files(data, said):
    with pytest.raises(BundleError, match=said):
        model_of(data, "it")


@pytest.mark.parametrize(
    "change",
    [
        {"mean": 1e300}, {"scale": [5, 1]}, {"scale": 3}, {"noise": 0}, {"user_ridge": -1}, {"items": []}, {"items": ["a"] * 24},
        {"titles": []}, {"counts": [0.5] * 24}, {"bias": [0.0]}, {"factors": [[1.0]]}, {"factors": None}, {"variance": []},
        {"measured": 3}, {"golden": []}, {"golden": [5.0] * 5},
    ],
)  # fmt: skip
def test_a_stranger_who_knows_the_hash_is_refused_as_well(trained_ratings, change):
    record = {**record_of(read_model(trained_ratings[1].bundle_dir)), **change}
    record["sha256"] = seal({key: value for key, value in record.items() if key != "sha256"})
    with pytest.raises(BundleError):
        model_of(json.dumps(record).encode(), "it")
