"""ProjectsState: a person's projects as rows, and what becomes of them when the person wishes."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from tellapart.errors import ProjectError
from tellapart.kinds.kind import kind_of_project
from tellapart.workspace.addresses import NONE, address_of
from tellapart.workspace.changing import (
    delete_project,
    duplicate_project,
    make_project,
    rename_project,
    restore_project,
)
from tellapart.workspace.listing import deleted_projects, listed_projects, project_called
from tellapart.workspace.places import TRASH, settings_dir, workspace_dir
from tellapart.workspace.recent import note_moved, note_opened
from traitlets import Bool, Dict, HasTraits, List, Unicode

from tellapart_dashboards.app.event_loop import from_thread
from tellapart_dashboards.app.public.visiting import OWN_AND_SAMPLE, is_visiting, shown_name
from tellapart_dashboards.app.wording import error_sentence, percent
from tellapart_dashboards.pages.projects.texts import list_row, trash_row

_BETWEEN_S = 0.2  # two words about a copy that is being made


class ProjectsState(HasTraits):
    """Wishes go in, rows and a sentence come out; see `ProjectList` for both. Reads and writes the disk on threads.

    open_dir: the project that the page has open, None for none.
    """

    rows = List(Dict())
    trash = List(Dict())
    said = Unicode("")
    kind = Unicode("")
    undo = Unicode("")
    go_to = Unicode("")
    is_in_sight = Bool(False)
    is_running = False

    def __init__(self, open_dir: Path | None) -> None:
        super().__init__()
        self.open_dir = open_dir
        self.can_change = not is_visiting()
        self.workspace = workspace_dir()
        self._seen: object = None
        self._is_copying = False

    def tell(self, sentence: str) -> None:
        """Say what went wrong."""
        self.said, self.kind = sentence, "care"

    def go_on_to(self, root: Path) -> None:
        """Have the page go to a project."""
        self.go_to = address_of(root)

    async def poll(self) -> None:
        """Notice what another page or program changed, while somebody looks."""
        if self.is_in_sight and await asyncio.to_thread(self._signature) != self._seen:
            await self.look()

    async def look(self) -> None:
        """Have the rows as the disk is."""
        if not self.can_change:
            self.rows = [_visitor_row(name, address, self.open_dir) for name, address in OWN_AND_SAMPLE]
            return
        self._seen, self.rows, self.trash = await asyncio.to_thread(self._read)

    async def show(self) -> None:
        """Have the rows as the disk is, or the person told why not."""
        try:
            await self.look()
        except Exception as error:  # the page must say it: nobody sees a task's traceback
            self.tell(error_sentence(error))

    async def wish(self, name: str, values: dict[str, Any]) -> None:
        """Do what the person asks for, and say what came of it."""
        wishes: dict[str, Callable[..., Any]] = {
            "new": self._new, "rename": self._rename, "duplicate": self._duplicate, "delete": self._delete,
            "restore": self._restore, "folder": self._open_folder, "forget": self._forget,
        }  # fmt: skip
        if name not in wishes or not self.can_change:
            return
        self.said, self.kind, self.undo = "", "", ""
        try:
            await wishes[name](**{key: str(value) for key, value in values.items()})
        except Exception as error:  # the page must say it: nobody sees a task's traceback
            self.tell(error_sentence(error))
        await self.show()

    async def _new(self, name: str) -> None:
        root = await asyncio.to_thread(make_project, self.workspace, name)
        self.go_to = address_of(root)

    async def _rename(self, name: str, to: str) -> None:
        was_open = self._is_open(name)
        root = await asyncio.to_thread(rename_project, self.workspace, name, to)
        if root.name == name:
            return
        self.said = f"“{name}” is called “{root.name}” now."
        if was_open:
            self.go_to = f"{address_of(root)}#projects"

    async def _delete(self, name: str) -> None:
        was_open = self._is_open(name)
        deleted = await asyncio.to_thread(delete_project, self.workspace, name)
        self.said, self.undo = f"“{name}” is in the trash.", deleted.key
        if was_open:
            self.go_to = f"{NONE}#projects"

    async def _restore(self, key: str) -> None:
        root = await asyncio.to_thread(restore_project, self.workspace, key)
        self.said = f"“{root.name}” is back."

    async def _duplicate(self, name: str) -> None:
        if self._is_copying:
            raise ProjectError("A copy is being made. Wait until it is there.")
        self._is_copying = True
        try:
            self.said = f"Copying “{name}” …"
            source = await asyncio.to_thread(project_called, self.workspace, name)
            told = self._teller(f"Copying “{name}”")
            root = await asyncio.to_thread(duplicate_project, source, self.workspace, told)
            self.said = f"“{root.name}” is a copy of “{name}” and independent of it."
        finally:
            self._is_copying = False

    async def _open_folder(self, path: str) -> None:
        root = Path(path.strip().strip("\"'"))
        with contextlib.suppress(RuntimeError):  # the name after ~ is nobody's
            root = root.expanduser()
        if not root.is_absolute():
            raise ProjectError(
                f"“{path.strip()}” is not a full path. Start with / or ~ (Windows: C:\\), such as ~/leaf-project."
            )
        if await asyncio.to_thread(kind_of_project, root) is None:
            raise ProjectError(
                f"“{root}” is not a project on the studio's computer. Enter the project's own folder; pictures go "
                "into a new project, and a table, texts or masks have a card below."
            )
        await asyncio.to_thread(note_opened, root)
        self.go_to = address_of(root)

    async def _forget(self, address: str) -> None:
        for project in await asyncio.to_thread(listed_projects, self.workspace):
            if not project.is_here and address_of(project.root) == address:
                await asyncio.to_thread(note_moved, project.root, None)
                self.said = f"“{project.name}” is off the list. Its folder {project.root} stays as it is."

    def _is_open(self, name: str) -> bool:
        return self.open_dir == self.workspace / name

    def _teller(self, lead: str) -> Callable[[int, int, str], None]:
        """A progress for a thread, whose words reach the page now and then."""
        say, last = from_thread(partial(self.set_trait, "said")), time.monotonic()

        def progress(done: int, total: int, _message: str) -> None:
            nonlocal last
            if time.monotonic() - last > _BETWEEN_S:
                last = time.monotonic()
                say(f"{lead}: {percent(done / max(1, total))} …")

        return progress

    def _read(self) -> tuple[object, list[dict[str, Any]], list[dict[str, str]]]:
        seen, today = self._signature(), date.today()
        rows = [list_row(one, self.open_dir, today) for one in listed_projects(self.workspace)]
        return seen, rows, [trash_row(one) for one in deleted_projects(self.workspace)]

    def _signature(self) -> object:
        """What is another one when a project came, went or was opened."""
        return tuple(map(_changed_ns, (self.workspace, self.workspace / TRASH, settings_dir())))


def _visitor_row(name: str, address: str, open_dir: Path | None) -> dict[str, Any]:
    is_open = open_dir is not None and shown_name(open_dir) == name
    facts = "drawn leaves to try things on" if address != "?" else "your own pictures"
    return {
        "name": name, "address": address, "where": "", "facts": facts, "when": "", "problem": "", "is_open": is_open,
        "is_here": False,
    }  # fmt: skip


def _changed_ns(folder: Path) -> int:
    with contextlib.suppress(OSError):
        return folder.stat().st_mtime_ns
    return 0
