"""GatherState: pictures come in by upload, camera, folder or archive, or as samples."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

from tellapart.errors import IntakeError
from tellapart.gather import offer_of_names, take_in_upload
from tellapart.runs import Run
from tellapart.store.limits import limits_of
from tellapart.store.manifest import Manifest, Origin
from traitlets import Dict, Enum, Int, List, Unicode, observe

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.app.label_advice import advice
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.app.public.visiting import is_visiting
from tellapart_dashboards.app.run_follower import Job
from tellapart_dashboards.app.wording import count, error_sentence
from tellapart_dashboards.pages.gather.search_state import SearchState
from tellapart_dashboards.widgets.upload.leftovers import whole_files
from tellapart_dashboards.widgets.upload.upload import ON_THIS_COMPUTER, UploadedFile, UploadLimits


class GatherState(Job):
    """What the Gather page knows and does. label: for pictures that come without a folder; search: for the web."""

    tasks = ("intake", "samples", "dataset")
    label = Unicode("")
    folder_text = Unicode("")
    n_waiting = Int(0)  # loose pictures uploaded or from the camera, waiting for a label
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
        self.upload_limits = _upload_limits(project.project.manifest)
        self.search = SearchState(project, start_run=self.start_run)
        self._waiting: list[Path] = []  # folders of loose pictures
        self._sources: list[dict[str, Any]] = []  # intakes not yet started
        project.observe(lambda _: self._counts_changed(), "counts")
        self.read()
        self._find_waiting()
        if self.stage in ("failed", "cancelled"):
            self._offer_rest(self.config, _n_left(self.config))
        self.names_offer = _offer_of(self._waiting)
        self._counts_changed()

    async def poll(self) -> None:
        """Take over where intake and search are."""
        await super().poll()
        await self.search.poll()

    def take_upload(self, batch_dir: Path, files: list[UploadedFile]) -> None:
        """Take in folders and archives, and loose pictures when a label is given or they were dropped on one."""
        label = next((file.label for file in files if file.label), None)
        for archive in (file for file in files if file.path.parent.name == "zips"):
            self._queue(archive.path, label)
        if any(file.folders and file.path.parent.name != "zips" for file in files):
            self._queue(batch_dir / "folders", label)
        loose = [file for file in files if file.path.parent == batch_dir / "loose"]
        if loose and label:
            self._queue(batch_dir / "loose", label)
        elif loose:
            self._waiting.append(batch_dir / "loose")
            self.n_waiting += len(loose)
            soon(self._offer_names())
            self.add_waiting()
        self._start_next()

    def take_shots(self, folder: Path, label: str) -> None:
        """Take in pictures from the camera, at once and without a run: they are few and small."""
        soon(self._take_shots(folder, label))

    def _find_waiting(self) -> None:
        """Loose pictures that came before the page was loaded again still wait for their label."""
        if self.stage == "running":
            return  # they may be the ones that go in right now
        uploads = Path(self.project.project.uploads_dir)
        for folder in sorted([*uploads.glob("*/loose"), *uploads.glob("camera-*")]):
            self._await_label(folder, len(whole_files(folder)))

    def is_awaited(self, batch_dir: Path) -> bool:
        """Whether somebody is still to say what becomes of an earlier upload. For a thread."""
        asked = (Path(question["source"]) for question in self.questions)
        is_loose = bool(whole_files(batch_dir / "loose") or whole_files(batch_dir))
        return is_loose or any(batch_dir in source.parents for source in asked)

    def _await_label(self, folder: Path, n: int) -> None:
        if n and folder not in self._waiting:
            self._waiting.append(folder)
            self.n_waiting += n

    def _offer_rest(self, config: dict[str, Any], n: int) -> None:
        """What an intake that failed or was stopped left of its upload waits for another try: loose pictures for a
        label, a folder or an archive for somebody who says how to go on."""
        source = Path(config.get("source", ""))
        if n and source.name != "folders" and source.parent.name != "zips":
            self._await_label(source, n)
        elif n:
            asked = {
                "sentence": f"What was uploaded ({count(n, 'file')}) is still here.", "source": str(source),
                "delete_source": True, "offers": [{"how": config.get("labels", "auto")}],
                "ways": ["that come with it"],
            }  # fmt: skip
            self.questions = [*self.questions, asked]

    async def _keep_rest(self, config: dict[str, Any]) -> None:
        self._offer_rest(config, await asyncio.to_thread(_n_left, config))

    async def _offer_names(self) -> None:
        waiting = list(self._waiting)
        offer = await asyncio.to_thread(_offer_of, waiting)
        if waiting == self._waiting:  # else they have found their label meanwhile
            self.names_offer = offer

    async def _take_shots(self, folder: Path, label: str) -> None:
        try:
            camera = Origin("camera")
            summary = await asyncio.to_thread(take_in_upload, self.project.project, folder, label, camera)
            self.n_shots_kept += summary.n_added
        except Exception as error:  # the page must say it: nobody sees a task's traceback
            self.message, self.stage = error_sentence(error), "failed"
            self._await_label(folder, len(await asyncio.to_thread(whole_files, folder)))
        await self.project.poll()

    def add_waiting(self) -> None:
        """Take in the waiting pictures under the label, if one is written."""
        if self.label.strip():
            self._take_waiting(self.label.strip())

    def add_waiting_as(self, label: str) -> None:
        """Take in the waiting pictures under one of the labels that are there."""
        self._take_waiting(label)

    def add_waiting_by_names(self) -> None:
        """Take in the waiting pictures under the labels that their names hold."""
        self._take_waiting(None, "names")

    def _take_waiting(self, label: str | None, labels: str = "") -> None:
        for folder in self._waiting:
            self._queue(folder, label, labels=labels)
        self._waiting, self.n_waiting, self.names_offer = [], 0, ""
        self._start_next()

    def drop_waiting(self) -> None:
        """Throw away the waiting pictures."""
        for folder in self._waiting:
            soon(asyncio.to_thread(self.project.project.drop_upload, folder))
        self._waiting, self.n_waiting, self.names_offer = [], 0, ""

    def answer(self, number: int, labels: str = "", label: str = "") -> None:
        """Go on with the intake that asked: with the labels read from there, or with one for all pictures."""
        asked = self.questions[number]
        self.questions = [one for one in self.questions if one is not asked]
        self._queue(Path(asked["source"]), label.strip() or None, asked["delete_source"], labels)
        self._start_next()

    def drop_question(self, number: int) -> None:
        """Leave out the pictures that an intake asked about. What was uploaded is thrown away."""
        asked = self.questions[number]
        self.questions = [one for one in self.questions if one is not asked]
        if asked["delete_source"]:
            soon(asyncio.to_thread(self.project.project.drop_upload, Path(asked["source"])))

    def add_folder(self) -> None:
        """Have the folder or zip file written by hand taken in, or message say what is wrong."""
        soon(self._add_folder())

    async def _add_folder(self) -> None:
        try:
            source = await asyncio.to_thread(self._source_from_text)
        except Exception as error:  # the page must say it: nobody sees a task's traceback
            self.message, self.stage = error_sentence(error), "failed"
            return
        self._queue(source, delete=False)
        self.folder_text = ""
        self._start_next()

    def add_dataset(self, name: str) -> None:
        """Download a public data set and take it in, in a run."""
        self.summaries = []
        self.start("dataset", {"name": name})

    def result_of(self, run: Run) -> dict[str, Any]:
        result = run.result()
        return {**result, "is_gone": result.get("is_question") and not Path(result["source"]).exists()}

    def take_result(self, result: dict[str, Any]) -> None:
        if not result.get("is_question"):
            self.summaries = [*self.summaries, result]
        elif not result["is_gone"]:  # it does not ask again about what was thrown away
            self.questions = [*self.questions, result]

    def _source_from_text(self) -> Path:
        if is_visiting():
            raise IntakeError(
                "This studio runs on somebody else's computer, whose folders are not yours. Drop the pictures here "
                "instead."
            )
        text = self.folder_text.strip().strip("\"'")
        if not text:
            raise IntakeError("No path given. Enter the path of a folder or zip file, then press Add.")
        source = Path(text)
        with contextlib.suppress(RuntimeError):  # the name after ~ is nobody's
            source = source.expanduser()
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
            self.config = self._sources.pop(0)  # where it cannot even begin, this is what is left
            self.start("intake", self.config)

    @observe("stage")
    def _stage_changed(self, change: dict[str, Any]) -> None:
        if change["old"] == "running":
            if (
                change["new"] == "failed" and self._sources
            ):  # the next one would hide what happened to this one
                self.summaries = [*self.summaries, {"sentence": self.message, "is_failed": True}]
            if change["new"] != "done":
                soon(self._keep_rest(self.config))
            soon(self.project.poll())
            self._counts_changed()
            self._start_next(is_first=False)

    def _counts_changed(self) -> None:
        self.advice_kind, self.advice = advice(self.project.counts)[
            ::-1
        ]  # the view reads both when the text changes

    def cancel(self) -> None:
        """Ask the run to stop, and what waits behind it waits for another try."""
        for config in self._sources:
            soon(self._keep_rest(config))
        self._sources.clear()
        super().cancel()


def _offer_of(folders: list[Path]) -> str:
    """What the names of the pictures in these folders would give as labels. For a thread."""
    names = [path.name for folder in folders for path in whole_files(folder)]
    offer = offer_of_names(names)
    return offer.sentence() if offer else ""


def _n_left(config: dict[str, Any]) -> int:
    """How many files of its upload an intake left where they were. For a thread."""
    if not config.get("delete_source"):
        return 0
    source = Path(config["source"])
    return int(source.is_file()) or sum(len(whole_files(one)) for one in (source, *source.rglob("*")))


def _upload_limits(manifest: Manifest) -> UploadLimits:
    """What one upload may hold: as much as fits into the project, where somebody has limited that."""
    limits = limits_of(manifest)
    if limits is None:
        return ON_THIS_COMPUTER
    return UploadLimits(
        limits.n_pictures, limits.n_bytes, "Choose fewer or smaller pictures.", counts_waiting=True
    )
