"""Gather, Clean, Train, Classify and Share of one project of pictures, all of them or some.

Whatever takes time to import is imported when its step is opened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipywidgets import VBox, Widget

from tellapart_dashboards.app.event_loop import follow, soon
from tellapart_dashboards.app.page_frame import Frame
from tellapart_dashboards.app.project_state import N_FINDINGS, ProjectState
from tellapart_dashboards.app.wording import wrong_words
from tellapart_dashboards.pages.pictures import steps_of
from tellapart_dashboards.widgets.steps.steps import PROJECTS

if TYPE_CHECKING:
    from tellapart_dashboards.pages.clean.controller import CleanPage
    from tellapart_dashboards.pages.gather.view import GatherState
    from tellapart_dashboards.pages.train.state import TrainState


@dataclass(frozen=True)
class PicturesPage:
    """What the steps know, as far as it is known before one is opened. badge: the number beside Clean."""

    project: ProjectState
    gather: GatherState | None
    train: TrainState | None
    clean: CleanPage | None
    badge: int

    def train_again(self) -> None:
        """Train, and show how far that is."""
        assert self.train is not None
        self.train.train()
        self.project.current = "train"

    def fill(self, frame: Frame, root: Path) -> None:
        """Have the frame show the project, the step that comes next in sight."""
        state, gather, train = self.project, self.gather, self.train
        frame.steps.steps = steps_of(state.pages)
        if self.clean is not None:
            self.clean.look_ahead()
        bodies: dict[str, Callable[[], Awaitable[Widget]]] = {
            "gather": lambda: _gather_body(gather),
            "clean": lambda: _clean_body(frame, self),
            "train": lambda: _train_body(train),
            "classify": lambda: _noticed(self, classify_body(frame, root, state)),
            "share": lambda: _share_body(frame, state),
        }

        def badges(_: Any = None) -> None:
            frame.set_badge("gather", _number(state.n_pictures))
            frame.set_badge(
                "train", wrong_words(train.result["error_rate"]) if train and train.result else ""
            )

        badges()
        frame.set_badge("clean", _number(self.badge if state.n_pictures else 0))
        state.observe(badges, "n_pictures")
        if train is not None:
            train.observe(badges, "result")
        pages = {key: bodies[key] for key in state.pages}
        if frame.steps.has_projects:
            pages[PROJECTS] = lambda: _projects_body(frame, root)
            soon(asyncio.to_thread(state.note_opened))
        frame.show(state, pages)
        follow(frame.widget, [one for one in (state, gather, train) if one is not None])


def pictures_page(root: Path, keys: tuple[str, ...]) -> PicturesPage:
    """Opens the project and reads what these steps need, on a thread. Only what is needed at once is imported."""
    state = ProjectState(root, pages=list(keys))
    gather = _gather_state(state) if "gather" in keys else None
    train = _train_state(state) if "train" in keys else None
    state.current = _next_step(state, gather, keys)
    import_module(f"tellapart_dashboards.pages.{state.current}.view")
    clean = _clean_page(state) if state.current == "clean" else None
    return PicturesPage(state, gather, train, clean, state.project.manifest.setting(N_FINDINGS, 0))


async def classify_body(frame: Frame, root: Path, project: ProjectState | None = None) -> Widget:
    """project: where it is open beside this page."""
    await asyncio.to_thread(import_module, "tellapart_dashboards.pages.classify.view")
    from tellapart_dashboards.app.public.visiting import is_visiting, this_computer
    from tellapart_dashboards.pages.classify import view
    from tellapart_dashboards.pages.classify.state import MOST_KEPT_OF_VISITORS, ClassifyState

    open_it = (lambda: project.project) if project else None
    go_to_train = (lambda: project.set_trait("current", "train")) if project else None
    if is_visiting():
        state = ClassifyState(open_it, MOST_KEPT_OF_VISITORS, project_dir=str(root))
        body = view.classify_view(state, go_to_train, view.OF_VISITORS, this_computer())
    else:
        state = ClassifyState(open_it, project_dir=str(root))
        body = view.classify_view(state, go_to_train, where=this_computer())
    follow(frame.widget, [state])
    return body


async def _noticed(page: PicturesPage, body: Awaitable[Widget]) -> Widget:
    """The page below a notice, once it is there, of what changed since the last training."""
    from tellapart_dashboards.pages.train.training_notice import training_notice

    return VBox([training_notice(page.project, page.train_again), await body])


async def _projects_body(frame: Frame, root: Path) -> Widget:
    from tellapart_dashboards.pages.projects.in_studio import projects_body

    return projects_body(frame, root)


def _gather_state(state: ProjectState) -> GatherState:
    from tellapart_dashboards.pages.gather.view import GatherState

    return GatherState(state)


def _train_state(state: ProjectState) -> TrainState:
    from tellapart_dashboards.pages.train.state import TrainState

    return TrainState(state)


def _clean_page(state: ProjectState) -> CleanPage:
    """Its imports take a while, so they wait until somebody opens the page."""
    from tellapart_dashboards.pages.clean.controller import CleanPage

    import_module("tellapart_dashboards.pages.clean.view")
    return CleanPage(state)


async def _gather_body(gather: Any) -> Widget:
    from tellapart_dashboards.pages.gather.view import gather_view

    return gather_view(gather)


async def _clean_body(frame: Frame, page: PicturesPage) -> Widget:
    clean = page.clean
    if clean is None:
        clean = await asyncio.to_thread(_clean_page, page.project)
    from tellapart_dashboards.pages.clean.errands import follow_errands
    from tellapart_dashboards.pages.clean.view import clean_view

    follow_errands(clean)
    clean.observe(lambda change: frame.set_badge("clean", _number(change["new"].n_open)), "state")
    follow(frame.widget, [clean])
    return clean_view(clean, page.train_again if page.train is not None else None)


def _number(n: int) -> str:
    return f"{n:,}" if n > 0 else ""


async def _train_body(train: Any) -> Widget:
    from tellapart_dashboards.pages.train.view import train_view

    return train_view(train)


async def _share_body(frame: Frame, state: ProjectState) -> Widget:
    def read() -> Any:
        from tellapart_dashboards.pages.share.controller import SharePage

        import_module("tellapart_dashboards.pages.share.view")
        return SharePage(state)

    page = await asyncio.to_thread(read)
    from tellapart_dashboards.pages.share.view import share_view

    follow(frame.widget, [page])
    return share_view(page, (lambda: state.set_trait("current", "train")) if "train" in state.pages else None)


def _next_step(state: ProjectState, gather: GatherState | None, keys: tuple[str, ...]) -> str:
    """Where a person who opens the studio goes on: to pictures first, then to training and its result."""
    is_gathering = gather is not None and gather.stage == "running"
    return "train" if "train" in keys and len(state.counts) > 1 and not is_gathering else keys[0]
