"""RecipeState: the choice of a recipe with the time each takes, made by one function of what is known."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tellapart.backbones.names import DEFAULT_BACKBONE
from tellapart.errors import TellapartError
from traitlets import HasTraits, Instance

from tellapart_dashboards.app.event_loop import Repeated
from tellapart_dashboards.app.wording import error_sentence

if TYPE_CHECKING:
    from tellapart.planning.config import Recipe

_NOT_WITH_OTHERS = (
    "Thorough and Everything work while “How sharply it looks” is Quick. Choose Quick there, or Quick here."
)


@dataclass(frozen=True)
class RecipeState:
    """What is to be drawn. why_not: why none but quick can be chosen to train, "" where they can. quick_s, thorough_s,
    everything_s: how long they will take, None while unknown; is_measuring: the chosen one is being tried; problem: why
    that failed."""

    recipe: str = "quick"
    why_not: str = ""
    quick_s: float | None = None
    thorough_s: float | None = None
    everything_s: float | None = None
    is_measuring: bool = False
    problem: str = ""

    @property
    def is_possible(self) -> bool:
        """Whether training can begin with what is chosen."""
        return self.recipe == "quick" or not self.why_not


@dataclass(frozen=True)
class Pictures:
    """What the time depends on. n: pictures; n_seen: of them, those whose embeddings are cached already. backbone: ""
    for the built-in one; has_own_file: its weights are a file that somebody chose."""

    n: int = 0
    n_seen: int = 0
    backbone: str = ""
    has_own_file: bool = False

    @property
    def is_built_in(self) -> bool:
        """Whether the model looks with what comes with the program."""
        return self.backbone in ("", DEFAULT_BACKBONE) and not self.has_own_file


@dataclass(frozen=True)
class Estimates:
    """How long each recipe takes, None while unknown, and why none but quick can be followed, "" where they can."""

    quick_s: float | None = None
    thorough_s: float | None = None
    why_not: str = ""
    everything_s: float | None = None


def recipe_state(recipe: str, known: Estimates, is_measuring: bool, problem: str) -> RecipeState:
    """The state."""
    return RecipeState(
        recipe=recipe,
        why_not=known.why_not,
        quick_s=known.quick_s,
        thorough_s=None if known.why_not else known.thorough_s,
        everything_s=None if known.why_not else known.everything_s,
        is_measuring=is_measuring and not known.why_not,
        problem=problem,
    )


class RecipeDesk(HasTraits):
    """What is chosen goes in, `state` is another one afterwards. What is slow is tried when somebody chooses it.

    recipe: of the last training, which training again follows where it can.
    """

    state = Instance(RecipeState, ())

    def __init__(self, project_dir: Path, recipe: Recipe = "quick") -> None:
        super().__init__(state=RecipeState(recipe))
        self._project_dir = project_dir
        self._recipe, self._pictures = recipe, Pictures()
        self._is_chosen_here = False
        self._known = Estimates()
        self._is_measuring, self._problem = False, ""
        self._looking = Repeated(self._look)

    def choose(self, recipe: Recipe) -> None:
        """Another recipe."""
        self._recipe, self._is_chosen_here = recipe, True
        self._draw()
        self._looking.ask()

    def know(self, pictures: Pictures) -> None:
        """Other pictures or another backbone to train with."""
        if pictures != self._pictures:
            self._pictures = pictures
            self._looking.ask()

    async def _look(self) -> None:
        """Whether more than quick is possible, and how long that takes: as noted, or tried once it is chosen."""
        pictures, self._problem = self._pictures, ""
        self._known = await asyncio.to_thread(self._estimates, self._recipe, pictures)
        if self._known.why_not and not self._is_chosen_here:
            self._recipe = "quick"
        recipe = self._recipe
        is_wanted = self._is_chosen_here and recipe != "quick" and pictures.n > 0
        is_wanted = is_wanted and not self._known.why_not
        if is_wanted and getattr(self._known, f"{recipe}_s") is None:
            self._is_measuring = True
            self._draw()
            try:
                seconds = await asyncio.to_thread(self._measured, recipe, pictures)
                is_thorough = recipe == "thorough"
                self._known = replace(
                    self._known,
                    thorough_s=seconds if is_thorough else self._known.thorough_s,
                    everything_s=self._known.everything_s if is_thorough else seconds,
                )
            except TellapartError as error:
                self._problem = error_sentence(error)
            self._is_measuring = False
        self._draw()

    def _estimates(self, recipe: Recipe, pictures: Pictures) -> Estimates:
        """For a thread: what it needs takes a while to import."""
        from tellapart.planning.config import TrainConfig
        from tellapart.train.estimate import noted_seconds, quick_seconds, why_not

        cache_dir, n_new = self._project_dir / "cache", max(0, pictures.n - pictures.n_seen)
        quick_s = quick_seconds(n_new, pictures.backbone)
        more_s = {name: noted_seconds(cache_dir, name, pictures.n) for name in ("thorough", "everything")}
        thorough_s, everything_s = (
            None if seconds is None else quick_s + seconds for seconds in more_s.values()
        )
        return Estimates(
            quick_s if pictures.n else None,
            thorough_s,
            why_not(TrainConfig(recipe=recipe)) if pictures.is_built_in else _NOT_WITH_OTHERS,
            everything_s,
        )

    def _measured(self, recipe: Recipe, pictures: Pictures) -> float:
        """With quick training, which comes first."""
        from tellapart.train.estimate import tried_seconds

        return (self._known.quick_s or 0.0) + tried_seconds(self._project_dir, recipe, pictures.n)

    def _draw(self) -> None:
        self.state = recipe_state(self._recipe, self._known, self._is_measuring, self._problem)
