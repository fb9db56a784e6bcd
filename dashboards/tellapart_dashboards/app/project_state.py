"""ProjectState: what all pages share: the project, its labels with counts, the page in sight, a message."""

from __future__ import annotations

import asyncio
import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tellapart.errors import ProjectError
from tellapart.kinds.kind import ThingKind, kind_of_project
from tellapart.kinds.pictures.kind import KIND as PICTURES
from tellapart.planning.snapshot import ProjectSnapshot, n_changes
from tellapart.store.project import Project, open_project
from tellapart.words.commands import typed
from tellapart.workspace.addresses import project_in
from tellapart.workspace.recent import note_opened
from traitlets import Dict, Instance, Int, List, Unicode

from tellapart_dashboards.app.event_loop import Turn, soon
from tellapart_dashboards.app.launcher import PROJECT_VARIABLE
from tellapart_dashboards.app.page_frame import PageOwner
from tellapart_dashboards.app.pictures.facts import Model
from tellapart_dashboards.app.public.visiting import check_is_own, is_visiting, shown_name

N_FINDINGS = (
    "n_open_findings"  # kept with the project by whoever looked last, for the number beside the Clean step
)
CLEAN_ERROR = "clean_error"  # the same, for the sentence that joins Clean's figure and Train's


@dataclass(frozen=True)
class LastTraining:
    """The newest training, as every page tells it. error_rate: the headline, 0 to 1: the share of the pictures it had
    not seen that the model gets wrong. snapshot: where the project stood; None of older versions."""

    error_rate: float
    snapshot: ProjectSnapshot | None = None

    @classmethod
    def of(cls, result: dict[str, Any]) -> LastTraining | None:
        """From a run's result.json; None without one."""
        if not result:
            return None
        return cls(float(result["error_rate"]), ProjectSnapshot.from_json(result.get("snapshot")))


@dataclass(frozen=True)
class Errand:
    """What a page is asked to show by another one. page: its key. image_ids: the pictures. label: of the row."""

    page: str
    image_ids: tuple[str, ...] = ()
    label: str = ""


@dataclass(frozen=True)
class _Found:
    counts: dict[str, int]
    n_changes: int
    clean_error: dict[str, Any]
    decided_up_to: int


_QUERY = "QUERY_STRING"  # of the page's address, as Voila tells its kernel


def any_project(project: str | Path = "") -> tuple[Path, ThingKind]:
    """The folder a page works on, and what it is a project of: the one that the notebook names, else that of the
    page's address, else the one the studio was started with. A visitor's address names none: the server has chosen.

    Raises:
        ProjectError: none of them, or it is no project, or not the visitor's.
    """
    asked = "" if is_visiting() else os.environ.get(_QUERY, "")
    chosen = str(project or project_in(asked) or os.environ.get(PROJECT_VARIABLE, ""))
    if not chosen:
        raise ProjectError(
            'No project chosen: the variable `project` is "". Write the project\'s folder between the '
            'quotes, for instance project = "my-bears", and run the cell again.'
        )
    root = Path(chosen).expanduser().resolve()
    kind = kind_of_project(root)
    if kind is None:
        raise ProjectError(
            f"{root} is not a tellapart project. Make one with: tellapart new {typed(root.name)} --from FOLDER"
        )
    check_is_own(root)
    return root, kind


def project_dir_from(project: str | Path = "") -> Path:
    """The folder that a page of pictures works on, see `any_project`.

    Raises:
        ProjectError: there is none, or it is a project of other things.
    """
    root, kind = any_project(project)
    if kind is not PICTURES:
        raise ProjectError(
            f"{root} is a project of {kind.name}, and this page is for pictures. Open it with: tellapart studio "
            f"{typed(root)}"
        )
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
    training = Instance(LastTraining, allow_none=True)
    n_changes = Int(0)  # pictures that it would see otherwise now, see `planning.snapshot`
    clean_error = Dict()  # what Clean measured last, see `Gain.to_json`; {} before
    pages = List(Unicode())  # keys of the pages that can be opened here
    errand = Instance(
        Errand, allow_none=True
    )  # the latest; its page reads it when it is made, and follows it
    decided_up_to = Int(0)  # the last line of the journal: another one when anything is decided or undone
    review: Model | None = None  # of the Clean page, while it is open

    def __init__(self, project_dir: Path, **traits: Any) -> None:
        super().__init__(project_dir=str(project_dir), name=shown_name(project_dir), **traits)
        self.project: Project = open_project(project_dir)
        self._seen: tuple[object, ...] = ()
        self._turn = Turn()
        self.message = " ".join(self.project.changes)
        self.read()

    def take_training(self, result: dict[str, Any]) -> None:
        """The newest training is this one now, {} for none; what changed since is counted at the next `poll`, and until
        then nothing did."""
        training = LastTraining.of(result)
        if training != self.training:
            self.training, self.n_changes = training, 0

    def read(self) -> None:
        """Take over at once what the database says, for whoever makes a page on a thread."""
        self._take(self._look())

    def send(self, errand: Errand) -> None:
        """Have its page in sight, with what is to be shown there."""
        self.errand = None  # the same errand again is news, too
        self.errand = errand
        self.current = errand.page

    is_running = False  # whatever runs is followed by its page

    def tell(self, sentence: str) -> None:
        """Say it on every page."""
        self.message = sentence

    def note_opened(self) -> None:
        """It stands first in the list of projects from now on; visitors' are in no list. For a thread."""
        if not is_visiting():
            with contextlib.suppress(ProjectError):  # settings that cannot be written cost only an order
                note_opened(Path(self.project_dir))

    async def poll(self) -> None:
        """Take over the counts from the database, which is asked only when its files changed."""
        async with self._turn.taken():
            self._take(await asyncio.to_thread(self._look))

    def noted(self) -> None:
        """Something was decided on a page here: let the others know at once."""
        soon(self.poll())

    def _look(self) -> _Found | str | None:
        """What the database says, None when nothing changed, a sentence where the project is gone. For a thread."""
        database = self.project.db_path
        if not database.exists():
            return (
                f"{self.project.root} is no longer there: it was moved, renamed or deleted while this page "
                "was open. Move it back and reload the page, or open the studio at its new location."
            )
        training = self.training
        files = database, database.with_name(database.name + "-wal")
        seen = (training, *map(_state_of, files))
        if seen == self._seen:
            return None
        counts = {label: n for label, n in self.project.manifest.label_counts().items() if n}
        since = training.snapshot if training else None
        changes = n_changes(self.project, since) if since else 0
        last = next((entry.number for entry in self.project.journal.entries(limit=1)), 0)
        found = _Found(counts, changes, self.project.manifest.setting(CLEAN_ERROR, {}), last)
        self._seen = seen
        return found

    def _take(self, found: _Found | str | None) -> None:
        if isinstance(found, str):
            self.message = found
        elif found is not None:
            self.n_pictures = sum(found.counts.values())
            self.counts = found.counts
            self.n_changes, self.clean_error = found.n_changes, found.clean_error
            self.decided_up_to = found.decided_up_to


def _state_of(file: Path) -> tuple[int, int]:
    """What changes with a file; its size too, since two writes may fall into one tick of the disk's clock."""
    try:
        status = file.stat()
    except FileNotFoundError:
        return 0, 0
    return status.st_mtime_ns, status.st_size
