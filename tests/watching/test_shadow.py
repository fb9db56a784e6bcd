"""shadow: the model beside people: how far they agree, and which stage of a roll-out that supports."""

import json
from collections import Counter

import pytest
from command_line import tellapart
from tellapart.classify import Predictor
from tellapart.errors import WatchError
from tellapart.watching.shadow import agreement, read_table, shadow

LABELS = ["circle", "cross", "square"]


def pairs(right, wrong=0, labels=LABELS, none=0):
    counts = Counter({(label, label): right for label in labels})
    counts[labels[0], labels[1]] += wrong
    counts[labels[2], "none of these"] += none
    return counts


@pytest.mark.parametrize(
    ("counts", "stage", "words"),
    [
        (pairs(10), "by hand", "at least 50 pictures"),
        (pairs(40, 40), "by hand", "80.0 %"),
        (pairs(30), "watched", "at least 200 pictures"),
        (pairs(100, 20), "watched", "begins at 95.0 %"),
        (pairs(100, none=4) - Counter({("cross", "cross"): 90}), "watched", "20 pictures of 'cross'"),
        (pairs(200, 1), "wider", "by itself"),
    ],
)
def test_the_stage_goes_by_thresholds_that_are_fixed(counts, stage, words):
    found = agreement(counts)
    assert found.stage == stage and words in found.why, found.why


def test_a_label_that_nobody_has_judged_holds_the_wider_use():
    found = agreement(pairs(200, 1), known=[*LABELS, "triangle"])
    assert found.stage == "watched" and "20 pictures of 'triangle'" in found.why
    assert agreement(pairs(200, 1), known=LABELS).stage == "wider"


def test_the_table_says_it_by_label_and_whom_it_mixes_up():
    found = agreement(pairs(50, 6, none=3))
    assert (found.n, found.n_agreed) == (159, 150) and 0.85 < found.interval[0] < found.n_agreed / found.n
    assert {one.label: (one.n, one.n_agreed) for one in found.by_label}["circle"] == (56, 50)
    assert found.apart == (("circle", "cross", 6), ("square", "none of these", 3))
    assert "150 of 159" in found.sentences()[0] and 0.8 < found.kappa.value < 1
    only = agreement(Counter({("circle", "circle"): 60}))
    assert (
        json.loads(json.dumps(only.to_json()))["kappa"]["value"] is None
        and "not defined" in only.sentences()[0]
    )


@pytest.fixture
def judged(trained, tmp_path):
    """A table as people make it: the label of each picture, one of them mistaken, one file missing."""
    rows = ["file,said,time"]
    for label in LABELS:
        rows += [
            f"{path},{label.upper()},2026-11-28"
            for path in sorted((trained[0] / "images" / label).iterdir())[:10]
        ]
    rows[1] = rows[1].replace("CIRCLE", "None of these")
    rows.append("missing.jpg,square,")
    table = tmp_path / "judged.csv"
    table.write_text("\ufeff" + "\n".join(rows) + "\n", "utf-8")
    return table


def test_the_command_says_it_and_what_could_not_be_read(trained, judged):
    said = tellapart("shadow", trained[0], judged, code=3)
    assert (
        "of 30 pictures" in said and "Supported: by hand" in said and "1 picture(s) could not be read" in said
    )
    found = json.loads(tellapart("shadow", trained[0], judged, "--json", code=3))
    assert found["n"] == 30 and found["n_agreed"] >= 25 and found["stage"] == "by hand"
    assert found["unread"][0]["file"].endswith("missing.jpg")


def test_json_lines_do_as_well(trained, judged, tmp_path):
    predictor = Predictor(trained[1].bundle_dir, is_own=True)
    lines = [json.dumps({"picture": str(one.file), "person": one.said}) for one in read_table(judged, LABELS)]
    other = tmp_path / "judged.jsonl"
    other.write_text("\n".join(lines) + "\n\n", "utf-8")
    assert read_table(other, LABELS) == read_table(judged, LABELS)
    assert shadow(predictor, read_table(other, LABELS)).n == 30


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no rows"), ("file,said\n", "no rows"), ("a,b\n1,2\n", "no columns file and said"),
        ("file,said\nx.jpg,boat\n", "is no label of this model"), ("file,said\n,circle\n", "names no file"),
        ("file,said\nx.jpg\n", "no columns"), ("file,said\nx.jpg,\x1b[31m\n", "is no label"),
        ('file,said\n"x.jpg' + "a" * 200_000, "no table"),
    ],
)  # fmt: skip
def test_tables_that_are_none_are_said(tmp_path, text, words):
    table = tmp_path / "judged.csv"
    table.write_text(text, "utf-8")
    with pytest.raises(WatchError, match=words) as refused:
        read_table(table, LABELS)
    assert "\x1b" not in str(refused.value)


@pytest.mark.parametrize("text", ["{", "[1]\n", "null\n", '{"file": 1, "said": 2}\n', "[" * 5000, "\xff"])
def test_json_lines_that_are_none_are_said(tmp_path, text):
    table = tmp_path / "judged.jsonl"
    table.write_bytes(text.encode("latin-1"))
    with pytest.raises(WatchError, match=r"no table|no columns"):
        read_table(table, LABELS)


def test_labels_that_differ_in_capitals_only_are_kept_apart(tmp_path):
    table = tmp_path / "judged.csv"
    said = ["Bear", "bear", "CAT", "None of these", "none of these"]
    table.write_text("file,said\n" + "".join(f"{n}.jpg,{word}\n" for n, word in enumerate(said)), "utf-8")
    labels = ["Bear", "bear", "cat", "None of these"]
    assert [one.said for one in read_table(table, labels)] == [*said[:2], "cat", *said[3:]]
    table.write_text("file,said\n1.jpg,BEAR\n", "utf-8")
    with pytest.raises(WatchError, match="'BEAR' is no label of this model. It knows Bear, bear"):
        read_table(table, labels)


def test_nothing_readable_is_said(trained, tmp_path):
    table = tmp_path / "judged.csv"
    table.write_text("file,said\na.jpg,circle\nb.jpg,square\n")
    assert "None of the 2 pictures can be read" in tellapart("shadow", trained[0], table, code=1)
    assert "cannot be read" in tellapart("shadow", trained[0], tmp_path / "no.csv", code=1)
