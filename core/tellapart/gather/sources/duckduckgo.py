"""DuckDuckGo through the package ddgs, which cannot say whether nothing was found or too much was asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tellapart.errors import AbsentError, SilentError
from tellapart.gather.sources.service import AnswerCache
from tellapart.gather.sources.source import number_or_none, text_or_none
from tellapart.licences import Use
from tellapart.store.searches import Candidate, Kind

BACKENDS = "duckduckgo,bing"
PAGE_SIZE = 35
MAX_PAGES = 5
TIMEOUT_S = 5
_KINDS = {"photo": "photo", "clipart": "clipart", "line": "line"}
_LICENCES = {"commercial": "ShareCommercially", "public-domain": "Public"}


class DuckDuckGo:
    """Pictures that DuckDuckGo knows of. Whether they may be used is not known.

    backends: of ddgs, in the order in which they are asked.
    """

    name, title = "duckduckgo", "DuckDuckGo"

    def __init__(self, cache: AnswerCache, backends: str = BACKENDS):
        self._cache = cache
        self._backends = backends
        self.remark = ""

    def search(self, query: str, limit: int, licence: Use = "any", kind: Kind = "any") -> Iterator[Candidate]:
        """See `Source.search`."""
        filters = {"type_image": _KINDS.get(kind), "license_image": _LICENCES.get(licence)}
        seen: set[str] = set()
        for page in range(1, MAX_PAGES + 1):
            rows = self._page(query, page, {name: value for name, value in filters.items() if value})
            new = [row for row in rows if text_or_none(row.get("image")) and row["image"] not in seen]
            if not new:
                self.remark = f"{self.title} has sent nothing new since page {page - 1}."
                return
            for row in new:
                if row["image"] in seen:
                    continue
                seen.add(row["image"])
                yield _candidate(row)
                if len(seen) >= limit:
                    return

    def _page(self, query: str, page: int, filters: dict[str, str]) -> list[dict[str, Any]]:
        asked = {"ddgs": query, "page": page, "backends": self._backends, **filters}
        kept = self._cache.get(asked)
        if isinstance(kept, list):
            return kept
        try:
            from ddgs import DDGS
            from ddgs.exceptions import DDGSException
        except ImportError as error:
            raise AbsentError(
                "DuckDuckGo needs the package ddgs, which is not installed. "
                "Install it with: pip install 'tellapart[search]'"
            ) from error
        try:
            rows = DDGS(timeout=TIMEOUT_S).images(
                query,
                safesearch="moderate",
                max_results=PAGE_SIZE,
                page=page,
                backend=self._backends,
                **filters,
            )
        except (DDGSException, json.JSONDecodeError) as error:
            if page > 1:
                return []
            raise SilentError(
                "DuckDuckGo sent no results. Either there are none, or it had too many requests."
            ) from error
        rows = [row for row in rows if isinstance(row, dict)]
        self._cache.put(asked, rows)
        return rows


def _candidate(row: dict[str, Any]) -> Candidate:
    return Candidate(
        url=str(row["image"]), source=DuckDuckGo.name, thumb_url=text_or_none(row.get("thumbnail")),
        page_url=text_or_none(row.get("url")), title=text_or_none(row.get("title")),
        width=number_or_none(row.get("width")), height=number_or_none(row.get("height")),
    )  # fmt: skip
