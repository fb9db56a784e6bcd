"""RunsDesk: takes what happens in the table of trainings, has it done beside the page, and puts out a new state."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tellapart.errors import RunError, TellapartError
from tellapart.label_names import safe_name
from tellapart.store.project import Project
from tellapart.store.run_changes import place_in_trash
from tellapart.training_runs.changing import delete_runs, name_run, restore_run
from tellapart.training_runs.listing import MALFORMED, TrainingRun, training_runs
from tellapart.training_runs.waiting import WaitingTraining, waiting_trainings
from traitlets import HasTraits, Instance

from tellapart_dashboards.app.event_loop import Repeated
from tellapart_dashboards.app.thumbnails import Thumbnails
from tellapart_dashboards.app.wording import error_sentence
from tellapart_dashboards.pages.train.runs_state import (
    Compared,
    LastStep,
    RunsState,
    newest_pair,
    runs_state,
)
from tellapart_dashboards.pages.train.runs_texts import shown_name

if TYPE_CHECKING:
    from tellapart.training_runs.comparing import RunComparison

MOST_CHANGED = 24  # pictures drawn of those that changed


class RunsDesk(HasTraits):
    """Wishes go in, `state` is another one afterwards. Reads and writes the disk on threads alone."""

    state = Instance(RunsState, ())

    def __init__(self, project: Project) -> None:
        super().__init__()
        self._project = project
        self._thumbnails = Thumbnails(Path(project.root), side_px=240)
        self._found: tuple[TrainingRun, ...] = ()
        self._beside: tuple[str, ...] = ()
        self._step: LastStep | None = None
        self._resting: tuple[WaitingTraining, ...] = ()
        self._seen: object = None
        self._reading = Repeated(self._read)

    def look(self) -> None:
        """Have the table read anew."""
        self._seen = None
        self._reading.ask()

    async def poll(self) -> None:
        """Notice what another page or the command line changed. Cheap when nothing happened."""
        if self._seen is not None and await asyncio.to_thread(self._signature) != self._seen:
            self._reading.ask()

    async def grant(self, name: str, values: dict[str, Any]) -> None:
        """Do what the table asks for, and say what came of it."""
        wishes = {"compare": self._compare, "rename": self._rename, "delete": self._delete}
        try:
            if name == "restore":
                await self._restore(str(values.get("run", "")))
            elif name in wishes:
                await wishes[name](values)
        except TellapartError as error:
            self._draw(problem=error_sentence(error))
        if name != "compare":
            self.look()

    async def report(self, values: dict[str, Any]) -> tuple[str, bytes]:
        """The report of a training and its file's name, ("", b"") where it cannot be made; `state` says so."""
        try:
            run = self._row(values)
            self._draw(notice=f"Making the report of {shown_name(run)} …")
            name, page = await asyncio.to_thread(_report, self._project, run)
        except (TellapartError, OSError) as error:
            self._draw(problem=error_sentence(error))
            return "", b""
        self._draw(
            notice=f"The report of {shown_name(run)} is saved with your downloads. It holds small copies of pictures."
        )
        return name, page

    async def _rename(self, values: dict[str, Any]) -> None:
        run = self._row(values)
        name = await asyncio.to_thread(name_run, self._project, run, str(values.get("name", "")))
        self._draw(
            notice=f"The training is called “{name}” now." if name else "The training has no name now."
        )

    async def _delete(self, values: dict[str, Any]) -> None:
        run = self._row(values)
        await asyncio.to_thread(delete_runs, self._project, [run])
        gone = f"{shown_name(run)} and its model are" if run.has_bundle else f"{shown_name(run)} is"
        self._draw(notice=f"{gone} in the trash; below the table it can be brought back.")

    async def _restore(self, run_id: str) -> None:
        await asyncio.to_thread(restore_run, self._project, run_id)
        run = self.state.row(run_id)
        self._draw(notice=f"{shown_name(run) if run else 'The training'} is back.")

    async def _compare(self, values: dict[str, Any]) -> None:
        chosen = [str(one) for one in values.get("runs", [])][:2]
        self._draw(chosen=chosen, compared=None)
        if len(chosen) < 2:
            return
        first, second = sorted((self._row({"run": one}) for one in chosen), key=lambda one: one.started)
        found = await asyncio.to_thread(self._compared, first, second)
        changed = [(one.image_id, one.path) for one in found.changed if one.path][:MOST_CHANGED]
        jpegs = await self._thumbnails.many(changed)
        if set(self.state.chosen) == set(chosen):  # else another choice was made meanwhile
            self._draw(compared=Compared(found, tuple(jpegs)))

    def _compared(self, first: TrainingRun, second: TrainingRun) -> RunComparison:
        """With names that a person knows them by. For a thread: what it needs takes a while to import."""
        from tellapart.training_runs.comparing import compare_runs

        named = [replace(one, name=shown_name(one)) for one in (first, second)]
        return compare_runs(self._project, *named)

    def _row(self, values: dict[str, Any]) -> TrainingRun:
        run = self.state.row(str(values.get("run", "")))
        if run is None:
            raise RunError(
                "This training is no longer there: another page deleted it, or its folder is gone."
            )
        return run

    def _draw(self, **changed: Any) -> None:
        state = self.state
        known: dict[str, Any] = {
            "chosen": state.chosen, "compared": state.compared, "problem": "", "notice": state.notice,
        }  # fmt: skip
        if changed.get("problem"):
            known["notice"] = ""
        read = {"beside": self._beside, "step": self._step, "resting": self._resting}
        self.state = runs_state(self._found, **{**read, **known, **changed})

    async def _read(self) -> None:
        try:
            read = await asyncio.to_thread(self._look)
        except (TellapartError, OSError) as error:
            self._draw(problem=error_sentence(error))
            return
        self._seen, self._found, self._beside, self._step, self._resting = read
        self._draw(problem=self.state.problem)

    def _look(
        self,
    ) -> tuple[
        object, tuple[TrainingRun, ...], tuple[str, ...], LastStep | None, tuple[WaitingTraining, ...]
    ]:
        seen = self._signature()
        found = tuple(training_runs(self._project))
        rows = [one for one in found if not one.is_deleted and one.is_done]
        pair = newest_pair(rows)
        said: tuple[str, ...] = ()
        if pair is not None:
            try:
                said = tuple(self._compared(*pair).sentences())
            except TellapartError:  # of an older version, without the answers to compare
                said = ()
        resting = tuple(waiting_trainings(self._project, found))
        return seen, found, said, self._last_step(rows), resting

    def _last_step(self, rows: list[TrainingRun]) -> LastStep | None:
        """From the training before to the newest."""
        if len(rows) < 2 or rows[0].error_rate is None or rows[1].error_rate is None:
            return None
        try:
            told = self._compared(rows[1], rows[0]).told
        except TellapartError:  # of an older version, without the answers to compare
            return LastStep(rows[1].error_rate, rows[0].error_rate)
        return LastStep(rows[1].error_rate, rows[0].error_rate, told if told.n else None)

    def _signature(self) -> object:
        """What is another one when a run came, went or got a name, or what a paused one had done went."""
        root, tuning = self._project.root, self._project.cache_dir / "tuning"
        folders = (
            self._project.runs_dir,
            self._project.bundles_dir,
            root / place_in_trash("runs", ""),
            tuning,
        )
        return (*map(_changed_ns, folders), json.dumps(self._project.manifest.setting("runs", {})))


def _report(project: Project, run: TrainingRun) -> tuple[str, bytes]:
    """The name of its file and the page. For a thread: what it needs takes a while to import."""
    from tellapart.training_runs.report.facts import report_facts
    from tellapart.training_runs.report.page import report_html, unusable

    try:
        page = report_html(report_facts(project, run))
    except MALFORMED as error:
        raise unusable(run, error) from error
    return f"{safe_name(f'{project.name} {run.title}')}-report.html", page.encode()


def _changed_ns(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0
