"""The page of a project of ratings without a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from acting import every, settled
from made_ratings import made_rows, write_table
from tellapart.errors import Cancelled
from tellapart.kinds.decisions import ThingDecision
from tellapart.progress import Doing
from tellapart.ratings import new_project, open_project, train
from tellapart_dashboards.pages.kinds.training import ThingsTraining
from tellapart_dashboards.pages.ratings import door, recommending
from tellapart_dashboards.pages.ratings.cleaning import RatingsLooked
from tellapart_dashboards.pages.ratings.looking import ratings_seen, seen_html
from tellapart_dashboards.pages.ratings.recommending import (
    Recommending,
    found_html,
    recommending_view,
    star_levels,
)
from tellapart_dashboards.pages.ratings.words import recommender_headline
from tellapart_dashboards.widgets.choices.choices import Choices


@pytest.fixture(scope="module")
def trained_ratings_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    project = new_project(folder / "films", write_table(folder / "films.csv", made_rows()))
    train(project)
    return folder / "films"


def test_a_look_tells_what_is_there_and_takes_no_title_for_html(trained_ratings_dir: Path) -> None:
    seen = ratings_seen(open_project(trained_ratings_dir).table)
    assert "of 25 items by 80 users" in seen.lead.lower() and seen.title.endswith(" ratings")
    assert sum(share for _, share in seen.shares) == pytest.approx(1)
    assert [one.n for one in seen.items] == sorted((one.n for one in seen.items), reverse=True)
    assert "The a film, number 0" in seen_html(seen)


async def test_stars_are_answered_and_can_be_taken_back(trained_ratings_dir: Path) -> None:
    page = door.opened(trained_ratings_dir)
    training = page.followed[0]
    assert isinstance(training, ThingsTraining)
    state = Recommending(training)
    assert (
        len(state.asked) == 5
        and state.model is not None
        and "after the first stars" in found_html([], state.model)
    )
    state.rate("f1", 5.0)
    state.rate("f2", 1.0)
    await settled()
    assert state.found[0].title.startswith("The b film")
    state.rate("f2", 5.0)
    state.rate("f1", 1.0)
    await settled()
    assert state.found[0].title.startswith("The a film")
    for item in ("f1", "f2"):
        state.rate(item, None)
    await settled()
    assert state.found == []


def test_stars_are_the_whole_numbers_of_the_scale() -> None:
    assert star_levels(0.5, 5) == [1, 2, 3, 4, 5] and star_levels(0, 1) == [0, 1]
    assert star_levels(0.123, 0.987) == [0.123, 0.339, 0.555, 0.771, 0.987]
    assert star_levels(0.001, 0.002) == [0.001, 0.00125, 0.0015, 0.00175, 0.002]
    assert star_levels(0, 100) == [0, 25, 50, 75, 100] and star_levels(0.1, 0.9) == [0.1, 0.3, 0.5, 0.7, 0.9]


async def test_the_lowest_star_of_an_odd_scale_is_one_that_can_be_given(tmp_path: Path) -> None:
    rows = [(user, item, 0.1234567 + stars / 10, *rest) for user, item, stars, *rest in made_rows()]
    train(new_project(tmp_path / "films", write_table(tmp_path / "films.csv", rows)))
    training = door.opened(tmp_path / "films").followed[0]
    assert isinstance(training, ThingsTraining)
    state = Recommending(training)
    view = recommending_view(state, training, lambda: None)
    stars = next(one for one in every(view) if isinstance(one, Choices))
    for level in stars.options[1:]:
        stars.chosen = level["key"]
        await settled()
        assert state.found and not state.problem


def test_an_error_of_one_user_is_told_without_an_interval(trained_ratings_dir: Path) -> None:
    training = door.opened(trained_ratings_dir).followed[0]
    assert isinstance(training, ThingsTraining) and training.trained is not None
    fifth = training.trained.measured["random_fifth"]
    assert "; expect " in recommender_headline({"random_fifth": fifth})[1]
    alone = recommender_headline({"random_fifth": {**fifth, "interval": None}})[1]
    assert "all are by one user, who says little about others." in alone


async def test_items_are_asked_about_by_title_and_others_in_turn(trained_ratings_dir: Path) -> None:
    training = door.opened(trained_ratings_dir).followed[0]
    assert isinstance(training, ThingsTraining)
    state = Recommending(training)
    before = list(state.asked)
    state.ask_about("nothing like it")
    assert "no item 'nothing like it'" in state.problem and state.asked == before
    state.ask_about("b film, number 13")
    assert not state.problem and state.model is not None and state.model.item_names[state.asked[0]] == "f13"


def test_a_look_at_ratings_says_how_far_it_is_and_can_be_stopped(trained_ratings_dir: Path) -> None:
    done = []

    def progress(n_done: int, total: int, message: Doing) -> None:
        done.append(n_done / total)
        if len(done) == 2:
            raise Cancelled(f"Stopped at: {message}")

    with pytest.raises(Cancelled, match="Checking the ratings"):
        RatingsLooked(open_project(trained_ratings_dir)).look(progress)
    assert done[0] == 0 < done[1] < 1


async def test_stars_stay_as_they_are_shown_when_something_is_decided_or_trained_again(
    tmp_path: Path,
) -> None:
    project = new_project(tmp_path / "films", write_table(tmp_path / "films.csv", made_rows()))
    train(project)
    training = door.opened(tmp_path / "films").followed[0]
    assert isinstance(training, ThingsTraining)
    state = Recommending(training)
    view = recommending_view(state, training, lambda: None)

    def shown() -> dict[str, str]:
        rows = [one for one in every(view) if isinstance(one, Choices)]
        return {one.accessible_name: one.chosen for one in rows if one.chosen != "-"}

    stars = [one for one in every(view) if isinstance(one, Choices)]
    stars[1].chosen, stars[2].chosen = "5", "1"
    given, (first, second, *_) = shown(), state.asked[1:]
    await settled()
    found = state.found
    assert len(given) == 2 and found and len(state.stars) == 2
    model = state.model
    assert model is not None
    out = model.item_names[state.asked[0]]
    project.decide([ThingDecision(f"item:{out}", "remove")])
    await training.poll()
    await settled()
    assert training.trained is not None and training.trained.n_changes == 1
    assert shown() == given and state.found == found, "nothing was trained"
    train(open_project(tmp_path / "films"))
    await training.poll()
    await settled()
    assert state.model is not model and state.model is not None and out not in state.model.item_names
    names = [model.item_names[at] for at in (first, second)]
    assert shown() == given and list(state.stars) == names and state.found
    assert [state.model.item_names[at] for at in state.asked[:2]] == names and len(state.asked) == 5


async def test_rows_that_are_asked_about_no_more_are_closed(
    trained_ratings_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    class Noted(Choices):
        def __init__(self, **traits: Any) -> None:
            super().__init__(**traits)
            made.append(self)

    monkeypatch.setattr(recommending, "Choices", Noted)
    training = door.opened(trained_ratings_dir).followed[0]
    assert isinstance(training, ThingsTraining)
    state = Recommending(training)
    view = recommending_view(state, training, lambda: None)
    made[0].chosen = "5"  # it stays
    for _ in range(4):
        state.others()
    await settled()
    shown = [one for one in every(view) if isinstance(one, Noted)]
    assert len(made) > len(shown) == 5 and [one for one in made if one.comm is not None] == shown
    assert shown[0] is made[0] and state.stars
