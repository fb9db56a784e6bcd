"""The page of a project of ratings: Look, Clean, Train, Recommend and Share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ipywidgets import Widget
from tellapart import ratings

from tellapart_dashboards.app.wording import count
from tellapart_dashboards.pages.kinds.cleaning import ThingsCleaning
from tellapart_dashboards.pages.kinds.exports import classifier_exports
from tellapart_dashboards.pages.kinds.things import ThingsPage
from tellapart_dashboards.pages.kinds.training import ThingsTraining
from tellapart_dashboards.pages.kinds.training_view import TrainingWords, training_view
from tellapart_dashboards.pages.ratings.cleaning import RatingsLooked
from tellapart_dashboards.pages.ratings.looking import looking_view
from tellapart_dashboards.pages.ratings.recommending import Recommending, recommending_view
from tellapart_dashboards.pages.ratings.words import recommender_details, recommender_headline

STEPS = {"look": "Look", "clean": "Clean", "train": "Train", "recommend": "Recommend", "share": "Share"}
_PAGE = "One file that anyone opens in a browser: a few stars, and what they would like is there, without a server."
_HOLDS = "It holds items that two people or more rated, no users and no single rating."


def ratings_page(root: Path) -> ThingsPage:
    """The parts of the page of the project in a folder. For a thread."""
    project = ratings.open_project(root)
    table = project.table
    training = ThingsTraining(root, project.newest_bundle, _loaded, project.decisions)
    cleaning = ThingsCleaning(RatingsLooked(project))
    exports = classifier_exports(getattr(ratings, "export_html", None), _PAGE, _HOLDS)
    rated = f"{count(len(table.stars), 'rating')} by {count(len(table.user_names), 'user')}"
    words = TrainingWords(
        lambda: ("Ready to learn tastes", f"{rated}. Training takes seconds."),
        lambda: ("Learning tastes", f"From {rated}. A fifth of them is set aside to check the result."),
        recommender_headline,
        recommender_details,
    )

    async def look(_go_to: Callable[[str], None]) -> Widget:
        return await looking_view(project, training)

    async def clean(go_to: Callable[[str], None]) -> Widget:
        from tellapart_dashboards.pages.kinds.cleaning_view import cleaning_view

        def train_again() -> None:
            training.train()
            go_to("train")

        return cleaning_view(cleaning, train_again)

    async def train(go_to: Callable[[str], None]) -> Widget:
        ways = {
            "Try it": lambda: go_to("recommend"),
            "Check the findings": lambda: go_to("clean"),
            "Share": lambda: go_to("share"),
        }
        return training_view(training, words, ways)

    async def recommend(go_to: Callable[[str], None]) -> Widget:
        return recommending_view(Recommending(training), training, lambda: go_to("train"))

    async def share(go_to: Callable[[str], None]) -> Widget:
        from tellapart_dashboards.pages.kinds.sharing_view import sharing_view

        return sharing_view(training, project.name, exports, lambda: go_to("train"))

    return ThingsPage(
        STEPS,
        {"look": look, "clean": clean, "train": train, "recommend": recommend, "share": share},
        "train",
        (training, cleaning),
        (
            (training, ["trained"], lambda: {"train": _off(training)}),
            (cleaning, ["state"], lambda: {"clean": cleaning.state.badge}),
        ),
    )


def _off(training: ThingsTraining) -> str:
    return recommender_headline(training.trained.measured)[0] if training.trained else ""


def _loaded(bundle: Path) -> tuple[Any, dict[str, Any]]:
    model = ratings.load_predictor(bundle)
    return model, model.measured
