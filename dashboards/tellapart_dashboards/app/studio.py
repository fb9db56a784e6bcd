"""The pages: each alone, and all of them behind one row of tabs.

Whatever takes time to import is imported while a page fills itself, after the browser has got the page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipywidgets import VBox, Widget
from tellapart.errors import TellapartError

from tellapart_dashboards.app.event_loop import follow, soon
from tellapart_dashboards.app.page_frame import Frame, PageOwner, new_page
from tellapart_dashboards.app.wording import wrong_words
from tellapart_dashboards.widgets.steps.steps import PROJECTS

if TYPE_CHECKING:
    from tellapart_dashboards.app.project_state import ProjectState
    from tellapart_dashboards.pages.clean.controller import CleanPage
    from tellapart_dashboards.pages.gather.view import GatherState
    from tellapart_dashboards.pages.train.state import TrainState

LABELS = {"gather": "Gather", "clean": "Clean", "train": "Train", "classify": "Classify", "share": "Share"}


def studio(project: str | Path = "") -> Widget:
    """Gather, Clean, Train, Classify and Share side by side on one project; the page that is the next step is open."""
    steps = [_step(key) for key in LABELS]
    return new_page(steps, lambda frame: _prepare_studio(frame, project), has_projects=not project)


def gather_page(project: str | Path = "") -> Widget:
    """The Gather page alone."""
    return _page(("gather",), project)


def clean_page(project: str | Path = "") -> Widget:
    """The Clean page alone."""
    return _page(("clean",), project)


def train_page(project: str | Path = "") -> Widget:
    """The Train page alone."""
    return _page(("train",), project)


def classify_page(project: str | Path = "") -> Widget:
    """The Classify page alone. It opens no database: the newest bundle is all it needs."""
    return new_page([_step("classify")], lambda frame: _prepare_classify(frame, project))


def share_page(project: str | Path = "") -> Widget:
    """The Share page alone."""
    return _page(("share",), project)


def _page(keys: tuple[str, ...], project: str | Path) -> Widget:
    return new_page([_step(key) for key in keys], lambda frame: _prepare(frame, keys, project))


def _step(key: str) -> dict[str, str]:
    return {"key": key, "label": LABELS[key], "badge": ""}


async def _prepare_classify(frame: Frame, project: str | Path) -> Callable[[], None]:
    def read() -> tuple[Path, str]:
        from tellapart_dashboards.app.project_state import project_dir_from
        from tellapart_dashboards.app.public.visiting import shown_name

        import_module("tellapart_dashboards.pages.classify.view")
        root = project_dir_from(project)
        return root, shown_name(root)

    root, name = await asyncio.to_thread(read)
    owner = PageOwner(name=name, current="classify")
    return lambda: frame.show(owner, {"classify": lambda: _classify_body(frame, root)})


async def _classify_body(frame: Frame, root: Path, project: ProjectState | None = None) -> Widget:
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


async def _noticed(states: _States, body: Awaitable[Widget]) -> Widget:
    """The page below a notice, once it is there, of what changed since the last training."""
    from tellapart_dashboards.pages.train.training_notice import training_notice

    return VBox([training_notice(states.project, states.train_again), await body])


@dataclass(frozen=True)
class _States:
    """What the pages know, as far as it is known before one is opened. badge: the number beside Clean."""

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


async def _prepare_studio(frame: Frame, project: str | Path) -> Callable[[], None]:
    """The pages of the project; where it cannot be opened, the sentence and the list of all projects."""
    try:
        root, kind = await asyncio.to_thread(_found, project)
        if kind:
            return await _kind_page(frame, root, kind)
        return await _prepare(frame, tuple(LABELS), root)
    except TellapartError as error:
        if not frame.steps.has_projects:
            raise
        sentence = str(error)
    from tellapart_dashboards.pages.projects.in_studio import show_list

    return lambda: show_list(frame, sentence)


def _found(project: str | Path) -> tuple[Path, str]:
    """The project's folder, and what it is a project of, "" for pictures."""
    from tellapart.kinds.projects import kind_of_project

    from tellapart_dashboards.app.project_state import any_project_dir

    root = any_project_dir(project)
    return root, kind_of_project(root)


async def _kind_page(frame: Frame, root: Path, kind: str) -> Callable[[], None]:
    from tellapart_dashboards.pages.kinds.opening import open_kind

    return await open_kind(frame, root, kind)


async def _prepare(frame: Frame, keys: tuple[str, ...], project: str | Path) -> Callable[[], None]:
    states = await asyncio.to_thread(_read, keys, project)
    if states.clean is not None:
        states.clean.look_ahead()
    return lambda: _fill(frame, states)


def _read(keys: tuple[str, ...], project: str | Path) -> _States:
    """Opens the project and reads what the pages need, on a thread. Only what is needed at once is imported."""
    from tellapart_dashboards.app.project_state import N_FINDINGS, ProjectState, project_dir_from

    state = ProjectState(project_dir_from(project), pages=list(keys))
    gather = _gather_state(state) if "gather" in keys else None
    train = _train_state(state) if "train" in keys else None
    state.current = _next_step(state, gather, keys)
    import_module(f"tellapart_dashboards.pages.{state.current}.view")
    clean = _clean_page(state) if state.current == "clean" else None
    return _States(state, gather, train, clean, state.project.manifest.setting(N_FINDINGS, 0))


def _fill(frame: Frame, states: _States) -> None:
    state, gather, train = states.project, states.gather, states.train
    root = Path(state.project_dir)
    bodies: dict[str, Callable[[], Awaitable[Widget]]] = {
        "gather": lambda: _gather_body(gather),
        "clean": lambda: _clean_body(frame, states),
        "train": lambda: _train_body(train),
        "classify": lambda: _noticed(states, _classify_body(frame, root, state)),
        "share": lambda: _share_body(frame, state),
    }

    def badges(_: Any = None) -> None:
        frame.set_badge("gather", _number(state.n_pictures))
        frame.set_badge("train", wrong_words(train.result["error_rate"]) if train and train.result else "")

    badges()
    frame.set_badge("clean", _number(states.badge if state.n_pictures else 0))
    state.observe(badges, "n_pictures")
    if train is not None:
        train.observe(badges, "result")
    pages = {key: bodies[key] for key in state.pages}
    if frame.steps.has_projects:
        pages[PROJECTS] = lambda: _projects_body(frame, root)
        soon(asyncio.to_thread(state.note_opened))
    frame.show(state, pages)
    follow(frame.widget, [one for one in (state, gather, train) if one is not None])


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


async def _clean_body(frame: Frame, states: _States) -> Widget:
    clean = states.clean
    if clean is None:
        clean = await asyncio.to_thread(_clean_page, states.project)
    from tellapart_dashboards.pages.clean.errands import follow_errands
    from tellapart_dashboards.pages.clean.view import clean_view

    follow_errands(clean)
    clean.observe(lambda change: frame.set_badge("clean", _number(change["new"].n_open)), "state")
    follow(frame.widget, [clean])
    return clean_view(clean, states.train_again if states.train is not None else None)


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
