"""Parts of the pages alone in the browser, without a kernel: what a person does counts, however late an answer comes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from alone import alone
from camera_tracks import NOTE_TRACKS
from cleaning import drag
from driving import DRAWN, PHONE, SHORT_PRESS, Tab
from playwright.sync_api import Locator, Page, expect

Open = Callable[..., Tab]
A_LIST = "document.body.append(Object.assign(document.createElement('select'), {innerHTML: '<option>oak<option>elm'}))"


def press_slowly(button: Locator, meanwhile: str) -> None:
    """A press during which something comes from the kernel."""
    button.hover()
    button.page.mouse.down()
    button.page.evaluate(meanwhile)
    button.page.mouse.up()


def test_a_step_can_be_pressed_while_its_number_changes(open_tab: Open) -> None:
    steps = [{"key": key, "label": key.title(), "badge": ""} for key in ("gather", "clean", "train")]
    page = alone(open_tab().page, "steps", steps=steps, current="train")
    gather = page.get_by_role("tab", name="Gather")
    press_slowly(gather, "model.set('steps', model.get('steps').map((step) => ({ ...step, badge: '12' })))")
    expect(gather).to_have_attribute("aria-selected", "true")
    expect(gather).to_be_focused()
    expect(gather).to_have_text("Gather 12")


def test_a_step_that_is_being_opened_says_so_before_python_answers(open_tab: Open) -> None:
    steps = [{"key": key, "label": key.title(), "badge": ""} for key in ("gather", "train")]
    page = alone(open_tab().page, "steps", steps=steps, current="gather", shown="gather")
    opening = page.get_by_role("progressbar", name="Opening Train")
    expect(page.get_by_role("progressbar")).to_be_hidden()
    page.get_by_role("tab", name="Train").click()
    expect(opening).to_be_visible()
    page.evaluate("model.set('shown', 'train')")
    expect(opening).to_be_hidden()


def test_a_kind_can_be_pressed_while_numbers_change(open_tab: Open) -> None:
    options = [{"key": key, "label": key, "n": "3"} for key in ("all", "dark", "copies", "every")]
    page = alone(open_tab().page, "choices", options=options, chosen="all")
    every = page.get_by_role("radio", name="every")
    without_dark = (
        "model.set('options', model.get('options').slice(0, 1).concat(model.get('options').slice(2)))"
    )
    press_slowly(page.get_by_role("radio", name="all"), without_dark)
    press_slowly(every, "model.set('options', model.get('options').map((one) => ({ ...one, n: '2' })))")
    expect(every).to_have_attribute("aria-checked", "true")
    expect(every).to_be_focused()
    expect(page.get_by_role("radio")).to_have_text(["all 2", "copies 2", "every 2"])


def test_typed_words_stay_while_the_project_has_not_taken_them(open_tab: Open) -> None:
    row = {"label": "oak", "query": "", "n": 0, "share": 0, "n_held": 0, "left_out": [], "status": ""}
    row |= {"kind": "", "progress": -1, "more": []}
    values = {"rows": [row], "strips": {}, "held": {}, "undo_text": "", "is_searching": False, "n_wanted": 60}
    values |= {"labels": [], "all_labels": []}
    page = alone(open_tab().page, "label_rows", **values)
    words = page.get_by_role("textbox", name="Search words for oak")
    words.fill("oak leaf")
    words.press("Tab")
    page.evaluate("model.set('undo_text', 'Undo: rename label oak → elm')")
    page.wait_for_function(DRAWN)
    expect(words).to_have_value("oak leaf")
    page.evaluate("model.set('rows', [{ ...model.get('rows')[0], query: 'oak leaves' }])")
    expect(words).to_have_value("oak leaves")


def the_map(page: Page) -> Page:
    points = {"points": ("Float32Array", [0.1, 0.1, 0.6, 0.6]), "targets": ("Uint16Array", [0, 1])}
    values = {
        "bytes": {**points, "open_findings": ("Uint32Array", [])},
        "labels": ["oak", "elm"],
        "region": [],
    }
    return alone(page, "map", **values)


def test_the_map_keeps_what_is_being_drawn_and_who_has_the_focus(open_tab: Open) -> None:
    page = the_map(open_tab().page)
    oak = page.get_by_role("button", name="oak")
    oak.focus()
    press_slowly(oak, "model.set('open_findings', view(Uint32Array, [1]))")
    expect(oak).to_have_attribute("aria-pressed", "true")
    expect(oak).to_be_focused()
    field = page.get_by_role("application")
    field.focus()
    for _ in range(10):
        page.keyboard.press("Shift+ArrowDown")
        page.keyboard.press("Shift+ArrowRight")
    page.evaluate("model.set('region', [])")  # that of the rectangle before was given up
    page.keyboard.press("Enter")
    assert len(page.evaluate("model.sent.at(-1).region")) == 4
    page.keyboard.press("Escape")  # the page holds none already, Python may hold the one just chosen
    assert page.evaluate("model.sent.at(-1)") == {"t": "choose", "region": []}


def the_grid(page: Page, n: int) -> Page:
    values = {"labels": [], "all_labels": [], "size": "M", "accessible_name": "Pictures", "empty_text": ""}
    values |= {
        "sheet": 1,
        "can_undo": True,
        "can_redo": False,
        "bytes": {"order": ("Uint32Array", list(range(n)))},
    }
    return alone(page, "grid", **values)


def test_a_decision_can_be_pressed_while_labels_come(open_tab: Open) -> None:
    page = the_grid(open_tab().page, 3)
    press_slowly(page.get_by_role("button", name="undo"), "model.set('labels', ['oak', 'elm'])")
    assert "undo" in page.evaluate("model.sent.map((message) => message.kind)")
    names = page.get_by_role("toolbar").get_by_role("button")
    expect(names.nth(2)).to_have_accessible_name("relabel to oak")
    expect(names.nth(4)).to_have_accessible_name("undo")  # "r" stays a key where every label has one


def test_pictures_that_come_late_leave_the_focus_where_somebody_is_about_to_choose(open_tab: Open) -> None:
    """They may be those of what was chosen before. What has been chosen leads to its first picture."""
    page = the_grid(open_tab().page, 3)
    page.evaluate("window.pictures = model")
    the_map(page)
    page.evaluate(A_LIST)
    first, field = page.locator(".ta-tile[aria-posinset='1']"), page.get_by_role("application")
    choice = page.get_by_role("combobox")

    def others_come() -> None:
        page.evaluate("pictures.set('sheet', pictures.get('sheet') + 1)")
        page.wait_for_function(DRAWN)

    field.click()
    others_come()
    expect(field).to_be_focused()
    page.get_by_role("button", name="oak").click()
    field.focus()  # as a screen reader does it
    others_come()
    expect(field).to_be_focused()
    drag(page, field, field, {"x": 5, "y": 5}, {"x": 150, "y": 150})
    others_come()
    expect(first).to_be_focused()
    drag(page, field, field, {"x": 5, "y": 5}, {"x": 150, "y": 150})
    page.keyboard.press("ArrowRight")
    others_come()
    expect(field).to_be_focused()
    choice.click()
    others_come()
    expect(choice).to_be_focused()
    choice.select_option("elm")
    others_come()
    expect(first).to_be_focused()


def test_tidying_waits_for_the_new_order(open_tab: Open) -> None:
    """However long the model takes to learn; then nothing moves any more."""
    tab = open_tab()
    tab.page.clock.install()
    page = the_grid(tab.page, 30)
    keys = page.locator(".ta-tile[aria-posinset='1']")
    keys.focus()
    page.keyboard.press("k")
    page.keyboard.press("d")
    page.keyboard.press("t")
    page.clock.fast_forward(60_000)
    page.evaluate("model.set('order', view(Uint32Array, [2, 0, 1, 3, 4, 5, 6, 7, 8, 9]))")  # from before
    expect(keys).to_have_attribute("data-key", "2")
    page.clock.fast_forward(60_000)
    page.evaluate("model.set('order', view(Uint32Array, [5, 3, 4, 2, 6, 7, 8, 9]))")
    expect(keys).to_have_attribute("data-key", "5")
    page.evaluate("model.set('order', view(Uint32Array, [9, 8, 7, 6, 4, 3, 2]))")
    page.wait_for_function(DRAWN)
    expect(keys).to_have_attribute("data-key", "5")


def test_each_press_of_the_shutter_is_a_picture(open_tab: Open) -> None:
    """Also while the studio has not answered the one before."""
    page = open_tab().page
    page.route("http://127.0.0.1/", lambda route: route.fulfill(content_type="text/html", body="<body>"))
    page.goto("http://127.0.0.1/")  # browsers allow a camera there
    alone(page, "webcam", label="mug", longest_px=64, burst_ms=200)
    page.get_by_role("button", name="Use the camera").click()
    shutter = page.get_by_role("button", name="Take a picture of “mug”")
    for _ in range(3):
        shutter.evaluate(SHORT_PRESS)
    page.wait_for_function("model.sent.length === 3")
    assert page.evaluate("model.sent.map((shot) => [shot.n, shot.is_last])") == [
        [1, True],
        [2, True],
        [3, True],
    ]


def camera_page(open_tab: Open, **values: Any) -> Page:
    page = open_tab().page
    page.route("http://127.0.0.1/", lambda route: route.fulfill(content_type="text/html", body="<body>"))
    page.goto("http://127.0.0.1/")  # browsers allow a camera there
    return alone(page, "webcam", label="", needs_label=False, longest_px=64, burst_ms=200, **values)


def test_a_camera_that_opens_when_its_page_has_gone_is_let_go(open_tab: Open) -> None:
    page = camera_page(open_tab)
    page.evaluate(NOTE_TRACKS)
    page.evaluate("""() => {
      document.querySelector(".ta-action").click();
      leave();
    }""")
    page.wait_for_function("tracks.length === 1")
    assert page.evaluate("tracks[0].readyState") == "ended"


def test_one_frame_is_on_its_way_at_a_time_and_none_while_the_page_is_hidden(open_tab: Open) -> None:
    page = camera_page(open_tab, is_live=True, frame_px=96)
    page.get_by_role("button", name="Use the camera").click()
    page.wait_for_function("model.sent.length === 1")
    page.wait_for_function(DRAWN)
    assert page.evaluate("model.sent.map((one) => one.n)") == ["frame 1"], "the next one waits for the answer"
    answer = "model.handlers.filter(([event]) => event === 'msg:custom').forEach(([, call]) => call({ t: 'answer', "
    answer += "n: model.sent.at(-1).n, text: 'oak', shares: [['oak', '97 %', 0.97]], is_sure: true }))"
    page.evaluate(answer)
    expect(page.locator(".ta-livetext")).to_have_text("oak 97 %")
    page.wait_for_function("model.sent.length === 2")
    page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true, configurable: true })")
    page.evaluate(answer)
    page.wait_for_function("(window.since ??= performance.now()) < performance.now() - 1500")
    n_hidden = page.evaluate("model.sent.length")
    assert n_hidden <= 3, "one may have been drawn when the page was hidden"
    page.evaluate("delete document.hidden")
    page.evaluate(answer)
    page.wait_for_function(f"model.sent.length > {n_hidden}")
    page.get_by_role("button", name="Close the camera").click()
    n_closed = page.evaluate("model.sent.length")
    page.evaluate(answer)
    page.wait_for_function(DRAWN)
    assert page.evaluate("model.sent.length") == n_closed


def test_the_matrix_on_a_phone_says_what_is_out_of_sight(open_tab: Open) -> None:
    names = [
        "black-bear",
        "grizzly-bear",
        "Ursus_arctos_horribilis_very_long",
        "panda",
        "polar bear",
        "koala",
        "teddy",
    ]
    counts = [[9 if i == j else (i + j) % 3 for j in range(7)] for i in range(7)]
    page = alone(open_tab(PHONE).page, "matrix", classes=names, counts=counts, chosen=[])
    hint = page.locator(".ta-sideways")
    expect(hint).to_have_text(re.compile(r"^\d more columns to the right"))
    assert page.evaluate("getComputedStyle(document.querySelector('.ta-matrixbox'), '::after').opacity") != ""
    expect(page.locator(".ta-matrixbox")).to_have_class(re.compile("ta-more-right"))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    for name in names:  # the whole name is there, and in reach
        expect(page.get_by_role("columnheader", name=name)).to_have_attribute("title", name)
        expect(page.get_by_role("rowheader", name=name)).to_have_attribute("title", name)
    lines = page.evaluate(
        """() => [...document.querySelectorAll("tbody th > span")].map((one) => Math.round(one.getBoundingClientRect().height /
          parseFloat(getComputedStyle(one).lineHeight)))"""
    )
    assert lines[0] == 2 and lines[3] == 1, "names break at hyphens"
    page.get_by_role("region", name="What is mistaken for what").focus()
    page.keyboard.press("End")
    page.evaluate("document.querySelector('.ta-matrix').scrollLeft = 10000")
    expect(hint).to_have_text("The first columns are to the left.")
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(hint).to_be_hidden()


def test_keys_of_the_browser_stay_its_own_on_a_card(open_tab: Open) -> None:
    card = {
        "id": "a",
        "name": "a",
        "label": "good",
        "reasons": [],
        "pieces": [["fine", ""]],
        "rest": "",
        "cells": [],
    }
    card |= {"words": [], "other": {}, "action": "", "suggested": "", "has_large": True, "opens": True}
    page = alone(
        open_tab().page, "finding_cards", cards=[card], labels=[], large={}, said="", at="", can_undo=False,
        can_redo=False, n_more=0, empty="", accessible_name="Findings",
    )  # fmt: skip
    page.get_by_role("listitem").focus()
    for key in ("Control+v", "Control+o", "Meta+v"):
        page.keyboard.press(key)
    assert page.evaluate("model.sent") == []
    page.keyboard.press("o")
    assert page.evaluate("model.sent") == [{"t": "open", "id": "a"}]
    page.keyboard.press("v")
    expect(page.get_by_role("dialog", name="a, labelled good")).to_be_visible()
