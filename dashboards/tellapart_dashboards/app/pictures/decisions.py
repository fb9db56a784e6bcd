"""PictureDesk: decisions about pictures as the journal takes them, whichever page shows them: the one way there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

from tellapart.errors import ProjectError
from tellapart.label_names import label_order
from tellapart.store.journal import Decision, Mark, Relabel, Remove, Restore
from tellapart.store.label_changes import check_offered
from tellapart.store.project import Project

from tellapart_dashboards.app.journal_words import step_words
from tellapart_dashboards.app.pictures.facts import GONE, MARKS, KnownPictures, Model
from tellapart_dashboards.app.wording import count
from tellapart_dashboards.widgets.looking.looking_widget import Outcome

N_KEYS = 9  # labels with a digit


class PictureDesk(KnownPictures):
    """What a page knows of pictures, and where its decisions go.

    on_decided: called after each change, on the page's own loop.
    """

    def __init__(
        self,
        project: Project,
        on_decided: Callable[[], None],
        model: Callable[[], Model | None] = lambda: None,
    ) -> None:
        super().__init__(project, model)
        self._on_decided = on_decided
        self._offered: set[str] = set()

    def offer(self, labels: Iterable[str]) -> None:
        """Note which labels the page offers: one that vanishes meanwhile is not made anew by a late key."""
        self._offered.update(labels)

    async def decide(self, action: str, label: str, keys: Sequence[int]) -> Outcome:
        """Written down as one batch, or why not."""
        image_ids = self.ids_of(keys)
        decisions = await asyncio.to_thread(self._decisions, action, label, image_ids)
        notes = await self.carry_out(decisions)
        words = {"keep": "kept", "remove": "removed", "relabel": f"now: {label}"}.get(action, action)
        said = words if len(image_ids) == 1 else f"{count(len(image_ids), 'picture')} {words}"
        return Outcome(" ".join([f"{said}.", *notes]) if notes else said)

    async def carry_out(self, decisions: Sequence[Decision]) -> list[str]:
        """What the person should know; the decisions are in the journal as one batch, the files where they belong.

        Raises:
            ProjectError: see `Journal.decide`.
        """
        notes = await asyncio.to_thread(self.write, decisions)
        self._on_decided()
        return notes

    async def undo(self) -> Outcome:
        """The latest decision is taken back."""
        return await self._step("undo")

    async def redo(self) -> Outcome:
        """What was undone last is carried out again."""
        return await self._step("redo")

    def write(self, decisions: Sequence[Decision]) -> list[str]:
        """What the person should know; see `carry_out`."""
        model = self._model()
        if model:
            return model.decide(decisions)
        if not decisions:
            return []
        wanted = {one.label for one in decisions if isinstance(one, Relabel)}
        try:
            check_offered(self.project.manifest, wanted & self._offered)
        except ProjectError:  # the same one again makes it anew, as the sentence says
            self._offered -= wanted
            raise
        image_ids = list(dict.fromkeys(one.image_id for one in decisions))
        self.project.journal.decide(*decisions, guided=self.doubted(image_ids))
        found = [self.project.manifest.picture(image_id) for image_id in image_ids]
        return [
            f"{one.path} is no longer in its folder. The decision is saved and applies when the file is back."
            for one in found
            if one.state == "missing"
        ]

    def doubted(self, image_ids: Sequence[str]) -> set[str]:
        """Of these pictures those whose label the model disagrees with."""
        self.answers.renew()
        rows = self.project.manifest.standings(image_ids)
        return {
            image_id
            for image_id, label, _, _ in rows
            if self.suggested(image_id, self.given(image_id, label))
        }

    def caught_up(self) -> None:
        """Called when the journal has other lines."""

    def _decisions(self, action: str, label: str, image_ids: list[str]) -> list[Decision]:
        rows = {row[0]: row[1:] for row in self.project.manifest.standings(image_ids)}
        if gone := len(image_ids) - len(rows):
            words = GONE if len(image_ids) == 1 else f"{count(gone, 'picture')} left the project meanwhile."
            raise ProjectError(f"{words} Nothing was decided.")
        if action == "remove":
            return [Remove(image_id) for image_id in image_ids]
        if action not in ("relabel", *MARKS):
            raise ProjectError(
                f"“{action}” is no decision; choose relabel, remove or one of {', '.join(MARKS)}."
            )
        decisions: list[Decision] = []
        for image_id in image_ids:
            current, state, mark = rows[image_id]
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
        await asyncio.to_thread(self.caught_up)
        self._on_decided()
        image_ids = list(dict.fromkeys(entry.image_id for entry in entries if entry.image_id))
        done = "Undone" if kind == "undo" else "Redone"
        text = f"{done}: {step_words(entries[0], len(image_ids))}."
        return Outcome(text, keys=tuple(self.keys_of(image_ids).tolist()))


def labels_with_keys(labels: Iterable[str], n_of: Mapping[str, int], before: Sequence[str] = ()) -> list[str]:
    """All labels in their order, or of many the nine with the largest numbers; once chosen (before) they stay."""
    ordered = sorted(labels, key=label_order)
    if len(ordered) <= N_KEYS:
        return ordered
    if before and set(before) <= set(ordered):
        return list(before)
    return sorted(sorted(ordered, key=lambda label: -n_of.get(label, 0))[:N_KEYS], key=label_order)
