"""FromFile: a file or a folder of other things than pictures becomes a project, once a person has seen what it seems
to be."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tellapart.errors import Cancelled, IntakeError, ProjectError
from tellapart.kinds.kind import kind_of_source
from tellapart.label_names import safe_name
from tellapart.workspace.changing import make_filled_project
from tellapart.workspace.names import MAX_CHARACTERS
from traitlets import Bool, HasTraits, Instance, Unicode

from tellapart_dashboards.app.event_loop import Turn, soon
from tellapart_dashboards.app.public.visiting import is_visiting
from tellapart_dashboards.app.wording import error_sentence
from tellapart_dashboards.pages.kinds.doors import door_of, doors_from_files
from tellapart_dashboards.pages.kinds.offers import SourceOffer
from tellapart_dashboards.pages.projects.stoppable import Stoppable
from tellapart_dashboards.widgets.upload.upload import UploadedFile


class FromFile(HasTraits):
    """source: what was given; kind: what its things are taken for, of `doors_from_files`; offer: what can be chosen,
    None before. name: of the project to be. path: typed by hand. problem: what went wrong. is_busy: something is read
    or made; doing: what, with how long it takes already.

    on_made: is called with the folder of the new project.
    """

    source = Instance(Path, allow_none=True)
    kind = Unicode("")
    offer = Instance(SourceOffer, allow_none=True)
    name = Unicode("")
    path = Unicode("")
    problem = Unicode("")
    is_busy = Bool(False)
    doing = Unicode("")

    def __init__(self, workspace: Path, on_made: Callable[[Path], None]) -> None:
        super().__init__()
        self.workspace = workspace
        self._on_made = on_made
        self._batch: Path | None = None  # uploaded, and thrown away once it is a project
        self._work = Stoppable(lambda doing: self.set_trait("doing", doing))
        self._turn = Turn()  # what is given meanwhile waits: it throws away what was given before

    @property
    def uploads_dir(self) -> Path:
        """Where files arrive from a browser."""
        return self.workspace / ".uploads"

    def take_upload(self, batch_dir: Path, files: list[UploadedFile]) -> None:
        """What a person dropped or chose: one file, or a folder."""
        if len(files) == 1 and not files[0].folders:
            source = files[0].path
        elif files and all(one.folders for one in files):
            source = batch_dir / "folders"
        else:
            soon(asyncio.to_thread(shutil.rmtree, batch_dir, ignore_errors=True))
            self.problem = "Give one file, or one folder."
            return
        soon(self._see(source, batch_dir))

    def take_path(self) -> None:
        """What a person named."""
        soon(self._see(None, None))

    def take_for(self, kind: str) -> None:
        """Take what was given for things of another kind."""
        if self.source is not None and kind != self.kind:
            soon(self._take_for(self.source, kind))

    def make(self, chosen: dict[str, str]) -> None:
        """Make the project. chosen: by the keys of the offer's choices."""
        if not self.is_busy and self.source is not None:
            soon(self._make(self.source, chosen))

    def cancel(self) -> None:
        """Stop what is read or made; nothing of it stays."""
        self._work.stop()

    def drop(self) -> None:
        """Forget what was given, unless it is just being read or made."""
        if not self.is_busy:
            self._forget()

    def _forget(self) -> None:
        batch, self._batch = self._batch, None
        self.source = self.offer = None
        self.problem = ""
        if batch is not None:
            soon(asyncio.to_thread(shutil.rmtree, batch, ignore_errors=True))

    async def _see(self, source: Path | None, batch: Path | None) -> None:
        async with self._turn.taken():
            self._forget()
            self._batch, self.is_busy = batch, True
            try:
                if is_visiting():  # its page does not show this card; whatever sends the wish gets no file
                    raise ProjectError(
                        "Here you work on a project of your own, and make no other. Reload the page."
                    )
                source = source or self._named()
                kind, offer = await self._work.done(f"Looking at {_title(source)}", partial(_seen, source))
                self.name = _name_of(source, kind)
                self.source, self.kind, self.offer = source, kind, offer
            except Cancelled:
                self._forget()
            except Exception as error:  # the page must say it: nobody sees a task's traceback
                self._forget()
                self.problem = error_sentence(error)
            self.is_busy = False

    async def _take_for(self, source: Path, kind: str) -> None:
        async with self._turn.taken():
            if self.source is not source:  # another one was given meanwhile
                return
            self.is_busy, self.problem = True, ""
            offer = self.offer
            try:
                look = partial(doors_from_files()[kind].offer, source)
                offer = await self._work.done(f"Looking at {_title(source)}", look)
                self.kind = kind
            except Cancelled:
                pass  # it stays what it was taken for
            except Exception as error:  # it stays what it was taken for, and the page must say why
                self.problem = error_sentence(error)
            self.offer = None  # the same once more is news, too
            self.offer, self.is_busy = offer, False

    def _named(self) -> Path:
        text = self.path.strip().strip("\"'")
        source = Path(text)
        with contextlib.suppress(RuntimeError):  # the name after ~ is nobody's
            source = source.expanduser()
        if not text or not source.is_absolute():
            raise ProjectError(
                f"“{text}” is not a full path. Start with / or ~ (Windows: C:\\), such as ~/reviews.csv."
            )
        return source

    async def _make(self, source: Path, chosen: dict[str, str]) -> None:
        async with self._turn.taken():
            if self.source is not source:  # another one was given meanwhile
                return
            self.is_busy, self.problem = True, ""
            is_stopped = threading.Event()
            try:
                door = doors_from_files()[self.kind]

                def fill(root: Path) -> None:
                    door.make(root, source, chosen)
                    if is_stopped.is_set():
                        raise Cancelled("Stopped.")

                make = partial(make_filled_project, self.workspace, self.name, fill)
                root = await self._work.done(f"Making “{self.name}” of {_title(source)}", make)
            except Cancelled:
                is_stopped.set()  # the thread cannot be ended: it throws away what it has made
            except Exception as error:  # the page must say it: nobody sees a task's traceback
                self.problem = error_sentence(error)
            else:
                self._forget()
                self._on_made(root)
            self.is_busy = False


def _seen(source: Path) -> tuple[str, SourceOffer]:
    """The kind, and what its door says of the source. For a thread."""
    if not source.exists():
        raise IntakeError(f"{source} is not on the studio's computer. Check the spelling.")
    kind = kind_of_source(source)
    return kind.name, door_of(kind).offer(source)


def _title(source: Path) -> str:
    """What was given, as a person calls it."""
    return "the folder" if source.name == "folders" else f"“{source.name}”"


def _name_of(source: Path, kind: str) -> str:
    """A name for the project."""
    name = kind if source.name == "folders" else source.stem
    return safe_name(" ".join(name.split())[:MAX_CHARACTERS].strip() or kind)
