"""Reading tables: what a column is, which one is told, and a sentence for what cannot be used."""

import pytest
from made_tables import made_table, write_table
from tellapart.errors import IntakeError
from tellapart.tables.cells import number, number_style
from tellapart.tables.columns import TableColumn, recognised
from tellapart.tables.reading import read_table, titled_rows


def kinds(table):
    return {one.title: one.kind for one in table.columns}


def test_columns_and_target_are_recognised(loans_csv):
    table = read_table(loans_csv)
    assert table.target == "paid" and set(table.labels) == {"yes", "no"} and len(table.rows) == 240
    assert kinds(table) == {
        "no": "identifier", "income": "number", "town": "category", "sex": "category", "since": "date"
    }  # fmt: skip
    assert [one.title for one in table.columns if one.is_sensitive] == ["sex"]
    assert read_table(loans_csv, "SEX").target == "sex" and read_table(loans_csv, "4").target == "sex"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_decimal_commas_in_any_encoding(tmp_path, encoding, delimiter):
    lines = [delimiter.join(["Größe", "kind"])]
    lines += [delimiter.join([f"{i},5", "groß" if i % 2 else "klein"]) for i in range(30)]
    path = tmp_path / "t.csv"
    path.write_bytes("\n".join(lines).encode(encoding))
    table = read_table(path)
    assert [(one.title, one.kind, one.style) for one in table.columns] == [("Größe", "number", "comma")]
    assert number(table.rows[3][0], "comma") == 3.5 and table.labels[1] == "groß"


def test_ways_to_write_numbers():
    assert (
        number_style(["1", "2.5", "-3e4"]) == "point"
        and number_style(["1,234", "12,345,678.5"]) == "thousands"
    )
    assert number_style(["1.234,5", "7,25"]) == "comma" and number_style(["a", "1"]) == ""
    assert number("1.234,5", "comma") == 1234.5 and number("1,234", "thousands") == 1234
    assert number("9" * 400, "point") != number(
        "9" * 400, "point"
    )  # no number that anything can be done with


@pytest.mark.parametrize("odd", ["12.5", "12 kg", "9" * 4400])
def test_one_odd_cell_among_thousands_of_whole_numbers_is_read_over(odd):
    cells = [str(7 * i) for i in range(4200)]
    cells[1] = odd
    assert recognised("amount", cells) == TableColumn("amount", "number", "point")


def test_larger_numbers_than_are_counted_with_are_words():
    codes = ["4000000000000001", "4000000000000002"] * 10
    assert number_style(codes) == "" and recognised("code", codes) == TableColumn("code", "category")
    times = [str(1_700_000_000_000_000_000 + i * 10**9) for i in range(30)]
    assert recognised("time", times) == TableColumn("time", "identifier")


def test_a_label_that_is_none_is_left_out_with_its_row(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,label\n1,x\n2,y\n3," + "z" * 120 + "\n4,x\n5,y\n6,x\n")
    table = read_table(path)
    assert table.labels == [*"xyxyx"] and table.notes[0].startswith("1 row left out (row 3): The label 'zzz")
    path.write_text("a,label\n1,x\n2,x\n3," + "z" * 120 + "\n4,x\n")
    with pytest.raises(IntakeError, match=r"Nothing can be told apart in t.csv. 1 row left out \(row 3\)"):
        read_table(path)


def test_formulas_and_quotes_stay_as_they_are(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('a,label\n"=1+1",x\n"say ""hi"", you",y\n=1+1,x\n')
    assert [row[0] for row in titled_rows(path)[1]] == ["=1+1", 'say "hi", you', "=1+1"]


@pytest.mark.parametrize(
    "text, said",
    [
        ("a,b\n1,x\n", "has 1 row below its titles"),
        ("a\n1\n2\n3\n", "has one column, 'a'"),
        ("", "is empty"),
        ("a,b\n1,x\n2,x\n3,x\n", "The column 'b' of t.csv has one value only, 'x', in 3 rows"),
        ("a,b\n1,\n2,\n", "The column 'b' of t.csv is empty"),
        ("a,b\n" + "".join(f"x,{i}.5\n" for i in range(300)), "300 different values of 'b' .* are amounts"),
        (",".join(map(str, range(10_000))) + "\n1\n2\n", "has 10,000 columns; at most 2,000 are read"),
        ("a,b\nsame,x\nsame,y\nsame,x\n", "No column of t.csv but 'b' holds numbers"),
        ("a,b\n" + "x" * 20_000 + ",y\nz,w\n", "A cell of t.csv has 20,000 characters"),
    ],
)
def test_what_cannot_be_learned_from_is_told(tmp_path, text, said):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(IntakeError, match=said):
        read_table(tmp_path / "t.csv")


def test_a_column_that_is_not_there(loans_csv, tmp_path):
    with pytest.raises(IntakeError, match="no column 'piad'. Did you mean 'paid'.*It has 'no', 'income'"):
        read_table(loans_csv, "piad")
    with pytest.raises(IntakeError, match="cannot be read"):
        read_table(tmp_path / "nothing.csv")


def test_rows_without_an_answer_are_left_out_and_titles_are_told_apart(tmp_path):
    titles, rows = made_table(60)
    rows[3][5] = ""
    rows[4][5] = "?"
    table = read_table(write_table(tmp_path / "t.csv", [*titles[:1], "x", "x", "", *titles[4:]], rows))
    assert len(table.rows) == 58 and table.notes == ("2 rows left out: nothing stands in 'paid'.",)
    assert [one.title for one in table.columns] == ["no", "x", "x (2)", "column 4", "since"]
