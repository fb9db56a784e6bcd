"""iNaturalist v1: taxa by word, observations whose photos have licences of their own, 422, and limits told in HTML."""

from __future__ import annotations

from .pictures import Pictures
from .server import Answer, Asked, Fake, json_answer

TAXA = {
    41641: ("Ursus arctos", "Brown Bear"),
    178863: ("Ursus arctos horribilis", "Grizzly Bear"),
    1234: ("Cylindropuntia bigelovii", "Teddy-bear Cholla"),
}
CODES = ("cc-by", None, "cc0", "cc-by-nc", "cc-by-nd")


class FakeINaturalist(Fake):
    """n_observations: of every taxon; each has two photos, and the licences go round."""

    def __init__(self, pictures: Pictures, n_observations: int = 30):
        super().__init__()
        self.n_observations = n_observations
        self._pictures = pictures

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/v1/taxa/autocomplete":
            word = asked.params["q"].casefold()
            found = [
                {
                    "id": number,
                    "name": name,
                    "preferred_common_name": common,
                    "matched_term": common,
                    "rank": "species",
                }
                for number, (name, common) in TAXA.items()
                if all(part in f"{name} {common}".casefold() for part in word.split())
            ]
            return json_answer({"total_results": len(found), "page": 1, "per_page": 10, "results": found})
        if int(asked.params.get("taxon_id", "0")) not in TAXA:
            return json_answer({"error": "Unknown taxon_id", "status": 422}, 422)
        page, size = int(asked.params["page"]), int(asked.params["per_page"])
        if page * size > 10_000:
            return json_answer({"error": "Result window is too large"}, 403)
        wanted = set(asked.params["photo_license"].split(","))
        all_ = [self._observation(n) for n in range(self.n_observations)]
        found = [one for one in all_ if any(photo["license_code"] in wanted for photo in one["photos"])]
        return json_answer({
            "total_results": len(found), "page": page, "per_page": size, "results": found[(page - 1) * size : page * size],
        })  # fmt: skip

    def empty(self, asked: Asked) -> Answer:
        return json_answer({"total_results": 0, "page": 1, "per_page": 200, "results": []})

    def limited(self) -> Answer:
        return Answer(b"<html><h1>429 Too Many Requests</h1><hr>nginx</html>", 429, "text/html")

    def _observation(self, number: int) -> dict[str, object]:
        photos = []
        for which in (0, 1):
            link = self._pictures.link(20_000 + 2 * number + which)
            at, name = link.rsplit("/", 1)
            photos.append({
                "id": 700 + 2 * number + which, "license_code": CODES[(2 * number + which) % len(CODES)],
                "url": f"{at}/{name.removesuffix('.jpg')}/square.jpeg?{number}", "attribution": "(c) Jane",
                "original_dimensions": {"width": 2048, "height": 1536},
            })  # fmt: skip
        return {
            "id": 500 + number, "uri": f"https://www.inaturalist.org/observations/{500 + number}",
            "quality_grade": "research", "license_code": None, "taxon": {"name": "Ursus arctos"},
            "species_guess": "Brown Bear" if number % 2 else None,
            "user": {"login": "jane", "name": None if number % 3 else "Jane Doe"}, "photos": photos,
        }  # fmt: skip
