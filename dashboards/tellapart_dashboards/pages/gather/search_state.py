"""SearchState: the labels a person wants, searches on the web for them, and what waits to be kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tellapart.errors import IntakeError
from tellapart.gather.preview import (
    HeldPicture,
    discard_held,
    held_pictures,
    keep_held,
    leave_out,
    left_out,
)
from tellapart.gather.requests import contact_of
from tellapart.gather.wanted_labels import (
    Wanted,
    add_wanted,
    merge_label,
    remove_label,
    rename_label,
    set_query,
    wanted_labels,
)
from tellapart.label_names import clean_label
from tellapart.licences import licence_of
from tellapart.store.journal import UndoStep
from tellapart.store.searches import Candidate
from traitlets import Bool, Dict, Int, List, Unicode

from tellapart_dashboards.app.event_loop import Repeated, Turn, soon
from tellapart_dashboards.app.journal_words import step_words
from tellapart_dashboards.app.pictures.decisions import PictureDesk
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.app.run_follower import Job
from tellapart_dashboards.app.thumbnails import Thumbnails
from tellapart_dashboards.app.wording import error_sentence
from tellapart_dashboards.pages.gather.strips import Strips

N_STRIPS = 100  # labels with thumbnails; the page would grow too heavy
MOST_PASTED = 10_000  # addresses at once
MOST_SHOWN = 120  # waiting pictures of a label in the page
SOURCES = (
    ("All sources, clear licences first", "auto"),
    ("Openverse", "openverse"),
    ("Wikimedia Commons", "commons"),
    ("iNaturalist (animals and plants)", "inaturalist"),
    ("Bing (licences unknown)", "bing"),
    ("DuckDuckGo (licences unknown)", "duckduckgo"),
)
LICENCES = (
    ("any licence", "any"),
    ("commercial use allowed", "commercial"),
    ("public domain only", "public-domain"),
)
KINDS = (("any kind", "any"), ("photographs", "photo"), ("clip art", "clipart"), ("line drawings", "line"))


@dataclass(frozen=True)
class _Labels:
    """What the rows tell of the project: labels, pictures that wait by label, numbers of those without a tick, and the
    step that is offered to be taken back."""

    wanted: Sequence[Wanted]
    waiting: dict[str, list[HeldPicture]]
    left_out: Collection[int]
    undo: UndoStep | None


class SearchState(Job):
    """One run searches for several labels, one after another; cancelled, the next one goes on where it stopped."""

    tasks = ("gather",)
    source = Unicode("auto")
    licence = Unicode("any")
    kind = Unicode("any")
    limit = Int(60, min=1, max=10_000)  # pictures for each label
    contact = Unicode("")
    rows = List(Dict())  # see LabelRows
    strips = Dict()
    held = Dict()
    undo_text = Unicode("")
    is_searching = Bool(False)
    problem = Unicode("")  # what was wrong with the latest wish
    reports = List(Dict())  # what each search of the latest run brought

    def __init__(self, project: ProjectState, **traits: Any) -> None:
        super().__init__(project_dir=project.project_dir, **traits)
        self.project = project
        self.contact = contact_of(project.project.manifest) or ""
        self.desk = PictureDesk(project.project, project.noted, lambda: project.review)
        self._thumbnails = Thumbnails(Path(project.project_dir), side_px=112)
        self._first = Strips(self.desk, self._thumbnails)
        self._version = -1
        self._current: dict[str, Any] = {}
        self._wishes, self._reading = Turn(), Turn()
        self._drawing = Repeated(self._draw)
        self._labels = self._read()
        project.observe(lambda _: soon(self.refresh()), ["counts", "decided_up_to"])
        self.observe(lambda _: self._progressed(), ["stage", "facts", "message", "progress"])
        self.read()
        self._show()

    def begin(self) -> None:
        """Have thumbnails drawn, now and whenever the rows change."""
        self._drawing.ask()

    async def wish(self, name: str, values: dict[str, Any]) -> bool:
        """Whether what the person asks for in the rows is done; `problem` says why not. One after the other."""
        async with self._wishes.taken():
            try:
                is_known = await self._carry_out(name, values)
                self.problem = "" if is_known else self.problem
            except Exception as error:  # the page must say it: nobody sees a task's traceback
                is_known, self.problem = True, error_sentence(error)
            if not is_known:
                return False
            await self.project.poll()
            await self.refresh()
            return not self.problem

    async def _carry_out(self, name: str, values: dict[str, Any]) -> bool:
        """Whether there is such a wish; it is done then, on a thread, since files move with labels."""
        label, manifest = str(values.get("label", "")), self.project.project
        wishes: dict[str, Callable[[], object]] = {
            "add": lambda: self._add(str(values["text"])),
            "query": lambda: set_query(manifest, label, str(values["text"])),
            "rename": lambda: rename_label(manifest, label, str(values["to"])),
            "merge": lambda: merge_label(manifest, label, str(values["into"])),
            "remove": lambda: remove_label(manifest, label),
            "undo": self._undo,
            "leave_out": lambda: leave_out(manifest, int(values["number"]), bool(values["is_left_out"])),
            "keep": lambda: self._choose(label, {int(one) for one in values["without"]}),
            "discard": lambda: self._choose(label, None),
        }
        if name == "search":
            await self.search([str(one) for one in values["labels"]])
        elif name == "cancel":
            self.cancel()
        elif name in wishes:
            await asyncio.to_thread(wishes[name])
        else:
            return False
        return True

    def _add(self, text: str) -> None:
        if not add_wanted(self.project.project, text):
            raise IntakeError(f"{text.strip()!r} already exists. Choose a new name.")

    def _undo(self) -> None:
        """Take back the step that was offered, and no other one that somebody decided meanwhile."""
        step = self._labels.undo
        if step is not None and not self.project.project.journal.undo(step.batch):
            raise IntakeError(
                "Something else was decided in the meantime. The button now shows what it will undo."
            )

    async def search(self, labels: list[str]) -> None:
        """Have a run look for pictures of these labels and hold them until they are kept."""
        wanted = await asyncio.to_thread(wanted_labels, self.project.project)
        searches = [{"label": row.label, "query": row.words} for row in wanted if row.label in labels]
        await super().poll()  # another page may have started one a moment ago
        if searches and self.stage != "running":
            self.reports = []
            self.start("gather", {
                "searches": searches, "source": self.source, "licence": self.licence, "kind": self.kind,
                "limit": self.limit, "contact": self.contact.strip() or None, "is_held": True,
            })  # fmt: skip

    async def fetch_addresses(self, text: str, label: str) -> bool:
        """Whether a run is on its way for pasted addresses of pictures; `problem` says why not."""
        from tellapart.gather.sources.url_list import n_addresses, write_list

        if self.stage == "running":
            self.problem = "A search is running. Wait until it ends or cancel it, then add these."
            return False
        try:
            path = await asyncio.to_thread(write_list, self.project.project.cache_dir / "lists", text)
            n = await asyncio.to_thread(n_addresses, path, MOST_PASTED)
            label = clean_label(label)
        except Exception as error:  # the page must say it: nobody sees a task's traceback
            self.problem = error_sentence(error)
            return False
        self.problem, self.reports = "", []
        self.start("gather", {
            "searches": [{"label": label, "query": ""}], "source": str(path), "licence": self.licence,
            "limit": n, "is_held": True,
        })  # fmt: skip
        if label not in {row["label"] for row in self.rows}:
            await self.wish("add", {"text": label})
        return True

    def take_result(self, result: dict[str, Any]) -> None:
        self.reports = result["searches"]

    async def poll(self) -> None:
        """Take over where the run is, and what other pages and the run itself wrote."""
        await super().poll()
        project, offered = self.project.project, self._labels.undo
        version = await asyncio.to_thread(project.manifest.version)
        latest = await asyncio.to_thread(project.journal.latest)
        # what the Clean page decides beside us in one kernel is no news to the database
        if version != self._version or latest != (offered.batch if offered else None):
            self._version = version
            await self.refresh()

    async def refresh(self) -> None:
        """Have the rows as the project is."""
        async with self._reading.taken():
            self._labels = await asyncio.to_thread(self._read)
        self._show()
        self._drawing.ask()

    def _read(self) -> _Labels:
        """What the rows tell of the project. For a thread."""
        project = self.project.project
        return _Labels(
            wanted_labels(project), self._waiting(), left_out(project), project.journal.next_undo()
        )

    def _show(self) -> None:
        """The rows, from what was read last and where the run is."""
        waiting, out = self._labels.waiting, self._labels.left_out
        counts = self.project.counts
        most = max(counts.values(), default=1)
        self.rows = [
            {
                "label": row.label, "query": row.query, "n": counts.get(row.label, 0),
                "share": counts.get(row.label, 0) / most, "n_held": len(waiting.get(row.label, [])),
                "left_out": [one.number for one in waiting.get(row.label, []) if one.number in out],
                **self._status_of(row.label, row.label in waiting),
            }
            for row in self._labels.wanted
        ]  # fmt: skip
        step = self._labels.undo
        self.undo_text = f"Undo: {step_words(step.entry, step.n_pictures)}" if step else ""

    def _status_of(self, label: str, is_waiting: bool) -> dict[str, Any]:
        quiet = {"status": "", "kind": "", "progress": -1, "more": []}
        if self.stage == "running" and label in self._current.get("labels", []):
            if label != self._current.get("label"):
                return {**quiet, "status": self._current["done"].get(label, "waiting")}
            return {**quiet, "status": self.message, "progress": self._current["progress"]}
        for report in self.reports:
            if report["label"] == label:
                told = [one["sentence"] for one in report.get("sources", [])]
                said = [f"{report['sentence'].rstrip('.')}.", *report.get("notes", [])]
                return {
                    **quiet,
                    "status": " ".join([*said, *["Keep the ones that fit."] * is_waiting]),
                    "kind": report.get("kind", ""),
                    "more": list(filter(None, told)),
                }
        return quiet

    def _progressed(self) -> None:
        if self.is_searching and self.stage != "running":
            soon(self.project.poll())  # pictures came
        self.is_searching = self.stage == "running"
        labels = [one["label"] for one in self.config.get("searches", [])]
        label = self.facts.get("label")
        share = self.progress * len(labels) - labels.index(label) if label in labels else 0.0
        done = dict.fromkeys(labels[: labels.index(label)], "searched") if label in labels else {}
        self._current = {
            "labels": labels,
            "label": label,
            "progress": min(1.0, max(0.0, share)),
            "done": done,
        }
        self._show()

    def _waiting(self) -> dict[str, list[HeldPicture]]:
        found: dict[str, list[HeldPicture]] = {}
        for picture in held_pictures(self.project.project):
            found.setdefault(picture.label, []).append(picture)
        return found

    def _choose(self, label: str, without: set[int] | None) -> None:
        """Keep what waits for a label but those; none of it when `without` is None."""
        numbers = [picture.number for picture in held_pictures(self.project.project, label)]
        out = set(numbers) if without is None else without & set(numbers)
        discard_held(self.project.project, sorted(out))
        keep_held(self.project.project, [number for number in numbers if number not in out])

    async def _draw(self) -> None:
        await self._draw_held(self._labels.waiting)
        await self._draw_strips()

    async def _draw_held(self, waiting: dict[str, list[HeldPicture]]) -> None:
        held = {}
        for label, pictures in waiting.items():
            shown = pictures[:MOST_SHOWN]
            ids = [picture.number for picture in shown]
            last = self.held.get(label, {})
            if last.get("ids") == ids:
                held[label] = last
                continue
            root = self._thumbnails.project_dir
            paths = [one.file.relative_to(root).as_posix() for one in shown]
            ids_of_files = [one.image_id for one in shown]
            jpegs = await self._thumbnails.many(list(zip(ids_of_files, paths, strict=True)))
            held[label] = {
                "ids": ids, "jpegs": jpegs, "names": [_name_of(one.candidate) for one in shown],
                "marks": [_mark_of(one.candidate) for one in shown],
            }  # fmt: skip
        self.held = held

    async def _draw_strips(self) -> None:
        counts = dict(list(self.project.counts.items())[:N_STRIPS])
        self.desk.offer(self.project.counts)
        self.strips = await self._first.drawn(counts, self.strips)


def _name_of(candidate: Candidate) -> str:
    """Title, author, licence and source, as far as they are known."""
    licence = candidate.licence or "licence unknown"
    parts = (candidate.title, f"by {candidate.author}" if candidate.author else "", licence, candidate.source)
    return ", ".join(part for part in parts if part)


def _mark_of(candidate: Candidate) -> str:
    return "" if licence_of(candidate.licence, candidate.licence_url).is_known else "licence unknown"
