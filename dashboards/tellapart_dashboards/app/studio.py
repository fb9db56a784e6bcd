"""The pages: each alone, and all of them behind one row of tabs.

Whatever takes time to import is imported while a page fills itself, after the browser has got the page.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipywidgets import Widget

from tellapart_dashboards.app.background import follow, while_open
from tellapart_dashboards.app.page_frame import Frame, PageOwner, opened
from tellapart_dashboards.app.wording import percent

if TYPE_CHECKING:
    from tellapart_dashboards.app.project_state import ProjectState
    from tellapart_dashboards.pages.clean.state import CleanState
    from tellapart_dashboards.pages.gather.view import GatherState
    from tellapart_dashboards.pages.train.view import TrainState

LABELS = {"gather": "Gather", "clean": "Clean", "train": "Train", "classify": "Classify"}


def studio(project: str | Path = "") -> Widget:
    """Gather, Clean, Train and Classify side by side on one project; the page that is the next step is open."""
    return _page(("gather", "clean", "train", "classify"), project)


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
    return opened([_step("classify")], lambda: _prepare_classify(project))


def _page(keys: tuple[str, ...], project: str | Path) -> Widget:
    return opened([_step(key) for key in keys], lambda: _prepare(keys, project))


def _step(key: str) -> dict[str, str]:
    return {"key": key, "label": LABELS[key], "badge": ""}


def _prepare_classify(project: str | Path) -> Callable[[Frame], None]:
    from tellapart_dashboards.app.project_state import project_dir_from

    root = project_dir_from(project)
    import_module("tellapart_dashboards.pages.classify.view")
    owner = PageOwner(name=root.name, current="classify")
    return lambda frame: frame.show(owner, {"classify": lambda: _classify_body(root, None)})


def _classify_body(root: Path, go_to_train: Callable[[], None] | None) -> Widget:
    from tellapart_dashboards.pages.classify.view import ClassifyState, classify_view

    state = ClassifyState(project_dir=str(root))
    while_open(follow([state]))
    return classify_view(state, go_to_train)


def _prepare(keys: tuple[str, ...], project: str | Path) -> Callable[[Frame], None]:
    from tellapart_dashboards.app.project_state import ProjectState, project_dir_from

    root = project_dir_from(project)
    state = ProjectState(root, pages=list(keys))
    gather = _gather_state(state) if "gather" in keys else None
    train = _train_state(state) if "train" in keys else None
    state.current = _next_step(state, gather, keys)
    import_module(f"tellapart_dashboards.pages.{state.current}.view")
    clean = _clean_state(state) if state.current == "clean" else None
    if clean is not None:
        clean.look_ahead()
    return lambda frame: _fill(frame, root, state, gather, train, clean)


def _fill(
    frame: Frame,
    root: Path,
    state: ProjectState,
    gather: GatherState | None,
    train: TrainState | None,
    clean: CleanState | None,
) -> None:
    from tellapart_dashboards.app.project_state import N_FINDINGS

    bodies: dict[str, Callable[[], Widget]] = {
        "gather": lambda: _gather_body(gather),
        "clean": lambda: _clean_body(
            clean or _clean_state(state), train, lambda n: frame.set_badge("clean", _number(n))
        ),
        "train": lambda: _train_body(train),
        "classify": lambda: _classify_body(root, lambda: state.set_trait("current", "train")),
    }

    def badges(_: Any = None) -> None:
        frame.set_badge("gather", _number(state.n_pictures))
        frame.set_badge("train", percent(train.result["error_rate"]) if train and train.result else "")

    badges()
    frame.set_badge("clean", _number(state.project.manifest.setting(N_FINDINGS, 0)))
    state.observe(badges, "n_pictures")
    if train is not None:
        train.observe(badges, "result")
    frame.show(state, {key: bodies[key] for key in state.pages})
    while_open(follow([one for one in (state, gather, train) if one is not None]))


def _gather_state(state: ProjectState) -> GatherState:
    from tellapart_dashboards.pages.gather.view import GatherState

    return GatherState(state)


def _train_state(state: ProjectState) -> TrainState:
    from tellapart_dashboards.pages.train.view import TrainState

    return TrainState(state)


def _gather_body(gather: Any) -> Widget:
    from tellapart_dashboards.pages.gather.view import gather_view

    return gather_view(gather)


def _clean_state(state: ProjectState) -> CleanState:
    """Its imports take a while, so they wait until somebody opens the page."""
    from tellapart_dashboards.pages.clean.state import CleanState

    return CleanState(state)


def _clean_body(clean: CleanState, train: TrainState | None, say_number: Callable[[int], None]) -> Widget:
    from tellapart_dashboards.pages.clean.view import clean_view

    def train_again() -> None:
        assert train is not None
        train.train()
        clean.project.current = "train"

    clean.observe(lambda change: say_number(change["new"]), "n_open")
    while_open(follow([clean]))
    return clean_view(clean, train_again if train is not None else None)


def _number(n: int) -> str:
    return f"{n:,}" if n > 0 else ""


def _train_body(train: Any) -> Widget:
    from tellapart_dashboards.pages.train.view import train_view

    return train_view(train)


def _next_step(state: ProjectState, gather: GatherState | None, keys: tuple[str, ...]) -> str:
    """Where a person who opens the studio goes on: to pictures first, then to training and its result."""
    is_gathering = gather is not None and gather.stage == "running"
    return "train" if "train" in keys and len(state.counts) > 1 and not is_gathering else keys[0]
