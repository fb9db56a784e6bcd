"""Wikimedia Commons: pages out of order, `continue`, utm tails, HTML in Artist, and errors inside answers."""

from __future__ import annotations

from .pictures import Pictures
from .server import Answer, Asked, Fake, json_answer

WIDTHS = (20, 40, 60, 120, 250, 330, 500, 960, 1280, 1920, 3840)
TAIL = "?utm_source=commons.wikimedia.org&utm_campaign=imageinfo&utm_content="


class FakeCommons(Fake):
    """n_files: how many it finds; among the first page's are an svg, a tiff, a pdf and a page without imageinfo.

    errors: codes of those that it answers first, one each time, as ordinary answers.
    """

    def __init__(self, pictures: Pictures, n_files: int = 60):
        super().__init__()
        self.n_files = n_files
        self._pictures = pictures
        self.errors: list[str] = []

    def answer(self, asked: Asked) -> Answer:
        contact = asked.headers.get("User-Agent", "")
        if "@" not in contact and "http" not in contact:
            return self.refused()
        if self.errors:
            code = self.errors.pop(0)
            body = {"error": {"code": code, "info": f"It is {code}."}}
            return json_answer(body, MediaWiki_API_Error=code, Retry_After=self.retry_after)
        if int(asked.params["iiurlwidth"]) not in WIDTHS:
            return Answer(b"Use thumbnail steps", 400, "text/plain")
        start, size = int(asked.params["gsroffset"]), min(50, int(asked.params["gsrlimit"]))
        numbers = range(start, min(start + size, self.n_files))
        if not numbers:
            return self.empty(asked)
        body: dict[str, object] = {
            "query": {"pages": [self._page(n, n - start + 1) for n in reversed(numbers)]}
        }
        if numbers[-1] + 1 < self.n_files:
            body["continue"] = {"gsroffset": numbers[-1] + 1, "continue": "gsroffset||"}
        return json_answer({"batchcomplete": True, **body})

    def empty(self, asked: Asked) -> Answer:
        return json_answer({"batchcomplete": True})

    def refused(self) -> Answer:
        return Answer(b"Please set a user-agent and respect our robot policy", 403, "text/plain")

    def _page(self, number: int, index: int) -> dict[str, object]:
        page: dict[str, object] = {
            "pageid": 9000 + number,
            "ns": 6,
            "title": f"File:Bear {number}.jpg",
            "index": index,
        }
        if number == 3:
            return page
        mime, media = {
            0: ("image/svg+xml", "DRAWING"),
            1: ("image/tiff", "BITMAP"),
            2: ("application/pdf", "OFFICE"),
        }.get(number, ("image/jpeg", "BITMAP"))
        link = self._pictures.link(10_000 + number)
        is_small = number % 7 == 5
        told = {
            "LicenseShortName": {
                "value": "Public domain" if number % 5 == 4 else "CC BY-SA 4.0",
                "source": "x",
            },
            "Artist": {
                "value": f'<a href="//commons.wikimedia.org/wiki/User:P">Pat &amp; Kim {number}</a>',
                "source": "x",
            },
            "ObjectName": {"value": f"Bear {number}", "source": "x"},
        }
        if number % 5 != 4:
            told["LicenseUrl"] = {"value": "https://creativecommons.org/licenses/by-sa/4.0", "source": "x"}
        page["imageinfo"] = [{
            "url": link + TAIL + "original", "descriptionurl": f"https://commons.wikimedia.org/wiki/File:Bear_{number}.jpg",
            "thumburl": self._pictures.link(10_000 + number, "photo")
            + TAIL + ("thumbnail_unscaled" if is_small else "thumbnail"),
            "thumbwidth": 960, "thumbheight": 720, "size": 4_000_000, "width": 4000, "height": 3000, "mime": mime,
            "mediatype": media, "sha1": "0" * 40, "extmetadata": told,
        }]  # fmt: skip
        return page
