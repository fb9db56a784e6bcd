"""Publish: the token, the button, how far it is, and the link with its code; or the five steps by hand."""

from __future__ import annotations

from typing import Any

from ipywidgets import HTML, Box, Button, Checkbox, VBox, Widget

from tellapart_dashboards.app.visibility import folded, lead_with, shown_when
from tellapart_dashboards.app.wording import message_html, progress_html
from tellapart_dashboards.pages.share.controller import SharePage
from tellapart_dashboards.pages.share.publish_texts import (
    LEAD,
    publish_label,
    published_html,
    steps_html,
    token_html,
)
from tellapart_dashboards.pages.share.state import main_button
from tellapart_dashboards.widgets.copy_text.copy_text import CopyText
from tellapart_dashboards.widgets.secret import Secret

PUBLISHED = "voila"  # the kind of app that a link opens


def publish_card(page: SharePage) -> Widget:
    """The card, in sight for the kind of app that becomes a repository."""
    publishing = page.publishing
    about, running, said, place, steps = HTML(), HTML(), HTML(), HTML(), HTML()
    token = Secret(description="Token for GitHub", placeholder="ghp_…", continuous_update=False)
    update = Checkbox(description="The repository is there already: update it", indent=False)
    publish = Button()
    cancel = Button(description="Cancel")
    link = CopyText(description="Copy the link")
    by_hand = folded("By hand, in five steps", steps)

    def draw(_: Any = None) -> None:
        facts, state = publishing.facts, page.state
        if state.draft.target == PUBLISHED:
            publishing.look()
        about.value = token_html(facts)
        publish.description = publish_label(facts)
        publish.disabled = (
            facts.is_running or state.making.is_running or state.is_held or facts.has_git is False
            or bool(state.wrong) or not state.settings.repository
        )  # fmt: skip
        lead_with(main_button(state, facts.has_git), {"publish": publish})
        running.value = (
            progress_html(facts.progress, facts.message, facts.is_known, "Publishing the app")
            if facts.is_running
            else ""
        )
        stopped = message_html(facts.message) if facts.is_stopped else ""
        missing = "" if state.settings.repository else '<p class="ta-soft">Write owner/name above first.</p>'
        said.value = message_html(facts.problem, "failed") or stopped or missing
        if facts.repository is not None:
            place.value = published_html(facts.repository, facts.qr)
            link.text = facts.repository.binder
        app = state.making.app
        steps.value = steps_html(state, app.path if app is not None and app.target == PUBLISHED else None)

    def press(_: Any) -> None:
        page.publish(token.taken(), update.value)

    publish.on_click(press)
    cancel.on_click(lambda _: publishing.cancel())
    page.observe(draw, "state")
    publishing.observe(draw, "facts")
    draw()
    busy = VBox([running, cancel]).add_class("ta-busy")
    shown_when(busy, publishing, ["facts"], lambda: publishing.facts.is_running)
    done = VBox([place, link]).add_class("ta-made")
    shown_when(done, publishing, ["facts"], lambda: publishing.facts.repository is not None)
    field = Box([token]).add_class("ta-line").add_class("ta-gap")
    card = VBox([HTML(LEAD), about, field, update, said, publish, busy, done, by_hand]).add_class("ta-card")
    shown_when(card, page, ["state"], lambda: page.state.draft.target == PUBLISHED)
    return card
