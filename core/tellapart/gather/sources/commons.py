"""Wikimedia Commons: free pictures, each with its author and licence. Wants to know whom it may write to.

Thumbnails exist at a few widths only, so the one that it names is taken and none is ever made up.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from tellapart.errors import BrokenError, RefusedError
from tellapart.gather.sources.service import Service
from tellapart.gather.sources.source import number_or_none, text_or_none
from tellapart.licences import Use, licence_of
from tellapart.store.searches import Candidate, Kind

BASE_URL = "https://commons.wikimedia.org"
WIDTH_PX = 960  # one of the widths that it has thumbnails of
PAGE_SIZE = 50  # at most that many scaled pictures in one answer
NEEDS_CONTACT = (
    "Wikimedia Commons only answers if it can contact you. Fill in “Your email address or web page” below “Search "
    "settings”, once (on the command line: --contact you@example.org)."
)
_METADATA = (
    "LicenseShortName", "LicenseUrl", "License", "UsageTerms", "AttributionRequired", "Artist", "Credit", "ObjectName",
    "Restrictions",
)  # fmt: skip
_PARAMS = {
    "action": "query", "format": "json", "formatversion": "2", "generator": "search", "gsrnamespace": "6",
    "gsrlimit": str(PAGE_SIZE), "gsroffset": "0", "prop": "imageinfo",
    "iiprop": "url|size|mime|mediatype|sha1|extmetadata", "iiurlwidth": str(WIDTH_PX),
    "iiextmetadatafilter": "|".join(_METADATA),
}  # fmt: skip
_MIMES = ("image/jpeg", "image/png", "image/webp")
_TAGS = re.compile(r"<[^>]*>")
_LIMITS = re.compile(r"ratelimited|maxlag")  # codes of errors: asked too often, and in trouble
_TROUBLES = re.compile(r"cirrussearch-(too-busy|backend).*|internal_api_error.*")


class Commons:
    """Pictures of commons.wikimedia.org."""

    name, title = "commons", "Wikimedia Commons"

    def __init__(self, service: Service):
        self._service = service
        self.remark = ""

    def search(self, query: str, limit: int, licence: Use = "any", kind: Kind = "any") -> Iterator[Candidate]:
        """See `Source.search`."""
        if not self._service.line.contact:
            raise RefusedError(NEEDS_CONTACT)
        if kind in ("clipart", "line"):
            self.remark = "Wikimedia Commons cannot tell drawings from photographs, so you may get both."
        words = f"{query} filetype:bitmap" + (
            " haslicense:unrestricted" if licence == "public-domain" else ""
        )
        params, n_found = {**_PARAMS, "gsrsearch": words}, 0
        while True:
            answer = self._service.json("/w/api.php", params, self._is_right, _status_meant)
            pages = [page for page in answer.get("query", {}).get("pages", []) if isinstance(page, dict)]
            # they come out of order
            for page in sorted(pages, key=lambda page: number_or_none(page.get("index")) or 0):
                candidate = _candidate(page)
                if candidate is not None:
                    yield candidate
                    n_found += 1
                    if n_found >= limit:
                        return
            further = answer.get("continue")
            if not isinstance(further, dict):
                return
            params = {**params, **{name: str(value) for name, value in further.items()}}

    def _is_right(self, answer: dict[str, Any]) -> bool:
        """Errors come as ordinary answers, and nothing found as one without `query`."""
        error = answer.get("error")
        if isinstance(error, dict):
            said = " ".join(str(error.get("info") or error.get("code")).split())[:200]
            raise BrokenError(f"{self.title} did not understand the request ({said}).")
        if "query" not in answer:
            return "batchcomplete" in answer
        return isinstance(answer["query"], dict) and isinstance(answer["query"].get("pages"), list)


def _status_meant(text: str) -> int:
    """The HTTP status that another service would give an answer like this, with which all of its errors come as 200."""
    try:
        answer = json.loads(text)
    except ValueError:
        return 200
    error = answer.get("error") if isinstance(answer, dict) else None
    code = str(error.get("code")) if isinstance(error, dict) else ""
    if _LIMITS.fullmatch(code):
        return 429
    return 503 if _TROUBLES.fullmatch(code) else 200


def _candidate(page: dict[str, Any]) -> Candidate | None:
    infos = page.get("imageinfo")
    info = infos[0] if isinstance(infos, list) and infos else None
    if not isinstance(info, dict) or not text_or_none(info.get("url")):
        return None
    if info.get("mediatype") != "BITMAP" or info.get("mime") not in _MIMES:
        return None
    told = info.get("extmetadata")
    facts = {name: _plain(told.get(name)) for name in _METADATA} if isinstance(told, dict) else {}
    name = facts.get("LicenseShortName") or facts.get("UsageTerms") or facts.get("License")
    licence = licence_of(name, facts.get("LicenseUrl"))
    thumbnail = _untracked(info.get("thumburl"))
    return Candidate(
        url=_untracked(info["url"]) or "", source=Commons.name, source_id=text_or_none(str(page.get("pageid", ""))),
        thumb_url=thumbnail, fetched_url=thumbnail, page_url=text_or_none(info.get("descriptionurl")),
        title=facts.get("ObjectName") or (text_or_none(page.get("title")) or "").removeprefix("File:") or None,
        author=facts.get("Artist") or facts.get("Credit"), licence=licence.name if licence.is_known else name,
        licence_url=facts.get("LicenseUrl") or licence.url, width=number_or_none(info.get("width")),
        height=number_or_none(info.get("height")),
    )  # fmt: skip


def _plain(told: Any) -> str | None:
    """A value of extmetadata, which is HTML, as text."""
    value = told.get("value") if isinstance(told, dict) else None
    return text_or_none(html.unescape(_TAGS.sub(" ", str(value)))) if value is not None else None


def _untracked(url: Any) -> str | None:
    """An address without the utm_ tail that Wikimedia adds since 2026."""
    if not isinstance(url, str) or not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    kept = [(name, value) for name, value in parse_qsl(parts.query) if not name.startswith("utm_")]
    return urlunsplit(parts._replace(query=urlencode(kept)))
