"""Recommend: stars for a few items, and what the person would like best follows."""

from __future__ import annotations

import asyncio
import html
import math
from collections.abc import Callable, Iterable
from typing import Any

from ipywidgets import HTML, Box, Button, Combobox, VBox
from tellapart.errors import TellapartError
from tellapart.ratings.model import Liked, RatingModel
from traitlets import Dict, HasTraits, List, Unicode

from tellapart_dashboards.app.event_loop import Repeated
from tellapart_dashboards.app.visibility import close_whole, shown_when
from tellapart_dashboards.app.wording import count, heading_html, message_html
from tellapart_dashboards.pages.kinds.training import ThingsTraining
from tellapart_dashboards.widgets.choices.choices import Choices

N_ASKED = 5
MOST_OFFERED = 2000  # items that can be typed
_SKIPPED = "-"


class Recommending(HasTraits):
    """asked: places of the items that a person may rate now. stars: of item -> what they gave. found: what they would
    like best. problem: what went wrong."""

    asked: List[int] = List()
    stars = Dict()
    found: List[Liked] = List()
    problem = Unicode("")

    def __init__(self, training: ThingsTraining) -> None:
        super().__init__()
        self._training = training
        self._first = 0
        self._asks_of: RatingModel | None = None
        self._answering = Repeated(self._answer)
        self.observe(lambda _: self._answering.ask(), "stars")
        training.observe(lambda _: self._begin(), "trained")
        self._begin()

    @property
    def model(self) -> RatingModel | None:
        """The newest recommender."""
        return self._training.trained.predictor if self._training.trained else None

    def others(self) -> None:
        """Ask about other items; those that have stars stay."""
        model = self.model
        if model is None:
            return
        by_count = _most_rated(model)
        self._first = (self._first + N_ASKED) % max(1, len(by_count))
        kept = [at for at in self.asked if self.stars.get(model.item_names[at])]
        new = [at for at in [*by_count[self._first :], *by_count] if at not in kept]
        self.asked = [*kept, *new[: max(1, N_ASKED - len(kept))]]

    def ask_about(self, name: str) -> None:
        """Ask about an item of that title."""
        model = self.model
        if model is None or not name.strip():
            return
        try:
            at = model.place(name)
        except TellapartError as error:
            self.problem = str(error)
            return
        self.problem = ""
        if at not in self.asked:
            self.asked = [at, *self.asked]

    def rate(self, item: str, stars: float | None) -> None:
        """The person gives it so many stars, or none."""
        rest = {name: given for name, given in self.stars.items() if name != item}
        self.stars = rest if stars is None else {**rest, item: stars}

    def _begin(self) -> None:
        """Ask of the newest recommender, where it is another one; stars of what it knows stay."""
        model = self.model
        if model is self._asks_of:
            return
        self._asks_of, self._first = model, 0
        places = {name: at for at, name in enumerate(model.item_names)} if model is not None else {}
        self.stars = {name: given for name, given in self.stars.items() if name in places}
        kept = [places[name] for name in self.stars]
        usual = [] if model is None else [at for at in _most_rated(model) if at not in kept]
        self.problem, self.asked = "", [*kept, *usual[: max(0, N_ASKED - len(kept))]]
        self._answering.ask()

    async def _answer(self) -> None:
        model, stars = self.model, dict(self.stars)
        if model is None or not stars:
            self.found = []
            return
        try:
            self.found = await asyncio.to_thread(model.recommend, stars)
        except TellapartError as error:
            self.problem = str(error)


def star_levels(low: float, high: float) -> list[float]:
    """What can be given: the whole numbers of the scale, or five of them where they are many."""
    whole = [float(one) for one in range(math.ceil(low), math.floor(high) + 1)]
    if len(whole) < 2:
        digits = 2 - math.floor(math.log10(high - low))
        return [low, *(round(low + (high - low) * i / 4, digits) for i in (1, 2, 3)), high]
    return whole if len(whole) <= 6 else [whole[round(i * (len(whole) - 1) / 4)] for i in range(5)]


def _key(stars: float) -> str:
    """Of which the same stars can be made again, to the last digit."""
    return f"{stars:.17g}"


def _most_rated(model: RatingModel) -> list[int]:
    """Places of all items, those that most people rated first."""
    return [int(at) for at in (-model.counts).argsort(kind="stable")]


def recommending_view(state: Recommending, training: ThingsTraining, go_to_train: Callable[[], None]) -> VBox:
    """The page."""
    head, problem, found = HTML(), HTML(), HTML()
    train = Button(description="Train a recommender").add_class("ta-primary")
    train.on_click(lambda _: go_to_train())
    others = Button(description="Ask about others")
    others.on_click(lambda _: state.others())
    search = Combobox(description="Another one", placeholder="Type a title", ensure_option=False)
    add = Button(description="Rate it")
    rows = VBox().add_class("ta-rated")
    made: dict[str, VBox] = {}

    def take(_: Any) -> None:
        state.ask_about(search.value)
        if not state.problem:
            search.value = ""

    def close(names: Iterable[str]) -> None:
        """These rows are gone: the kernel would keep each one for good."""
        for name in list(names):
            close_whole(made.pop(name))

    def draw_head(_: Any = None) -> None:
        model = state.model
        close(made)
        if model is None:
            head.value = heading_html("No recommender yet", "Train one first, then give a few stars here.")
            return
        lead = "Give stars to what you know. It stays on this computer."
        head.value = heading_html("What would you like?", lead)
        names = [title or item for title, item in zip(model.titles, model.item_names, strict=True)]
        search.options = names[:MOST_OFFERED]

    def draw_rows(_: Any = None) -> None:
        model = state.model
        if model is None:
            return
        asked = {model.item_names[at]: at for at in state.asked}
        for name in [one for one in asked if one not in made]:
            made[name] = _rated(state, model, asked[name])
        rows.children = [made[name] for name in asked]
        close(made.keys() - asked.keys())

    add.on_click(take)
    for draw in (draw_head, draw_rows):  # a place may be another item's now
        training.observe(draw, "trained")
    state.observe(draw_rows, "asked")
    state.observe(lambda _: setattr(found, "value", found_html(state.found, state.model)), "found")
    state.observe(lambda change: setattr(problem, "value", message_html(change["new"], "care")), "problem")
    is_there = lambda: training.trained is not None  # noqa: E731
    ask = VBox(
        [HTML("<h2>Your stars</h2>"), rows, Box([others]).add_class("ta-line").add_class("ta-gap"),
         Box([search, add]).add_class("ta-line").add_class("ta-gap"), problem.add_class("ta-gap")]
    ).add_class("ta-card")  # fmt: skip
    cards = Box([ask, VBox([found]).add_class("ta-card")]).add_class("ta-row")
    shown_when(train, training, ["trained"], lambda: not is_there())
    shown_when(cards, training, ["trained"], is_there)
    draw_head()
    draw_rows()
    found.value = found_html(state.found, state.model)
    return VBox([head, train, cards])


def _rated(state: Recommending, model: RatingModel, at: int) -> VBox:
    """One item with its stars."""
    item, name = model.item_names[at], model.titles[at] or model.item_names[at]
    levels = star_levels(*model.scale)
    options = [
        {"key": _SKIPPED, "label": "not seen", "n": ""},
        *({"key": _key(one), "label": f"{one:g} ★", "n": ""} for one in levels),
    ]
    given = state.stars.get(item)
    stars = Choices(
        options=options,
        chosen=_SKIPPED if given is None else _key(given),
        accessible_name=f"Stars for {name}",
    )
    stars.observe(
        lambda change: state.rate(item, None if change["new"] == _SKIPPED else float(change["new"])), "chosen"
    )
    return VBox([HTML(f"<b>{html.escape(name)}</b>"), stars])


def found_html(found: list[Liked], model: RatingModel | None) -> str:
    """What was found, the best first, as HTML."""
    if not found or model is None:
        return '<h2>You may like</h2><p class="ta-soft">Recommendations stand here after the first stars.</p>'
    low, high = model.scale
    rows = "".join(
        f'<li><b>{html.escape(one.name)}</b><div class="ta-bar" aria-hidden="true"><i style="width:'
        f'{100 * (one.stars - low) / (high - low):.0f}%"></i></div><span class="ta-soft">{one.stars:.1f} ★ expected · '
        f"{count(one.n, 'rating')}</span></li>"
        for one in found
    )
    return f'<h2>You may like</h2><ol class="ta-found" aria-label="You may like">{rows}</ol>'
