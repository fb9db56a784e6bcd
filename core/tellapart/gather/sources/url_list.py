"""A list of addresses: a text file with one a line, pasted text, or a CSV with addresses and perhaps labels.

Read as a stream: a list of a million addresses takes no more memory than one of ten.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from tellapart import atomic_files
from tellapart.errors import GatherError, ProjectError
from tellapart.gather.sources.source import text_or_none
from tellapart.label_names import label_finder, label_order
from tellapart.licences import Use, licence_of
from tellapart.pictures.kinds.unread import encoding_of, unread_kind
from tellapart.store.searches import Candidate, Kind
from tellapart.store.sqlite.database_errors import disk_reason

SUFFIXES = (".csv", ".tsv", ".txt")
URL_COLUMNS = ("url", "image_url", "image", "link", "address", "src")
LABEL_COLUMNS = ("label", "class", "category", "name")
_COLUMNS = {
    "title": ("title", "caption"), "author": ("author", "creator", "artist", "photographer"),
    "licence": ("licence", "license"), "licence_url": ("licence_url", "license_url"),
    "page_url": ("page_url", "page", "source_page"),
}  # fmt: skip
_SNIFFED_BYTES = 64 * 1024


class UrlList:
    """The addresses of a file. The words of a search mean nothing to it; of the labels, those asked for are taken.

    label: only rows with this label, or with none; one that differs in capitals is meant where no row has the very
        one. A list without labels is taken whole.
    """

    name, title = "list", "The list"

    def __init__(self, path: Path, label: str | None = None):
        self._path = path
        self._label = label
        self.remark = ""

    def search(self, query: str, limit: int, licence: Use = "any", kind: Kind = "any") -> Iterator[Candidate]:
        """See `Source.search`.

        Raises:
            GatherError: the file cannot be read, or is no list of addresses.
        """
        others: set[str] = set()
        n_found = 0
        meant = label_finder(list_labels(self._path))(self._label) if self._label else None
        for candidate in read_list(self._path):
            if self._label and candidate.label and candidate.label != meant:
                if len(others) < 20:
                    others.add(candidate.label)
                continue
            yield candidate
            n_found += 1
            if n_found >= limit:
                return
        if others and not n_found:
            listed = ", ".join(repr(label) for label in sorted(others, key=label_order)[:5])
            more = " …" * (len(others) > 5)
            self.remark = (
                f"No row of {self._path.name} has the label {self._label!r}; there are {listed}{more}."
            )


def list_labels(path: Path) -> list[str]:
    """The labels that a list names, in the order of labels; [] where it names none.

    Raises:
        GatherError: the file cannot be read, or is no list of addresses.
    """
    return sorted({candidate.label for candidate in read_list(path) if candidate.label}, key=label_order)


def n_addresses(path: Path, most: int) -> int:
    """How many addresses a list has, counted to `most`.

    Raises:
        GatherError: the file cannot be read, or is no list of addresses.
    """
    return sum(1 for _ in itertools.islice(read_list(path), most))


def read_list(path: Path) -> Iterator[Candidate]:
    """Every row of a file that has something where the address should be.

    Raises:
        GatherError: the file cannot be read, is binary, or has no column that holds addresses.
    """
    try:
        with path.open("rb") as probe:
            start = probe.read(_SNIFFED_BYTES)
        encoding = encoding_of(start)
        if "\0" in start.decode(encoding, errors="replace"):
            kind = unread_kind(start, name=path.name)
            is_what = f"is {kind.name}, no text" if kind else "is not a text file"
            raise GatherError(f"{path.name} {is_what}. Give a .txt or .csv file with one address per line.")
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            is_table = path.suffix.lower() in (".csv", ".tsv")
            yield from _rows_of_table(path, file) if is_table else _lines(file)
    except OSError as error:
        raise GatherError(f"{path} cannot be read ({error.strerror or error}). Check the path.") from error


def _lines(file: Iterable[str]) -> Iterator[Candidate]:
    """Addresses separated by white space or line ends; lines that begin with # are remarks."""
    for line in file:
        if not line.lstrip().startswith("#"):
            for word in line.split():
                yield Candidate(url=word.strip("<>,;\"'"), source=UrlList.name)


def _rows_of_table(path: Path, file: Iterable[str]) -> Iterator[Candidate]:
    lines = iter(file)
    first = next(lines, "")
    separator = max((",", ";", "\t"), key=first.count)
    rows = csv.reader(itertools.chain([first], lines), delimiter=separator)
    header: dict[str, int] | None = None
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error:
            continue  # a cell of more than 128 KB or the like is no address
        if header is None:
            header, is_data = _header(path, row)
            if not is_data:
                continue
        candidate = _from_row(row, header)
        if candidate is not None:
            yield candidate


def _header(path: Path, row: list[str]) -> tuple[dict[str, int], bool]:
    """Which column is what, and whether this first row is itself one of addresses."""
    names = [cell.strip().casefold() for cell in row]
    places = {"url": URL_COLUMNS, "label": LABEL_COLUMNS, **_COLUMNS}
    header = {
        wanted: names.index(name)
        for wanted, known in places.items()
        for name in reversed(known)
        if name in names
    }
    if "url" in header:
        return header, False
    with_address = [i for i, name in enumerate(names) if name.startswith(("http://", "https://"))]
    if with_address:
        others = [i for i in range(len(row)) if i not in with_address and row[i].strip()]
        return {"url": with_address[0], **({"label": others[0]} if others else {})}, True
    raise GatherError(
        f"{path.name} has no column called url, and its first row has no address; its columns are "
        f"{', '.join(cell[:30] for cell in row[:6]) or 'empty'}. Rename the column of addresses to url."
    )


def _from_row(row: list[str], header: dict[str, int]) -> Candidate | None:
    cells = {name: text_or_none(row[at]) for name, at in header.items() if at < len(row)}
    url = cells.pop("url", None)
    if url is None:
        return None
    licence = licence_of(cells.get("licence"), cells.get("licence_url"))
    if licence.is_known:
        cells |= {"licence": licence.name, "licence_url": licence.url}
    return Candidate(url=url, source=UrlList.name, **cells)  # type: ignore[arg-type]


def write_list(folder: Path, text: str) -> Path:
    """A list with the addresses that somebody pasted; the same text makes the same file.

    Raises:
        GatherError: there is no address in it.
        ProjectError: the disk does not take it.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not any(line.startswith(("http://", "https://")) for line in lines):
        raise GatherError(
            f"There is no address in {text[:40]!r}. Paste addresses of pictures, one per line: "
            "https://…/bear.jpg"
        )
    whole = "\n".join(lines) + "\n"
    path = folder / f"pasted-{sha256(whole.encode()).hexdigest()[:16]}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        atomic_files.write_bytes(path, whole.encode())
    except OSError as error:
        raise ProjectError(disk_reason(folder, error)) from error
    return path
