"""MorePictures: what more pictures would bring, measured by a run when somebody asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tellapart.training_runs.listing import MALFORMED
from traitlets import Instance

from tellapart_dashboards.app.run_follower import Job, newest_result

if TYPE_CHECKING:
    from tellapart.learning.learning_curve import LearningCurve

TASK = "more pictures"


@dataclass(frozen=True, eq=False)
class MeasuredCurve:
    """curve: None before the first. counts: label -> pictures as they were then. backbone: that looked at them."""

    curve: LearningCurve | None = None
    counts: dict[str, int] = field(default_factory=dict)
    backbone: str = ""

    def outdated_words(self, counts: dict[str, int], backbone: str) -> str:
        """What is said where the pictures are others now, or the model looks at them with another network; else ""."""
        if self.curve is None:
            return ""
        then, now = (sum(one.values()) for one in (self.counts, counts))
        if then != now:
            return f"This was measured with {then:,} pictures; now it is {now:,}. Measure again."
        if counts != self.counts:
            return "Labels have changed since this was measured. Measure again."
        if backbone != self.backbone:
            return f"This was measured with the network {self.backbone}; the model has {backbone}. Measure again."
        return ""


class MorePictures(Job):
    """The newest measurement and the way to the next. found: what the last that ended well brought."""

    tasks = (TASK,)
    found = Instance(MeasuredCurve, ())

    def __init__(self, project_dir: str, **traits: Any) -> None:
        super().__init__(project_dir=project_dir, **traits)
        newest = newest_result(Path(project_dir), TASK)
        if newest is not None:
            self.take_result(newest[1])
        self.read()

    def measure(self, config: dict[str, Any]) -> None:
        """Have it measured. config: of the training that is shown; its network looks at the pictures."""
        self.start(TASK, {name: config[name] for name in ("backbone", "weights") if config.get(name)})

    def take_result(self, result: dict[str, Any]) -> None:
        from tellapart.learning.learning_curve import LearningCurve  # takes a while: not before there is one

        try:
            counts = {str(label): int(n) for label, n in dict(result.get("counts", {})).items()}
            self.found = MeasuredCurve(
                LearningCurve.from_json(result), counts, str(result.get("backbone", ""))
            )
        except MALFORMED:  # a stranger's project may hold anything
            self.found = MeasuredCurve()
