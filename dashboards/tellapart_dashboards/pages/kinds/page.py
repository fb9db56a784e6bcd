"""The page of a project whose things get a label each: Clean, Train, Classify and Share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipywidgets import VBox, Widget

from tellapart_dashboards.app.wording import wrong_words
from tellapart_dashboards.pages.kinds.cases import LabelledThings
from tellapart_dashboards.pages.kinds.classifier_words import (
    classifier_before,
    classifier_details,
    classifier_during,
    classifier_headline,
)
from tellapart_dashboards.pages.kinds.cleaning import ThingsCleaning
from tellapart_dashboards.pages.kinds.exports import Export
from tellapart_dashboards.pages.kinds.more.state import MoreThings, MoreWays
from tellapart_dashboards.pages.kinds.things import NewestModel, ThingsPage
from tellapart_dashboards.pages.kinds.training import ThingsTraining
from tellapart_dashboards.pages.kinds.training_view import TrainingWords, training_view

STEPS = {"clean": "Clean", "train": "Train", "classify": "Classify", "share": "Share"}


@dataclass(frozen=True)
class ClassifierParts:
    """What a kind brings. load: (predictor, measured) of a bundle. classify: makes the Classify page. exports: ways to
    take a classifier along. more: how more things come in. closer: makes what stands below the numbers of a training,
    None for a kind with nothing more to say."""

    cleanable: LabelledThings
    load: Callable[[Path], tuple[Any, dict[str, Any]]]
    classify: Callable[[ThingsTraining, Callable[[], None]], Widget]
    exports: tuple[Export, ...]
    more: MoreWays
    closer: Callable[[ThingsTraining], Widget] | None = None


def classifier_page(parts: ClassifierParts) -> ThingsPage:
    """The parts of the page. For a thread."""
    project, noun = parts.cleanable.project, parts.cleanable.noun
    training = ThingsTraining(project.root, project.newest_bundle, parts.load, project.decisions)
    cleaning = ThingsCleaning(parts.cleanable)
    more = MoreThings(project.root, parts.more)
    words = TrainingWords(
        lambda: classifier_before(project.label_counts(), noun),
        lambda: classifier_during(project.label_counts(), noun),
        lambda measured: classifier_headline(measured, noun),
        lambda measured: classifier_details(measured, noun),
    )

    async def clean(go_to: Callable[[str], None]) -> Widget:
        from tellapart_dashboards.pages.kinds.cleaning_view import cleaning_view

        def train_again() -> None:
            training.train()
            go_to("train")

        return cleaning_view(cleaning, train_again)

    async def train(go_to: Callable[[str], None]) -> Widget:
        ways = {
            "Try it": lambda: go_to("classify"),
            "Check the findings": lambda: go_to("clean"),
            "Share": lambda: go_to("share"),
        }
        from tellapart_dashboards.pages.kinds.more.view import more_view

        page = training_view(training, words, ways)
        closer = [parts.closer(training)] if parts.closer is not None else []
        return VBox([page, *closer, more_view(more, noun)])

    async def classify(go_to: Callable[[str], None]) -> Widget:
        return parts.classify(training, lambda: go_to("train"))

    async def share(go_to: Callable[[str], None]) -> Widget:
        from tellapart_dashboards.pages.kinds.sharing_view import sharing_view

        return sharing_view(training, project.name, parts.exports, lambda: go_to("train"))

    return ThingsPage(
        STEPS,
        {"clean": clean, "train": train, "classify": classify, "share": share},
        "train",
        (training, cleaning),
        (
            (cleaning, ["state"], lambda: {"clean": cleaning.state.badge}),
            (training, ["trained"], lambda: {"train": _wrong(training.trained)}),
        ),
    )  # fmt: skip


def _wrong(trained: NewestModel | None) -> str:
    return wrong_words(float(trained.measured["error_rate"])) if trained else ""
