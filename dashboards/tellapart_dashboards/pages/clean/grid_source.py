"""CleanDesk: the pictures of a project as the grid asks for them, and its decisions as the journal takes them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from tellapart.clean import Finding
from tellapart.errors import ProjectError
from tellapart.store.journal import Decision, Entry, Mark, Relabel, Remove, Restore
from tellapart.store.manifest import Picture
from tellapart.store.project import Project

from tellapart_dashboards.app.thumbnails import Wanted
from tellapart_dashboards.app.wording import count, licence_mark, percent
from tellapart_dashboards.pages.clean.sheet import Sheet
from tellapart_dashboards.pages.journal_words import step_words
from tellapart_dashboards.widgets.grid.grid import Alike, Facts, Outcome

MARKS = {"keep": "kept", "not sure": "not sure", "none of these": "none of these"}
N_NEAR = 6
N_SHARES = 5


class Model(Protocol):
    """What the desk asks of an open review."""

    def probs(self, image_id: str) -> dict[str, float]:
        """Label -> probability, {} if unknown."""

    def neighbours(self, image_id: str, k: int = 6) -> list[tuple[str, float]]:
        """The k most alike with their similarity."""

    def decide(self, decisions: Sequence[Decision]) -> list[str]:
        """Written down as one batch; what the person should know."""

    def undo(self) -> list[Entry]:
        """What was taken back."""

    def redo(self) -> list[Entry]:
        """What was carried out again."""


class CleanDesk:
    """Numbers for pictures, their words, decisions about them. Works before the model does: then it only says less.

    findings: image_id -> what was seen in it, kept also when it is no longer in the queue.
    model: gives the open review, None before. on_decided: called after each change, on the page's own loop.
    """

    def __init__(
        self, project: Project, on_decided: Callable[[], None], model: Callable[[], Model | None]
    ) -> None:
        self.project = project
        self.project_dir = str(project.root)
        self.findings: dict[str, Finding] = {}
        self.suggested: Mapping[str, Finding] = {}  # whose tiles show the suggestion
        self.sheet = Sheet(project.journal)
        self._model = model
        self._on_decided = on_decided
        self._ids: list[str] = []
        self._numbers: dict[str, int] = {}
        self._licence_marks: dict[str, str] = {}

    # -- numbers

    def keys_of(self, image_ids: Iterable[str]) -> np.ndarray:
        """The page's numbers of these pictures, (N,) uint32; the same picture always has the same."""
        numbers, ids = self._numbers, self._ids
        keys = []
        for image_id in image_ids:
            number = numbers.get(image_id)
            if number is None:
                number = numbers[image_id] = len(ids)
                ids.append(image_id)
            keys.append(number)
        return np.array(keys, "<u4")

    def ids_of(self, keys: Iterable[int]) -> list[str]:
        """The pictures with these numbers; numbers that were never given out are left out."""
        return [self._ids[key] for key in keys if 0 <= key < len(self._ids)]

    # -- words

    def tiles(self, keys: Sequence[int]) -> list[dict[str, Any]]:
        """The words of pictures, see `Desk`."""
        numbers = [key for key in keys if 0 <= key < len(self._ids)]
        standings = {row[0]: row[1:] for row in self.project.manifest.standings(self.ids_of(numbers))}
        return [self._tile(key, *standings.get(self._ids[key], ("", "missing", None))) for key in numbers]

    def _tile(self, key: int, label: str, state: str, mark: str | None) -> dict[str, Any]:
        image_id = self._ids[key]
        finding = self.findings.get(image_id)
        given = self.sheet.label(image_id, label)
        said = "" if finding and "wrong label" in _kinds(finding) else self._said(image_id, given)
        chips = [one.short for one in (finding, *finding.also)] if finding else []
        suggested = self.suggested.get(image_id)
        if suggested and suggested.suggestion:
            chips = [f"suggested: {suggested.suggestion.sentence()}", *chips]
        return {
            "key": key, "label": given or "gone", "said": said, "mark": self._licence_mark(image_id),
            "chips": [chip.replace(" %", "\u00a0%") for chip in chips[:3]],
            "decided": _decided(given, label, state, mark),
        }  # fmt: skip

    def _said(self, image_id: str, given: str) -> str:
        probs = self._probs(image_id)
        if not probs:
            return ""
        label = max(probs, key=probs.__getitem__)
        return (
            f"model agrees, {percent(probs[label])}"
            if label == given
            else f"model: {label} {percent(probs[label])}"
        )

    def _probs(self, image_id: str) -> dict[str, float]:
        model = self._model()
        return model.probs(image_id) if model else {}

    def _licence_mark(self, image_id: str) -> str:
        """Where a picture came from does not change: it is looked up once."""
        if image_id not in self._licence_marks:
            picture = self._picture(image_id)
            self._licence_marks[image_id] = licence_mark(picture) if picture else ""
        return self._licence_marks[image_id]

    def pictures(self, keys: Sequence[int]) -> list[Wanted]:
        """Where the pictures lie."""
        found = [(key, self._picture(self._ids[key])) for key in keys if 0 <= key < len(self._ids)]
        return [(key, one.image_id, one.path) for key, one in found if one is not None]

    def near(self, key: int) -> list[Alike]:
        """The pictures most like one, copies first."""
        return [found for image_id in self.ids_of([key]) for found in self._near(image_id)]

    def _near(self, image_id: str) -> list[Alike]:
        finding = self.findings.get(image_id)
        related = [other for one in (finding, *finding.also) for other in one.related] if finding else []
        notes = dict.fromkeys(related, "the same picture")
        model = self._model()
        for other, similarity in model.neighbours(image_id, N_NEAR) if model else []:
            notes.setdefault(other, f"{percent(max(0.0, similarity))} similar")
        pictures = [(self._picture(other), note) for other, note in list(notes.items())[:N_NEAR]]
        return [
            Alike(one.image_id, one.path, one.label, note, self._licence_mark(one.image_id))
            for one, note in pictures
            if one is not None
        ]

    def facts(self, key: int) -> Facts | None:
        """Everything about one picture, None when it is gone from the project."""
        picture = next((self._picture(image_id) for image_id in self.ids_of([key])), None)
        if picture is None:
            return None
        finding = self.findings.get(picture.image_id)
        reasons = [one.reason for one in (finding, *finding.also)] if finding else []
        probs = self._probs(picture.image_id)
        likeliest = sorted(probs, key=probs.__getitem__, reverse=True)[:N_SHARES]
        return Facts(
            picture=(key, picture.image_id, picture.path),
            file=_file_words(picture),
            reasons=tuple(reasons or ["Nothing stands out in this picture."]),
            shares=tuple((label, probs[label], percent(probs[label])) for label in likeliest),
            near=tuple(self._near(picture.image_id)),
        )

    def _picture(self, image_id: str) -> Picture | None:
        try:
            return self.project.manifest.picture(image_id)
        except ProjectError:
            return None

    # -- decisions

    async def decide(self, action: str, label: str, keys: Sequence[int]) -> Outcome:
        """Written down as one batch, or why not."""
        image_ids = self.ids_of(keys)
        decisions = await asyncio.to_thread(self._decisions, action, label, image_ids)
        notes = await self.carry_out(decisions)
        words = {"keep": "kept", "remove": "removed", "relabel": f"→ {label}"}.get(action, action)
        said = words if len(image_ids) == 1 else f"{count(len(image_ids), 'picture')} {words}"
        return Outcome(" ".join([f"{said}.", *notes]) if notes else said)

    async def carry_out(self, decisions: Sequence[Decision]) -> list[str]:
        """What the person should know; the decisions are in the journal as one batch, the files where they belong.

        Raises:
            ProjectError: see `Journal.decide`.
        """
        notes = await asyncio.to_thread(self._write, decisions)
        self._on_decided()
        return notes

    async def undo(self) -> Outcome:
        """The latest decision is taken back."""
        return await self._step("undo")

    async def redo(self) -> Outcome:
        """What was undone last is carried out again."""
        return await self._step("redo")

    def _write(self, decisions: Sequence[Decision]) -> list[str]:
        notes: list[str] = []
        model = self._model()
        if model:
            notes = model.decide(decisions)
        elif decisions:
            doubted = {one for one, found in self.findings.items() if found.has_kind("wrong label")}
            self.project.journal.decide(*decisions, guided=doubted)
        self.sheet.catch_up()
        return notes

    def _decisions(self, action: str, label: str, image_ids: list[str]) -> list[Decision]:
        if action == "remove":
            return [Remove(image_id) for image_id in image_ids]
        if action not in ("relabel", *MARKS):
            raise ProjectError(
                f"“{action}” is no decision; choose relabel, remove or one of {', '.join(MARKS)}."
            )
        rows = {row[0]: row[1:] for row in self.project.manifest.standings(image_ids)}
        decisions: list[Decision] = []
        for image_id in image_ids:
            current, state, mark = rows.get(image_id, ("", "missing", None))
            if state == "removed":
                decisions.append(Restore(image_id))
            if action == "relabel" and label == current:
                decisions.append(Mark(image_id, "keep"))  # the label it has is the right one
            elif action == "relabel":
                decisions.append(Relabel(image_id, label))
                decisions += [Mark(image_id, None)] if mark else []  # or it would still belong to no label
            else:
                decisions.append(Mark(image_id, action))  # type: ignore[arg-type]
        return decisions

    async def _step(self, kind: str) -> Outcome:
        source = self._model() or self.project.journal
        entries = await asyncio.to_thread(source.undo if kind == "undo" else source.redo)
        if not entries:
            return Outcome(f"Nothing to {kind}.")
        await asyncio.to_thread(self.sheet.catch_up)
        self._on_decided()
        image_ids = list(dict.fromkeys(entry.image_id for entry in entries if entry.image_id))
        done = "Undone" if kind == "undo" else "Redone"
        text = f"{done}: {step_words(entries[0], len(image_ids))}."
        return Outcome(text, keys=tuple(self.keys_of(image_ids).tolist()))


def _kinds(finding: Finding) -> list[str]:
    return [finding.kind, *(other.kind for other in finding.also)]


def _decided(given: str, label: str, state: str, mark: str | None) -> str:
    if state == "removed":
        return "removed"
    if state == "missing":
        return "missing from disk"
    if label != given:
        return f"→ {label}"
    return MARKS.get(mark or "", "")


def _file_words(picture: Picture) -> str:
    size = f"{picture.width:,} × {picture.height:,} pixels, {max(1, round(picture.n_bytes / 1e3)):,} kB"
    where = "" if picture.state == "kept" else f" · {picture.state}"
    parts = (picture.original_name, size, f"{picture.path}{where}", licence_mark(picture))
    return " · ".join(filter(None, parts))
