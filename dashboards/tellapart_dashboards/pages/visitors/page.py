"""The app that visitors of a shared classifier get: pictures in, the likeliest labels out, what to know about them.

Everything is in the page when it is drawn, but for the classifier itself, which is loaded while the browser draws.
"""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ipywidgets import HTML, Box, Button, VBox, Widget
from tellapart.bundle.papers import paper_html
from tellapart.deploy.accent import accent_variables
from tellapart.deploy.appearance import Appearance
from tellapart.deploy.facts import about_html, credits_text, kinds, model_card_text
from tellapart.deploy.voila.settings import BUNDLE, AppSettings, read_settings
from tellapart.errors import BundleError

from tellapart_dashboards.app.cell_pages import show_in_cell
from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.app.page_frame import STATIC
from tellapart_dashboards.app.visibility import folded
from tellapart_dashboards.app.wording import count, error_html, heading_html, message_html
from tellapart_dashboards.pages.classify.answers import answers_box
from tellapart_dashboards.pages.classify.view import OF_VISITORS
from tellapart_dashboards.pages.visitors.corrections import correction_below
from tellapart_dashboards.pages.visitors.state import VisitorState, is_on_binder
from tellapart_dashboards.widgets.upload.upload import UploadWidget
from tellapart_dashboards.widgets.webcam.webcam import Webcam

_DARK = (  # as tellapart.css tells dark from light
    "@media(prefers-color-scheme:dark){{:root:not(:has(body[data-jp-theme-light]:not([data-voila]))){{{0}}}}}"
    ':root:has(body[data-jp-theme-light="false"]:not([data-voila])){{{0}}}'
)


def app_page(folder: str | Path = ".") -> Widget:
    """The app of the folder that `tellapart app --target voila` made.

    Raises:
        RuntimeError: no event loop runs; pages work in notebooks.
    """
    root = Path(folder).absolute()
    try:
        settings = read_settings(root)
        page = visitors_view(root, settings, _classes(root / BUNDLE))
    except Exception as error:  # Voila would show a visitor nothing at all
        page = VBox([HTML(_style(Appearance().accent)), Box([HTML(error_html(error))]).add_class("ta-main")])
    page.add_class("ta").add_class("ta-visitors")
    show_in_cell(page)
    return page


def visitors_view(root: Path, settings: AppSettings, classes: tuple[str, ...]) -> VBox:
    """The page, whole; its classifier is being loaded."""
    shown = Appearance(settings.title, settings.about, settings.accent)
    asking = settings.asking()
    state = VisitorState(root, root / BUNDLE, asking)
    below = correction_below(state, classes, asking) if asking.is_on else None
    note, busy = HTML(), HTML()
    upload = UploadWidget(
        state.uploads_dir,
        state.take_upload,
        OF_VISITORS,
        accessible_name="Pictures to classify",
        accept="image/*,.heic,.heif",
        takes_folders=False,
        is_for_visitors=True,
    )
    camera = Webcam(state.uploads_dir, state.take_shots, on_frame=state.answer_frame, needs_label=False)
    examples = _examples(root, settings.examples, state)
    card = VBox([upload, camera, *examples, busy, answers_box(state, state.clear, below)]).add_class(
        "ta-card"
    )

    def draw(_: Any = None) -> None:
        note.value = message_html(state.message, "failed")
        busy.value = (
            f'<p class="ta-soft ta-classifying" role="status">Classifying {count(state.n_left, "picture")} …</p>'
            if state.n_left
            else ""
        )

    def load(change: dict[str, Any]) -> None:
        """Until the page is drawn, the kernel has to answer it, and changes would be lost. The browser's messages may
        come on a loop of their own (JupyterLab's subshells), so all that waits for the classifier starts from them."""
        if change["new"]:
            soon(state.bundle())

    upload.observe(load, "is_drawn")
    state.observe(draw, ["message", "n_left"])
    return VBox(
        [
            HTML(_style(shown.accent)),
            VBox(
                [
                    HTML(heading_html(shown.title, shown.about or kinds(classes))),
                    note,
                    card,
                    *_papers(state, settings),
                    HTML(
                        f'<p class="ta-soft ta-foot">{_where_pictures_go(asking.is_on)} Made with tellapart.</p>'
                    ),
                ]
            ).add_class("ta-main"),
        ]
    )


def _papers(state: VisitorState, settings: AppSettings) -> list[VBox]:
    """What to know about the classifier, read when somebody opens it."""
    about, examples = settings.about, settings.example_credits
    software = ["This app: tellapart, licence Apache-2.0"]
    return [
        _read_when_opened("About this classifier", state, lambda bundle: about_html(bundle, about)),
        _read_when_opened("Model card", state, lambda bundle: paper_html(model_card_text(bundle))),
        _read_when_opened(
            "Credits", state, lambda bundle: paper_html(credits_text(bundle, software, examples))
        ),
    ]


def _read_when_opened(title: str, state: VisitorState, text_of: Callable[[Any], str]) -> VBox:
    body = HTML()
    paper = folded(title, body)
    fold = paper.children[0]

    async def read() -> None:
        bundle = await state.bundle()
        if bundle is not None:
            body.value = await asyncio.to_thread(text_of, bundle)

    fold.observe(lambda change: soon(read()) if change["new"] and not body.value else None, "value")
    return paper.add_class("ta-paper-fold")


def _examples(root: Path, files: list[str], state: VisitorState) -> list[Widget]:
    shown = []
    for n, file in enumerate(files, 1):
        name, jpeg = f"Example {n}", (root / file).read_bytes()
        picture = HTML(f'<img alt="{name}" src="data:image/jpeg;base64,{b64encode(jpeg).decode()}">')
        button = Button(description=name, tooltip=f"Classify {name.lower()}")
        button.on_click(lambda _, name=name, jpeg=jpeg: state.take_example(name, jpeg))
        shown.append(VBox([picture, button]).add_class("ta-example"))
    return (
        [HTML('<p class="ta-soft ta-try">No picture at hand? Try one of these:</p>'), _row(shown)]
        if shown
        else []
    )


def _row(children: list[VBox]) -> Box:
    return Box(children).add_class("ta-examples")


def _where_pictures_go(may_send: bool) -> str:
    but = " Only what you send under “That is wrong” is kept." if may_send else ""
    if is_on_binder():
        return (
            f"Your pictures go to mybinder.org, are classified there and then deleted.{but} A page that nobody "
            "touches for ten minutes ends there: if nothing answers any more, open the link again."
        )
    return (
        f"Your pictures go to the computer that runs this page, are classified there and then deleted.{but}"
    )


def _classes(bundle_dir: Path) -> tuple[str, ...]:
    """The labels, without what else a bundle takes to load."""
    try:
        found = json.loads((bundle_dir / "bundle.json").read_text("utf-8"))["classes"]
        return tuple(str(label) for label in found)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(f"The app's classifier in {bundle_dir} cannot be read ({error}).") from error


def _style(accent: str) -> str:
    """The look, for JupyterLab, and the app's own colour."""
    sheets = [(STATIC / name).read_text("utf-8") for name in ("tellapart.css", "visitors.css")]
    light, dark = (
        f"--ta-accent:{colour};--ta-accent-ink:{ink};--ta-tint:color-mix(in srgb,{colour} 12%,var(--ta-card))"
        for colour, ink in accent_variables(accent)
    )
    return f"<style>{''.join(sheets)}:root{{{light}}}{_DARK.format(dark)}</style>"
