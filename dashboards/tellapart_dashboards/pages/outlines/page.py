"""The page of a project of pictures with masks: Clean, Train, Try it and Share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ipywidgets import HTML, VBox, Widget
from tellapart import outlines
from tellapart.outlines.training import EPOCHS, what_is_missing

from tellapart_dashboards.app.wording import percent
from tellapart_dashboards.pages.kinds.cleaning import ThingsCleaning
from tellapart_dashboards.pages.kinds.things import ThingsPage
from tellapart_dashboards.pages.kinds.training import ThingsTraining
from tellapart_dashboards.pages.kinds.training_view import TrainingWords, training_view
from tellapart_dashboards.pages.outlines.desk import MaskDesk
from tellapart_dashboards.pages.outlines.desk_state import shown_classes
from tellapart_dashboards.pages.outlines.looking import OutlinesLooked
from tellapart_dashboards.pages.outlines.words import (
    ROUNDS,
    before_words,
    during_words,
    outlines_details,
    outlines_headline,
    time_sentence,
)
from tellapart_dashboards.widgets.choices.choices import Choices

STEPS = {"clean": "Clean", "train": "Train", "classify": "Try it", "share": "Share"}


def outlines_page(root: Path) -> ThingsPage:
    """The parts of the page of the project in a folder. For a thread."""
    project = outlines.open_project(root)
    names = [one.name for one in project.classes]
    training = ThingsTraining(root, project.newest_bundle, _loaded, project.decisions)
    looked = OutlinesLooked(project)
    cleaning = ThingsCleaning(looked)
    desk = MaskDesk(looked, cleaning, training)
    words = TrainingWords(
        lambda: before_words(project),
        lambda: during_words(project),
        outlines_headline,
        lambda measured: outlines_details(measured, names),
        what_is_missing(),
    )

    async def clean(go_to: Callable[[str], None]) -> Widget:
        from tellapart_dashboards.pages.outlines.desk_view import desk_view

        def train_again() -> None:
            training.train()
            go_to("train")

        def look_at_last(_: Any) -> None:
            if cleaning.is_unjudged:
                cleaning.look()

        training.observe(look_at_last, "trained")
        return desk_view(desk, shown_classes(project.classes), train_again)

    async def train(go_to: Callable[[str], None]) -> Widget:
        ways = {
            "Check the findings": lambda: go_to("clean"),
            "Try it": lambda: go_to("classify"),
            "Share": lambda: go_to("share"),
        }
        measured = lambda: training.trained.measured if training.trained else None  # noqa: E731
        rounds = _rounds(training, lambda n: time_sentence(project, n, measured()))
        return training_view(training, words, ways, [rounds])

    async def classify(go_to: Callable[[str], None]) -> Widget:
        from tellapart_dashboards.pages.outlines.trying import Trying, trying_view

        return trying_view(Trying(training), training, lambda: go_to("train"))

    async def share(go_to: Callable[[str], None]) -> Widget:
        from tellapart_dashboards.pages.kinds.sharing_view import sharing_view
        from tellapart_dashboards.pages.outlines.exports import EXPORTS

        return sharing_view(training, project.name, EXPORTS, lambda: go_to("train"))

    return ThingsPage(
        STEPS,
        {"clean": clean, "train": train, "classify": classify, "share": share},
        "train",
        (training, cleaning),
        (
            (cleaning, ["state"], lambda: {"clean": cleaning.state.badge}),
            (training, ["trained"], lambda: {"train": _right(training)}),
        ),
    )


def _rounds(training: ThingsTraining, says: Callable[[int], str]) -> VBox:
    """How often each picture is learned from; says: how long that takes."""
    options = [{"key": key, "label": name, "n": f"{key} ×"} for key, name in ROUNDS.items()]
    choices = Choices(options=options, chosen=str(EPOCHS), accessible_name="How thoroughly")
    said = HTML()

    def draw(_: Any = None) -> None:
        n_epochs = int(choices.chosen)
        training.settings = {"n_epochs": n_epochs}
        said.value = f'<p class="ta-soft">{says(n_epochs)}</p>'

    choices.observe(draw, "chosen")
    training.observe(draw, "trained")
    draw()
    return VBox([choices, said.add_class("ta-gap")]).add_class("ta-below")


def _right(training: ThingsTraining) -> str:
    return f"{percent(float(training.trained.measured['pixel_accuracy']))} right" if training.trained else ""


def _loaded(bundle: Path) -> tuple[Any, dict[str, Any]]:
    predictor = outlines.load_predictor(bundle)
    return predictor, predictor.model.measured
