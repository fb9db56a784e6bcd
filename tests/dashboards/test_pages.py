"""The studio around the pages, without a browser: where it opens, and what it says when it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest
from acting import shown
from tellapart_dashboards.app.studio import studio, train_page


async def test_the_studio_opens_on_the_next_step(project_dir: Path, empty_project_dir: Path) -> None:
    assert "Gather pictures" in await shown(studio(empty_project_dir))
    assert "Ready to tell 2 labels apart" in await shown(studio(project_dir))


async def test_errors_become_a_page_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TELLAPART_PROJECT", raising=False)
    assert "Write the project&#x27;s folder between the quotes" in await shown(train_page(""))
    assert "is not a tellapart project" in await shown(studio(tmp_path))


async def test_the_project_of_the_environment_is_used(
    project_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELLAPART_PROJECT", str(project_dir))
    assert "Ready to tell 2 labels apart" in await shown(train_page())
