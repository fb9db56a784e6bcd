"""Texts come in whatever table, encoding or folder they lie in, and what cannot be used is told in a sentence."""

import csv
import json
import threading

import pytest
from tellapart.errors import IntakeError
from tellapart.kinds.delimited import rows_parted_by
from tellapart.texts.columns import find_text_column
from tellapart.texts.reading import MAX_TEXT, read_texts, table_rows_of

ROWS = [("so gut – wirklich", "yes"), ("schön, aber lang", "no"), ("naïve ‘quotes’", "yes"), ("übel", "no")]


def written(path, rows=ROWS, encoding="utf-8", delimiter=",", header=("text", "label")):
    lines = [delimiter.join(f'"{cell}"' for cell in row) for row in ([header] if header else []) + list(rows)]
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_in_any_encoding_and_with_any_delimiter(tmp_path, encoding, delimiter):
    table = read_texts(written(tmp_path / "some.csv", encoding=encoding, delimiter=delimiter))
    assert list(zip(table.texts, table.labels, strict=True)) == ROWS
    assert table.notes == () and "'text'" in table.understood and "'label'" in table.understood


def test_json_lines_json_tsv_and_folders_say_the_same(tmp_path):
    expected = sorted(ROWS)
    lines = [json.dumps({"body": text, "id": i, "sentiment": label}) for i, (text, label) in enumerate(ROWS)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), "utf-8")
    (tmp_path / "a.json").write_text(f"[{','.join(lines)}]", "utf-8")
    written(tmp_path / "a.tsv", delimiter="\t")
    for i, (text, label) in enumerate(ROWS):
        (tmp_path / "folders" / label).mkdir(parents=True, exist_ok=True)
        (tmp_path / "folders" / label / f"{i}.txt").write_text(text, "utf-8")
    for name in ("a.jsonl", "a.json", "a.tsv", "folders"):
        table = read_texts(tmp_path / name)
        assert sorted(zip(table.texts, table.labels, strict=True)) == expected, name


def test_columns_are_recognised_named_or_counted(tmp_path):
    rows = [(str(i), label, f"a longer text, number {i}", "x") for i, label in enumerate("abab")]
    path = written(tmp_path / "t.csv", rows, header=("id", "what it is", "words in it", "note"))
    with pytest.raises(IntakeError, match=r"which column of t.csv holds the labels.*--label-column.*'note'"):
        read_texts(path)
    assert read_texts(path, label_column="What it is").labels == list("abab")
    assert read_texts(path, label_column="2").texts[0] == "a longer text, number 0"
    with pytest.raises(
        IntakeError, match=r"no column 'notes'. Did you mean 'note'\? It has 'id', 'what it is'"
    ):
        read_texts(path, label_column="notes")
    with pytest.raises(IntakeError, match="'note' cannot be the text and the label"):
        read_texts(path, text_column="note", label_column="note")


def test_a_table_without_titles(tmp_path):
    table = read_texts(written(tmp_path / "t.csv", header=None))
    assert table.texts[0] == ROWS[0][0] and len(table.texts) == 4
    assert "'column 1'" in table.understood


def test_a_column_given_by_its_number_loses_no_row(tmp_path):
    bare = written(tmp_path / "t.csv", [(label, text) for text, label in ROWS], header=None)
    for named in (("2", "1"), ("column 2", "column 1")):
        table = read_texts(bare, *named)
        assert list(zip(table.texts, table.labels, strict=True)) == ROWS
    index = written(tmp_path / "i.csv", [(str(i), *row) for i, row in enumerate(ROWS)], header=("", "a", "b"))
    assert (
        read_texts(index, "2", "3").texts == read_texts(index, "a", "b").texts == [text for text, _ in ROWS]
    )


def test_the_keys_of_json_are_no_text(tmp_path):
    path = tmp_path / "t.json"
    path.write_text(json.dumps([{"a": text, "b": "bc"[i % 2]} for i, (text, _) in enumerate(ROWS)]), "utf-8")
    assert read_texts(path).labels == list("bcbc")


def test_texts_stay_as_they_are_written(tmp_path):
    odd = ['=HYPERLINK("x")', "<script>alert(1)</script>", "two\nlines", "😀 \u202e gpj", "a" * 1_000_000]
    path = tmp_path / "t.jsonl"
    path.write_text(
        "\n".join(json.dumps({"text": text, "label": "ab"[i % 2]}) for i, text in enumerate(odd)), "utf-8"
    )
    table = read_texts(path)
    assert table.texts == odd
    assert table.notes == ("Of 1 long text the first 100,000 characters are looked at.",)
    big = written(tmp_path / "t.csv", [("b" * 1_000_000, "x"), ("c", "y"), ("d", "x")])
    assert len(read_texts(big).texts[0]) == 1_000_000


def test_encodings_that_are_mixed_in_one_file_lose_no_text(tmp_path):
    lines = [
        b"text,label",
        "schön und gut,ja".encode(),
        *(f"übel, Nummer {i};nein".encode("cp1252") for i in range(3)),
    ]
    (tmp_path / "t.csv").write_bytes(
        b"\n".join([lines[0].replace(b",", b";"), lines[1].replace(b",", b";"), *lines[2:]])
    )
    table = read_texts(tmp_path / "t.csv")
    assert table.labels == ["ja", "nein", "nein", "nein"] and table.texts[1:] == [
        f"übel, Nummer {i}" for i in range(3)
    ]
    assert (
        "n und gut" in table.texts[0]
    )  # its ö is two signs of the other encoding, and nothing of it is lost


def test_one_odd_byte_leaves_the_rest_of_a_file_as_it_is(tmp_path):
    lines = [
        f"text,label\nCafé Müller,ja\n{'naïf ' * 5},nein\n".encode(),
        "übel – “so”,ja\n".encode("cp1252"),
        b"odd \x81,ja",
    ]
    (tmp_path / "t.csv").write_bytes(b"".join(lines))
    table = read_texts(tmp_path / "t.csv")
    assert table.texts == ["Café Müller", "naïf " * 5, "übel – “so”", "odd \x81"]
    assert table.notes == (
        "5 characters of t.csv not in UTF-8 like the rest, read as Western European: look at line 4 and below.",
    )


def test_odd_bytes_in_files_of_a_folder_are_told_with_their_names(tmp_path):
    for label in ("good", "bad"):
        (tmp_path / "texts" / label).mkdir(parents=True)
        for number in range(3):
            content = f"Café Müller {label} {number}\n".encode() + b"\xe9" * (label == "bad" or number == 0)
            (tmp_path / "texts" / label / f"{number}.txt").write_bytes(content)
    first, *_, others = read_texts(tmp_path / "texts").notes
    assert (
        first
        == "1 character of bad/0.txt not in UTF-8 like the rest, read as Western European: look at line 2."
    )
    assert others == "Of 1 more file the same can be said."


def test_ten_thousand_columns_are_refused_with_what_to_do(tmp_path):
    row = ",".join(["x"] * 10_000)
    (tmp_path / "t.csv").write_text("\n".join([row, row, row]), "utf-8")
    with pytest.raises(
        IntakeError, match="has 10,000 columns; at most 1,000 are read. Keep the text and its label"
    ):
        read_texts(tmp_path / "t.csv")


def test_what_is_left_out_is_counted(tmp_path):
    rows = [*ROWS, (" ", "yes"), ("no label", ""), ("c" * (MAX_TEXT + 1), "no")]
    path = tmp_path / "t.jsonl"
    path.write_text("\n".join(json.dumps({"text": text, "label": label}) for text, label in rows), "utf-8")
    table = read_texts(path)
    assert len(table.texts) == 4
    assert table.notes == (
        "1 text left out: empty.",
        "1 text left out: without a label.",
        "1 text left out: longer than 2,000,000 characters.",
    )


def test_tables_that_are_read_at_once_have_limits_of_their_own():
    limit, ended = csv.field_size_limit(), threading.Event()

    def read_small_ones():
        while not ended.is_set():
            rows_parted_by(",", "u,i,r\n" * 20, 100_000, "r.csv", "titles")

    other = threading.Thread(target=read_small_ones)
    other.start()
    try:
        for _ in range(5):
            text = "text,label\n" + ("x" * 150_000 + ",a\n") * 40
            assert len(rows_parted_by(",", text, 400_000, "t.csv", "texts")) == 41
    finally:
        ended.set()
        other.join()
    assert csv.field_size_limit() == limit
    with pytest.raises(IntakeError, match="a cell has 150,000 characters, more than 100,000"):
        rows_parted_by(",", text, 100_000, "t.csv", "texts")


def test_a_label_that_is_none_is_left_out_with_its_row(tmp_path):
    table = read_texts(written(tmp_path / "t.csv", [*ROWS, ("odd", "z" * 120), ("too", "y" * 101)]))
    assert len(table.texts) == 4
    assert table.notes[0].startswith("2 texts left out (the first is row 5): The label 'zzz")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "has no text with a label"),
        ([("one", "a")], "one label only, 'a', on 1 text"),
        ([("one", "a"), ("two", "a")], "one label only, 'a', on 2 texts. Add texts of another label"),
        ([("same", "a"), ("same", "b"), ("same", "a")], "All 3 texts of t.csv are the same, 'same'"),
        ([("", "a"), (" ", "b")], "no text with a label. 2 texts left out: empty"),
        ([(f"text {i}", f"label {i}") for i in range(9)], "9 labels for 9 texts.*too many to learn"),
    ],
)
def test_what_teaches_nothing_is_refused_with_its_value(tmp_path, rows, said):
    with pytest.raises(IntakeError, match=said):
        read_texts(written(tmp_path / "t.csv", rows))


def test_what_is_no_table_is_refused(tmp_path):
    for name, data, said in (
        ("t.csv", b"\x89PNG\0\0\0\r\n\x1a\n\0\0", "no text file"),
        ("t.csv", b"", "is empty"),
        ("t.csv", b"text\nonly one\ncolumn", "has one column, 'text'"),
        ("t.jsonl", b"{broken", "Line 1 of t.jsonl is no JSON"),
        ("t.jsonl", b'{"text": "a", "label": "b"}\n\n{"text": \n', "Line 3 of t.jsonl is no JSON"),
        ("t.json", b"[" * 200_000, "t.json is no JSON"),
        ("t.json", b'{"text": "a"}', "no list of objects"),
        ("t.docx", b"x", "no table of texts"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(IntakeError, match=said):
            read_texts(tmp_path / name)
    with pytest.raises(IntakeError, match="cannot be read"):
        read_texts(tmp_path / "not there.csv")
    (tmp_path / "empty").mkdir()
    with pytest.raises(IntakeError, match=r"no folders with .txt files"):
        read_texts(tmp_path / "empty")


def test_a_table_to_classify_needs_no_labels(tmp_path):
    path = written(tmp_path / "t.csv", [("one",), ("two",)], header=("message",))
    assert find_text_column(table_rows_of(path), None, "t.csv") == (0, True)
    bare = written(tmp_path / "u.csv", [("one two",), ("three",)], header=None)
    assert find_text_column(table_rows_of(bare), None, "u.csv") == (0, False)
