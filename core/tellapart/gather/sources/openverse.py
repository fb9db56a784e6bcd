"""Openverse: openly licensed works from many collections, each with its licence and a finished credit line.

Without a key it answers 20 questions a minute and 200 a day, and shows at most 240 works for one query.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from tellapart.gather.sources.service import Service
from tellapart.gather.sources.source import number_or_none, text_or_none
from tellapart.licences import Use, licence_of
from tellapart.store.searches import Candidate, Kind

BASE_URL = "https://api.openverse.org"
PAGE_SIZE = 20  # more is refused without a key
MAX_PAGES = 12
_CATEGORIES = {"photo": "photograph", "clipart": "illustration", "line": "illustration"}
_LICENCES = {"commercial": {"license_type": "commercial"}, "public-domain": {"license": "cc0,pdm"}}


class Openverse:
    """Pictures of openverse.org."""

    name, title = "openverse", "Openverse"

    def __init__(self, service: Service):
        self._service = service
        self.remark = ""

    def search(self, query: str, limit: int, licence: Use = "any", kind: Kind = "any") -> Iterator[Candidate]:
        """See `Source.search`."""
        params = {"q": query, **_LICENCES.get(licence, {})}
        if kind in _CATEGORIES:
            params["category"] = _CATEGORIES[kind]
        n_found = 0
        for page in range(1, MAX_PAGES + 1):
            asked = {**params, "page": str(page), "page_size": str(PAGE_SIZE)}
            answer = self._service.json(
                "/v1/images/", asked, lambda answer: isinstance(answer.get("results"), list)
            )
            for work in answer["results"]:
                candidate = _candidate(work)
                if candidate is not None:
                    yield candidate
                    n_found += 1
                    if n_found >= limit:
                        return
            if page >= (number_or_none(answer.get("page_count")) or 0):
                break
        if (number_or_none(answer.get("result_count")) or 0) > MAX_PAGES * PAGE_SIZE:
            self.remark = f"{self.title} shows at most {MAX_PAGES * PAGE_SIZE} works for one query."


def _candidate(work: Any) -> Candidate | None:
    if not isinstance(work, dict) or not text_or_none(work.get("url")):
        return None
    url, thumbnail = str(work["url"]), text_or_none(work.get("thumbnail"))
    code, version = text_or_none(work.get("license")), text_or_none(work.get("license_version"))
    licence_url = text_or_none(work.get("license_url"))
    licence = licence_of(" ".join(filter(None, (code, version))), licence_url)
    return Candidate(
        url=url, source=Openverse.name, source_id=text_or_none(work.get("id")), thumb_url=thumbnail,
        # originals of several MB, of which Wikimedia gives out some 30 before it wants a pause
        fetched_url=thumbnail if (urlsplit(url).hostname or "").endswith(".wikimedia.org") else None,
        page_url=text_or_none(work.get("foreign_landing_url")), title=text_or_none(work.get("title")),
        author=text_or_none(work.get("creator")), licence=licence.name if licence.is_known else code,
        licence_url=licence_url or licence.url, width=number_or_none(work.get("width")),
        height=number_or_none(work.get("height")),
    )  # fmt: skip
