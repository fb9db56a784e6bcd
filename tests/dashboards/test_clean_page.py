"""The Clean page without a browser: what its state knows after what a person does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from acting import in_page, is_shown, one, opened, settled, text_of
from ipywidgets import Button, Dropdown
from tellapart.store.journal import Relabel, Remove
from tellapart.store.project import open_project
from tellapart_dashboards import ImageClassifierCleaner
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.clean.controller import CleanPage
from tellapart_dashboards.pages.clean.phases import Phase
from tellapart_dashboards.pages.clean.saved_queue import load_queue
from tellapart_dashboards.pages.clean.texts import batch_words
from tellapart_dashboards.widgets.choices.choices import Choices
from tellapart_dashboards.widgets.grid.grid import Grid


def shown_ids(page: CleanPage) -> list[str]:
    """The pictures on the page, in order."""
    return list(page.state.queue.ids)


def stray(project_dir: Path) -> str:
    """The circle among the squares."""
    with open_project(project_dir) as project:
        return next(one.image_id for one in project.manifest.pictures() if "stray" in one.path)


def tile(page: CleanPage, image_id: str) -> dict[str, Any]:
    return page.desk.tiles(page.desk.keys_of([image_id]).tolist())[0]


def test_the_planted_flaw_is_the_first_picture(flawed_dir: Path) -> None:
    async def look() -> None:
        page, view = opened(flawed_dir)
        await settled()
        assert (page.state.phase, page.state.review.problem) == (Phase.READY, "")
        assert shown_ids(page)[0] == stray(flawed_dir)
        assert f"{page.state.n_open} pictures to review</h1>" in text_of(view)
        words = tile(page, stray(flawed_dir))
        assert words["label"] == "square" and "circle" in words["chips"][0] and words["decided"] == ""
        assert "cross-validated error" in page.state.review.gain
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
        assert (outcome.text, outcome.is_done) == ("→ circle", True)
        assert wrong not in shown_ids(page)
        assert tile(page, wrong)["label"] == "square", "what it was stays in sight"
        assert tile(page, wrong)["decided"] == "→ circle"
        assert (flawed_dir / "images" / "circle" / "stray.png").exists()
        assert one(view, Grid).can_undo and not one(view, Grid).can_redo
        undone = await page.desk.undo()
        await settled()
        assert "square → circle" in undone.text and undone.keys == tuple(key)
        assert tile(page, wrong)["decided"] == "" and wrong in shown_ids(page)
        assert one(view, Grid).can_redo
        await page.desk.redo()
        await settled()
        assert tile(page, wrong)["decided"] == "→ circle" and not one(view, Grid).can_redo
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


def test_filters_narrow_the_queue_and_are_there_after_a_reload(flawed_dir: Path) -> None:
    async def narrow() -> None:
        page, view = opened(flawed_dir)
        await settled()
        kinds = one(view, Choices)
        assert [option["key"] for option in kinds.options][:1] == [""]
        kinds.chosen = "wrong label"
        await settled()
        assert stray(flawed_dir) in shown_ids(page)
        one(view, Dropdown, "Label").value = "circle"
        await settled()
        assert stray(flawed_dir) not in shown_ids(page)
        assert "all labels" in one(view, Grid).empty_text
        one(view, Grid).size = "L"
        kinds.chosen = "every"
        await settled()
        assert len(shown_ids(page)) == page.project.counts["circle"]
        again, _ = opened(flawed_dir)
        assert (again.state.filters.kind, again.state.filters.label, again.state.filters.size) == (
            "every",
            "circle",
            "L",
        )

    in_page(narrow())


def test_a_new_label_moves_nothing_while_one_label_is_in_sight(flawed_dir: Path) -> None:
    async def invent() -> None:
        page, view = opened(flawed_dir)
        await settled()
        choice = one(view, Dropdown, "Label")
        choice.value = "circle"
        await settled()
        sheet = one(view, Grid).sheet
        await page.desk.decide("relabel", "blob", page.desk.keys_of(page.state.queue.ids[:1]).tolist())
        await page.project.poll()
        await settled()
        assert [name for name, _ in choice.options] == ["all labels", "blob", "circle", "square"]
        assert (choice.value, one(view, Grid).sheet) == ("circle", sheet)

    in_page(invent())


def test_a_kept_filter_whose_label_is_gone_is_forgotten(flawed_dir: Path) -> None:
    with open_project(flawed_dir) as project:
        project.manifest.set_setting("clean_view", {"kind": "nonsense", "label": "gone", "size": "M"})

    async def look() -> None:
        page, _ = opened(flawed_dir)
        assert (page.state.filters.kind, page.state.filters.label) == ("", "")

    in_page(look())


def test_what_was_decided_can_be_looked_at_again(flawed_dir: Path) -> None:
    with open_project(flawed_dir) as project:
        project.journal.decide(Relabel(stray(flawed_dir), "circle"))
        other = project.manifest.pictures(label="circle")[0].image_id
        project.journal.decide(Remove(other))

    async def look() -> None:
        page, _ = opened(flawed_dir)
        await settled()
        page.choose(kind="decided")
        await settled()
        assert shown_ids(page) == [other, stray(flawed_dir)], "the latest first"
        assert [tile(page, one)["decided"] for one in shown_ids(page)] == ["removed", "→ circle"]
        await page.desk.decide("keep", "", page.desk.keys_of([other]).tolist())
        assert tile(page, other)["decided"] == "kept" and (flawed_dir / "images" / "circle").exists()

    in_page(look())


def test_suggestions_are_previewed_then_applied_as_one_batch(flawed_dir: Path) -> None:
    async def apply() -> None:
        page, view = opened(flawed_dir)
        await settled()
        one(view, Dropdown, "Suggestions above").value = 0.95
        await settled()
        preview = one(view, Button, "Preview")
        assert preview.description == "Preview 1"
        preview.click()
        await settled()
        assert shown_ids(page) == [stray(flawed_dir)]
        assert "suggested: relabel to 'circle'" in tile(page, stray(flawed_dir))["chips"]
        assert "1 × relabel to" in text_of(view)
        one(view, Button, "Apply").click()
        await settled()
        assert not page.state.filters.is_previewing and "1 suggestion applied" in text_of(view)
        assert stray(flawed_dir) not in shown_ids(page)
        await page.desk.undo()
        await settled()
        assert stray(flawed_dir) in shown_ids(page)

    in_page(apply())


def test_the_highest_threshold_with_suggestions_is_offered_until_one_is_chosen(flawed_dir: Path) -> None:
    async def look() -> None:
        page, view = opened(flawed_dir)
        await settled()
        highest = max(least for least, n in page.state.queue.n_above.items() if n)
        assert (page.state.queue.threshold, page.state.filters.chosen_threshold) == (highest, 0.0)
        assert len(page.state.queue.suggested) == page.state.queue.n_above[highest] and is_shown(
            view, one(view, Button, "Preview")
        )
        one(view, Dropdown, "Suggestions above").value = 0.7
        await settled()
        again, its_view = opened(flawed_dir)
        await settled()
        assert (
            again.state.queue.threshold == again.state.filters.chosen_threshold == 0.7
            and len(again.state.queue.suggested) == again.state.queue.n_above[0.7]
        )
        again.choose(kind="quality" if "quality" in again.state.queue.counts else "duplicate")
        await settled()
        if not any(again.state.queue.n_above.values()):
            assert not is_shown(its_view, one(its_view, Button, "Preview"))
            assert "No suggestion is above 70 %" in text_of(its_view)

    in_page(look())


def test_words_say_where_suggestions_are() -> None:
    assert batch_words(0.9, {0.95: 0, 0.9: 2}) == ""
    assert batch_words(0.95, {0.95: 0, 0.9: 2, 0.8: 4}) == "None above 95 %, 2 above 90 %."
    assert "No suggestion is above 70 %" in batch_words(0.95, {0.95: 0, 0.7: 0})


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
        assert facts is not None and facts.file.endswith("licence unknown")
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
