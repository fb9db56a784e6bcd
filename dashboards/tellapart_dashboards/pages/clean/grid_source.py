"""CleanDesk: the pictures of a project as the grid asks for them, with what was found in each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tellapart.clean import Finding
from tellapart.store.journal import Decision
from tellapart.store.project import Project

from tellapart_dashboards.app.pictures.decisions import PictureDesk
from tellapart_dashboards.app.pictures.facts import Model
from tellapart_dashboards.pages.clean.sheet import Sheet

N_NEAR = 6


class CleanDesk(PictureDesk):
    """A desk that knows findings, and tells decisions against the labels of the sheet in sight.

    findings: image_id -> what was seen in it, kept also when it is no longer in the queue.
    """

    def __init__(
        self, project: Project, on_decided: Callable[[], None], model: Callable[[], Model | None]
    ) -> None:
        super().__init__(project, on_decided, model)
        self.findings: dict[str, Finding] = {}
        self.previewed: Mapping[str, Finding] = {}  # whose tiles show the suggestion
        self.sheet = Sheet(project.journal)

    def given(self, image_id: str, now: str) -> str:
        return self.sheet.label(image_id, now)

    def probs(self, image_id: str) -> dict[str, float]:
        """Out of fold, from the review alone: a trained model would say something else of the same picture."""
        model = self._model()
        return model.probs(image_id) if model else {}

    def said(self, image_id: str, given: str) -> str:
        return "" if "wrong label" in _kinds(self.findings.get(image_id)) else super().said(image_id, given)

    def chips(self, image_id: str) -> list[str]:
        chips = [one.short for one in self._of(image_id)]
        previewed = self.previewed.get(image_id)
        if previewed and previewed.suggestion:
            chips = [f"suggested: {previewed.suggestion.sentence()}", *chips]
        return [chip.replace(" %", "\u00a0%") for chip in chips[:3]]

    def reasons(self, image_id: str, label: str) -> list[str]:
        return [one.reason for one in self._of(image_id)] or ["Nothing stands out in this picture."]

    def suggested(self, image_id: str, given: str) -> str:
        offered = [one.suggestion for one in self._of(image_id) if one.suggestion and one.suggestion.label]
        return (offered[0].label or "") if offered else super().suggested(image_id, given)

    def notes_of_near(self, image_id: str) -> dict[str, str]:
        notes = {other: "the same picture" for one in self._of(image_id) for other in one.related}
        for other, note in super().notes_of_near(image_id).items():
            notes.setdefault(other, note)
        return dict(list(notes.items())[:N_NEAR])

    def write(self, decisions: Sequence[Decision]) -> list[str]:
        notes = super().write(decisions)
        self.caught_up()
        return notes

    def doubted(self, image_ids: Sequence[str]) -> set[str]:
        return {one for one in image_ids if "wrong label" in _kinds(self.findings.get(one))}

    def caught_up(self) -> None:
        self.sheet.catch_up()

    def _of(self, image_id: str) -> list[Finding]:
        """The worst finding of a picture, then the others."""
        finding = self.findings.get(image_id)
        return [finding, *finding.also] if finding else []


def _kinds(finding: Finding | None) -> list[str]:
    return [finding.kind, *(other.kind for other in finding.also)] if finding else []
