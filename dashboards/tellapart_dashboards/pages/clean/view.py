"""Clean: the pictures worth a look, worst first, and one key for each decision."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from ipywidgets import HTML, Box, Button, Dropdown, Layout, VBox, Widget, dlink, link
from tellapart.labels import label_order

from tellapart_dashboards.app.visibility import shown_when
from tellapart_dashboards.app.wording import heading_html, message_html, percent, progress_html
from tellapart_dashboards.pages.clean.queue import THRESHOLDS
from tellapart_dashboards.pages.clean.state import SPLITS, CleanState
from tellapart_dashboards.pages.clean.texts import (
    DECIDED,
    EVERY,
    KIND_NAMES,
    batch_words,
    busy_words,
    empty_text,
    gain_html,
    headline,
    options,
)
from tellapart_dashboards.pages.clean.tools import tools
from tellapart_dashboards.widgets.choices.choices import Choices
from tellapart_dashboards.widgets.grid.grid import Grid

SPLIT_NAMES = {"train": "training", "valid": "validation", "test": "test"}


def clean_view(state: CleanState, train_again: Callable[[], None] | None = None) -> VBox:
    """The Clean page. train_again: trains and opens the Train page, where there is one beside this."""
    project = state.project
    head, note, gain = HTML(), HTML(), HTML()
    gather = Button(description="Gather pictures").add_class("ta-primary")
    again = Button(description="Check the pictures", layout=Layout(margin="0 0 18px"))
    again.add_class("ta-primary")
    go_on = Button(description="Next: train").add_class("ta-primary")
    grid = Grid(state.desk, accessible_name="Pictures to review")

    def draw(_: Any = None) -> None:
        n_open = max(state.n_open, 0)
        head.value = heading_html(
            *headline(state.phase, n_open, state.n_decided, project.n_pictures, state.is_first_look)
        )
        note.value = message_html(state.problem, "failed") or message_html(_care(state), "care")
        gain.value = gain_html(state.gain)

    def draw_grid(_: Any = None) -> None:
        grid.show(*state.order)

    def draw_words(_: Any = None) -> None:
        is_narrowed = bool(state.label or state.split or state.region)
        grid.empty_text = empty_text(state.kind, is_narrowed, state.phase == "ready")
        name = "Suggestions" if state.is_previewing else KIND_NAMES[state.kind]
        grid.accessible_name = f"Pictures, {name}"

    link((state, "size"), (grid, "size"))
    dlink((state, "key_labels"), (grid, "labels"))
    dlink((project, "counts"), (grid, "all_labels"), lambda counts: list(counts))
    dlink((state, "can_undo"), (grid, "can_undo"))
    dlink((state, "can_redo"), (grid, "can_redo"))
    state.observe(draw, ["phase", "n_open", "n_decided", "problem", "gain", "is_first_look"])
    state.observe(draw_words, ["kind", "label", "split", "region", "phase", "is_previewing"])
    state.observe(draw_grid, "order")
    state.observe(lambda _: grid.changed(), "is_changed")
    project.observe(draw, ["counts"])
    gather.on_click(lambda _: project.set_trait("current", "gather"))
    again.on_click(lambda _: state.look())
    go_on.on_click(lambda _: train_again() if train_again else None)

    shown_when(gather, state, ["phase"], lambda: state.phase == "empty" and "gather" in project.pages)
    shown_when(again, state, ["phase"], lambda: state.phase in ("stopped", "failed"))
    for owner, names in ((state, ["phase"]), (project, ["counts"])):
        shown_when(go_on, owner, names, lambda: train_again is not None and len(project.counts) > 1)
    filters, batch = _filters(state, gain), _batch(state)
    desk = VBox([filters, tools(state, batch), grid])
    has_any = lambda: state.phase == "ready" or len(state.order[0]) > 0  # noqa: E731
    shown_when(desk, state, ["phase", "order"], has_any)
    draw()
    draw_words()
    draw_grid()
    state.look()
    top = Box([VBox([head]).add_class("ta-grow"), go_on]).add_class("ta-line").add_class("ta-head")
    return VBox([top, note, gather, again, _busy(state), desk])


def _busy(state: CleanState) -> Widget:
    """How far the first look is, with a way to stop it."""
    running, cancel = HTML(), Button(description="Cancel")

    def draw(_: Any = None) -> None:
        message = busy_words(state.message, state.project.n_pictures)
        running.value = progress_html(state.progress, message, state.is_progress_known, "Checking pictures")

    state.observe(draw, ["message", "progress", "is_progress_known"])
    draw()
    cancel.on_click(lambda _: state.cancel())
    line = Box([VBox([running]).add_class("ta-grow"), cancel]).add_class("ta-line")
    busy = VBox([line]).add_class("ta-card").add_class("ta-busy")
    has_nothing_better = lambda: state.is_first_look or not len(state.order[0])  # noqa: E731
    is_shown = lambda: state.stage == "running" or (state.phase == "looking" and has_nothing_better())  # noqa: E731
    shown_when(busy, state, ["stage", "phase", "order", "is_first_look"], is_shown)
    return busy


def _filters(state: CleanState, gain: HTML) -> Widget:
    """Kinds of finding with their numbers; label and split beside them."""
    kinds = Choices(accessible_name="Which pictures")
    label = Dropdown(description="Label", options=_label_options(state), value=state.label)
    split = Dropdown(
        description="Split", options=[("all", ""), *((SPLIT_NAMES[split], split) for split in SPLITS)]
    )

    def kind_in_sight() -> str:
        return EVERY if state.is_first_look and not state.kind else state.kind

    def draw_kinds(_: Any = None) -> None:
        kinds.options = options(
            state.counts, kind_in_sight(), state.n_decided, state.project.n_pictures, state.is_first_look
        )
        kinds.chosen = kind_in_sight()

    def choose(change: dict[str, Any]) -> None:
        if change["new"] != kind_in_sight():
            state.kind = change["new"]

    both = link((state, "label"), (label, "value"))

    def draw_labels(_: Any) -> None:
        both.unlink()  # with new options the first one is chosen for a moment, which is nobody's wish
        with label.hold_sync():
            label.options = _label_options(state)
            both.link()

    def enable(_: Any = None) -> None:
        split.disabled = state.kind in (DECIDED, EVERY)  # findings know their part

    draw_kinds()
    enable()
    state.observe(enable, "kind")
    kinds.observe(choose, "chosen")
    link((state, "split"), (split, "value"))
    state.observe(draw_kinds, ["counts", "kind", "n_decided", "is_first_look"])
    state.project.observe(draw_labels, "counts")
    menus = Box([label, split]).add_class("ta-line").add_class("ta-menus")
    return VBox([kinds, Box([menus, gain]).add_class("ta-line").add_class("ta-below")]).add_class("ta-card")


def _label_options(state: CleanState) -> list[tuple[str, str]]:
    names = sorted({*state.project.counts, *filter(None, [state.label])}, key=label_order)
    return [("all labels", ""), *((name, name) for name in names)]


def _batch(state: CleanState) -> Widget:
    """Apply what is suggested surely enough: first look at exactly those pictures, then say yes."""
    threshold = Dropdown(description="Suggestions above", options=[(percent(one), one) for one in THRESHOLDS])
    preview, apply, back = Button(), Button().add_class("ta-primary"), Button(description="Back")
    words = HTML()

    def draw(_: Any = None) -> None:
        n = len(state.suggested)
        threshold.value = state.threshold
        preview.description = f"Preview {n:,}"
        apply.description = f"Apply {'this one' if n == 1 else f'these {n:,}'}"
        apply.disabled = n == 0
        if state.is_previewing:
            words.value = f'<p class="ta-soft" role="status">{html.escape(_preview_words(state))}</p>'
        else:
            said = filter(None, (state.notice, batch_words(state.threshold, state.n_above)))
            words.value = f'<p class="ta-soft" role="status">{html.escape(" ".join(said))}</p>'

    threshold.observe(lambda change: state.choose_threshold(change["new"]), "value")
    state.observe(draw, ["suggested", "threshold", "n_above", "is_previewing", "notice"])
    preview.on_click(lambda _: state.set_trait("is_previewing", True))
    back.on_click(lambda _: state.set_trait("is_previewing", False))
    apply.on_click(lambda _: state.apply_suggestions())
    is_offered = lambda: not state.is_previewing and bool(state.suggested)  # noqa: E731
    shown_when(preview, state, ["is_previewing", "suggested"], is_offered)
    has_choice = lambda: state.is_previewing or any(state.n_above.values())  # noqa: E731
    shown_when(threshold, state, ["is_previewing", "n_above"], has_choice)
    for button in (apply, back):
        shown_when(button, state, ["is_previewing"], lambda: state.is_previewing)
    draw()
    line = Box([threshold, preview, apply, back, words]).add_class("ta-line").add_class("ta-batch")
    has_any = lambda: (  # noqa: E731
        state.is_previewing or bool(state.notice) or (state.phase == "ready" and state.n_open > 0)
    )
    shown_when(line, state, ["is_previewing", "notice", "phase", "n_open"], has_any)
    return line


def _preview_words(state: CleanState) -> str:
    actions: dict[str, int] = {}
    for finding in state.suggested.values():
        words = finding.suggestion.sentence()
        actions[words] = actions.get(words, 0) + 1
    listed = ", ".join(f"{n} × {words}" for words, n in sorted(actions.items(), key=lambda one: -one[1])[:4])
    return f"These pictures would change: {listed}. Decide any wrong ones yourself; they are then left out."


def _care(state: CleanState) -> str:
    if state.phase == "stopped":
        return "Stopped. Results so far are saved. Continue whenever you like."
    if state.phase == "ready" and len(state.project.counts) == 1:
        only = next(iter(state.project.counts))
        return (
            f"Only one label so far, “{only}”. Wrong labels can be found once there are two; duplicates and "
            "poor pictures are found already."
        )
    return ""
