"""Who made the pictures and what may be done with them; texts of strangers stay text, in Markdown and in a spreadsheet."""

import csv
import io
import random
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tellapart.licences import RESERVED, UNKNOWN, licence_of
from tellapart.store.ledger import (
    CSV_COLUMNS,
    allowed,
    credits_csv,
    credits_markdown,
    lacks_licence,
    ledger,
    ledger_json,
)
from tellapart.store.manifest import Picture
from tellapart.words.markdown import link, plain, web_address

NAMES = {
    "by": "by", "CC BY 2.0": "by-2.0", "cc-by-4.0": "by-4.0", "CC BY-SA 4.0": "by-sa-4.0", "by-nc-nd 3.0": "by-nc-nd-3.0",
    "cc-by-nc": "by-nc", "CC-BY-SA-3.0-DE": "by-sa-3.0", "Attribution-NonCommercial 4.0 International": "by-nc-4.0",
    "Creative Commons Attribution-ShareAlike 2.5 Generic": "by-sa-2.5", "cc0": "cc0-1.0", "CC0 1.0": "cc0-1.0",
    "CC0 1.0 Universal": "cc0-1.0", "CC Zero": "cc0-1.0", "pdm": "pdm-1.0", "pdm 1.0": "pdm-1.0", "Public domain": "pdm-1.0",
    "PD-old-100": "pdm-1.0", "MIT": "mit", "Apache 2.0": "apache-2.0", "GFDL 1.2": "gfdl",
    "All rights reserved": "all-rights-reserved", "": "unknown", "who knows": "unknown", "by-nd-sa": "unknown",
    "bye": "unknown", "not CC BY 4.0": "unknown", "0": "unknown", "cc": "unknown",
}  # fmt: skip


def picture(number=0, **fields):
    values = {
        "image_id": f"{number:064x}", "label": "bear", "path": f"images/bear/{number}.jpg", "state": "kept", "mark": None,
        "width": 90, "height": 60, "n_bytes": 1000, "format": "JPEG", "fingerprint": bytes(32), "given_split": None,
        "added_at": "2026-11-21T10:00:00+00:00", "original_name": f"{number}.jpg", "source": "openverse",
        "source_url": None, "page_url": None, "query": None, "author": None, "licence": None, "licence_url": None,
        "title": None, "subject": None,
    }  # fmt: skip
    return Picture(**{**values, **fields})


@pytest.mark.parametrize("text", NAMES)
def test_the_many_ways_to_write_a_licence_have_one_name(text):
    assert licence_of(text).code == NAMES[text]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://creativecommons.org/licenses/by-sa/2.0/", "by-sa-2.0"),
        ("http://www.creativecommons.org/licenses/by/3.0/de/deed.en", "by-3.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "cc0-1.0"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "pdm-1.0"),
        ("https://creativecommons.org.evil.example/licenses/by/4.0/", "unknown"),
        ("https://creativecommons.org/licenses/by-everything/4.0/", "unknown"),
        ("https://[::1", "unknown"),
    ],
)
def test_a_link_names_its_licence_and_counts_for_more_than_words(url, code):
    assert licence_of(None, url).code == licence_of("nonsense", url).code == code
    if code != "unknown":
        assert licence_of("MIT", url).code == code


def test_what_is_allowed_follows_the_licence_and_never_a_guess():
    said = {code: licence_of(code) for code in ("cc0", "pdm", "by", "by-sa", "by-nd", "by-nc", "GFDL", "MIT")}
    assert [code for code, one in said.items() if one.allows("public-domain")] == ["cc0", "pdm"]
    assert [code for code, one in said.items() if not one.allows("commercial")] == ["by-nc"]
    assert not UNKNOWN.allows("commercial") and not RESERVED.allows("commercial") and UNKNOWN.allows("any")
    assert said["by-sa"].conditions() == "name the author; changed copies keep this licence"
    assert said["by-nd"].conditions() == "name the author; no changed copies"
    assert said["cc0"].conditions() == "no conditions"
    assert RESERVED.is_known and "ask the author" in RESERVED.conditions()
    with pytest.raises(ValueError, match="choose any, commercial or public-domain"):
        UNKNOWN.allows("profit")


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_the_names(text):
    licence_of(text, text)


def some_pictures():
    ann = {"author": "Ann", "licence": "by", "licence_url": "https://creativecommons.org/licenses/by/2.0/"}
    return [
        picture(1, **ann, page_url="https://example.org/1", title="Bear in snow"),
        picture(2, **ann, page_url="https://example.org/2"),
        picture(3, author="Bo", licence="CC BY-NC 4.0", page_url="https://example.org/3"),
        picture(4, licence="cc0", page_url="https://example.org/4"),
        picture(5, source="folder", source_url="/home/me/pictures"),
        picture(6, page_url="https://example.org/6"),
    ]


def test_the_table_counts_by_licence_and_author_with_the_unknown_last():
    rows = ledger(some_pictures())
    assert [(row.licence.code, row.author, row.n_pictures) for row in rows] == [
        ("by-2.0", "Ann", 2), ("by-nc-4.0", "Bo", 1), ("cc0-1.0", None, 1), ("unknown", None, 2),
    ]  # fmt: skip
    table = ledger_json(rows)
    assert (table["n_pictures"], table["n_unknown"]) == (6, 2)
    assert [one.image_id[-1] for one in allowed(some_pictures(), "commercial")] == ["1", "2", "4"]
    assert [one.image_id[-1] for one in allowed(some_pictures(), "public-domain")] == ["4"]
    assert sum(row.n_pictures for row in ledger(some_pictures(), "commercial")) == 3


def test_a_licence_is_missed_on_pictures_from_the_web_only():
    assert [one.image_id[-1] for one in some_pictures() if lacks_licence(one)] == ["6"]
    assert not lacks_licence(picture(7, page_url="https://example.org/7", licence="All rights reserved"))
    assert lacks_licence(picture(8, source_url="https://example.org/8.jpg", licence="who knows"))


def test_credits_name_every_author_and_say_what_is_unknown():
    text = credits_markdown(some_pictures(), "my bears")
    assert "# Credits for my bears" in text
    assert "- Ann: [Bear in snow](<https://example.org/1>), [2.jpg](<https://example.org/2>)" in text
    assert "## Licence unknown\n\n**These pictures have no known licence.**" in text
    assert "1 picture without an address on the web (from: folder)" in text
    assert "/home/me" not in text, "a path of the person's computer is nobody's business"
    assert credits_markdown([], "nothing").startswith("# Credits for nothing\n\n0 pictures")


def test_a_page_that_many_pictures_share_is_named_once():
    of_a_set = [
        picture(i, licence="MIT", author="Lab", page_url="https://example.org/set") for i in range(50)
    ]
    assert credits_markdown(of_a_set, "set").count("example.org/set") == 1
    assert "[50 pictures](<https://example.org/set>)" in credits_markdown(of_a_set, "set")


def test_the_order_of_pictures_does_not_change_the_credits():
    pictures = some_pictures()
    text = credits_markdown(pictures, "bears")
    for seed in range(5):
        random.Random(seed).shuffle(pictures)
        assert credits_markdown(pictures, "bears") == text


HOSTILE = [
    "<script>alert(1)</script>", "](javascript:alert(1))", "[x](https://evil.example)", "a\n# Heading", "| cell | cell",
    "`code` *bold* _it_ ~~no~~", "![img](https://evil.example/x.png)", "&lt;b&gt;", "https://evil.example", "www.evil.example",
    "a\u202egnp.exe", "a\x1b[31mred", "- item", "1. item", "\\", "$x$", "someone@evil.example", "a\x00b",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(name):
    text = credits_markdown(
        [picture(1, author=name, title=name, licence=name, page_url="https://example.org/1", source=name)],
        name,
    )
    for line in text.splitlines():
        assert line == "" or line.startswith(("# Credits", "## ", "- ", "|", "**", "1 picture"))
    for sign in (
        "<script",
        "](j",
        "](http",
        "![",
        "\x1b",
        "\u202e",
        "\x00",
        "](data",
        "https://evil",
        "e@evil",
        "www.evil",
    ):
        assert sign not in text
    cells = next(csv.DictReader(io.StringIO(credits_csv([picture(1, author=name, title=name)]))))
    assert not any(value.startswith(("=", "+", "-", "@")) for value in cells.values())


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_is_one_line_of_plain_markdown(text):
    shown = plain(text)
    assert "\n" not in shown and "\r" not in shown
    bare = shown.replace("\\\\", "")
    assert (
        "<" not in bare and ">" not in bare and set(re.findall(r"&\w*;?", bare)) <= {"&amp;", "&lt;", "&gt;"}
    )
    for i, sign in enumerate(bare):
        if sign in "[]()`*_|#!~@:$":
            assert i > 0 and bare[i - 1] == "\\"


def test_only_addresses_of_the_web_become_links():
    assert web_address("https://example.org/a b(c)<d>\"'") == "https://example.org/a%20b%28c%29%3Cd%3E%22%27"
    refused = [
        None, "", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//example.org", "https://",
        "https://example.org@evil.example/", "https://[::1", "ftp://example.org", "https://e.org/" + "x" * 3000,
        " java\nscript:alert(1)",
    ]  # fmt: skip
    assert [one for one in refused if web_address(one) is not None] == []
    assert link("a]b", "https://example.org/") == "[a\\]b](<https://example.org/>)"
    assert link("a]b", "javascript:x") == "a\\]b"


@pytest.mark.parametrize(
    "start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1", " =1", "＝1", "=cmd|' /C calc'!A0"]
)
def test_no_cell_makes_a_spreadsheet_calculate(start):
    rows = list(csv.reader(io.StringIO(credits_csv([picture(1, author=start, title=start, query=start)]))))
    assert tuple(rows[0]) == CSV_COLUMNS and len(rows) == 2
    assert rows[1][4].startswith("'") and rows[1][4][1:] == start.strip()


def test_a_row_for_every_picture_in_order_of_arrival():
    rows = list(csv.DictReader(io.StringIO(credits_csv(some_pictures()))))
    assert [row["picture"] for row in rows] == [one.path for one in some_pictures()]
    assert rows[0]["licence_code"] == "by-2.0" and rows[0]["page_url"] == "https://example.org/1"
    assert rows[4]["licence_code"] == "unknown" and rows[4]["picture_url"] == ""
    odd = next(csv.DictReader(io.StringIO(credits_csv([picture(1, licence="Sisters' licence")]))))
    assert odd["licence"] == "Sisters' licence", (
        "what the source said is kept, though nobody knows what it means"
    )


@pytest.mark.slow
def test_a_hundred_thousand_pictures_are_credited():
    one = some_pictures()[0]
    pictures = [
        replace(one, image_id=f"{i:064x}", author=f"author {i % 5000}", page_url=f"https://example.org/{i}")
        for i in range(100_000)
    ]
    assert credits_markdown(pictures, "many").count("example.org") == 100_000
