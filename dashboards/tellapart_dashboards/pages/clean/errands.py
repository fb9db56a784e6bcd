"""What another page sends somebody to Clean for: these pictures, and no others."""

from __future__ import annotations

from typing import Any

from tellapart_dashboards.app.project_state import Errand
from tellapart_dashboards.pages.clean.controller import CleanPage
from tellapart_dashboards.pages.clean.texts import EVERY


def follow_errands(page: CleanPage) -> None:
    """Nothing; the page shows what it is asked to, now and from now on."""

    def run(_: Any = None) -> None:
        if (errand := errand_of(page)) is not None:
            page.choose(kind=EVERY, label="", split="", region=frozenset(errand.image_ids))

    page.project.observe(run, "errand")
    run()


def errand_of(page: CleanPage) -> Errand | None:
    """The latest errand, where it is for this page."""
    errand = page.project.errand
    return errand if errand is not None and errand.page == "clean" else None


def is_sent_for(page: CleanPage) -> bool:
    """Whether the pictures in sight are those of the errand, and not chosen on the map."""
    errand = errand_of(page)
    return errand is not None and page.state.filters.region == frozenset(errand.image_ids)
