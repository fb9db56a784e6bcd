"""Openverse v1: 20 a page without a key, 12 pages, four rate headers, nested details, nulls."""

from __future__ import annotations

from .pictures import Pictures
from .server import Answer, Asked, Fake, json_answer

LICENCES = (("by", "4.0"), ("cc0", "1.0"), ("by-nc", "2.0"), ("pdm", "1.0"), ("by-sa", "3.0"))
KNOWN = {"by", "by-sa", "by-nd", "by-nc", "by-nc-sa", "by-nc-nd", "cc0", "pdm", "sampling+", "nc-sampling+"}


class FakeOpenverse(Fake):
    """n_works: how many it has for any query. works: they, made from the picture server's links."""

    def __init__(self, pictures: Pictures, n_works: int = 45):
        super().__init__()
        self.n_works = n_works
        self._pictures = pictures
        self._n_left = 20
        self.link = lambda number: pictures.link(number)

    def answer(self, asked: Asked) -> Answer:
        if asked.path.endswith("/thumb/"):
            return json_answer({"detail": "the provider fails"}, 424)
        wrong = {"li", "lt", "pagesize", "provider"} & asked.params.keys()
        unknown = set(filter(None, asked.params.get("license", "").split(","))) - KNOWN
        if wrong or unknown:
            return json_answer(
                {"detail": {"license": [f"License '{one}' does not exist." for one in unknown]}}, 400
            )
        size = int(asked.params.get("page_size", "20"))
        page = int(asked.params.get("page", "1"))
        if size > 20 and "Authorization" not in asked.headers:
            return json_answer({"detail": "page_size may not exceed 20 for anonymous requests"}, 401)
        numbers = [n for n in range(self.n_works) if self._fits(n, asked.params)]
        n_pages = min(12, -(-len(numbers) // size))
        if page > 12:
            return json_answer({"detail": "Invalid page."}, 400)
        self._n_left -= 1
        body = {
            "result_count": len(numbers), "page_count": n_pages, "page_size": size, "page": page,
            "results": [self._work(n) for n in numbers[(page - 1) * size : page * size]],
        }  # fmt: skip
        return json_answer(
            body, X_RateLimit_Limit_anon_burst="20/min", X_RateLimit_Available_anon_burst=self._n_left, X_RateLimit_Limit_anon_sustained="200/day", X_RateLimit_Available_anon_sustained=199,
        )  # fmt: skip

    def empty(self, asked: Asked) -> Answer:
        return json_answer({"result_count": 0, "page_count": 0, "page_size": 20, "page": 1, "results": []})

    def _fits(self, number: int, params: dict[str, str]) -> bool:
        code = LICENCES[number % len(LICENCES)][0]
        if params.get("license") and code not in params["license"].split(","):
            return False
        return not (params.get("license_type") == "commercial" and "nc" in code)

    def _work(self, number: int) -> dict[str, object]:
        code, version = LICENCES[number % len(LICENCES)]
        path = {"cc0": "publicdomain/zero", "pdm": "publicdomain/mark"}.get(code, f"licenses/{code}")
        return {
            "id": f"{number:08x}-0000-4000-8000-000000000000", "title": None if number % 4 == 3 else f"Work {number}",
            "foreign_landing_url": f"https://example.org/works/{number}", "url": self.link(number),
            "creator": None if number % 3 == 2 else f"Person {number % 5}", "creator_url": None, "license": code,
            "license_version": version, "license_url": f"https://creativecommons.org/{path}/{version}/",
            "provider": "flickr", "source": "flickr", "category": None, "filesize": None, "filetype": None, "tags": None,
            "attribution": f'"Work {number}" by somebody', "fields_matched": [], "mature": False, "height": 96,
            "width": None if number % 2 else 100, "thumbnail": f"{self.url}/v1/images/{number}/thumb/",
            "detail_url": "", "related_url": "", "indexed_on": "2026-01-01T00:00:00Z",
        }  # fmt: skip
