"""The pages of a project that was emptied: no number of what was in it."""

from __future__ import annotations

from pathlib import Path

from acting import opened, settled, shown_ids
from make_data import make_tiny_folder
from tellapart.gather import take_in
from tellapart.store.journal import Remove
from tellapart.store.project import open_project
from tellapart_dashboards.pages.clean.texts import DECIDED


async def test_clean_counts_no_decision_about_what_went_with_its_label(
    flawed_dir: Path, tmp_path: Path
) -> None:
    with open_project(flawed_dir) as project:
        project.journal.decide(*(Remove(one.image_id) for one in project.manifest.pictures()))
        make_tiny_folder(tmp_path / "new", ("bar", "cross"), n_per_class=4)
        take_in(project, tmp_path / "new")
    page, _view = opened(flawed_dir)
    await settled()
    assert page.state.queue.decisions.n == 0 and page.state.queue.decisions.can_undo
    page.choose(kind=DECIDED)
    await settled()
    assert shown_ids(page) == [] and page.state.n_pictures == 8
