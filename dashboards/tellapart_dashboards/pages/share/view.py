"""Share: how the app looks, what kind it is, whether it is fit to go out, and the app itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from ipywidgets import HTML, Box, Button, Checkbox, ColorPicker, RadioButtons, Text, Textarea, VBox, Widget
from tellapart.deploy.facts import kinds
from tellapart.deploy.targets import TARGETS

from tellapart_dashboards.app.event_loop import Repeated
from tellapart_dashboards.app.public.visiting import is_visiting
from tellapart_dashboards.app.visibility import folded, lead_with, shown_when
from tellapart_dashboards.app.wording import heading_html, message_html, progress_html
from tellapart_dashboards.pages.share.controller import SharePage
from tellapart_dashboards.pages.share.examples_view import examples_card
from tellapart_dashboards.pages.share.publish_view import publish_card
from tellapart_dashboards.pages.share.state import SharePhase, main_button, may_be_said
from tellapart_dashboards.pages.share.texts import (
    CHECKING,
    LOOKS,
    QUESTIONS,
    SECOND_FILE,
    app_html,
    checks_html,
    corrections_html,
    headline,
    made_of_html,
    make_label,
    no_internet_html,
    preview_frame,
    runtime_html,
    target_options,
    warning_html,
    wrong_html,
)
from tellapart_dashboards.widgets.choices.choices import Choices
from tellapart_dashboards.widgets.download.download import Download


def share_view(page: SharePage, go_to_train: Callable[[], None] | None = None) -> VBox:
    """The Share page. go_to_train: opens the Train page, where there is one beside this."""
    head = HTML()
    train = Button(description="Train a model").add_class("ta-primary")
    train.on_click(lambda _: go_to_train() if go_to_train else None)

    def draw(_: Any = None) -> None:
        head.value = heading_html(*headline(page.state, go_to_train is not None))

    page.observe(draw, "state")
    draw()
    looks = VBox([_looks(page), examples_card(page)]).add_class("ta-area-looks")
    parts = [_making(page), publish_card(page), _check(page), _corrections(page), _questions(page)]
    rest = VBox(parts).add_class("ta-area-rest")
    desk = Box([looks, _preview(page), rest]).add_class("ta-sharing")
    shown_when(desk, page, ["state"], lambda: page.state.phase is SharePhase.READY)
    is_empty = lambda: page.state.phase is SharePhase.NO_MODEL  # noqa: E731
    shown_when(train, page, ["state"], lambda: is_empty() and go_to_train is not None)
    page.look()
    return VBox([head, train, desk])


def _looks(page: SharePage) -> Widget:
    """Title, words, colour."""
    draft = page.state.draft
    title = Text(description="Title", value=draft.title, placeholder="What is in the picture?")
    about = Textarea(description="A few words about it", value=draft.about, rows=3)
    accent = ColorPicker(description="Colour", value=page.state.settings.appearance.accent)
    wrong = HTML()

    def draw(_: Any = None) -> None:
        wrong.value = message_html(page.state.wrong, "care")
        if page.state.model.classes:
            about.placeholder = kinds(page.state.model.classes)

    page.observe(draw, "state")
    draw()
    title.observe(lambda change: page.write(title=change["new"]), "value")
    about.observe(lambda change: page.write(about=change["new"]), "value")
    accent.observe(lambda change: page.write(accent=change["new"]), "value")
    fields = VBox([title, about, accent]).add_class("ta-fields")
    return VBox([HTML("<h2>How it looks</h2>"), fields, wrong]).add_class("ta-card")


def _preview(page: SharePage) -> Widget:
    """What visitors will see, on a phone or on a laptop; drawn anew once somebody pauses."""
    look = Choices(options=LOOKS, chosen="phone", accessible_name="Preview")
    frame = HTML()
    drawn: tuple[object, ...] = ()

    async def draw() -> None:
        nonlocal drawn
        state = page.state
        wanted = (look.chosen, state.model.name, state.settings.appearance, state.example_jpegs)
        if state.phase is SharePhase.READY and wanted != drawn:
            drawn = wanted
            frame.value = await asyncio.to_thread(preview_frame, state, look.chosen)

    drawing = Repeated(draw)
    page.observe(lambda _: drawing.ask(), "state")
    look.observe(lambda _: drawing.ask(), "chosen")
    return VBox([look, frame]).add_class("ta-area-preview")


def _making(page: SharePage) -> Widget:
    """The kind of app, the button, how far it is, and what came of it."""
    kind = RadioButtons(options=target_options(), value=page.state.draft.target)
    about, running, said, held = HTML(), HTML(), HTML(), HTML()
    all_the_same = Checkbox(description="Share it all the same: I have read why not", indent=False)
    make = Button()
    cancel = Button(description="Cancel")

    def takes(name: str) -> bool:
        return name in TARGETS[page.state.draft.target].takes

    def draw(_: Any = None) -> None:
        state, making = page.state, page.state.making
        about.value = made_of_html(state) + runtime_html(making.needs_runtime and takes("runtime"))
        make.description = make_label(state)
        make.disabled = making.is_running or bool(state.wrong) or state.is_held or page.publishing.is_running
        lead_with(main_button(state, page.publishing.facts.has_git), {"make": make})
        held.value = wrong_html(state.wrong) or (
            warning_html(state.stops, state.held) or (CHECKING if state.is_held else "")
        )
        all_the_same.value = bool(state.stops) and not state.held
        running.value = (
            progress_html(making.progress, making.message, making.is_known, "Making the app")
            if making.is_running
            else ""
        )
        stopped = message_html(making.message) if making.is_stopped else ""
        said.value = message_html(making.problem, "failed") or stopped
        if making.problem and making.needs_runtime and takes("runtime"):
            offline.children[0].value = True  # what to do without a connection comes into sight

    runtime = Text(description="Where the file lies", placeholder="onnxruntime-web-1.30.0.tgz")
    offline = folded(
        "No internet?",
        VBox([HTML(no_internet_html()), Box([runtime]).add_class("ta-line").add_class("ta-gap")]),
    )
    repository = Text(
        description="On GitHub", placeholder="owner/name, once you know it", value=page.state.draft.repository,
        continuous_update=False,
    )  # fmt: skip
    place = Box([repository]).add_class("ta-line").add_class("ta-gap")
    second = Checkbox(description=SECOND_FILE, value=page.state.draft.service_worker, indent=False)
    page.observe(draw, "state")
    page.publishing.observe(draw, "facts")
    draw()
    kind.observe(lambda change: page.write(target=change["new"]), "value")
    repository.observe(lambda change: page.write(repository=change["new"]), "value")
    second.observe(lambda change: page.write(service_worker=change["new"]), "value")
    all_the_same.observe(_said_by_hand(page), "value")
    make.on_click(lambda _: page.make(runtime=runtime.value))
    cancel.on_click(lambda _: page.cancel())
    busy = VBox([running, cancel]).add_class("ta-busy")
    shown_when(busy, page, ["state"], lambda: page.state.making.is_running)
    shown_when(all_the_same, page, ["state"], lambda: may_be_said(page.state))
    shown_when(offline, page, ["state"], lambda: takes("runtime") and not is_visiting())
    shown_when(place, page, ["state"], lambda: takes("repository"))
    shown_when(second, page, ["state"], lambda: takes("service_worker"))
    choice = VBox([kind]).add_class("ta-kinds")
    parts = [
        HTML("<h2>What to make</h2>"),
        choice,
        about,
        place,
        second,
        held,
        all_the_same,
        said,
        make,
        busy,
        _app(page),
    ]
    return VBox([*parts, offline]).add_class("ta-card")


def _said_by_hand(page: SharePage) -> Callable[[dict[str, Any]], None]:
    """The page sets the tick as well, to what is so; only another one is news."""

    def changed(change: dict[str, Any]) -> None:
        if change["new"] != (bool(page.state.stops) and not page.state.held):
            page.share_all_the_same(change["new"])

    return changed


def _app(page: SharePage) -> Widget:
    """The app that was made: where it lies, opened, zipped, downloaded."""
    place, notice = HTML(), HTML()
    show, pack = Button(description="Open it"), Button(description="Save as zip")
    download = Download()

    def draw(_: Any = None) -> None:
        app = page.state.making.app
        if app is None:
            return
        place.value = app_html(app, page.state.is_current)
        notice.value = message_html(page.state.making.notice)
        is_file = app.path.suffix == ".html"
        show.layout.display = "" if is_file and not is_visiting() else "none"
        download.offer(app.offered)
        download.description = "Download" if app.offered == app.path else "Download the zip"

    page.observe(draw, "state")
    draw()
    show.on_click(lambda _: page.open_app())
    pack.on_click(lambda _: page.save_zip())
    buttons = Box([show, pack, download]).add_class("ta-line")
    made = VBox([place, buttons, notice]).add_class("ta-made")
    shown_when(
        made, page, ["state"], lambda: page.state.making.app is not None and not page.state.making.is_running
    )
    return made


def _check(page: SharePage) -> Widget:
    """What is worth knowing before the app goes out."""
    findings, waiting = HTML(), HTML()
    again = Button(description="Check again").add_class("ta-link")

    def draw(_: Any = None) -> None:
        check = page.state.check
        findings.value = checks_html(check.findings)
        is_first = check.is_running and not check.findings
        words = "Starting the model and measuring it …" if is_first else ""
        waiting.value = message_html(check.problem, "failed") or (
            f'<p class="ta-soft" role="status">{words}</p>' if words else ""
        )
        again.disabled = check.is_running

    page.observe(draw, "state")
    draw()
    again.on_click(lambda _: page.check_again())
    return VBox([HTML("<h2>Before you share</h2>"), waiting, findings, again]).add_class("ta-card")


def _corrections(page: SharePage) -> Widget:
    """Whether visitors may say that an answer is wrong, what they agree to, and where it goes."""
    draft = page.state.draft
    asks = Checkbox(description="Visitors may say that an answer is wrong", value=draft.asks, indent=False)
    consent = Textarea(description="What they agree to", value=draft.consent, rows=5)
    address = Text(
        description="Your own service",
        value=draft.address,
        placeholder="https://example.org/corrections, or nothing",
    )
    fields = VBox([HTML(corrections_html()), VBox([consent, address]).add_class("ta-fields")])
    asks.observe(lambda change: page.write(asks=change["new"]), "value")
    consent.observe(lambda change: page.write(consent=change["new"]), "value")
    address.observe(lambda change: page.write(address=change["new"]), "value")
    shown_when(fields, page, ["state"], lambda: page.state.draft.asks)
    card = VBox([HTML("<h2>“That is wrong”</h2>"), asks, fields]).add_class("ta-card")
    shown_when(card, page, ["state"], lambda: "corrections" in TARGETS[page.state.draft.target].takes)
    return card


def _questions(page: SharePage) -> Widget:
    """What only a person can say; it goes into the model card of the app."""
    lead = (
        "<h2>For the model card</h2>"
        '<p class="ta-soft">Everybody who gets the app can read it. Leave open what you cannot say.</p>'
    )
    fields = []
    for name, (question, hint) in QUESTIONS.items():
        value = getattr(page.state.draft, name)
        one = Textarea(description=question, value=value, placeholder=hint, rows=2)
        one.observe(lambda change, name=name: page.write(**{name: change["new"]}), "value")
        fields.append(one)
    return VBox([HTML(lead), VBox(fields).add_class("ta-fields")]).add_class("ta-card")
