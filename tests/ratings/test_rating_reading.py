"""Ratings from files as people have them: separators, encodings, titles, and what is left out with its value."""

import pytest
from made_ratings import made_rows, write_table
from tellapart.errors import IntakeError
from tellapart.ratings.reading import number_of, ratings_of, read_ratings

PLAIN = "user,item,rating\nann,x,5\nann,y,2\nbob,x,4\nbob,y,1\n"


def pairs(table):
    rows = zip(table.users, table.items, table.stars, strict=True)
    return {(table.user_names[u], table.item_names[i]): float(s) for u, i, s in rows}


EXPECTED = {("ann", "x"): 5.0, ("ann", "y"): 2.0, ("bob", "x"): 4.0, ("bob", "y"): 1.0}


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.encode(),
        PLAIN.replace(",", ";").encode("utf-16"),
        PLAIN.replace(",", "\t").encode("utf-8-sig"),
        PLAIN.replace(",", "|").replace("\n", "\r\n").encode(),
        PLAIN.replace("user,item,rating", "Rating,movieId,User ID").replace("ann,x,5", "5,x,ann")
        .replace("ann,y,2", "2,y,ann").replace("bob,x,4", "4,x,bob").replace("bob,y,1", "1,y,bob").encode(),
    ],
)  # fmt: skip
def test_separators_encodings_and_titles(data):
    table = ratings_of(data, "it")
    assert pairs(table) == EXPECTED and table.scale == (1, 5) and table.times is None and table.notes == ()


@pytest.mark.parametrize("separator", ["::", "\t"])
def test_movielens_files_have_no_titles(separator):
    lines = ["1", "7", "5", "881250949"], ["1", "8", "1", "881250950"], ["2", "7", "4", "881250951"]
    table = ratings_of("\n".join(separator.join(line) for line in lines).encode(), "u.data")
    assert pairs(table) == {("1", "7"): 5, ("1", "8"): 1, ("2", "7"): 4}
    assert table.times.tolist() == [881250949, 881250950, 881250951]


def test_the_newest_of_a_pair_counts_whatever_its_row():
    rows = "user,item,rating,date\na,x,1,2024-05-02\na,x,5,2024-05-01\nb,y,3,2024-05-01T10:00:00Z\nb,x,2,2024-01-01\n"
    table = ratings_of(rows.encode(), "it")
    assert pairs(table)["a", "x"] == 1 and "1 rating of the same user and item came again" in table.notes[0]
    without = ratings_of(b"user,item,rating\na,x,1\na,x,5\nb,y,3\n", "it")
    assert pairs(without)["a", "x"] == 5


def test_what_is_left_out_is_told_with_its_value():
    rows = PLAIN + "cat,x,great\ncat,,3\ndog,y,nan\neve,x,3\nfay\n"
    table = ratings_of(rows.encode(), "it")
    assert len(table.stars) == 5
    said = " ".join(table.notes)
    assert "2 ratings left out, whose rating is no number: 'great' in row 6 and others." in said
    assert "without a user or an item: 'cat||3' in row 7" in said and "'fay' in row 10" in said
    assert "1 user gave one rating only; kept" in said
    outside = ratings_of((PLAIN + "cat,x,9\ncat,y,3\n").encode(), "it", (1, 5))
    assert "outside the scale 1 to 5: '9' in row 6" in " ".join(outside.notes) and len(outside.stars) == 5


def test_a_stray_rating_is_outside_the_scale_of_the_others():
    rows = [*made_rows(), ("person-001-x", "f500", 99, 1, "")]
    text = "user,item,rating\n" + "\n".join(f"{u},{i},{r}" for u, i, r, _, _ in rows)
    table = ratings_of(text.encode(), "it")
    assert (
        table.scale == (1, 5) and "'99'" in " ".join(table.notes) and "say --scale" in " ".join(table.notes)
    )


def test_scales_of_thumbs_and_of_nothing_usual():
    assert ratings_of(PLAIN.replace("5", "1").replace("4", "1").replace("2", "0").encode(), "it").scale == (
        0,
        1,
    )
    assert ratings_of(PLAIN.replace("5", "-3").encode(), "it").scale == (-3, 4)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"\x89PNG\0\0\1", "no text file"),
        (b"user,item,rating\n", "no rating that can be used"),
        (b"text,label\na,b\n", "no table of ratings: its first row is 'text', 'label'"),
        (b"user,item,rating\na,x,5\na,y,1\n", "are of one user, 'a'"),
        (b"user,item,rating\na,x,5\nb,x,1\n", "are of one item, 'x'"),
        (b"user,item,rating\na,x,5\nb,y,5\n", "All 2 ratings of it are 5"),
        (b"user,item,rating\na,x,oh\nb,y,ah\n", "whose rating is no number: 'oh' in row 2"),
    ],
)
def test_what_cannot_be_learned_from_is_a_sentence(data, said):
    with pytest.raises(IntakeError, match=said):
        ratings_of(data, "it")


def test_files_that_are_not_there_and_scales_without_room(tmp_path):
    with pytest.raises(IntakeError, match="cannot be read"):
        read_ratings(tmp_path / "no.csv")
    with pytest.raises(IntakeError, match="5 to 1 has no room"):
        read_ratings(write_table(tmp_path / "r.csv", made_rows()), (5, 1))


def test_numbers():
    assert [number_of(one) for one in ("3,5", " 4 ", "-.5", "1e9", "", "inf", "9999999")] == [
        3.5,
        4,
        -0.5,
        *[None] * 4,
    ]
