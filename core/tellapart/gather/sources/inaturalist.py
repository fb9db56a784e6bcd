"""iNaturalist: animals, plants and fungi seen by people and named by several of them, with each photo's own licence.

A word is first looked up as the name of a taxon, and what it was taken to mean is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tellapart.errors import BrokenError
from tellapart.gather.sources.service import Service
from tellapart.gather.sources.source import number_or_none, text_or_none
from tellapart.licences import Use, licence_of
from tellapart.store.searches import Candidate, Kind

BASE_URL = "https://api.inaturalist.org"
PAGE_SIZE = 200
MAX_PAGES = 50  # 10,000 observations
LICENCES: dict[Use, tuple[str, ...]] = {
    "any": ("cc0", "cc-by", "cc-by-sa", "cc-by-nc"),
    "commercial": ("cc0", "cc-by", "cc-by-sa"),
    "public-domain": ("cc0",),
}
_SQUARE = re.compile(r"/square(?=\.\w+(\?|$))")
_NAMES = ("matched_term", "name", "preferred_common_name", "english_common_name")


class INaturalist:
    """Pictures of inaturalist.org.

    needs_exact_name: take a word only where a taxon is called exactly that: among several sources, "teddy" should not
    bring cactuses.
    """

    name, title = "inaturalist", "iNaturalist"

    def __init__(self, service: Service, needs_exact_name: bool = False):
        self._service = service
        self._needs_exact_name = needs_exact_name
        self.remark = ""

    def search(self, query: str, limit: int, licence: Use = "any", kind: Kind = "any") -> Iterator[Candidate]:
        """See `Source.search`."""
        if kind in ("clipart", "line"):
            self.remark = "iNaturalist only has photographs."
            return
        taxon = self._taxon(query)
        if taxon is None:
            return
        asked = {
            "taxon_id": str(taxon), "quality_grade": "research", "photos": "true",
            "photo_license": ",".join(LICENCES[licence]), "per_page": str(PAGE_SIZE), "order_by": "votes",
        }  # fmt: skip
        n_found = 0
        for page in range(1, MAX_PAGES + 1):
            answer = self._service.json("/v1/observations", {**asked, "page": str(page)}, _has_results)
            for candidate in _photos(answer["results"], LICENCES[licence]):
                yield candidate
                n_found += 1
                if n_found >= limit:
                    return
            if page * PAGE_SIZE >= (number_or_none(answer.get("total_results")) or 0):
                return

    def _taxon(self, query: str) -> int | None:
        """The id of the taxon that the words name; None, with a remark, where they name none."""
        answer = self._service.json("/v1/taxa/autocomplete", {"q": query, "per_page": "10"}, _has_results)
        taxa = [taxon for taxon in answer["results"] if isinstance(taxon, dict)]
        if not taxa:
            self.remark = f"iNaturalist knows no animal, plant or fungus called {query!r}."
            return None
        wanted = query.casefold()
        exact = [
            taxon for taxon in taxa if any(str(taxon.get(name, "")).casefold() == wanted for name in _NAMES)
        ]
        if self._needs_exact_name and not exact:
            self.remark = (
                f"iNaturalist knows no animal, plant or fungus called exactly {query!r}; the closest is "
                f"{_called(taxa[0])}. Search for that name if you mean it."
            )
            return None
        taxon = (exact or taxa)[0]
        number = number_or_none(taxon.get("id"))
        if number is None:
            raise BrokenError(
                f"{self.title} sent an answer that tellapart does not understand; the service may have "
                "changed."
            )
        self.remark = f"iNaturalist searched for {_called(taxon)}, its match for {query!r}."
        return number


def _has_results(answer: dict[str, Any]) -> bool:
    return isinstance(answer.get("results"), list)


def _called(taxon: dict[str, Any]) -> str:
    common, scientific = text_or_none(taxon.get("preferred_common_name")), text_or_none(taxon.get("name"))
    return (
        f"{common} ({scientific})"
        if common and scientific
        else common or scientific or "a taxon without a name"
    )


def _photos(observations: list[Any], codes: tuple[str, ...]) -> Iterator[Candidate]:
    """The photos whose own licence fits: an observation is found when one of its photos has it."""
    for observation in observations:
        if not isinstance(observation, dict):
            continue
        user, taxon = _part(observation, "user"), _part(observation, "taxon")
        photos = observation.get("photos")
        for photo in photos if isinstance(photos, list) else []:
            if not isinstance(photo, dict) or photo.get("license_code") not in codes:
                continue
            url = text_or_none(photo.get("url"))
            if url is None:
                continue
            code = str(photo["license_code"])
            size = _part(photo, "original_dimensions")
            licence = licence_of(
                code if code == "cc0" else f"{code}-4.0"
            )  # all of its licences are of version 4.0
            yield Candidate(
                url=_SQUARE.sub("/large", url), source=INaturalist.name, source_id=str(photo.get("id", "")) or None,
                thumb_url=_SQUARE.sub("/small", url), page_url=text_or_none(observation.get("uri")),
                title=text_or_none(observation.get("species_guess")) or text_or_none(taxon.get("name")),
                author=text_or_none(user.get("name")) or text_or_none(user.get("login"))
                or text_or_none(photo.get("attribution")),
                licence=licence.name, licence_url=licence.url, width=number_or_none(size.get("width")),
                height=number_or_none(size.get("height")), subject=f"inaturalist:{observation.get('id')}",
            )  # fmt: skip


def _part(answer: dict[str, Any], name: str) -> dict[str, Any]:
    part = answer.get(name)
    return part if isinstance(part, dict) else {}
