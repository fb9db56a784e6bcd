"""Clean: the pictures worth a look, worst first, and one key for each decision."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from ipywidgets import HTML, Box, Button, Dropdown, Layout, VBox, Widget
from tellapart.label_names import label_order
from tellapart.progress import Step

from tellapart_dashboards.app.visibility import lead_with, shown_when
from tellapart_dashboards.app.wording import message_html, progress_html, train_again_words
from tellapart_dashboards.pages.clean.controller import CleanPage
from tellapart_dashboards.pages.clean.filters import SIZES, SPLITS, THRESHOLDS
from tellapart_dashboards.pages.clean.phases import Phase
from tellapart_dashboards.pages.clean.state import CleanState, main_button
from tellapart_dashboards.pages.clean.texts import (
    DECIDED,
    EVERY,
    KIND_NAMES,
    SPLIT_NAMES,
    SURE_WORDS,
    batch_words,
    busy_words,
    empty_text,
    error_words,
    headline,
    measured_html,
    options,
)
from tellapart_dashboards.pages.clean.tools import tools
from tellapart_dashboards.widgets.choices.choices import Choices
from tellapart_dashboards.widgets.grid.grid import Grid


def clean_view(page: CleanPage, train_again: Callable[[], None] | None = None) -> VBox:
    """The Clean page. train_again: trains and opens the Train page, where there is one beside this."""
    project = page.project
    note = HTML()
    gather = Button(description="Gather pictures")
    again = Button(description="Check the pictures", layout=Layout(margin="0 0 18px"))

    def draw(_: Any = None) -> None:
        state = page.state
        note.value = message_html(state.review.problem, "failed") or message_html(_care(state), "care")
        lead_with(_main(page), {"gather": gather, "again": again})

    page.observe(draw, "state")
    gather.on_click(lambda _: project.set_trait("current", "gather"))
    again.on_click(lambda _: page.look())
    foldouts = tools(page, _batch(page))
    desk = VBox([foldouts.parts, _filters(page), _grid(page)])
    has_any = lambda: page.state.phase is Phase.READY or bool(page.state.queue.ids)  # noqa: E731
    shown_when(desk, page, ["state"], has_any)
    shown_when(gather, page, ["state"], lambda: page.state.phase is Phase.EMPTY and "gather" in project.pages)
    shown_when(again, page, ["state"], lambda: page.state.phase in (Phase.STOPPED, Phase.FAILED))
    draw()
    page.look()
    buttons = Box([foldouts.buttons, _go_on(page, train_again)]).add_class("ta-line")
    top = Box([_head(page), buttons]).add_class("ta-line").add_class("ta-head")
    return VBox([top, note, gather, again, _busy(page), desk]).add_class("ta-cleaning")


def _head(page: CleanPage) -> HTML:
    """How much there is to review, how good the model is, and where that figure comes from."""
    head = HTML().add_class("ta-grow")
    project = page.project

    def draw(_: Any = None) -> None:
        state = page.state
        title, lead = headline(
            state.phase,
            max(state.n_open, 0),
            state.queue.decisions.n,
            state.n_pictures,
            state.is_first_look,
        )
        error = project.training.error_rate if project.training else None
        gain = state.review.gain
        if state.phase is Phase.READY:
            lead = error_words(error, gain) or lead
        said = f'<p class="ta-lead" role="status">{html.escape(lead)}</p>'
        head.value = f"<h1>{html.escape(title)}</h1>{said}{measured_html(error, gain)}"

    page.observe(draw, "state")
    project.observe(draw, "training")
    draw()
    return head


def _go_on(page: CleanPage, train_again: Callable[[], None] | None) -> Button:
    """On to training."""
    project, go_on = page.project, Button()

    def draw(_: Any = None) -> None:
        go_on.description = train_again_words(project.n_changes) if project.training else "Next: train"
        lead_with(_main(page), {"go on": go_on})

    project.observe(draw, ["training", "n_changes"])
    page.observe(draw, "state")
    go_on.on_click(lambda _: train_again() if train_again else None)
    draw()
    shown_when(go_on, page, ["state"], lambda: train_again is not None and len(page.state.project.counts) > 1)
    return go_on


def _main(page: CleanPage) -> str:
    project = page.project
    return main_button(page.state, project.n_changes > 0 or not project.training)


def _grid(page: CleanPage) -> Grid:
    """The pictures in sight."""
    grid = Grid(page.desk, accessible_name="Pictures to review", size=page.state.filters.size)

    def draw(before: CleanState | None, state: CleanState) -> None:
        queue, filters = state.queue, state.filters
        grid.size = filters.size
        grid.labels = list(queue.key_labels)
        grid.all_labels = list(state.project.counts)
        grid.can_undo, grid.can_redo = queue.decisions.can_undo, queue.decisions.can_redo
        grid.empty_text = empty_text(filters.kind, filters.is_narrowed, state.phase is Phase.READY)
        name = "Suggestions" if filters.is_previewing else KIND_NAMES[filters.kind]
        grid.accessible_name = f"Pictures, {name}"
        if before is None or queue.ids is not before.queue.ids or queue.sheet != before.queue.sheet:
            is_other = before is not None and queue.sheet != before.queue.sheet
            grid.show(page.desk.keys_of(queue.ids), is_other)
        if before is not None and state.review.n_rankings != before.review.n_rankings:
            grid.changed()

    page.observe(lambda change: draw(change["old"], change["new"]), "state")
    draw(None, page.state)
    return grid


def _busy(page: CleanPage) -> Widget:
    """How far the first look is, with a way to stop it."""
    running, cancel = HTML(), Button(description="Cancel")

    def draw(_: Any = None) -> None:
        told = page.state.told
        message = busy_words(told.message, told.step is Step.STARTING, page.state.n_pictures)
        running.value = progress_html(told.progress, message, told.is_known, "Checking pictures")

    page.observe(draw, "state")
    draw()
    cancel.on_click(lambda _: page.cancel())
    line = Box([VBox([running]).add_class("ta-grow"), cancel]).add_class("ta-line")
    busy = VBox([line]).add_class("ta-card").add_class("ta-busy")
    shown_when(busy, page, ["state"], lambda: page.state.is_busy)
    return busy


def _filters(page: CleanPage) -> Widget:
    """One line that stays in sight: kinds of finding with their numbers, label, part of the set, size of the tiles."""
    kinds = Choices(accessible_name="Which pictures")
    sizes = Choices(
        accessible_name="Size of the pictures",
        options=[{"key": size, "label": size, "n": ""} for size in SIZES],
        chosen=page.state.filters.size,
    )
    label = Dropdown(description="Label")
    split = Dropdown(
        description="Pictures",
        options=[("all pictures", ""), *((SPLIT_NAMES[split], split) for split in SPLITS)],
    )

    def draw(_: Any = None) -> None:
        state = page.state
        kinds.options = options(
            state.queue.counts,
            state.kind_in_sight,
            state.queue.decisions.n,
            state.n_pictures,
            state.is_first_look,
        )
        kinds.chosen = state.kind_in_sight
        sizes.chosen = state.filters.size
        split.value = state.filters.split
        split.disabled = state.filters.kind in (DECIDED, EVERY)  # findings know their part
        draw_labels(state)

    def draw_labels(state: CleanState) -> None:
        offered = _label_options(state)
        label.unobserve(choose_label, "value")  # with new options the first one is chosen for a moment
        with label.hold_sync():
            if label.options != offered:
                label.options = offered
            label.value = state.filters.label
        label.observe(choose_label, "value")

    def choose_kind(change: dict[str, Any]) -> None:
        if change["new"] != page.state.kind_in_sight:
            page.choose(kind=change["new"])

    def choose_label(change: dict[str, Any]) -> None:
        page.choose(label=change["new"])

    label.observe(choose_label, "value")
    draw()
    page.observe(draw, "state")
    kinds.observe(choose_kind, "chosen")
    sizes.observe(lambda change: page.choose(size=change["new"]), "chosen")
    split.observe(lambda change: page.choose(split=change["new"]), "value")
    menus = Box([label, split]).add_class("ta-line").add_class("ta-menus")
    return Box([kinds.add_class("ta-kinds-line"), menus, sizes.add_class("ta-sizes-line")]).add_class(
        "ta-lid"
    )


def _label_options(state: CleanState) -> tuple[tuple[str, str], ...]:
    names = sorted({*state.project.counts, *filter(None, [state.filters.label])}, key=label_order)
    return (("all labels", ""), *((name, name) for name in names))


def _batch(page: CleanPage) -> Widget:
    """Apply what is suggested surely enough: first look at exactly those pictures, then say yes."""
    threshold = Dropdown(
        description="Suggestions that are", options=[(SURE_WORDS[one], one) for one in THRESHOLDS]
    )
    preview, apply, back = Button(), Button(), Button(description="Back")
    words = HTML()

    def draw(_: Any = None) -> None:
        state, queue = page.state, page.state.queue
        n = len(queue.suggested)
        threshold.value = queue.threshold
        preview.description = f"Preview {n:,}"
        apply.description = f"Apply {'this one' if n == 1 else f'these {n:,}'}"
        apply.disabled = n == 0
        lead_with(_main(page), {"apply": apply})
        if state.filters.is_previewing:
            said = [_preview_words(state)]
        else:
            said = [state.review.notice, batch_words(queue.threshold, dict(queue.n_above))]
        words.value = f'<p class="ta-soft" role="status">{html.escape(" ".join(filter(None, said)))}</p>'

    def has_any() -> bool:
        state = page.state
        is_worth_it = state.phase is Phase.READY and state.n_open > 0
        return state.filters.is_previewing or bool(state.review.notice) or is_worth_it

    draw()
    page.observe(draw, "state")
    threshold.observe(lambda change: page.choose_threshold(change["new"]), "value")
    preview.on_click(lambda _: page.preview(True))
    back.on_click(lambda _: page.preview(False))
    apply.on_click(lambda _: page.apply_suggestions())
    is_previewing = lambda: page.state.filters.is_previewing  # noqa: E731
    shown_when(preview, page, ["state"], lambda: not is_previewing() and bool(page.state.queue.suggested))
    shown_when(threshold, page, ["state"], lambda: is_previewing() or any(page.state.queue.n_above.values()))
    for button in (apply, back):
        shown_when(button, page, ["state"], is_previewing)
    line = Box([threshold, preview, apply, back, words]).add_class("ta-line").add_class("ta-batch")
    shown_when(line, page, ["state"], has_any)
    return line


def _preview_words(state: CleanState) -> str:
    actions: dict[str, int] = {}
    for finding in state.queue.suggested.values():
        words = finding.suggestion.sentence() if finding.suggestion else ""
        actions[words] = actions.get(words, 0) + 1
    listed = ", ".join(f"{n} × {words}" for words, n in sorted(actions.items(), key=lambda one: -one[1])[:4])
    return f"These pictures would change: {listed}. Decide any wrong ones yourself; they are then left out."


def _care(state: CleanState) -> str:
    if state.phase is Phase.STOPPED:
        return "Stopped. Results so far are saved. Continue whenever you like."
    if state.phase is Phase.READY and len(state.project.counts) == 1:
        only = next(iter(state.project.counts))
        return (
            f"Only one label so far, “{only}”. Wrong labels can be found once there are two; duplicates and "
            "poor pictures are found already."
        )
    return ""
