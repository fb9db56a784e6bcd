"""Acting as the browser would: find a widget, press it, send what the page sends, read what is in sight."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Coroutine, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from ipywidgets import Button, Widget
from tellapart.pictures.images import inspect
from tellapart.store import searches
from tellapart.store.project import open_project
from tellapart.store.searches import HELD, Candidate, SearchRequest
from tellapart_dashboards.app import event_loop
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.clean.controller import CleanPage
from tellapart_dashboards.pages.clean.view import clean_view
from tellapart_dashboards.widgets.gallery.gallery import Gallery
from tellapart_dashboards.widgets.steps.steps import Steps
from tellapart_dashboards.widgets.upload.upload import UploadWidget


def every(widget: Widget) -> Iterator[Widget]:
    """The widget and everything inside it."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from every(child)


def one(view: Widget, kind: type, description: str = "") -> Any:
    """The first widget of a kind whose description contains the text."""
    return next(
        w for w in every(view) if isinstance(w, kind) and description in getattr(w, "description", "")
    )


def mistakes_in(view: Widget) -> Gallery:
    """The gallery of the Train page that shows them."""
    found = [one for one in every(view) if isinstance(one, Gallery)]
    return next(one for one in found if "mistakes" in one.accessible_name)


def is_shown(view: Widget, widget: Widget) -> bool:
    """Whether neither the widget nor anything around it is hidden."""
    if view is widget:
        return view.layout.display != "none"
    return view.layout.display != "none" and any(
        is_shown(child, widget) for child in getattr(view, "children", ())
    )


def main_buttons(view: Widget) -> list[str]:
    """What stands on the buttons in sight that are filled: the page's main one, and no other."""
    return [
        w.description
        for w in every(view)
        if isinstance(w, Button) and "ta-primary" in w._dom_classes and is_shown(view, w)
    ]


def text_of(view: Widget) -> str:
    """All HTML in sight."""
    values = [getattr(w, "value", "") for w in every(view) if is_shown(view, w)]
    return " ".join(value for value in values if isinstance(value, str))


async def upload(view: Widget, files: dict[str, bytes], batch: str = "b") -> None:
    """What the page sends when these files are dropped."""
    receive = one(view, UploadWidget).receive
    listed = [{"id": i, "path": path, "size": len(data)} for i, (path, data) in enumerate(files.items())]
    answer = await receive(
        {"t": "whole", "batch": batch, "files": listed}, [one for one in files.values() if one]
    )
    assert answer is not None and answer["t"] == "done"
    await settled()


def say(run_dir: Path, **line: Any) -> None:
    """One more line of a run's progress, as its worker would write it."""
    with (run_dir / "progress.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({**line, "at": time.time()}) + "\n")


async def settled() -> None:
    """Nothing; whatever the page does beside itself has ended, but for what follows as long as it is open."""
    me = asyncio.current_task()
    while [task for task in asyncio.all_tasks() if task is not me and task.get_name() != event_loop.FOLLOWER]:
        await asyncio.sleep(0.005)


async def looked(state: Any) -> None:
    """What the follower of a page does for a while."""
    for _ in range(4):
        await state.poll()
        await state.project.poll()
        await settled()


def in_page(work: Coroutine[Any, Any, None]) -> None:
    """Nothing; the work was done as in a kernel, with a loop for what goes on beside it, and that has ended."""

    async def whole() -> None:
        await work
        await settled()

    asyncio.run(whole())


async def shown(page: Widget) -> str:
    """All HTML in sight of a page, after the browser has said that it is drawn."""
    one(page, Steps).is_drawn = True
    await settled()
    return text_of(page)


def opened(project_dir: Path, **run: Any) -> tuple[CleanPage, Any]:
    """A Clean page that was just opened, and its view."""
    page = CleanPage(ProjectState(project_dir, pages=["clean", "train"]), **run)
    return page, clean_view(page, lambda: None)


def shown_ids(page: CleanPage) -> list[str]:
    """The pictures on the page, in order."""
    return list(page.state.queue.ids)


def stray(project_dir: Path) -> str:
    """The circle among the squares."""
    with open_project(project_dir) as project:
        return next(one.image_id for one in project.manifest.pictures() if "stray" in one.path)


def tile(page: CleanPage, image_id: str) -> dict[str, Any]:
    """What the grid shows of a picture."""
    return page.desk.tiles(page.desk.keys_of([image_id]).tolist())[0]


def pictures_of(folder: Path, n: int) -> list[bytes]:
    """The first n of a folder."""
    return [path.read_bytes() for path in sorted(folder.rglob("*.png"))[:n]]


def hold(project_dir: Path, label: str, pictures: list[bytes]) -> None:
    """What a search leaves behind: rows, and files that wait for a person."""
    with open_project(project_dir) as project:
        number = searches.begin(project.manifest, SearchRequest(label, label))
        found = [
            (
                Candidate(
                    f"https://example.org/{i}.jpg", "openverse", title=f"<i>{i}</i>", licence="CC0-1.0"
                ),
                HELD,
                None,
            )
            for i in range(len(pictures))
        ]
        rows, _ = searches.add_candidates(project.manifest, number, found)
        project.held_dir.mkdir(parents=True, exist_ok=True)
        for row, picture in zip(rows, pictures, strict=True):
            image_id, facts = sha256(picture).hexdigest(), inspect(picture)
            path = project.held_dir / f"{image_id}{facts.suffix}"
            path.write_bytes(picture)
            told = {
                "path": path.relative_to(project.root).as_posix(), "n_bytes": len(picture), "format": facts.format,
                "width": facts.width, "height": facts.height, "fingerprint": facts.fingerprint.hex(),
            }  # fmt: skip
            searches.set_fate(project.manifest, row.number, HELD, None, image_id, told)
