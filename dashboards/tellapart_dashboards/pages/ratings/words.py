"""What was measured of a recommender, in words and numbers."""

from __future__ import annotations

import html
from typing import Any

from tellapart_dashboards.app.wording import bar_html, count, seconds


def recommender_headline(measured: dict[str, Any]) -> tuple[str, str]:
    """How far off it is, and what that means."""
    scores = measured["random_fifth"]
    others = "all are by one user, who says little about others."
    if scores["interval"]:
        others = "expect {:.2f} to {:.2f} on others.".format(
            *(float(one) ** 0.5 for one in scores["interval"])
        )
    off, mean = float(scores["mse"]) ** 0.5, float(scores["mean_mse"]) ** 0.5
    lead = (
        f"On a fifth of the ratings that it had not seen; {others} Always saying the "
        f"average would be {mean:.2f} stars off."
    )
    return f"{off:.2f} stars off", lead


def recommender_details(measured: dict[str, Any]) -> str:
    """The error beside simpler ways, as HTML."""
    parts = [_bars("On a random fifth", measured["random_fifth"])]
    if measured.get("newest_fifth"):
        parts.append(_bars("On the newest fifth, learned from the older", measured["newest_fifth"]))
    said = [
        f"{measured['n_ratings']:,} ratings by {count(int(measured['n_users']), 'user')} of "
        f"{count(int(measured['n_items']), 'item')}; {int(measured['n_kept']):,} items are known to the recommender. "
        "Those that one user alone rated are left out, since they would tell about that user.",
        f"Trained in {seconds(float(measured['seconds']))}.",
    ]
    return "".join(parts) + "".join(f'<p class="ta-soft">{html.escape(one)}</p>' for one in said)


def _bars(title: str, scores: dict[str, Any]) -> str:
    rows = [
        ("always the average", float(scores["mean_mse"]) ** 0.5, "ta-plain"),
        ("user and item alone, without tastes", float(scores["bias_mse"]) ** 0.5, "ta-plain"),
        ("<b>this recommender</b>", float(scores["mse"]) ** 0.5, ""),
    ]
    most = max(off for _, off, _ in rows) or 1.0
    lines = "".join(
        f'<p>{name} <span class="ta-soft">{off:.2f} stars off</span></p>{bar_html(off / most, kind)}'
        for name, off, kind in rows
    )
    return f'<h2>{title}</h2><div class="ta-bars ta-narrow">{lines}</div>'
