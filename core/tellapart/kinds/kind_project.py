"""KindProject: what an open project has, whatever kind its things are of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tellapart.kinds.decisions import ACTIONS, DecisionFile, ThingDecision
from tellapart.kinds.project_kind import ProjectKind


class KindProject:
    """An open project. Several may be open on one folder; each sees what the others decided.

    kind: of all projects of a class. root: the folder.
    """

    kind: ProjectKind
    root: Path

    name = property(lambda self: self.root.name, doc="The folder's name.")
    bundles_dir = property(lambda self: self.root / "bundles", doc="What was trained.")

    @property
    def decisions(self) -> DecisionFile:
        """All that a person decided."""
        return DecisionFile(self.root / "decisions.jsonl", self.kind.noun)

    def decide(self, decisions: Sequence[ThingDecision]) -> None:
        """Keep what a person decided, as one step that `undo` takes back.

        Raises:
            ProjectError: a thing is not of this project, or the disk does not take it.
            ValueError: there is no such action.
        """
        self.decisions.append(self.check(decisions))

    def check(self, decisions: Sequence[ThingDecision]) -> Sequence[ThingDecision]:
        """The decisions as `decide` would keep them; nothing is kept.

        Raises:
            ProjectError, ValueError: see `decide`.
        """
        for one in decisions:
            if one.action not in ACTIONS:
                raise ValueError(f"{one.action!r} is no decision; choose from {', '.join(ACTIONS)}.")
        return self._checked(decisions)

    def _checked(self, decisions: Sequence[ThingDecision]) -> Sequence[ThingDecision]:
        """The decisions as they are kept; a kind refuses here what it does not know."""
        return decisions

    def undo(self) -> list[ThingDecision]:
        """Take back the last step; what it was, [] where there is nothing to undo."""
        return self.decisions.undo()

    def redo(self) -> list[ThingDecision]:
        """Carry out again what was taken back last; what it was, [] where there is nothing, or something new was
        decided since."""
        return self.decisions.redo()

    def newest_bundle(self) -> Path | None:
        """The folder of what was trained last; None when there is nothing."""
        return self.kind.newest_bundle(self.root)
