"""The licence ledger: who made the pictures, under which licence, and what that allows; as a table and as credits."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tellapart import atomic_files
from tellapart.errors import ProjectError
from tellapart.licences import UNKNOWN, Licence, Use, licence_of
from tellapart.safe_text import csv_cell
from tellapart.store.files.own_files import check_own, has_in_head
from tellapart.store.manifest import VISITOR, Picture
from tellapart.store.sqlite.database_errors import disk_reason
from tellapart.words.markdown import link, plain, web_address

_MAX_NAME = 200  # in a credit of an app, whose settings are read whole for each visitor
CSV_COLUMNS = (
    "picture", "label", "image_id", "title", "author", "licence", "licence_code", "licence_url", "permits",
    "conditions", "page_url", "picture_url", "source", "query", "added_at",
)  # fmt: skip
_HEADS = {  # by which a file that was written before is known
    "CREDITS.md": rb"\A# Credits for .*\s+\d+ pictures?, by licence\.\s",
    "credits.csv": rb"\A" + re.escape(",".join(CSV_COLUMNS).encode()),
}


@dataclass(frozen=True)
class LedgerRow:
    """One licence and one author, who is None where nobody is named, with the number of their pictures."""

    licence: Licence
    author: str | None
    n_pictures: int


def licence_of_picture(picture: Picture) -> Licence:
    """What is known of a picture's licence."""
    return licence_of(picture.licence, picture.licence_url)


def lacks_licence(picture: Picture) -> bool:
    """Whether it is a stranger's and nothing is known of its licence; a person's own pictures need none."""
    return _is_strangers(picture) and not licence_of_picture(picture).is_known


def forbids_showing(picture: Picture) -> bool:
    """Whether it is a stranger's and nobody has said that others may use it: no known licence, or rights reserved."""
    return _is_strangers(picture) and licence_of_picture(picture).permits == "nothing"


def _is_strangers(picture: Picture) -> bool:
    return picture.source == VISITOR or _web_place(picture) is not None


def may_be_shown_small(picture: Picture) -> bool:
    """Whether others may be shown a small copy of it: nobody forbids showing it, nor changed copies, which that is."""
    licence = licence_of_picture(picture)
    return not forbids_showing(picture) and (licence.allows_changes or not licence.is_known)


def credit_line(picture: Picture) -> str:
    """What it is called, by whom, under which licence, as Markdown on one line, of which each name is at most 200
    characters; "" where none of that is known."""
    licence, author, place = licence_of_picture(picture), _author(picture), _web_place(picture)
    if not (licence.is_known or author or place):
        return ""
    by = f" by {plain(_short(author))}" if author else ""
    return f"{link(_short(title_of(picture)), place)}{by}, {link(_short(licence.name), licence.url)}"


def ledger(pictures: Iterable[Picture], use: Use = "any") -> list[LedgerRow]:
    """The table by licence and author: known licences first, by name; in each the author with most pictures first.

    Raises:
        ValueError: use is none of any, commercial, public-domain.
    """
    counts: Counter[tuple[Licence, str | None]] = Counter()
    for picture in pictures:
        licence = licence_of_picture(picture)
        if licence.allows(use):
            counts[licence, _author(picture)] += 1
    rows = [LedgerRow(licence, author, n) for (licence, author), n in counts.items()]
    return sorted(
        rows, key=lambda row: (_rank(row.licence), -row.n_pictures, row.author is None, row.author or "")
    )


def allowed(pictures: Iterable[Picture], use: Use) -> list[Picture]:
    """The pictures whose licence allows that use; with "any" all of them, those of unknown licence too.

    Raises:
        ValueError: use is none of any, commercial, public-domain.
    """
    return [picture for picture in pictures if licence_of_picture(picture).allows(use)]


def ledger_json(rows: Sequence[LedgerRow]) -> dict[str, object]:
    """Plain JSON values: the rows, the totals by licence, and how many have no known licence."""
    totals: Counter[Licence] = Counter()
    for row in rows:
        totals[row.licence] += row.n_pictures
    return {
        "n_pictures": sum(totals.values()),
        "n_unknown": totals[UNKNOWN],
        "licences": [
            {**asdict(licence), "conditions": licence.conditions(), "n_pictures": totals[licence]}
            for licence in sorted(totals, key=_rank)
        ],
        "rows": [
            {"licence": row.licence.code, "author": row.author, "n_pictures": row.n_pictures} for row in rows
        ],
    }


def credits_markdown(pictures: Sequence[Picture], name: str) -> str:
    """CREDITS.md: every picture that has a place on the web, by licence and author; the others counted.

    The same pictures make the same text, whatever their order.
    """
    by_licence: dict[Licence, list[Picture]] = defaultdict(list)
    for picture in sorted(pictures, key=lambda one: one.image_id):
        by_licence[licence_of_picture(picture)].append(picture)
    lines = [f"# Credits for {plain(name)}", "", f"{_pictures(len(pictures))}, by licence.", ""]
    lines += ["| licence | pictures | conditions |", "|---|---|---|"]
    ranked = sorted(by_licence, key=_rank)
    lines += [
        f"| {link(licence.name, licence.url)} | {len(by_licence[licence])} | {licence.conditions()} |"
        for licence in ranked
    ]
    for licence in ranked:
        lines += ["", f"## {licence.name}", "", *_section(licence, by_licence[licence])]
    return "\n".join(lines) + "\n"


def _section(licence: Licence, pictures: list[Picture]) -> list[str]:
    lines = []
    if not licence.is_known:
        lines += [
            "**These pictures have no known licence.** Check before you share them, or anything that shows "
            "them.",
            "",
        ]
    by_author: dict[str | None, list[Picture]] = defaultdict(list)
    for picture in pictures:
        by_author[_author(picture)].append(picture)
    for author in sorted(by_author, key=lambda one: (one is None, one or "")):
        lines.append(f"- {plain(author) if author else 'No author named'}: {_works(by_author[author])}")
    return lines


def _works(pictures: list[Picture]) -> str:
    """Links to the works, then a count, by source, of those that have no place on the web."""
    titles, elsewhere = defaultdict[str, list[str]](list), Counter[str]()
    for picture in pictures:
        if url := _web_place(picture):
            titles[url].append(title_of(picture))
        else:
            elsewhere[picture.source] += 1
    # a whole data set may have one page
    said = [link(of[0] if len(of) == 1 else _pictures(len(of)), url) for url, of in sorted(titles.items())]
    said += [
        f"{_pictures(n)} without an address on the web (from: {plain(source)})"
        for source, n in sorted(elsewhere.items())
    ]
    return ", ".join(said)


def credits_csv(pictures: Sequence[Picture]) -> str:
    """credits.csv: a row for every picture, in order of arrival, with all that is known. UTF-8, RFC 4180.

    No cell begins with a character that makes a spreadsheet calculate; an apostrophe stands before it.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(CSV_COLUMNS)
    for picture in pictures:
        licence = licence_of_picture(picture)
        row = (
            picture.path, picture.label, picture.image_id, title_of(picture), _author(picture),
            picture.licence if not licence.is_known and picture.licence else licence.name, licence.code,
            licence.url or web_address(picture.licence_url), licence.permits, licence.conditions(),
            web_address(picture.page_url), web_address(picture.source_url), picture.source, picture.query,
            picture.added_at,
        )  # fmt: skip
        writer.writerow([_cell(value) for value in row])
    return text.getvalue()


def write_credits(folder: Path, pictures: Sequence[Picture], name: str) -> list[Path]:
    """CREDITS.md and credits.csv in a folder, which is made where it is missing.

    Raises:
        ProjectError: somebody else's file has one of the names, or the disk does not take them; neither is written.
    """
    folder = folder.expanduser().absolute()
    for file_name, head in _HEADS.items():
        check_own(folder / file_name, has_in_head(head), "list of credits of tellapart", ProjectError)
    texts = {"CREDITS.md": credits_markdown(pictures, name), "credits.csv": credits_csv(pictures)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        atomic_files.write_together({folder / file_name: text.encode() for file_name, text in texts.items()})
    except OSError as error:
        raise ProjectError(disk_reason(folder, error)) from error
    return [folder / file_name for file_name in texts]


def title_of(picture: Picture) -> str:
    """What a picture is called: its title where its source gave one, else its file's name."""
    return picture.title or picture.original_name.rsplit("/", 1)[-1] or picture.path


def _web_place(picture: Picture) -> str | None:
    return web_address(picture.page_url) or web_address(picture.source_url)


def _author(picture: Picture) -> str | None:
    return _one_line(picture.author or "") or None


def _short(name: str) -> str:
    return name if len(name) <= _MAX_NAME else f"{name[: _MAX_NAME - 1]}…"


def _one_line(text: str) -> str:
    """Without control characters, which a terminal or a spreadsheet would obey."""
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(one) == "Cc" else one for one in text)
    return " ".join(text.split())


def _rank(licence: Licence) -> tuple[bool, str]:
    return (not licence.is_known, licence.name)


def _pictures(n: int) -> str:
    return f"{n} picture{'s' * (n != 1)}"


def _cell(value: str | None) -> str:
    return csv_cell(_one_line(value or ""))
