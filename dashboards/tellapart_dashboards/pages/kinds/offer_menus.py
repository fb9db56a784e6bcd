"""What can be chosen of a file, as menus."""

from __future__ import annotations

from ipywidgets import Dropdown

from tellapart_dashboards.pages.kinds.offers import SourceOffer


def offer_menus(offer: SourceOffer) -> dict[str, Dropdown]:
    """A menu for each choice, by its key; what was recognised is chosen."""
    return {
        one.key: Dropdown(
            description=one.label,
            options=[(one.unchosen, ""), *((title, title) for title in one.options)],
            value=one.value,
        )
        for one in offer.choices
    }
