"""RecipeState: the choice between quick and thorough with the time of each, made by one function of what is known."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

from tellapart.backbones.names import DEFAULT_BACKBONE
from tellapart.errors import TellapartError
from traitlets import HasTraits, Instance

from tellapart_dashboards.app.event_loop import Repeated
from tellapart_dashboards.app.wording import error_sentence

_NOT_WITH_OTHERS = "Thorough works while “How sharply it looks” is Quick. Choose Quick there, or Quick here."


@dataclass(frozen=True)
class RecipeState:
    """What is to be drawn. why_not: why thorough cannot be chosen to train, "" where it can. quick_s, thorough_s: how
    long they will take, None while unknown; is_measuring: thorough is being tried; problem: why that failed."""

    recipe: str = "quick"
    why_not: str = ""
    quick_s: float | None = None
    thorough_s: float | None = None
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
    """How long each recipe takes, None while unknown, and why thorough cannot be followed, "" where it can."""

    quick_s: float | None = None
    thorough_s: float | None = None
    why_not: str = ""


def recipe_state(recipe: str, known: Estimates, is_measuring: bool, problem: str) -> RecipeState:
    """The state."""
    return RecipeState(
        recipe=recipe,
        why_not=known.why_not,
        quick_s=known.quick_s,
        thorough_s=None if known.why_not else known.thorough_s,
        is_measuring=is_measuring and not known.why_not,
        problem=problem,
    )


class RecipeDesk(HasTraits):
    """What is chosen goes in, `state` is another one afterwards. Thorough is tried when somebody chooses it.

    recipe: of the last training, which training again follows where it can.
    """

    state = Instance(RecipeState, ())

    def __init__(self, project_dir: Path, recipe: str = "quick") -> None:
        super().__init__(state=RecipeState(recipe))
        self._project_dir = project_dir
        self._recipe, self._pictures = recipe, Pictures()
        self._is_chosen_here = False
        self._known = Estimates()
        self._is_measuring, self._problem = False, ""
        self._looking = Repeated(self._look)

    def choose(self, recipe: str) -> None:
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
        """Whether thorough is possible, and how long it takes: as noted, or tried once it is chosen."""
        pictures, self._problem = self._pictures, ""
        self._known = await asyncio.to_thread(self._estimates, pictures)
        if self._known.why_not and not self._is_chosen_here:
            self._recipe = "quick"
        is_wanted = self._is_chosen_here and self._recipe == "thorough" and pictures.n > 0
        is_wanted = is_wanted and not self._known.why_not
        if self._known.thorough_s is None and is_wanted:
            self._is_measuring = True
            self._draw()
            try:
                thorough_s = await asyncio.to_thread(self._measured, pictures)
                self._known = replace(self._known, thorough_s=thorough_s)
            except TellapartError as error:
                self._problem = error_sentence(error)
            self._is_measuring = False
        self._draw()

    def _estimates(self, pictures: Pictures) -> Estimates:
        """For a thread: what it needs takes a while to import."""
        from tellapart.planning.config import TrainConfig
        from tellapart.train.estimate import noted_thorough_seconds, quick_seconds, why_not_thorough

        return Estimates(
            quick_seconds(max(0, pictures.n - pictures.n_seen), pictures.backbone) if pictures.n else None,
            noted_thorough_seconds(self._project_dir / "cache", pictures.n),
            why_not_thorough(TrainConfig()) if pictures.is_built_in else _NOT_WITH_OTHERS,
        )

    def _measured(self, pictures: Pictures) -> float:
        from tellapart.train.estimate import thorough_seconds

        return thorough_seconds(self._project_dir, pictures.n)

    def _draw(self) -> None:
        self.state = recipe_state(self._recipe, self._known, self._is_measuring, self._problem)
