"""What a person asks for, checked: the words, how many, from where, which licence, and a contact."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path

from tellapart.errors import GatherError
from tellapart.label_names import clean_label
from tellapart.licences import USES
from tellapart.store.manifest import Manifest
from tellapart.store.searches import KINDS, SearchRequest

AUTO = (
    "openverse",
    "commons",
    "inaturalist",
    "bing",
    "duckduckgo",
)  # the order of failover: clear licences first
SOURCES = ("auto", *AUTO)
UNLICENSED = frozenset({"bing", "duckduckgo"})  # they do not say which licence a picture has
LIST_SUFFIXES = (".csv", ".tsv", ".txt")
MAX_QUERY_CHARACTERS = 200  # Openverse cuts there without a word
MAX_PICTURES = 10_000
MAX_LISTED = 1_000_000
_CONTACT = "contact"


@dataclass(frozen=True)
class Order:
    """A wish with its amount; `list_file` is the list of addresses, where that is the source."""

    wish: SearchRequest
    limit: int
    list_file: Path | None


def check(label: str, query: str, source: str, limit: int, licence: str, kind: str) -> Order:
    """The wish as it is kept and searched for.

    Raises:
        GatherError: a part of it is no use; the text says which and what to write instead.
        IntakeError: the label is.
    """
    list_file = _list_file(source)
    label = clean_label(label)
    _one_of("licence", licence, USES)
    _one_of("kind", kind, KINDS)
    most = MAX_LISTED if list_file else MAX_PICTURES
    if not 1 <= limit <= most:
        raise GatherError(f"{limit:,} pictures cannot be gathered at once. Choose 1 to {most:,}.")
    wish = SearchRequest(
        label=label,
        query=list_file.name if list_file else clean_query(query),
        source=str(list_file or source),
        licence=licence,
        kind=kind,
    )
    return Order(wish, limit, list_file)


def clean_query(text: str) -> str:
    """The words to look for, in composed Unicode, without line ends and doubled white space.

    Raises:
        GatherError: there are none, or too many.
    """
    text = "".join(" " if unicodedata.category(one) in ("Cc", "Cs") else one for one in text)
    query = " ".join(unicodedata.normalize("NFC", text).split())
    if not query:
        raise GatherError(
            "The query is empty. Describe what to search for in a few words, for instance 'grizzly bear'."
        )
    if len(query) > MAX_QUERY_CHARACTERS:
        raise GatherError(
            f"The query {query[:30]!r}… has {len(query):,} characters; the limit is {MAX_QUERY_CHARACTERS}. "
            "Use fewer words."
        )
    return query


def contact_of(manifest: Manifest) -> str | None:
    """Whom services may write to about this project's requests; None while nobody has said so."""
    return manifest.setting(_CONTACT) or None


def keep_contact(manifest: Manifest, text: str) -> str:
    """Remember a mail address or web page with the project; the text as kept.

    Raises:
        GatherError: it cannot be either of them.
    """
    contact = text.strip()
    is_plain = contact.isascii() and contact.isprintable() and not set(contact) & set("()<>\\ ")
    if (
        not is_plain
        or len(contact) > 200
        or not ("@" in contact[1:-1] or contact.startswith(("http://", "https://")))
    ):
        raise GatherError(
            f"The contact {contact[:60]!r} is neither an email address nor a web page. Services use it to "
            "contact you if the requests cause trouble. Enter one like you@example.org or "
            "https://example.org/about."
        )
    manifest.set_setting(_CONTACT, contact)
    return contact


def _list_file(source: str) -> Path | None:
    if source in SOURCES:
        return None
    path = Path(source).expanduser()
    if path.suffix.lower() not in LIST_SUFFIXES:
        raise GatherError(
            f"There is no source {source!r}. Choose one of {', '.join(SOURCES)}, or a .txt or .csv file with "
            "one address per line."
        )
    if not path.is_file():
        raise GatherError(f"The list {path} does not exist. Check the path.")
    return path.absolute()


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise GatherError(f"{name}={value!r} is not known; choose one of {', '.join(known)}.")
