"""What tests of the Classify page do: open it, read its answers, ask about one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from acting import one, settled
from tellapart_dashboards.pages.classify.view import ClassifyState, classify_view
from tellapart_dashboards.widgets.answers.answers import Answers


def rows(view: Any) -> list[dict[str, Any]]:
    """What the page shows of each answer, oldest first."""
    return one(view, Answers).rows


async def ask(view: Any, name: str, number: int = 0, **values: Any) -> dict[str, Any]:
    """What the page gets when it asks about an answer, its pictures as "pictures"."""
    heard: list[tuple[dict[str, Any], list[bytes]]] = []
    widget = one(view, Answers)
    widget.send = lambda content, buffers=None: heard.append((content, buffers or []))
    await widget.receive({"t": name, "number": number, **values})
    ((reply, pictures),) = heard
    del widget.send
    return {**reply, "pictures": pictures}


async def opened(project_dir: Path, **options: Any) -> tuple[ClassifyState, Any]:
    state = ClassifyState(project_dir=str(project_dir), **options)
    view = classify_view(state)
    await settled()
    return state, view


def a_circle(project_dir: Path) -> bytes:
    return next((project_dir / "images" / "circle").iterdir()).read_bytes()
