"""Examples chosen on the Share page, and what the check says stop to."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from acting import every, is_shown, one, settled, text_of
from ipywidgets import HTML, Button, Checkbox, RadioButtons
from share_acting import frame, opened
from tellapart.deploy.fit_check import FitCode, FitFinding, FitLevel
from tellapart.deploy.share_settings import read_share
from tellapart.store.project import open_project
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.share import controller
from tellapart_dashboards.pages.share.controller import SharePage
from tellapart_dashboards.pages.share.view import share_view
from tellapart_dashboards.widgets.picks.picks import Picks
from traitlets import TraitError

OFTEN_WRONG = FitFinding(FitCode.ERROR, FitLevel.STOP, {"error_rate": 0.5, "guessing": 0.6})


async def test_chosen_examples_are_previewed_kept_and_go_to_the_run(
    trained_dir: Path, start: Any, started: list[Any]
) -> None:
    page, view = await opened(trained_dir, start_run=start)
    picks = one(view, Picks)
    assert len(picks.captions) == 12 and picks.captions[:2] == ["circle", "square"], "of each label in turn"
    assert "Example 1" not in frame(view)
    picks.set_state({"chosen": [3, 0]})
    await settled()
    assert frame(view).count('class="example"') == 2 and "Example 2" in frame(view)
    chosen = [page.state.offered[3].image_id, page.state.offered[0].image_id]
    assert list(read_share(page.project.project.manifest).examples) == chosen
    one(view, Button, "Make the app").click()
    await settled()
    assert started[0][1]["settings"]["examples"] == chosen
    again, its_view = await opened(trained_dir, start_run=start)
    assert one(its_view, Picks).chosen == [3, 0] and again.state.draft.examples == tuple(chosen)
    one(its_view, RadioButtons).value = "api"
    await settled()
    assert not is_shown(its_view, one(its_view, Picks)), "a service shows none"
    assert "Example 1" not in frame(its_view)


async def test_what_is_pressed_while_the_pictures_are_read_again_is_not_lost(
    trained_dir: Path, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, view = await opened(trained_dir, start_run=start)
    picks, shown, read = one(view, Picks), page.state.offered, controller.offered_pictures
    loop, asked = asyncio.get_running_loop(), list[tuple[str, ...]]()

    def slowly(project: Any, chosen: tuple[str, ...]) -> Any:
        asked.append(chosen)
        if len(asked) == 1:  # somebody presses meanwhile
            asyncio.run_coroutine_threadsafe(press(), loop).result(10)
        return read(project, chosen)

    async def press() -> None:
        picks.set_state({"chosen": [3]})

    monkeypatch.setattr(controller, "offered_pictures", slowly)
    await page._offer()
    await settled()
    assert page.state.draft.examples == (shown[3].image_id,) and picks.chosen == [3]
    assert len(asked) == 2 and page.state.offered is shown, "the same pictures are not sent again"


async def test_what_others_may_not_be_shown_is_not_offered(trained_dir: Path) -> None:
    with open_project(trained_dir) as project:
        pictures = project.manifest.pictures()
        forbidden = {
            pictures[0].image_id: "all rights reserved",
            pictures[1].image_id: "CC BY-ND 4.0",
            pictures[2].image_id: "",
        }
        for image_id, licence in forbidden.items():
            with project.manifest.transaction() as db:
                db.execute(
                    "UPDATE pictures SET licence = ?, page_url = 'https://a.example/x' WHERE image_id = ?",
                    [licence, image_id],
                )
    page, _view = await opened(trained_dir)
    offered = {one.image_id for one in page.state.offered}
    assert len(offered) == 9 and not offered & set(forbidden)
    with open_project(trained_dir) as project, project.manifest.transaction() as db:
        db.execute("UPDATE pictures SET licence = 'all rights reserved', page_url = 'https://a.example/x'")
    none_page, none_view = await opened(trained_dir)
    assert none_page.state.offered == () and "none has a licence that allows it" in text_of(none_view)


async def test_a_chosen_picture_that_may_no_longer_be_shown_is_let_go(trained_dir: Path) -> None:
    page, view = await opened(trained_dir)
    one(view, Picks).set_state({"chosen": [0, 1]})
    await settled()
    gone, kept = page.state.draft.examples
    with open_project(trained_dir) as project, project.manifest.transaction() as db:
        db.execute(
            "UPDATE pictures SET licence = 'arr', page_url = 'https://a.example/x' WHERE image_id = ?", [gone]
        )
    again, its_view = await opened(trained_dir)
    assert again.state.draft.examples == (kept,)
    assert [again.state.offered[place].image_id for place in one(its_view, Picks).chosen] == [kept]


def test_no_more_are_chosen_than_fit_and_none_that_is_not_there() -> None:
    picks = Picks(at_most=2)
    picks.show([b"a", b"", b"c"], ["1", "2", "3"], [2])
    assert picks.blob == b"ac" and picks.chosen == [2]
    for wrong in ([0, 1, 2], [0, 0], [3], [-1]):
        with pytest.raises(TraitError):
            picks.chosen = wrong
    picks.show([], [], [])
    assert picks.chosen == [] and picks.offsets == b"\0\0\0\0"


async def test_before_the_check_has_looked_the_button_waits_and_says_so(trained_dir: Path) -> None:
    page = SharePage(ProjectState(trained_dir, pages=["share"]))
    view = share_view(page)
    make = one(view, Button, "Make the app")
    said = [w.value for w in every(view) if isinstance(w, HTML)]
    assert make.disabled and any("The model is being checked first" in text for text in said)
    await settled()
    assert not make.disabled and "being checked first" not in text_of(view)


async def test_a_stop_holds_the_button_until_somebody_says_all_the_same(
    trained_dir: Path, start: Any, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controller, "findings_of", lambda *_: (OFTEN_WRONG,))
    page, view = await opened(trained_dir, start_run=start)
    make, tick = one(view, Button, "Make the app"), one(view, Checkbox, "Share it all the same")
    assert make.disabled and is_shown(view, tick) and not tick.value
    assert "Do not publish it yet: see 1 point below" in text_of(view)
    assert text_of(view).count("too often to rely on") == 2, "the reason stands beside the button as well"
    page.make()
    assert started == [], "nor by a message of the page's own"
    tick.set_state({"value": True})
    await settled()
    assert not make.disabled and "Shared all the same, though:" in text_of(view)
    assert read_share(page.project.project.manifest).all_the_same == ("error",)
    make.click()
    await settled()
    assert [task for task, _ in started] == ["app"]
    _again, its_view = await opened(trained_dir, start_run=start)
    assert one(its_view, Checkbox, "Share it all the same").value, "it is kept with the settings"
    worse = FitFinding(FitCode.INSTALLED, FitLevel.STOP, {"megabytes": 3000, "limit_mb": 2000, "host": "x"})
    monkeypatch.setattr(controller, "findings_of", lambda *_: (OFTEN_WRONG, worse))
    one(its_view, Button, "Check again").click()
    await settled()
    its_tick = one(its_view, Checkbox, "Share it all the same")
    assert not its_tick.value and "see 1 point below" in text_of(its_view), "another stop is another matter"
