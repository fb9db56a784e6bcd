"""Sources of pictures on the web: each looks for pictures, none fetches them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tellapart.gather.downloads import FetchLimits
from tellapart.gather.sources import bing, commons, duckduckgo, inaturalist, openverse
from tellapart.gather.sources.bing import Bing
from tellapart.gather.sources.commons import Commons
from tellapart.gather.sources.duckduckgo import DuckDuckGo
from tellapart.gather.sources.inaturalist import INaturalist
from tellapart.gather.sources.openverse import Openverse
from tellapart.gather.sources.service import AnswerCache, Service
from tellapart.gather.sources.source import Source
from tellapart.store.manifest import Manifest
from tellapart.web.addresses import AddressGuard
from tellapart.web.client import Line

__all__ = ["PUBLIC_WEB", "Source", "Web", "open_source"]

_BASES = {
    "openverse": openverse.BASE_URL, "commons": commons.BASE_URL, "inaturalist": inaturalist.BASE_URL,
    "bing": bing.BASE_URL,
}  # fmt: skip


@dataclass(frozen=True)
class Web:
    """The web as gathering sees it: where the services lie, which addresses may be asked, how politely.

    Only tests make one of their own, with servers on this computer; it is an argument and never a setting.

    bases: service -> base address, where it is another than the public one. gap_s: between two questions to a service.
    """

    bases: Mapping[str, str] = field(default_factory=dict)
    guard: AddressGuard = field(default_factory=AddressGuard)
    limits: FetchLimits = field(default_factory=FetchLimits)
    gap_s: float = 1.0
    ddgs_backends: str = duckduckgo.BACKENDS


PUBLIC_WEB = Web()


def open_source(
    name: str, web: Web, line: Line, manifest: Manifest, cache_dir: Path, is_one_of_many: bool = False
) -> Source:
    """The source of that name, one of `wishes.AUTO`.

    is_one_of_many: others are asked too, so that it should not guess what a word means.
    """
    cache = AnswerCache(cache_dir)
    if name == "duckduckgo":
        return DuckDuckGo(cache, web.ddgs_backends)

    def service_called(title: str) -> Service:
        return Service(title, web.bases.get(name, _BASES[name]), line, manifest, cache, web.gap_s)

    if name == "inaturalist":
        return INaturalist(service_called(INaturalist.title), needs_exact_name=is_one_of_many)
    kinds: dict[str, type[Openverse | Commons | Bing]] = {
        "openverse": Openverse,
        "commons": Commons,
        "bing": Bing,
    }
    return kinds[name](service_called(kinds[name].title))
