"""LiveCurve: how the training that is followed learns, read from what its worker writes into the run's folder."""

from __future__ import annotations

import asyncio

from tellapart.json_lines import JsonLines
from tellapart.learning.tuning_curve import TuningCurve
from tellapart.runs import Run
from traitlets import HasTraits, Instance

_IN_ONE_GO = "quick"  # the recipe without a curve


class LiveCurve(HasTraits):
    """curve: None before the first step, and of a training in one go."""

    curve = Instance(TuningCurve, allow_none=True, default_value=None)

    def __init__(self) -> None:
        super().__init__()
        self._run_id = ""
        self._lines: JsonLines | None = None

    async def poll(self, run: Run | None, recipe: str) -> None:
        """Take over what the run has written since the last look. Cheap when there is nothing."""
        if run is None or recipe == _IN_ONE_GO:
            self._run_id, self._lines, self.curve = "", None, None
            return
        if run.run_id != self._run_id:
            self._run_id, self._lines, self.curve = (
                run.run_id,
                JsonLines(run.run_dir / "progress.jsonl"),
                None,
            )
        lines = self._lines
        assert lines is not None
        found = await asyncio.to_thread(_newest, lines)
        if found is not None and lines is self._lines:  # else another run is followed by now
            self.curve = found


def _newest(lines: JsonLines) -> TuningCurve | None:
    """The last curve among the lines that came. For a thread."""
    for line in reversed(lines.new()):
        facts = line.get("facts")
        if isinstance(facts, dict) and "curve" in facts:
            return TuningCurve.from_json(facts["curve"])
    return None
