"""Gather: pictures come in by upload, folder, archive or as samples; what is there, and what is next."""

from __future__ import annotations

import html
import time
from pathlib import Path
from typing import Any

from ipywidgets import HTML, Box, Button, Combobox, Text, VBox, dlink, link
from tellapart.errors import IntakeError
from traitlets import Dict, Enum, Int, List, Unicode, observe

from .beside import soon
from .job import Job
from .labels import advice, headline, labels_html
from .state import ProjectState
from .thumbnails import Thumbnails
from .upload import UploadedFile, UploadWidget
from .visibility import shown_when
from .wording import count, error_sentence, heading_html, message_html, progress_html

N_THUMBNAILS = 6  # per label
N_STRIPS = 100  # labels with thumbnails; the page would grow too heavy
MOST_REFUSALS = 1000  # listed on the page
LOOK_EVERY_S = 2.0  # while pictures come in, the table follows at this pace


class GatherState(Job):
    """What the Gather page knows and does. label: for pictures that come without a folder."""

    tasks = ("intake", "samples")
    label = Unicode("")
    folder_text = Unicode("")
    n_waiting = Int(0)  # loose pictures uploaded, waiting for a label
    summaries = List(
        Dict()
    )  # of this intake and those just before: {"sentence", "notes", "refusals", "is_failed"}
    advice = Unicode("")
    advice_kind = Enum(("", "care"), "")
    strips = Dict()  # label -> list of small JPEGs

    def __init__(self, project: ProjectState, **traits: Any) -> None:
        super().__init__(project_dir=project.project_dir, **traits)
        self.project = project
        self._waiting: list[Path] = []  # folders of loose pictures
        self._sources: list[dict[str, Any]] = []  # intakes not yet started
        self._thumbnails = Thumbnails(Path(project.project_dir), side_px=112)
        self._is_drawing = False
        project.observe(lambda _: self._counts_changed(), "counts")
        self.poll()
        self._counts_changed()

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
            self.add_waiting()
        self._start_next()

    def add_waiting(self) -> None:
        """Nothing; waiting pictures go in under the label, if one is written."""
        if not self.label.strip():
            return
        for folder in self._waiting:
            self._queue(folder, self.label.strip())
        self._waiting, self.n_waiting = [], 0
        self._start_next()

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
        self.summaries = [*self.summaries, result]
        self.project.poll()

    def _source_from_text(self) -> Path:
        text = self.folder_text.strip().strip("\"'")
        if not text:
            raise IntakeError("No folder is written. Write the path of a folder or zip file, then press Add.")
        source = Path(text).expanduser()
        if not source.is_absolute():
            raise IntakeError(
                f"“{text}” is not a whole path. Begin with / or ~ (Windows: C:\\), such as ~/Pictures/birds."
            )
        if not source.exists():
            raise IntakeError(
                f"“{text}” does not exist on the computer of the studio. Check the spelling, then press Add."
            )
        if Path(self.project_dir) in (source.resolve(), *source.resolve().parents):
            raise IntakeError(
                f"“{text}” lies inside this project already. Choose a folder outside {self.project_dir}."
            )
        return source

    def _queue(self, source: Path, label: str | None = None, delete: bool = True) -> None:
        self._sources.append({"source": str(source), "label": label, "delete_source": delete})

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
        if not self._is_drawing:
            soon(self._draw_strips())

    def cancel(self) -> None:
        """Nothing; the run is asked to stop, and what waits behind it is given up."""
        self._sources.clear()
        super().cancel()

    async def _draw_strips(self) -> None:
        self._is_drawing = True
        try:
            manifest = self.project.project.manifest
            strips = {}
            for label, n_pictures in list(self.project.counts.items())[:N_STRIPS]:
                strip = self.strips.get(label, [])
                if len(strip) != min(n_pictures, N_THUMBNAILS):
                    pictures = manifest.pictures(label=label, limit=N_THUMBNAILS)
                    strip = await self._thumbnails.many([(one.image_id, one.path) for one in pictures])
                strips[label] = strip
            self.strips = strips
        finally:
            self._is_drawing = False


def gather_view(state: GatherState) -> VBox:
    """The Gather page."""
    project = state.project
    upload = UploadWidget(project.project.uploads_dir, state.take_upload, accessible_name="Add pictures")
    label = Combobox(
        description="Label for loose pictures", placeholder="for instance robin", ensure_option=False
    )
    add_waiting = Button(description="Add them")
    folder = Text(description="Folder or zip file on this computer", placeholder="/home/me/Pictures/birds")
    add_folder = Button(description="Add this folder")
    samples = Button(
        description="Try the sample project", tooltip="Draws about 200 pictures of four look-alike things"
    )
    cancel = Button(description="Cancel")
    go_on = Button(description="Next: train").add_class("ta-primary")
    head, failed, running, summary, advice_line, table, waiting = (HTML() for _ in range(7))
    labels_card = VBox([table]).add_class("ta-card")

    link((state, "label"), (label, "value"))
    link((state, "folder_text"), (folder, "value"))
    dlink((project, "counts"), (label, "options"), lambda counts: tuple(counts))
    dlink((state, "advice"), (advice_line, "value"), lambda text: message_html(text, state.advice_kind))
    dlink((state, "n_waiting"), (waiting, "value"), lambda n: message_html(_waiting_text(n), "care"))
    dlink(
        (state, "n_waiting"),
        (add_waiting, "description"),
        lambda n: f"Add {count(n, 'picture')}" if n else "Add them",
    )
    samples_line = Box([samples]).add_class("ta-line").add_class("ta-gap")
    shown_when(cancel, state, ["stage"], lambda: state.stage == "running")
    shown_when(add_waiting, state, ["n_waiting"], lambda: state.n_waiting > 0)
    shown_when(go_on, project, ["counts"], lambda: len(project.counts) > 1 and "train" in project.pages)
    shown_when(labels_card, project, ["counts"], lambda: bool(project.counts))
    for owner, trait in ((state, "stage"), (project, "counts")):
        shown_when(samples_line, owner, [trait], lambda: not project.counts and state.stage != "running")

    def draw(_: Any = None) -> None:
        is_running = state.stage == "running"
        running.value = (
            progress_html(state.progress, state.message, state.is_progress_known, "Taking pictures in")
            if is_running
            else ""
        )
        failed.value = message_html(state.message, "failed") if state.stage == "failed" else ""
        if state.stage == "cancelled":
            failed.value = message_html(state.message)
        summary.value = "".join(map(summary_html, state.summaries))

    drawn_at = [-LOOK_EVERY_S]

    def draw_labels(_: Any = None) -> None:
        head.value = heading_html(*headline(project.counts))
        if state.stage != "running" or time.monotonic() - drawn_at[0] > LOOK_EVERY_S:
            table.value = labels_html(project.counts, state.strips)
            drawn_at[0] = time.monotonic()

    state.observe(draw, ["stage", "message", "progress", "summaries"])
    state.observe(draw_labels, ["strips", "stage"])
    project.observe(draw_labels, ["counts"])
    draw()
    draw_labels()
    add_waiting.on_click(lambda _: state.add_waiting())
    add_folder.on_click(lambda _: state.add_folder())
    samples.on_click(lambda _: state.add_samples())
    cancel.on_click(lambda _: state.cancel())
    go_on.on_click(lambda _: project.set_trait("current", "train"))

    add_card = VBox([
        upload,
        Box([label, add_waiting]).add_class("ta-line").add_class("ta-gap"),
        waiting,
        Box([folder, add_folder]).add_class("ta-line").add_class("ta-gap"),
        samples_line,
    ]).add_class("ta-card")  # fmt: skip
    busy = VBox([running, cancel]).add_class("ta-card").add_class("ta-busy")
    shown_when(busy, state, ["stage"], lambda: state.stage == "running")
    return VBox(
        [head, failed, busy, summary, add_card, advice_line, labels_card, Box([go_on]).add_class("ta-line")]
    )


def summary_html(summary: dict[str, Any]) -> str:
    """What became of one intake: the sentence, remarks, each refusal with its reason, folded away."""
    if summary.get("is_failed"):
        return message_html(summary["sentence"], "failed")
    refusals = summary.get("refusals", [])
    shown = "".join(
        f"<li>{html.escape(str(one['path']))}: {html.escape(str(one['reason']))}</li>"
        for one in refusals[:MOST_REFUSALS]
    )
    if len(refusals) > MOST_REFUSALS:
        shown += f"<li>… and {len(refusals) - MOST_REFUSALS:,} more</li>"
    head = f"<summary>{count(len(refusals), 'file')} not added, with reasons</summary>"
    folded = f"<details>{head}<ul>{shown}</ul></details>"
    remarks = "".join(f"<p>{html.escape(str(note))}</p>" for note in summary.get("notes", []))
    sentence = html.escape(str(summary.get("sentence", "")))
    return (
        f'<div class="ta-message" role="status"><b>{sentence}.</b>{remarks}{folded if refusals else ""}</div>'
    )


def _waiting_text(n: int) -> str:
    return (
        f"{count(n, 'picture')} wait{'s' * (n == 1)} for a label: write it above, then press Add."
        if n
        else ""
    )
