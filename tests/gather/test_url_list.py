"""Lists of addresses: text, pasted text and tables in the shapes that people have."""

import itertools
import tracemalloc

import pytest
from tellapart.errors import GatherError
from tellapart.gather.sources.url_list import UrlList, list_labels, read_list


def urls(path):
    return [one.url for one in read_list(path)]


def test_a_text_file_has_addresses_between_white_space(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text(
        "# bears\nhttp://a.org/1.jpg\n\n  <http://a.org/2.jpg>, http://a.org/3.jpg\r\nnonsense\n", "utf-8"
    )
    assert urls(path) == ["http://a.org/1.jpg", "http://a.org/2.jpg", "http://a.org/3.jpg", "nonsense"]


@pytest.mark.parametrize(
    "text",
    [
        "url,label\nhttp://a.org/1.jpg,black bear\nhttp://a.org/2.jpg,grizzly\n",
        "Label;Image_URL\nblack bear;http://a.org/1.jpg\ngrizzly;http://a.org/2.jpg\n",
        "id\tclass\tlink\n1\tblack bear\thttp://a.org/1.jpg\n2\tgrizzly\thttp://a.org/2.jpg\n",
        "http://a.org/1.jpg,black bear\nhttp://a.org/2.jpg,grizzly\n",
        '\ufeffurl,label\r\n"http://a.org/1.jpg","black bear"\r\nhttp://a.org/2.jpg,grizzly\r\n,\r\n',
    ],
    ids=["comma", "semicolon", "tab", "no header", "BOM and quotes"],
)
def test_tables_as_people_have_them(tmp_path, text):
    path = tmp_path / "list.csv"
    path.write_text(text, "utf-8")
    assert [(one.url, one.label) for one in read_list(path)] == [
        ("http://a.org/1.jpg", "black bear"), ("http://a.org/2.jpg", "grizzly"),
    ]  # fmt: skip
    assert list_labels(path) == ["black bear", "grizzly"]


def test_a_list_may_know_authors_and_licences(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(
        "url,author,license,page\nhttp://a.org/1.jpg,Ann,cc-by-4.0,http://a.org\nhttp://a.org/2.jpg,,,\n"
    )
    known, unknown = read_list(path)
    assert (known.author, known.licence, known.page_url) == ("Ann", "CC BY 4.0", "http://a.org")
    assert known.licence_url == "https://creativecommons.org/licenses/by/4.0/" and unknown.licence is None


def test_of_a_list_with_labels_the_wanted_one_is_taken(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("url,label\n" + "".join(f"http://a.org/{n}.jpg,{'ab'[n % 2]}\n" for n in range(10)))
    assert len(list(UrlList(path, "A").search("", 100))) == 5 and len(list(UrlList(path).search("", 7))) == 7
    apart = tmp_path / "apart.csv"
    apart.write_text(path.read_text() + "http://a.org/10.jpg,A\n")
    assert [len(list(UrlList(apart, one).search("", 100))) for one in "Aa"] == [1, 5]
    other = UrlList(path, "c")
    assert (
        list(other.search("", 100)) == []
        and "No row of list.csv has the label 'c'; there are 'a', 'b'." in other.remark
    )


def test_what_is_no_list_says_so(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("name,size\nbear,3\n")
    with pytest.raises(GatherError, match="no column called url.*name, size"):
        urls(path)
    path.write_bytes(b"PK\x03\x04\0\0\0")
    with pytest.raises(GatherError, match="is a zip.*no text. Give a .txt or .csv"):
        urls(path)
    with pytest.raises(GatherError, match="cannot be read"):
        urls(tmp_path / "nothing.csv")
    path.write_text("")
    with pytest.raises(GatherError, match="no column called url"):
        urls(path)


def test_cells_that_no_table_should_have_are_passed_over(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b"url,label\n" + b"x" * 200_000 + b",a\nhttp://a.org/\xff.jpg,b\nhttp://a.org/2.jpg\n\n")
    assert [one.label for one in read_list(path)] == ["b", None]


@pytest.mark.slow
def test_a_million_addresses_are_read_as_a_stream(tmp_path):
    path = tmp_path / "million.csv"
    with path.open("w") as file:
        file.write("url,label\n")
        for start in range(0, 1_000_000, 10_000):
            file.writelines(
                f"http://example.org/pictures/{n}.jpg,bear\n" for n in range(start, start + 10_000)
            )
    assert len(list(UrlList(path, "bear").search("", 60))) == 60
    assert list_labels(path) == ["bear"]
    tracemalloc.start()
    assert len(list(itertools.islice(read_list(path), 0, 50_000, 50_000))) == 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


# gathered


def test_a_list_is_gathered_like_a_search(gathered, fake, project, tmp_path):
    path = tmp_path / "list.csv"
    rows = [f"{fake.pictures.link(n)},{'bear' if n % 2 else 'fox'},Ann,cc-by-4.0" for n in range(20)]
    path.write_text("url,label,author,licence\n" + "\n".join(rows) + "\nfile:///etc/passwd,bear,,\n")
    summary = gathered("bear", query="", source=str(path))
    assert summary.sentence() == "11 asked, 10 added, 1 not allowed"
    assert {(one.source, one.author, one.licence) for one in project.manifest.pictures()} == {
        ("list", "Ann", "CC BY 4.0")
    }


def test_the_same_address_a_thousand_times_is_fetched_once(gathered, fake, tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("\n".join([fake.pictures.link(1)] * 1000))
    summary = gathered(query="", source=str(path), limit=1000)
    assert (summary.n_added, summary.n_named_twice, len(fake.pictures.asked)) == (1, 999, 1)
    assert summary.sentence() == "1 asked, 1 added, 999 named twice"


def test_of_a_long_list_only_what_is_wanted_is_read_and_written_down(gathered, fake, project, tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("\n".join(fake.pictures.link(number) for number in range(200_000)))
    assert gathered(query="", source=str(path), limit=60).n_added == 60
    assert project.manifest.rows("SELECT count(*) FROM candidates") == [(60,)]
