"""export_rating_page: a recommender as one HTML file that opens from disk and asks nobody for anything."""

from __future__ import annotations

from html import escape
from pathlib import Path

from tellapart.deploy.appearance import Appearance
from tellapart.deploy.html.one_file import check_free, put_together, write_page
from tellapart.deploy.html.packing import json_in_html
from tellapart.ratings.item_map import mapped_places
from tellapart.ratings.model import RatingModel
from tellapart.ratings.model_file import read_model, record_of

TITLE = "Rate five, see what you would like"
_MOST_MAPPED = 400  # more points hide each other


def export_rating_page(
    bundle: Path | str, out: Path | str, title: str = "", about: str = "", *, force: bool = False
) -> Path:
    """One HTML file at `out` where a visitor rates a few items and sees what to expect of the others, as the bundle
    says. It holds what the bundle holds: items, no users and no single rating.

    Args:
        title, about: above the page and below that, at most 120 and 2,000 characters; the usual ones unless given.
        force: replace a page that tellapart made; nothing else is replaced.
    Raises:
        BundleError: the bundle cannot be used; see `read_model`.
        DeployError: `out` is there, is no .html, or cannot be written; a text is too long, the recommender too large.
    """
    target = Path(out).expanduser().absolute()
    check_free(target, force)
    model = read_model(Path(bundle).expanduser())
    record = {**record_of(model), "measured": {}}  # the page says it in words
    places = mapped_places(model, _MOST_MAPPED) if model.factors.shape[1] else []
    looks = Appearance(title or TITLE, about)
    lead = f"Give stars to a few of {len(model.item_names):,} items that you know; five are enough to see a taste."
    parts = {
        "title": escape(looks.title),
        "lead": escape(looks.about or lead),
        "about": "".join(f"<li>{escape(one)}</li>" for one in facts(model)),
        "model": json_in_html(record),
        "places": json_in_html(places),
    }
    page = put_together(Path(__file__).parent, "ratings.css", looks.accent, parts)
    write_page(target, page, "Leave out items that few rated")
    return target


def facts(model: RatingModel) -> list[str]:
    """What the page says about the recommender, a sentence each."""
    one = model.measured
    said = [f"It knows {len(model.item_names):,} items, each rated by two people at least."]
    n_ratings, n_users, error = one.get("n_ratings"), one.get("n_users"), one.get("random_fifth")
    if isinstance(n_ratings, int) and isinstance(n_users, int):
        said.append(
            f"Learned from {n_ratings:,} ratings by {n_users:,} people, of whom nothing is kept here."
        )
    if isinstance(error, dict):
        mse, mean_mse = error.get("mse"), error.get("mean_mse")
        if isinstance(mse, float) and isinstance(mean_mse, float) and min(mse, mean_mse) >= 0:
            said.append(
                f"On ratings that it had not seen it was about {mse**0.5:.2f} stars off; always the mean, "
                f"{mean_mse**0.5:.2f}."
            )
    said.append("It knows who likes what else, and nothing of what an item is about.")
    return said
