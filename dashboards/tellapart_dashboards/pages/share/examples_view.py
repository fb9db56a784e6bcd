"""Examples: pictures of the project that visitors may try, chosen by pressing them."""

from __future__ import annotations

from typing import Any

from ipywidgets import HTML, VBox, Widget
from tellapart.deploy.appearance import MOST_EXAMPLES
from tellapart.deploy.targets import TARGETS

from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.pages.share.controller import SharePage
from tellapart_dashboards.pages.share.state import OfferedPicture
from tellapart_dashboards.pages.share.texts import examples_lead
from tellapart_dashboards.widgets.picks.picks import Picks


def examples_card(page: SharePage) -> Widget:
    """The card, in sight for the kinds of apps that show examples."""
    lead = HTML()
    picks = Picks(at_most=MOST_EXAMPLES, accessible_name="Pictures that visitors may try")
    shown: tuple[OfferedPicture, ...] = ()

    def draw(_: Any = None) -> None:
        nonlocal shown
        state = page.state
        lead.value = examples_lead(bool(state.offered))
        if state.offered is not shown:
            shown = state.offered
            places = {one.image_id: place for place, one in enumerate(shown)}
            chosen = [places[image_id] for image_id in state.draft.examples if image_id in places]
            picks.show([one.jpeg for one in shown], [one.label for one in shown], chosen)

    def chosen(change: dict[str, Any]) -> None:
        if page.state.offered is shown:
            page.write(examples=tuple(shown[place].image_id for place in change["new"]))

    page.observe(draw, "state")
    draw()
    picks.observe(chosen, "chosen")
    card = VBox([lead, picks]).add_class("ta-card")
    takes = lambda: "examples" in TARGETS[page.state.draft.target].takes  # noqa: E731
    shown_when(card, page, ["state"], takes)
    return card
