"""The filters and suggestions of the Clean page without a browser."""

from __future__ import annotations

from pathlib import Path

from acting import every, in_page, is_shown, one, opened, settled, shown_ids, stray, text_of, tile
from ipywidgets import Button, Dropdown, ToggleButton
from tellapart.store.journal import Relabel, Remove
from tellapart.store.project import open_project
from tellapart_dashboards.pages.clean.texts import batch_words
from tellapart_dashboards.widgets.choices.choices import Choices
from tellapart_dashboards.widgets.grid.grid import Grid


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
        sizes = [w for w in every(view) if isinstance(w, Choices)][1]
        sizes.chosen = "L"
        assert one(view, Grid).size == "L"
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
        assert [tile(page, one)["decided"] for one in shown_ids(page)] == ["removed", "now: circle"]
        await page.desk.decide("keep", "", page.desk.keys_of([other]).tolist())
        assert tile(page, other)["decided"] == "kept" and (flawed_dir / "images" / "circle").exists()

    in_page(look())


def test_suggestions_are_previewed_then_applied_as_one_batch(flawed_dir: Path) -> None:
    async def apply() -> None:
        page, view = opened(flawed_dir)
        await settled()
        one(view, ToggleButton, "Tools").value = True
        one(view, Dropdown, "Suggestions that are").value = 0.95
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
        one(view, ToggleButton, "Tools").value = True
        highest = max(least for least, n in page.state.queue.n_above.items() if n)
        assert (page.state.queue.threshold, page.state.filters.chosen_threshold) == (highest, 0.0)
        assert len(page.state.queue.suggested) == page.state.queue.n_above[highest] and is_shown(
            view, one(view, Button, "Preview")
        )
        one(view, Dropdown, "Suggestions that are").value = 0.7
        await settled()
        again, its_view = opened(flawed_dir)
        one(its_view, ToggleButton, "Tools").value = True
        await settled()
        assert (
            again.state.queue.threshold == again.state.filters.chosen_threshold == 0.7
            and len(again.state.queue.suggested) == again.state.queue.n_above[0.7]
        )
        again.choose(kind="quality" if "quality" in again.state.queue.counts else "duplicate")
        await settled()
        if not any(again.state.queue.n_above.values()):
            assert not is_shown(its_view, one(its_view, Button, "Preview"))
            assert "None of the suggestions is sure enough" in text_of(its_view)

    in_page(look())


def test_words_say_where_suggestions_are() -> None:
    assert batch_words(0.9, {0.95: 0, 0.9: 2}) == ""
    assert batch_words(0.95, {0.95: 0, 0.9: 2, 0.8: 4}) == "None is very sure, 2 sure."
    assert "%" not in batch_words(0.95, {0.95: 0, 0.7: 0}), "percentages say what a picture looks like"
