"""GatherState: pictures come in by upload, camera, folder or archive, or as samples."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

from tellapart.errors import IntakeError, TellapartError
from tellapart.gather import offer_of_names, take_in
from tellapart.store.manifest import Origin
from traitlets import Dict, Enum, Int, List, Unicode, observe

from tellapart_dashboards.app.background import soon
from tellapart_dashboards.app.job import Job
from tellapart_dashboards.app.label_advice import advice
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.app.wording import error_sentence
from tellapart_dashboards.pages.gather.search_state import SearchState
from tellapart_dashboards.widgets.upload.upload import UploadedFile


class GatherState(Job):
    """What the Gather page knows and does. label: for pictures that come without a folder; search: for the web."""

    tasks = ("intake", "samples")
    label = Unicode("")
    folder_text = Unicode("")
    n_waiting = Int(0)  # loose pictures uploaded, waiting for a label
    n_shots_kept = Int(0)  # pictures from the camera since the page was opened
    summaries = List(
        Dict()
    )  # of this intake and those just before: {"sentence", "notes", "refusals", "is_failed"}
    questions = List(Dict())  # intakes that wait until a person says where the labels stand
    names_offer = Unicode("")  # what the names of the waiting pictures would give as labels
    advice = Unicode("")
    advice_kind = Enum(("", "care"), "")

    def __init__(self, project: ProjectState, **traits: Any) -> None:
        super().__init__(project_dir=project.project_dir, **traits)
        self.project = project
        self.search = SearchState(project, start_run=self.start_run)
        self._waiting: list[Path] = []  # folders of loose pictures
        self._sources: list[dict[str, Any]] = []  # intakes not yet started
        project.observe(lambda _: self._counts_changed(), "counts")
        self.poll()
        self._find_waiting()
        self._counts_changed()

    def poll(self) -> None:
        """Nothing; the traits say where intake and search are."""
        super().poll()
        self.search.poll()

    def take_upload(self, batch_dir: Path, files: list[UploadedFile]) -> None:
        """Nothing; folders and archives are on their way in, loose pictures too when a label is given."""
        for archive in (file for file in files if file.path.parent.name == "zips"):
            self._queue(archive.path)
        if any(file.folders and file.path.parent.name != "zips" for file in files):
            self._queue(batch_dir / "folders")
        loose = [file for file in files if file.path.parent == batch_dir / "loose"]
        if loose:
            self._waiting.append(batch_dir / "loose")
            self.n_waiting += len(loose)
            self._offer_names()
            self.add_waiting()
        self._start_next()

    def take_shots(self, folder: Path, label: str) -> None:
        """Nothing; pictures from the camera are on their way in, at once and without a run: they are few and small."""
        soon(self._take_shots(folder, label))

    def _find_waiting(self) -> None:
        """Loose pictures that came before the page was loaded again still wait for their label."""
        if self.stage == "running":
            return  # they may be the ones that go in right now
        for folder in sorted(Path(self.project.project.uploads_dir).glob("*/loose")):
            files = [path for path in folder.iterdir() if path.suffix != ".part"]
            if files:
                self._waiting.append(folder)
                self.n_waiting += len(files)
        self._offer_names()

    def _offer_names(self) -> None:
        files = [path for folder in self._waiting for path in folder.iterdir() if path.is_file()]
        offer = offer_of_names([path.name for path in files])
        self.names_offer = offer.sentence() if offer else ""

    async def _take_shots(self, folder: Path, label: str) -> None:
        try:
            summary = await asyncio.to_thread(take_in, self.project.project, folder, label, Origin("camera"))
            self.n_shots_kept += summary.n_added
        except TellapartError as error:
            self.message, self.stage = error_sentence(error), "failed"
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        self.project.poll()

    def add_waiting(self) -> None:
        """Nothing; waiting pictures go in under the label, if one is written."""
        if self.label.strip():
            self._take_waiting(self.label.strip())

    def add_waiting_by_names(self) -> None:
        """Nothing; waiting pictures go in under the labels that their names hold."""
        self._take_waiting(None, "names")

    def _take_waiting(self, label: str | None, labels: str = "") -> None:
        for folder in self._waiting:
            self._queue(folder, label, labels=labels)
        self._waiting, self.n_waiting, self.names_offer = [], 0, ""
        self._start_next()

    def answer(self, number: int, labels: str = "", label: str = "") -> None:
        """Nothing; the intake that asked goes on: with the labels read from there, or with one for all pictures."""
        asked = self.questions[number]
        self.questions = [one for one in self.questions if one is not asked]
        self._queue(Path(asked["source"]), label.strip() or None, asked["delete_source"], labels)
        self._start_next()

    def drop_question(self, number: int) -> None:
        """Nothing; the pictures that an intake asked about are left out. What was uploaded is thrown away."""
        asked = self.questions[number]
        self.questions = [one for one in self.questions if one is not asked]
        if asked["delete_source"]:
            self.project.project.drop_upload(Path(asked["source"]))

    def add_folder(self) -> None:
        """Nothing; the folder or zip file written by hand is on its way in, or message says what is wrong."""
        try:
            source = self._source_from_text()
        except IntakeError as error:
            self.message, self.stage = error_sentence(error), "failed"
            return
        self._queue(source, delete=False)
        self.folder_text = ""
        self._start_next()

    def add_samples(self) -> None:
        """Nothing; the sample pictures are being drawn."""
        self.summaries = []
        self.start("samples", {"seed": 0})

    def take_result(self, result: dict[str, Any]) -> None:
        if not result.get("is_question"):
            self.summaries = [*self.summaries, result]
        elif Path(result["source"]).exists():  # it does not ask again about what was thrown away
            self.questions = [*self.questions, result]
        self.project.poll()

    def _source_from_text(self) -> Path:
        text = self.folder_text.strip().strip("\"'")
        if not text:
            raise IntakeError("No path given. Enter the path of a folder or zip file, then press Add.")
        source = Path(text).expanduser()
        if not source.is_absolute():
            raise IntakeError(
                f"“{text}” is not a full path. Start with / or ~ (Windows: C:\\), such as ~/Pictures/birds."
            )
        if not source.exists():
            raise IntakeError(
                f"“{text}” does not exist on the studio's computer. Check the spelling, then press Add."
            )
        if Path(self.project_dir) in (source.resolve(), *source.resolve().parents):
            raise IntakeError(
                f"“{text}” is already inside this project. Choose a folder outside {self.project_dir}."
            )
        return source

    def _queue(self, source: Path, label: str | None = None, delete: bool = True, labels: str = "") -> None:
        where = {"labels": labels} if labels else {}
        self._sources.append({"source": str(source), "label": label, "delete_source": delete, **where})

    def _start_next(self, is_first: bool = True) -> None:
        if self._sources and self.stage != "running":
            if is_first:
                self.summaries = []
            self.start("intake", self._sources.pop(0))

    @observe("stage")
    def _stage_changed(self, change: dict[str, Any]) -> None:
        if change["old"] == "running":
            if (
                change["new"] == "failed" and self._sources
            ):  # the next one would hide what happened to this one
                self.summaries = [*self.summaries, {"sentence": self.message, "is_failed": True}]
            self._counts_changed()
            self._start_next(is_first=False)

    def _counts_changed(self) -> None:
        self.advice_kind, self.advice = advice(self.project.counts)[
            ::-1
        ]  # the view reads both when the text changes

    def cancel(self) -> None:
        """Nothing; the run is asked to stop, and what waits behind it is given up."""
        self._sources.clear()
        super().cancel()
