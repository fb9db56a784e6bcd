"""Bing through the package bing-image-downloader, whose indexing is used to collect links and nothing else.

The package asks for page 2 one link further instead of one page further, sends no adult filter that Bing knows, prints,
and keeps neither page nor title. So its index reader runs here in a copy of its module of our own, one page at a time,
with its questions corrected on their way out and the answers read a second time for what it throws away.
"""

from __future__ import annotations

import contextlib
import html
import importlib.metadata
import importlib.util
import json
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from types import ModuleType, SimpleNamespace
from typing import Any

from tellapart.errors import AbsentError, RefusedError
from tellapart.gather.sources.service import Service
from tellapart.gather.sources.source import text_or_none
from tellapart.licences import Use
from tellapart.store.searches import Candidate, Kind

BASE_URL = "https://www.bing.com"
VERSION = "1.1.3"
PAGE_SIZE = 35
MAX_FIRST = 700  # Bing repeats itself long before
_PATH = "/images/async"
_METADATA = re.compile(r'm="(\{.*?\})"', re.DOTALL)
_KINDS = {"photo": "photo", "clipart": "clipart", "line": "line"}
_LICENCES = {
    "commercial": "+filterui:license-L2_L3_L4",
    "public-domain": "+filterui:license-L1",
}


class Bing:
    """Pictures that Bing knows of. Whether they may be used is not known: its licence filter proves nothing."""

    name, title = "bing", "Bing"

    def __init__(self, service: Service):
        self._service = service
        self.remark = ""

    def search(self, query: str, limit: int, licence: Use = "any", kind: Kind = "any") -> Iterator[Candidate]:
        """See `Source.search`."""
        index = _index(self._service, query, _KINDS.get(kind, ""), _LICENCES.get(licence, ""))
        n_found, n_pages = 0, 0
        while True:
            links = index.next_page()
            if not links:
                self.remark = (
                    f"{self.title} has sent nothing new since page {n_pages}." if n_pages else self.remark
                )
                return
            n_pages += 1
            for link in links:
                yield _candidate(link, index.told.get(link, {}))
                n_found += 1
                if n_found >= limit:
                    return


def _candidate(link: str, told: Mapping[str, Any]) -> Candidate:
    return Candidate(
        url=link, source=Bing.name, thumb_url=text_or_none(told.get("turl")), page_url=text_or_none(told.get("purl")),
        title=text_or_none(told.get("t")),
    )  # fmt: skip


def _index(service: Service, query: str, kind: str, licence: str) -> Any:
    """The package's index reader for one query, which stops after each page."""
    package = _package()

    class Index(package.Bing):  # type: ignore[misc,name-defined]  # the class is found at run time
        # the package counts pages and sends that number as the first link wanted
        page_counter = property(lambda self: 1 + self.n_listed, lambda self, value: None)

        def __init__(self) -> None:
            self.n_listed = 0
            self.links: list[str] = []
            self.told: dict[str, dict[str, Any]] = {}
            self._has_page = False
            super().__init__(query, MAX_FIRST, None, "moderate", 10, kind, verbose=False)

        def get_filter(self, shorthand: str) -> str:
            return str(super().get_filter(shorthand)) + licence

        def download_image(self, link: str) -> None:
            self.links.append(_decoded(link))
            self.download_count += 1

        def next_page(self) -> list[str]:
            """The links of the next page that are new; [] at the end."""
            self.links, self._has_page = [], False
            if self.n_listed < MAX_FIRST:
                with contextlib.suppress(_PageIsFull):
                    self.run()
            return list(dict.fromkeys(self.links))

        def answer(self, request: urllib.request.Request, timeout: float) -> Any:
            if self._has_page:
                raise _PageIsFull
            self._has_page = True
            text = _page(service, request)
            found = _read(text)
            self.n_listed += max(len(found), text.count("murl&quot;:&quot;"))
            self.told.update(found)
            return SimpleNamespace(read=text.encode)

    index = Index()
    package.urllib = SimpleNamespace(  # type: ignore[attr-defined]
        parse=urllib.parse, request=SimpleNamespace(Request=urllib.request.Request, urlopen=index.answer)
    )
    return index


class _PageIsFull(Exception):  # noqa: N818  # ends the package's loop after a page, which is no error
    pass


def _page(service: Service, request: urllib.request.Request) -> str:
    """The page that the package asks for, with Bing's own page length; from the cache where it was asked before."""
    params = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(request.full_url).query))
    params |= {"count": str(PAGE_SIZE), "mkt": "en-US"}
    asked = {"url": service.base_url + _PATH, "params": params}
    kept = service.cache.get(asked)
    if isinstance(kept, str):
        return kept
    headers = {name: value for name, value in request.header_items() if name != "Accept-encoding"}
    text = service.text(_PATH, params, headers)
    if "murl&quot;" in text:
        service.cache.put(asked, text)
    elif "captcha" in text.lower():
        raise RefusedError("Bing shows a captcha instead of results. Try again tomorrow.")
    return text


def _read(text: str) -> dict[str, dict[str, Any]]:
    """What a page tells about each picture, by its address: thumbnail `turl`, page `purl`, title `t`."""
    told = {}
    for found in _METADATA.finditer(text):
        try:
            record = json.loads(html.unescape(found[1]))
        except ValueError:
            continue
        if isinstance(record, dict) and isinstance(record.get("murl"), str):
            told[record["murl"].replace(" ", "%20")] = record
    return told


def _decoded(link: str) -> str:
    """The link without JSON's escapes, which the package leaves in."""
    try:
        return str(json.loads(f'"{link}"'))
    except ValueError:
        return link


def _package() -> ModuleType:
    """A copy of the package's module of our own: it is silenced and reaches only our transport.

    It is loaded by its file, since importing it takes any module called `bing` that lies about instead.
    """
    missing = (
        f"Bing needs the package bing-image-downloader {VERSION}, which is not installed. "
        "Install it with: pip install 'tellapart[search]'"
    )
    try:
        package = importlib.metadata.distribution("bing-image-downloader")
    except importlib.metadata.PackageNotFoundError as error:
        raise AbsentError(missing) from error
    if package.version != VERSION:
        raise AbsentError(f"{missing} (version {package.version} is here and cannot be used).")
    file = package.locate_file("bing_image_downloader/bing.py")
    spec = importlib.util.spec_from_file_location("tellapart_bing_index", str(file))
    if spec is None or spec.loader is None:
        raise AbsentError(missing)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.print = lambda *_, **__: None  # type: ignore[attr-defined]
    return module
