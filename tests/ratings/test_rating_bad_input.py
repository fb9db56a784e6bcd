"""Tables of ratings as they should not be: each is a sentence with the value, or is read as it was meant."""

import numpy as np
import pytest
from command_line import tellapart
from made_ratings import made_rows, write_table
from tellapart.errors import IntakeError, TrainError
from tellapart.ratings.clean.checks import one_value
from tellapart.ratings.fitting import fit_biases, fit_factors, squared_error
from tellapart.ratings.measuring import ratings_in
from tellapart.ratings.project import create_rating_project
from tellapart.ratings.rating_table import table_of
from tellapart.ratings.reading import given_ratings, ratings_of
from tellapart.ratings.training import train_ratings

PLAIN = "user,item,rating\nann,x,5\nann,y,2\nbob,x,4\nbob,y,1\n"


def project_of(tmp_path, rows):
    path = write_table(tmp_path / "r.csv", rows, ("user", "item", "rating"))
    return create_rating_project(tmp_path / "p", path, (1, 5))


def test_decimal_commas_are_read_between_semicolons_and_told_between_commas():
    meant = ratings_of(b"user;item;rating\na;x;4,5\na;y;1,0\nb;x;0,5\n", "it")
    assert sorted(meant.stars.tolist()) == [0.5, 1, 4.5] and meant.notes == (
        "1 user gave one rating only; kept, though it says little about a taste.",
    )
    quoted = ratings_of(b'user,item,rating\na,x,"4,5"\na,y,"1,0"\nb,x,"0,5"\n', "it")
    assert (quoted.stars == meant.stars).all()
    mixed = ratings_of((PLAIN + "cat,x,3,5\ncat,y,4,\n").encode(), "it")  # 3,5 is not 3
    assert len(mixed.stars) == 5
    assert "1 rating left out, with more cells than the first row" in mixed.notes[0]
    assert "needs quotes around it, or semicolons between cells): 'cat|x|3|5' in row 6." in mixed.notes[0]


def test_a_few_bytes_of_another_encoding_are_told():
    rows = PLAIN.encode() + "zoë,x,4\nzoë,y,2\n".encode() + "rené,x,3\nann,z,5\n".encode("cp1252")
    table = ratings_of(rows, "r.csv")
    assert "rené" in table.user_names and table.notes[0] == (
        "1 character of r.csv not in UTF-8 like the rest, read as Western European: look at line 8."
    )


@pytest.mark.parametrize("value", ["nan", "NaN", "inf", "-inf", "1e5", "five", "", "5 stars", "4,5,6"])
def test_what_is_no_number_is_left_out_and_told(value):
    table = ratings_of((PLAIN + f'cat,x,"{value}"\n').encode(), "it")
    assert len(table.stars) == 4 and f"whose rating is no number: {value!r} in row 6." in table.notes[0]


def test_a_table_of_nothing_but_nan_is_refused():
    with pytest.raises(
        IntakeError, match="no rating that can be used. 2 ratings left out, whose rating is no number: 'nan'"
    ):
        ratings_of(b"user,item,rating\na,x,nan\nb,y,NaN\n", "it")


def test_all_beyond_the_scale_is_refused_with_the_first():
    with pytest.raises(
        IntakeError,
        match="no rating that can be used. 4 ratings left out, outside the scale 6 to 9: '5' in row 2",
    ):
        ratings_of(PLAIN.encode(), "it", (6, 9))


def test_users_with_one_rating_are_kept_and_counted(tmp_path):
    rows = [(user, item, stars) for user, item, stars, _, _ in made_rows()]
    project = project_of(tmp_path, [*rows, *((f"once{n}", "f0", 3) for n in range(7))])
    assert "7 users gave one rating only; kept" in " ".join(project.table.notes)
    assert train_ratings(project).scores.mse < 0.8


def test_only_users_with_one_rating_teach_that_and_no_tastes(tmp_path):
    rows = [(f"u{n}", f"f{n % 6}", 1 + (n * 7) % 5) for n in range(60)]
    result = train_ratings(project_of(tmp_path, rows))
    assert result.scores.n_factors == 0
    assert "No tastes were found in these ratings" in tellapart("similar", result.bundle_dir, "f0", code=1)
    assert "No tastes were found" in tellapart("map", result.bundle_dir, code=1)
    assert "holds no user" in tellapart("app", result.bundle_dir, tmp_path / "page.html")  # without a map


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("ann", f"f{n}", 1 + n % 5) for n in range(50)], "All 50 ratings of r.csv are of one user, 'ann'"),
        ([(f"u{n}", "Up", 1 + n % 5) for n in range(50)], "All 50 ratings of r.csv are of one item, 'Up'"),
        (
            [(f"u{n % 9}", f"f{n}", 4) for n in range(50)],
            "All 50 ratings of r.csv are 4. Nothing tells likes",
        ),
    ],
)
def test_one_user_one_item_or_one_rating_for_all_makes_no_project(tmp_path, rows, said):
    with pytest.raises(IntakeError, match=said):
        project_of(tmp_path, rows)
    assert not (tmp_path / "p").exists()


def test_items_that_one_person_alone_rated_cannot_be_trained_on(tmp_path):
    rows = [(f"u{n % 5}", f"f{n}", 1 + n % 5) for n in range(50)]
    with pytest.raises(TrainError, match="50 ratings, and 0 items that two users rated"):
        train_ratings(project_of(tmp_path, rows))


def test_a_hundred_thousand_users_are_read_checked_and_learned_from():
    rng = np.random.default_rng(2)
    users, items = np.repeat(np.arange(100_000), 2), rng.integers(0, 200, 200_000)
    stars = np.where(users % 2 == items % 2, rng.integers(4, 6, len(users)), rng.integers(1, 3, len(users)))
    lines = [f"u{user},f{item},{given}" for user, item, given in zip(users, items, stars, strict=True)]
    lines += [f"fan{n // 5},f{n % 5},5" for n in range(100_000)]  # 20,000 who give 5 to five
    given = given_ratings("\n".join(["user,item,rating", *lines]).encode(), "it")
    table = table_of(given)
    assert len(table.user_names) == 120_000 and given.scale == (1, 5)
    assert sum(1 for one in one_value(table) if one.thing_id.startswith("user:fan")) == 20_000
    ratings = ratings_in(table)
    found = fit_factors(ratings, 4.0, (4, 2))
    assert squared_error(found, ratings) < squared_error(fit_biases(ratings), ratings)
