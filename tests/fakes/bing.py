"""Bing's page of picture results: entity-escaped JSON in `m`, 35 a page by `first`, repeats, and a captcha."""

from __future__ import annotations

import html
import json

from .pictures import Pictures
from .server import Answer, Asked, Fake

PAGE_SIZE = 35


class FakeBing(Fake):
    """n_links: different pictures; after them pages repeat the last one, as the real Bing does."""

    def __init__(self, pictures: Pictures, n_links: int = 200):
        super().__init__()
        self.n_links = n_links
        self._pictures = pictures
        self.link = lambda number: pictures.link(30_000 + number)

    def answer(self, asked: Asked) -> Answer:
        first = max(1, int(asked.params["first"]))
        start = min(first - 1, max(0, self.n_links - PAGE_SIZE))
        items = [self._item(n) for n in range(start, min(start + PAGE_SIZE, self.n_links))]
        return Answer(("<ul>" + "".join(items) + "</ul>").encode(), kind="text/html; charset=utf-8")

    def empty(self, asked: Asked) -> Answer:
        return Answer(b"", kind="text/html")

    def captcha(self) -> Answer:
        return Answer(b"<html><body><div class='captcha'>One last step</div></body></html>", kind="text/html")

    def scripted(self, asked: Asked) -> Answer:
        if self.script == "captcha":
            return self.captcha()
        if self.script == "no matches":
            return Answer(b"<html><body><p>There are no results</p></body></html>", kind="text/html")
        return super().scripted(asked)

    def _item(self, number: int) -> str:
        record = {
            "murl": self.link(number), "turl": f"{self._pictures.url}/photo/{number}.jpg?thumb",
            "purl": f"https://example.org/page/{number}?a=1&b=2", "t": f"Bear & cub {number}",
        }  # fmt: skip
        told = html.escape(json.dumps(record, separators=(",", ":")))
        return (
            f'<li><div class="iuscp"><div class="imgpt"><a class="iusc" m="{told}" href="#"></a>'
            '<div class="img_info hon"><span class="nowrap">100 x 96 · jpeg</span></div></div>'
            f'<div class="infopt"><div class="lnkw"><a href="#">example.org</a></div></div></div></li>'
        )
