"""The pages: each alone, and all of them behind one row of tabs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ipywidgets import Widget

from .job import follow
from .page import Frame, PageOwner, in_words, run_beside
from .state import ProjectState, project_dir_from
from .wording import percent

LABELS = {"gather": "Gather", "train": "Train", "classify": "Classify"}


@in_words
def studio(project: str | Path = "") -> Widget:
    """Gather, Train and Classify side by side on one project; the page that is the next step is open."""
    return _on_project(project, ("gather", "train", "classify"))


@in_words
def gather_page(project: str | Path = "") -> Widget:
    """The Gather page alone."""
    return _on_project(project, ("gather",))


@in_words
def train_page(project: str | Path = "") -> Widget:
    """The Train page alone."""
    return _on_project(project, ("train",))


@in_words
def classify_page(project: str | Path = "") -> Widget:
    """The Classify page alone. It opens no database: the newest bundle is all it needs."""
    from .classify import ClassifyState, classify_view

    root = project_dir_from(project)
    owner = PageOwner(name=root.name, current="classify")
    state = ClassifyState(project_dir=str(root))
    frame = Frame(owner, [_step("classify")], {"classify": lambda: classify_view(state)})
    run_beside(follow([state]))
    return frame.widget


def _step(key: str) -> dict[str, str]:
    return {"key": key, "label": LABELS[key], "badge": ""}


def _on_project(project: str | Path, keys: tuple[str, ...]) -> Widget:
    state = ProjectState(project_dir_from(project), current=keys[0], pages=list(keys))
    jobs: dict[str, Any] = {}

    def gather_body() -> Widget:
        from .gather import gather_view

        return gather_view(jobs["gather"])

    def train_body() -> Widget:
        from .train import train_view

        return train_view(jobs["train"])

    def classify_body() -> Widget:
        from .classify import ClassifyState, classify_view

        classify = ClassifyState(project_dir=state.project_dir)
        run_beside(follow([classify]))
        return classify_view(classify, lambda: state.set_trait("current", "train"))

    if "gather" in keys:
        from .gather import GatherState

        jobs["gather"] = GatherState(state)
    if "train" in keys:
        from .train import TrainState

        jobs["train"] = TrainState(state)
    bodies: dict[str, Callable[[], Widget]] = {
        "gather": gather_body,
        "train": train_body,
        "classify": classify_body,
    }
    state.current = _next_step(state, jobs, keys)
    frame = Frame(state, [_step(key) for key in keys], {key: bodies[key] for key in keys})

    def badges(_: Any = None) -> None:
        frame.set_badge("gather", f"{state.n_pictures:,}" if state.n_pictures else "")
        result = jobs["train"].result if "train" in jobs else {}
        frame.set_badge("train", percent(result["error_rate"]) if result else "")

    state.observe(badges, "n_pictures")
    if "train" in jobs:
        jobs["train"].observe(badges, "result")
    badges()
    run_beside(follow([state, *jobs.values()]))
    return frame.widget


def _next_step(state: ProjectState, jobs: dict[str, Any], keys: tuple[str, ...]) -> str:
    """Where a person who opens the studio goes on: to pictures first, then to training and its result."""
    is_gathering = "gather" in jobs and jobs["gather"].stage == "running"
    if "train" in keys and len(state.counts) > 1 and not is_gathering:
        return "train"
    return keys[0]
