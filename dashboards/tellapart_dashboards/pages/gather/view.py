"""Gather: labels with their searches on the web, upload, camera, folders; what is there, and what is next."""

from __future__ import annotations

import html
from typing import Any

from ipywidgets import (
    HTML,
    BoundedIntText,
    Box,
    Button,
    Combobox,
    Dropdown,
    Layout,
    Text,
    Textarea,
    VBox,
    dlink,
    link,
)

from tellapart_dashboards.app.event_loop import soon
from tellapart_dashboards.app.label_advice import headline, main_action
from tellapart_dashboards.app.pictures.decisions import labels_with_keys
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.app.public.visiting import is_visiting
from tellapart_dashboards.app.visibility import folded, lead_with, shown_when
from tellapart_dashboards.app.wording import count, heading_html, message_html, progress_html
from tellapart_dashboards.pages.gather.credits import OriginsState, origins_view
from tellapart_dashboards.pages.gather.doors import doors_view
from tellapart_dashboards.pages.gather.label_offer import labels_offer
from tellapart_dashboards.pages.gather.label_questions import questions_view
from tellapart_dashboards.pages.gather.public_sets import public_sets_view
from tellapart_dashboards.pages.gather.search_state import KINDS, LICENCES, SOURCES, SearchState
from tellapart_dashboards.pages.gather.state import GatherState
from tellapart_dashboards.widgets.label_rows.label_rows import LabelRows
from tellapart_dashboards.widgets.upload.upload import UploadWidget
from tellapart_dashboards.widgets.webcam.webcam import Webcam

MOST_REFUSALS = 1000  # listed on the page


def gather_view(state: GatherState) -> VBox:
    """The Gather page."""
    project, search = state.project, state.search
    head, failed, problem, summary, advice_line = (HTML() for _ in range(5))
    go_on, rows = Button(layout=Layout(margin="0 0 14px")), LabelRows(search.wish, search.desk)

    def draw(_: Any = None) -> None:
        failed.value = message_html(state.message, "failed") if state.stage == "failed" else ""
        if state.stage == "cancelled":
            failed.value = message_html(state.message)
        summary.value = "".join(map(summary_html, state.summaries))

    def draw_counts(_: Any = None) -> None:
        title, lead = headline(project.counts)
        n_held = sum(row["n_held"] for row in search.rows)
        if n_held:
            wait = "waits" if n_held == 1 else "wait"
            lead = f"{count(n_held, 'picture')} {wait} for your choice. Keep the ones that fit."
        head.value = heading_html(title, lead)
        next_page = _next_page(project)
        go_on.description = f"Next: {next_page}"
        rows.main = main_action(project.counts, search.rows, bool(next_page))
        lead_with(rows.main, {"go on": go_on})

    dlink((search, "problem"), (problem, "value"), lambda text: message_html(text, "care"))
    dlink((state, "advice"), (advice_line, "value"), lambda text: message_html(text, state.advice_kind))
    state.observe(draw, ["stage", "message", "summaries"])
    project.observe(draw_counts, ["counts", "pages"])
    search.observe(draw_counts, "rows")
    shown_when(go_on, project, ["counts"], lambda: len(project.counts) > 1 and bool(_next_page(project)))
    go_on.on_click(lambda _: project.set_trait("current", _next_page(project)))
    draw()
    draw_counts()
    top = Box([head.add_class("ta-grow"), go_on]).add_class("ta-line")
    # what came of one's own pictures stands where they were given; what a row's wish met stays in sight
    return VBox([
        top, doors_view(state),
        problem.add_class("ta-sticky"), _labels_card(search, rows), advice_line, failed, _busy_card(state),
        questions_view(state), summary,
        _add_card(state),
    ])  # fmt: skip


def _next_page(project: ProjectState) -> str:
    return next((page for page in ("clean", "train") if page in project.pages), "")


def _labels_card(search: SearchState, rows: LabelRows) -> VBox:
    """The labels and, folded away, where and how searches look."""
    dlink((search.project, "counts"), (rows, "all_labels"), list)
    dlink((search.project, "counts"), (rows, "labels"), lambda counts: labels_with_keys(counts, counts))
    for name in ("rows", "strips", "held", "undo_text", "is_searching"):
        dlink((search, name), (rows, name))
    dlink((search, "limit"), (rows, "n_wanted"))
    project = search.project

    def bring(_: Any = None) -> None:
        """The row that another page sends somebody here for."""
        errand = project.errand
        rows.asked = errand.label if errand is not None and errand.page == "gather" else ""

    project.observe(bring, "errand")
    bring()
    failed, reports = HTML(), HTML()

    def draw(_: Any = None) -> None:
        failed.value = failure_html(search) if search.stage == "failed" else ""
        if search.stage == "cancelled":
            failed.value = message_html(f"{search.message} Search again to continue.")
        reports.value = "".join(map(report_html, search.reports))

    search.observe(draw, ["stage", "message", "facts", "reports"])
    draw()
    search.begin()
    origins = origins_view(OriginsState(search.project))
    return VBox([rows, failed, reports, _settings(search), origins]).add_class("ta-card")


def _settings(search: SearchState) -> VBox:
    source = Dropdown(options=SOURCES, description="Source")
    licence = Dropdown(options=LICENCES, description="Licence")
    kind = Dropdown(options=KINDS, description="Kind")
    limit = BoundedIntText(min=1, max=10_000, description="Pictures per label")
    contact = Text(description="Your email address or web page", placeholder="you@example.org")
    for name, widget in (("source", source), ("licence", licence), ("kind", kind), ("limit", limit)):
        link((search, name), (widget, "value"))
    link((search, "contact"), (contact, "value"))
    why = HTML(
        '<p class="ta-soft">Wikimedia Commons only answers if it can contact you. The address is sent to the '
        "services you search and saved with the project.</p>"
    )
    settings = VBox([
        Box([source, limit]).add_class("ta-line"),
        Box([licence, kind]).add_class("ta-line").add_class("ta-gap"),
        Box([contact]).add_class("ta-line").add_class("ta-gap"),
        why,
    ])  # fmt: skip
    return folded("Search settings", settings)


def _add_card(state: GatherState) -> VBox:
    """Pictures of one's own: drop, choose, take with the camera, name a folder."""
    project = state.project
    addresses = Textarea(
        description="Web addresses of pictures", placeholder="https://… one per line", rows=2
    )
    pasted = HTML()

    def take_addresses(text: str) -> None:
        addresses.value = text
        pasted.value = message_html("Addresses pasted. Give them a label above, then press Download.")

    upload = UploadWidget(
        project.project.uploads_dir,
        state.take_upload,
        state.upload_limits,
        take_addresses,
        state.is_awaited,
        accessible_name="Add pictures",
        takes_labels=True,
    )
    camera = Webcam(project.project.uploads_dir, state.take_shots)
    label = Combobox(
        description="Label for these pictures",
        placeholder="e.g. robin",
        ensure_option=False,
    )
    add_waiting = Button(description="Add them")
    add_by_names = Button(description="Use labels from the file names")
    drop_waiting = Button(description="Throw them away")
    folder = Text(description="Folder or archive on this computer", placeholder="/home/me/Pictures/birds")
    add_folder = Button(description="Add this folder")
    waiting = HTML()
    link((state, "label"), (label, "value"))
    dlink((label, "value"), (camera, "label"))
    link((state, "folder_text"), (folder, "value"))
    dlink((project, "counts"), (label, "options"), lambda counts: tuple(counts))
    dlink((state, "n_waiting"), (waiting, "value"), lambda n: message_html(_waiting_text(n), "care"))
    dlink(
        (state, "n_waiting"),
        (add_waiting, "description"),
        lambda n: f"Add {count(n, 'picture')}" if n else "Add them",
    )
    fetch = Button(description="Download")
    dlink(
        (state, "names_offer"),
        (add_by_names, "description"),
        lambda text: f"Use labels {text or 'from the file names'}",
    )
    shown_when(add_by_names, state, ["names_offer"], lambda: bool(state.names_offer))
    add_by_names.on_click(lambda _: state.add_waiting_by_names())
    shown_when(add_waiting, state, ["n_waiting"], lambda: state.n_waiting > 0)
    add_waiting.on_click(lambda _: state.add_waiting())
    shown_when(drop_waiting, state, ["n_waiting"], lambda: state.n_waiting > 0)
    drop_waiting.on_click(lambda _: state.drop_waiting())
    add_folder.on_click(lambda _: state.add_folder())

    async def fetch_addresses(asked: str) -> None:
        if await state.search.fetch_addresses(asked, state.label) and addresses.value == asked:
            addresses.value = pasted.value = ""  # else the next ones are in it already

    fetch.on_click(lambda _: soon(fetch_addresses(addresses.value)))
    return VBox([
        HTML("<h2>Your own pictures</h2>"),
        Box([label, add_waiting]).add_class("ta-line").add_class("ta-gap"),
        waiting,
        labels_offer(state),
        Box([add_by_names, drop_waiting]).add_class("ta-line"),
        Box([upload, camera]).add_class("ta-beside").add_class("ta-gap"),
        *([] if is_visiting() else [Box([folder, add_folder]).add_class("ta-line").add_class("ta-gap")]),
        Box([addresses, fetch]).add_class("ta-line").add_class("ta-gap"),
        pasted,
        *([] if is_visiting() else [public_sets_view(state)]),
    ]).add_class("ta-card")  # fmt: skip


def _busy_card(state: GatherState) -> VBox:
    running = HTML()
    cancel = Button(description="Cancel")
    busy = VBox([running, cancel]).add_class("ta-card").add_class("ta-busy")

    def draw(_: Any = None) -> None:
        is_running = state.stage == "running"
        running.value = (
            progress_html(state.progress, state.message, state.is_progress_known, "Adding pictures")
            if is_running
            else ""
        )

    state.observe(draw, ["stage", "message", "progress"])
    draw()
    cancel.on_click(lambda _: state.cancel())
    shown_when(busy, state, ["stage"], lambda: state.stage == "running")
    return busy


def failure_html(search: SearchState) -> str:
    """Why no search brought anything, in one line; what each source answered is folded away."""
    details = "".join(f"<li>{html.escape(str(one))}</li>" for one in search.facts.get("details", ()))
    folded = (
        f"<details><summary>What each source answered</summary><ul>{details}</ul></details>"
        if details
        else ""
    )
    return message_html(search.message, "failed") + folded


def report_html(report: dict[str, Any]) -> str:
    """What a search refused, each with its reason, folded away; "" when it refused nothing."""
    refusals = report.get("refusals", [])
    if not refusals:
        return ""
    n_refused = sum(report.get("n_refused", {}).values())
    shown = "".join(
        f"<li>{html.escape(str(one['url']))}: {html.escape(str(one['reason']))}</li>"
        for one in refusals[:MOST_REFUSALS]
    )
    name = html.escape(str(report["label"]))
    return (
        f"<details><summary>{count(n_refused, 'picture')} of “{name}” not added: see why</summary>"
        f"<ul>{shown}</ul></details>"
    )


def summary_html(summary: dict[str, Any]) -> str:
    """What became of one intake: the sentence, the labels, what was understood, remarks; folded away, each refusal."""
    if summary.get("is_failed"):
        return message_html(summary["sentence"], "failed")
    refusals = summary.get("refusals", [])
    shown = "".join(
        f"<li>{html.escape(str(one['path']))}: {html.escape(str(one['reason']))}</li>"
        for one in refusals[:MOST_REFUSALS]
    )
    if len(refusals) > MOST_REFUSALS:
        shown += f"<li>… and {len(refusals) - MOST_REFUSALS:,} more</li>"
    head = f"<summary>{count(len(refusals), 'file')} not added: see why</summary>"
    folded = f"<details>{head}<ul>{shown}</ul></details>"
    labels = ", ".join(f"{label} {n:,}" for label, n in summary.get("labels", {}).items())
    told = [f"Labels: {labels}."] if labels else []
    told += [*summary.get("understood", []), *summary.get("notes", [])]
    remarks = "".join(f"<p>{html.escape(str(note))}</p>" for note in told)
    sentence = html.escape(str(summary.get("sentence", "")))
    return (
        f'<div class="ta-message" role="status"><b>{sentence}.</b>{remarks}{folded if refusals else ""}</div>'
    )


def _waiting_text(n: int) -> str:
    return (
        f"{count(n, 'picture')} wait{'s' * (n == 1)} for a label. Press one below, or enter a new one above and press "
        "Add."
        if n
        else ""
    )
