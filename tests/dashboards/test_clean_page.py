"""The Clean page without a browser: what its state knows after what a person does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from acting import in_page, one, opened, settled, shown_ids, stray, text_of, tile
from tellapart.store.journal import Relabel, Remove
from tellapart.store.project import open_project
from tellapart_dashboards import ImageClassifierCleaner
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.clean.controller import CleanPage
from tellapart_dashboards.pages.clean.phases import Phase
from tellapart_dashboards.pages.clean.saved_queue import load_queue
from tellapart_dashboards.widgets.grid.grid import Grid


def test_the_planted_flaw_is_the_first_picture(flawed_dir: Path) -> None:
    async def look() -> None:
        page, view = opened(flawed_dir)
        await settled()
        assert (page.state.phase, page.state.review.problem) == (Phase.READY, "")
        assert shown_ids(page)[0] == stray(flawed_dir)
        assert f"{page.state.n_open} pictures to review</h1>" in text_of(view)
        words = tile(page, stray(flawed_dir))
        assert words["label"] == "square" and "circle" in words["chips"][0] and words["decided"] == ""
        gain = page.state.review.gain
        assert gain is not None and page.project.project.manifest.setting("clean_error") == gain.to_json()
        assert "judged by a model that learned from the others" in text_of(view)
        grid = one(view, Grid)
        assert np.frombuffer(grid.order, "<u4").tolist() == page.desk.keys_of(page.state.queue.ids).tolist()
        assert grid.labels == ["circle", "square"]

    in_page(look())


def test_a_decision_is_written_shown_undone_and_redone(flawed_dir: Path) -> None:
    async def decide() -> None:
        page, view = opened(flawed_dir)
        await settled()
        wrong = stray(flawed_dir)
        key = page.desk.keys_of([wrong]).tolist()
        outcome = await page.desk.decide("relabel", "circle", key)
        await settled()
        assert (outcome.text, outcome.is_done) == ("now: circle", True)
        assert wrong not in shown_ids(page)
        assert tile(page, wrong)["label"] == "square", "what it was stays in sight"
        assert tile(page, wrong)["decided"] == "now: circle"
        assert (flawed_dir / "images" / "circle" / "stray.png").exists()
        assert one(view, Grid).can_undo and not one(view, Grid).can_redo
        undone = await page.desk.undo()
        await settled()
        assert "square → circle" in undone.text and undone.keys == tuple(key)
        assert tile(page, wrong)["decided"] == "" and wrong in shown_ids(page)
        assert one(view, Grid).can_redo
        await page.desk.redo()
        await settled()
        assert tile(page, wrong)["decided"] == "now: circle" and not one(view, Grid).can_redo
        assert (await page.desk.redo()).text == "Nothing to redo."

    in_page(decide())


def test_every_decision_can_be_taken_for_another(flawed_dir: Path) -> None:
    async def change_of_mind() -> None:
        page, _ = opened(flawed_dir)
        await settled()
        wrong = stray(flawed_dir)
        key = page.desk.keys_of([wrong]).tolist()
        for action, decided in (
            ("remove", "removed"), ("keep", "kept"), ("not sure", "not sure"), ("none of these", "none of these"),
        ):  # fmt: skip
            await page.desk.decide(action, "", key)
            assert tile(page, wrong)["decided"] == decided
        await page.desk.decide("relabel", "circle", key)
        with open_project(flawed_dir) as project:
            picture = project.manifest.picture(wrong)
        assert (picture.label, picture.state, picture.mark) == ("circle", "kept", None)

    in_page(change_of_mind())


def test_an_unknown_decision_and_an_impossible_label_are_refused(flawed_dir: Path) -> None:
    async def refuse() -> None:
        page, _ = opened(flawed_dir)
        await settled()
        sent: list[dict[str, Any]] = []
        grid = Grid(page.desk)
        grid.send = lambda content, buffers=None: sent.append(content)  # type: ignore[method-assign]
        keys = [page.desk.keys_of([stray(flawed_dir)]).tobytes()]
        for action, label in (("dance", ""), ("relabel", " ")):
            grid._handle_custom_msg({"t": "decide", "seq": 1, "action": action, "label": label}, keys)
        await settled()
        assert [one["is_done"] for one in sent] == [False, False]
        assert "no decision" in sent[0]["text"] and sent[1]["text"]

    in_page(refuse())


def test_decisions_of_another_page_are_taken_over(flawed_dir: Path) -> None:
    async def two_pages() -> None:
        (here, _), (there, _) = opened(flawed_dir), opened(flawed_dir)
        await settled()
        await here.poll()
        await there.poll()
        await settled()
        wrong = stray(flawed_dir)
        await here.desk.decide("remove", "", here.desk.keys_of([wrong]).tolist())
        await settled()
        await there.poll()
        await settled()
        assert wrong not in shown_ids(there) and tile(there, wrong)["decided"] == "removed"
        await there.desk.undo()
        await settled()
        await here.poll()
        await settled()
        assert wrong in shown_ids(here) and tile(here, wrong)["decided"] == ""

    in_page(two_pages())


def test_a_picture_from_the_web_without_a_licence_says_so(flawed_dir: Path, tmp_path: Path) -> None:
    wrong = stray(flawed_dir)
    with open_project(flawed_dir) as project, project.manifest.transaction() as db:
        db.execute("UPDATE pictures SET page_url = 'https://example.org/1' WHERE image_id = ?", [wrong])

    async def look() -> None:
        page, _ = opened(flawed_dir)
        await settled()
        marks = {image_id: tile(page, image_id)["mark"] for image_id in shown_ids(page)}
        assert {image_id for image_id, mark in marks.items() if mark} == {wrong}
        assert marks[wrong] == "licence unknown"
        facts = page.desk.facts(page.desk.keys_of([wrong]).tolist()[0])
        assert facts is not None and facts.licence == "licence unknown"
        assert not any(one.mark for one in facts.near)

    in_page(look())


def test_the_early_queue_shows_before_the_review_is_open(flawed_dir: Path) -> None:
    async def first() -> None:
        opened(flawed_dir)
        await settled()

    in_page(first())
    wrong = stray(flawed_dir)
    with open_project(flawed_dir) as project:
        assert load_queue(project)[0].image_id == wrong
        project.journal.decide(Remove(wrong))
        assert wrong not in [one.image_id for one in load_queue(project)]
        (flawed_dir / "cache" / "clean" / "queue.json").write_text("{", "utf-8")
        assert load_queue(project) is None


def test_decisions_can_be_made_before_the_review_is_open(flawed_dir: Path) -> None:
    async def early() -> None:
        page, wrong = CleanPage(ProjectState(flawed_dir, pages=["clean"])), stray(flawed_dir)
        key = page.desk.keys_of([wrong]).tolist()
        assert (await page.desk.decide("remove", "", key)).is_done
        assert tile(page, wrong)["decided"] == "removed" and page.desk.near(key[0]) == []
        facts = page.desk.facts(key[0])
        assert facts is not None and facts.file.endswith("removed")

    in_page(early())


def test_facts_name_reasons_shares_and_the_pictures_most_alike(flawed_dir: Path) -> None:
    async def look() -> None:
        page, _ = opened(flawed_dir)
        await settled()
        facts = page.desk.facts(page.desk.keys_of([stray(flawed_dir)]).tolist()[0])
        assert facts is not None and "circle" in facts.reasons[0] and facts.shares[0][0] == "circle"
        assert len(facts.near) > 2 and facts.near[0].note.endswith("similar")
        assert "stray.png" in facts.file and page.desk.facts(10_000) is None

    in_page(look())


def test_a_picture_that_vanished_has_a_word(flawed_dir: Path) -> None:
    async def look() -> None:
        page, _ = opened(flawed_dir)
        await settled()
        (flawed_dir / "images" / "square" / "stray.png").unlink()
        wrong = stray_of(page)
        open_project(flawed_dir).close()  # notices it
        assert tile(page, wrong)["decided"] == "missing from disk"
        assert (await page.desk.decide("remove", "", page.desk.keys_of([wrong]).tolist())).is_done

    def stray_of(page: CleanPage) -> str:
        return next(one for one in shown_ids(page) if "circle" in str(page.desk.findings[one].short))

    in_page(look())


def test_the_cleaner_in_a_notebook_lists_its_decisions(flawed_dir: Path) -> None:
    async def clean() -> None:
        with open_project(flawed_dir) as project:
            cleaner = ImageClassifierCleaner(project)
            await settled_but_polling(cleaner)
            assert cleaner.decisions() == []
            wrong = stray(flawed_dir)
            project.journal.decide(Relabel(wrong, "circle"), Remove(wrong))
            assert cleaner.decisions() == [Relabel(wrong, "circle"), Remove(wrong)]
            project.journal.undo()
            assert cleaner.decisions() == []

    async def settled_but_polling(cleaner: ImageClassifierCleaner) -> None:
        import asyncio

        while not one(cleaner, Grid).order:
            await asyncio.sleep(0.02)

    import asyncio

    asyncio.run(clean())


def test_what_is_no_project_is_told_how_to_make_one() -> None:
    with pytest.raises(TypeError, match=r"needs a project or its folder, not a dict. .*new_project\("):
        ImageClassifierCleaner({})  # type: ignore[arg-type]  # as somebody gives a Learner, in fastai's manner
