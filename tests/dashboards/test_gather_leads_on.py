"""The Gather page has one button that leads on, another one as more is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from acting import every, hold, one, pictures_of, settled
from ipywidgets import Button
from tellapart_dashboards.app.label_advice import main_action
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.gather.state import GatherState
from tellapart_dashboards.pages.gather.view import gather_view
from tellapart_dashboards.widgets.label_rows.label_rows import LabelRows

EMPTY, FULL, WAITING = {"n": 0, "n_held": 0}, {"n": 30, "n_held": 0}, {"n": 0, "n_held": 2}
TWO = {"circle": 30, "square": 30}


@pytest.mark.parametrize(
    ("counts", "rows", "can_go_on", "main"),
    [
        ({}, [], True, "search"),
        ({}, [EMPTY, EMPTY], True, "search"),
        ({"circle": 30}, [FULL], True, "search"),
        (TWO, [FULL, FULL], True, "go on"),
        (TWO, [FULL, FULL], False, "search"),
        (TWO, [FULL, FULL, EMPTY], True, "search"),
        (TWO, [FULL, FULL, WAITING], True, "keep"),
    ],
)
def test_what_leads_on(
    counts: dict[str, int], rows: list[dict[str, int]], can_go_on: bool, main: str
) -> None:
    assert main_action(counts, rows, can_go_on) == main


async def test_one_button_is_the_main_one_as_labels_come_and_pictures_wait(project_dir: Path) -> None:
    state = GatherState(ProjectState(project_dir, pages=["gather", "clean"]))
    view = gather_view(state)
    await settled()
    go_on, rows = one(view, Button, "Next: clean"), one(view, LabelRows)
    assert list(every(view)).index(go_on) < list(every(view)).index(rows), "in sight when the page opens"

    def main() -> tuple[str, bool]:
        return rows.main, "ta-primary" in go_on._dom_classes

    assert main() == ("go on", True)
    await state.search.wish("add", {"text": "ring"})
    await settled()
    assert main() == ("search", False)
    hold(project_dir, "ring", pictures_of(project_dir / "images", 2))
    await state.search.poll()
    await settled()
    assert main() == ("keep", False)
