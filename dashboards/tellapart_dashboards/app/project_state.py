"""ProjectState: what all pages share: the project, its labels with counts, the page in sight, a message."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

from tellapart.errors import ProjectError
from tellapart.store.project import Project, is_project, open_project
from traitlets import Dict, Int, List, Unicode

from tellapart_dashboards.app.launcher import PROJECT_VARIABLE
from tellapart_dashboards.app.page_frame import PageOwner
from tellapart_dashboards.app.public.visiting import check_is_own

N_FINDINGS = (
    "n_open_findings"  # kept with the project by whoever looked last, for the number beside the Clean step
)


def project_dir_from(project: str | Path = "") -> Path:
    """The folder a notebook works on: the one it names, else the one the studio was started with.

    Raises:
        ProjectError: neither, or it is no project, or not the visitor's.
    """
    chosen = str(project) or os.environ.get(PROJECT_VARIABLE, "")
    if not chosen:
        raise ProjectError(
            'No project chosen: the variable `project` is "". Write the project\'s folder between the '
            'quotes, for instance project = "my-bears", and run the cell again.'
        )
    root = Path(chosen).expanduser().resolve()
    if not is_project(root):
        raise ProjectError(
            f"{root} is not a tellapart project. Make one with: tellapart new {root.name} --from FOLDER"
        )
    check_is_own(root)
    return root


class ProjectState(PageOwner):
    """One open project as traits. `poll` notices what other pages, runs and the command line changed.

    Making one opens the project, which takes its time: do it on a thread.

    Raises:
        ProjectError: see `open_project`.
    """

    project_dir = Unicode("")
    counts = Dict(key_trait=Unicode(), value_trait=Int())  # label -> kept pictures, in label order
    n_pictures = Int(0)
    pages = List(Unicode())  # keys of the pages that can be opened here

    def __init__(self, project_dir: Path, **traits: Any) -> None:
        super().__init__(project_dir=str(project_dir), name=project_dir.name, **traits)
        self.project: Project = open_project(project_dir)
        self._seen: tuple[int, ...] = ()
        self._turn = asyncio.Lock()
        self.message = " ".join(self.project.changes)
        self._take(self._look())

    is_running = False  # whatever runs is followed by its page

    def tell(self, sentence: str) -> None:
        """Say it on every page."""
        self.message = sentence

    async def poll(self) -> None:
        """Take over the counts from the database, which is asked only when its files changed."""
        async with self._turn:
            self._take(await asyncio.to_thread(self._look))

    def _look(self) -> dict[str, int] | str | None:
        """The counts, None when nothing changed, a sentence where the project is gone. For a thread."""
        database = self.project.db_path
        if not database.exists():
            return (
                f"{self.project.root} is no longer there: it was moved, renamed or deleted while this page "
                "was open. Move it back and reload the page, or open the studio at its new location."
            )
        seen = _state_of(database) + _state_of(database.with_name(database.name + "-wal"))
        if seen == self._seen:
            return None
        counts = {label: n for label, n in self.project.manifest.label_counts().items() if n}
        self._seen = seen
        return counts

    def _take(self, found: dict[str, int] | str | None) -> None:
        if isinstance(found, str):
            self.message = found
        elif found is not None:
            self.n_pictures = sum(found.values())
            self.counts = found


def _state_of(file: Path) -> tuple[int, int]:
    """What changes with a file; its size too, since two writes may fall into one tick of the disk's clock."""
    try:
        status = file.stat()
    except FileNotFoundError:
        return 0, 0
    return status.st_mtime_ns, status.st_size
