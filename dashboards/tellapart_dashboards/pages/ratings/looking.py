"""Look, for ratings: what is in the table, what was left out of it, and what is rated most."""

from __future__ import annotations

import asyncio
import html
from dataclasses import dataclass

import numpy as np
from ipywidgets import HTML, VBox
from tellapart.errors import BundleError
from tellapart.ratings.item_map import map_items
from tellapart.ratings.model import RatingModel
from tellapart.ratings.project import RatingProject
from tellapart.ratings.reading import RatingTable

from tellapart_dashboards.app.event_loop import Repeated
from tellapart_dashboards.app.wording import count, heading_html, percent
from tellapart_dashboards.pages.kinds.training import ThingsTraining
from tellapart_dashboards.pages.ratings.map_chart import MOST_MAPPED, map_html

MOST_ITEMS = 30
_MOST_BARS = 11
_MAP = "<h2>A map of tastes</h2>"
_FEW = 5  # ratings of a user that hardly tell a taste


@dataclass(frozen=True)
class RatedItem:
    """n: how many rated it; stars: on average."""

    name: str
    n: int
    stars: float


@dataclass(frozen=True)
class RatingsSeen:
    """title, lead: the head. shares: (stars, share of all ratings); items: the most rated first; remarks: sentences."""

    title: str
    lead: str
    shares: tuple[tuple[str, float], ...]
    items: tuple[RatedItem, ...]
    remarks: tuple[str, ...]


def ratings_seen(table: RatingTable) -> RatingsSeen:
    """What a table shows."""
    n_items, n_users = len(table.item_names), len(table.user_names)
    of_items = np.bincount(table.items, minlength=n_items)
    sums = np.bincount(table.items, weights=table.stars, minlength=n_items)
    order = np.argsort(-of_items, kind="stable")[:MOST_ITEMS].tolist()
    items = [
        RatedItem(table.titles[at] or table.item_names[at], int(of_items[at]), float(sums[at] / of_items[at]))
        for at in order
    ]
    (low, high), stars = table.scale, table.stars
    if len(np.unique(stars)) > _MOST_BARS:
        step = (high - low) / (_MOST_BARS - 1)
        stars = low + np.round((stars - low) / step) * step
    values, counts = np.unique(stars, return_counts=True)
    shares = [
        (f"{value:g}", n / len(table.stars))
        for value, n in zip(values.tolist(), counts.tolist(), strict=True)
    ]
    n_few = int((np.bincount(table.users) < _FEW).sum())
    remarks = list(table.notes)
    if n_few:
        remarks.append(
            f"{count(n_few, 'user')} gave fewer than {_FEW} ratings: little to learn a taste from."
        )
    lead = f"Of {count(n_items, 'item')} by {count(n_users, 'user')}, {table.stars.mean():.2f} on average."
    return RatingsSeen(
        count(len(table.stars), "rating"), lead, tuple(shares[:_MOST_BARS]), tuple(items), tuple(remarks)
    )


async def looking_view(project: RatingProject, training: ThingsTraining) -> VBox:
    """The page."""
    seen = await asyncio.to_thread(lambda: ratings_seen(project.table))
    chart = HTML().add_class("ta-card")

    async def draw() -> None:
        trained = training.trained
        chart.value = await asyncio.to_thread(_map_of, trained.predictor if trained is not None else None)

    drawing = Repeated(draw)
    training.observe(lambda _: drawing.ask(), "trained")
    await draw()
    return VBox([HTML(seen_html(seen)), chart])


def _map_of(model: RatingModel | None) -> str:
    """Of the newest recommender; a sentence where there is none, or where it knows no tastes. For a thread."""
    if model is None:
        return f"{_MAP}<p class='ta-soft'>It stands here once something was trained.</p>"
    try:
        return map_html(map_items(model, MOST_MAPPED).items)
    except BundleError as error:
        return f"{_MAP}<p class='ta-soft'>{html.escape(str(error))}</p>"


def seen_html(seen: RatingsSeen) -> str:
    """The page as HTML."""
    rows = "".join(
        f'<tr><th scope="row">{html.escape(one.name)}</th><td class="ta-number">{one.n:,}</td>'
        f'<td class="ta-number">{one.stars:.2f}</td></tr>'
        for one in seen.items
    )
    bars = "".join(
        f'<div class="ta-share"><span>{stars} ★</span><div class="ta-bar" aria-hidden="true"><i style="width:'
        f'{100 * share:.1f}%"></i></div><span class="ta-number">{percent(share)}</span></div>'
        for stars, share in seen.shares
    )
    remarks = "".join(f'<p class="ta-soft">{html.escape(one)}</p>' for one in seen.remarks)
    return (
        f'{heading_html(seen.title, seen.lead)}<div class="ta-card"><h2>How they are spread</h2>'
        f'<div class="ta-narrow">{bars}</div>{remarks}</div><div class="ta-card"><h2>Rated most</h2>'
        '<div class="ta-scroll" tabindex="0" role="region" aria-label="Rated most">'
        '<table class="ta-table ta-counts ta-apart">'
        '<thead><tr><th scope="col">Item</th><th scope="col" class="ta-number">Ratings</th>'
        f'<th scope="col" class="ta-number">Average</th></tr></thead><tbody>{rows}</tbody></table></div></div>'
    )
