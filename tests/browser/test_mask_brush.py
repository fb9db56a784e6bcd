"""The brush for masks alone in the browser: painted with mouse, finger and keys, taken back, and what is sent of it."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from alone import HEARD, alone
from driving import LAPTOP, PHONE, Tab
from PIL import Image
from playwright.sync_api import Dialog, Page, expect

WIDE, HIGH = 60, 40
SHOW = """([scene, picture, mask, told]) => model.set("scene", { ...scene, picture: view(Uint8Array, picture),
  mask: view(Uint8Array, mask), told: view(Uint8Array, told) })"""
SENT = """async () => [...new Uint8Array(await new Response(
  new Blob([model.buffers[0]]).stream().pipeThrough(new DecompressionStream("deflate"))).arrayBuffer())]"""
CLASSES = [{"name": f"class {i}", "colour": [20 * i, 255 - 20 * i, 120]} for i in range(12)]


def shown(page: Page, turn: int = 1, width: int = WIDE, height: int = HIGH, **more: Any) -> Page:
    """The widget with a mask of class 0, of which the network tells the right half otherwise, and nothing at the top."""
    mask = np.zeros((height, width), np.uint8)
    mask[:2] = 255
    told = mask.copy()
    told[:, width // 2 :] = 3
    jpeg = io.BytesIO()
    Image.new("RGB", (width, height), (90, 120, 90)).save(jpeg, "JPEG")
    scene = {
        "id": "a",
        "turn": turn,
        "name": "<b>a</b>",
        "width": width,
        "height": height,
        "has_previous": False,
    }
    scene |= {"has_next": True, "said": "", **more}
    packed = [list(zlib.compress(one.tobytes())) for one in (mask, told)]
    page.evaluate(SHOW, [scene, list(jpeg.getvalue()), *packed])
    page.locator(f".ta-mask[data-turn='{turn}']").wait_for()
    return page


@pytest.fixture
def brush(open_tab: Callable[..., Tab], request: pytest.FixtureRequest) -> Page:
    """Ready to paint class 2 with a brush of 6 pixels; on a phone if asked for."""
    size = getattr(request, "param", LAPTOP)
    page = alone(
        open_tab(size).page, "mask_brush", scene={"id": ""}, classes=CLASSES, can_paint=True, can_undo=False,
        can_redo=False, accessible_name="Mask",
    )  # fmt: skip
    shown(page).get_by_text("paint", exact=True).click()
    page.get_by_text("class 2", exact=True).click()
    page.get_by_label("Brush").fill("6")
    return page


def place(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a pixel of the mask is in the window."""
    page.locator(".ta-mask-sheet").scroll_into_view_if_needed()
    box = page.locator(".ta-mask-sheet").bounding_box()
    assert box is not None
    return box["x"] + x / WIDE * box["width"], box["y"] + y / HIGH * box["height"]


def saved(page: Page) -> np.ndarray:
    """The mask that is sent when it is saved."""
    page.get_by_role("button", name="Save the mask").click()
    page.wait_for_function("model.buffers !== undefined")
    assert page.evaluate("model.sent.at(-1)") == {"t": "save", "id": "a"}
    return np.array(page.evaluate(SENT), np.uint8).reshape(HIGH, WIDE)


def test_the_mouse_paints_strokes_that_are_taken_back_one_by_one(brush: Page) -> None:
    for y in (10, 30):
        brush.mouse.move(*place(brush, 10, y))
        brush.mouse.down()
        brush.mouse.move(*place(brush, 50, y), steps=3)
        brush.mouse.up()
    brush.keyboard.press("Control+z")
    mask = saved(brush)
    assert (mask[10, 10:50] == 2).all() and (mask[30] == 0).all() and (mask[:2] == 255).all()
    assert 40 * 5 < (mask == 2).sum() < 46 * 8
    expect(brush.get_by_role("button", name="Saving …")).to_be_disabled()
    brush.get_by_role("application").press("Control+z")  # not while it is saved
    brush.evaluate(HEARD, {"t": "refused", "said": "Not this one."})
    expect(brush.get_by_text("Not this one.")).to_be_visible()
    expect(brush.get_by_role("button", name="Undo stroke")).to_be_enabled()
    brush.keyboard.press("Control+y")
    brush.get_by_role("button", name="Save the mask").click()
    expect(brush.get_by_role("button", name="Saving …")).to_be_visible()
    shown(brush, turn=2, said="Saved.")
    expect(brush.get_by_role("button", name="Save the mask")).to_be_disabled()
    expect(brush.get_by_text("Saved.")).to_be_visible()
    expect(brush.get_by_role("radio", name="class 2")).to_be_checked()


def test_the_browser_asks_before_what_is_painted_is_lost(brush: Page) -> None:
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    brush.on("dialog", answer)
    brush.mouse.move(*place(brush, 10, 10))
    brush.mouse.down()
    brush.mouse.move(*place(brush, 50, 10), steps=3)
    brush.mouse.up()
    with brush.expect_event("dialog"):
        brush.evaluate("setTimeout(() => location.reload())")
    assert asked == ["beforeunload"]
    assert saved(brush)[10, 30] == 2, "it is still there"
    shown(brush, turn=2, said="Saved.")
    expect(brush.get_by_text("Saved.")).to_be_visible()
    brush.reload()
    assert asked == ["beforeunload"], "there is nothing to lose"


@pytest.mark.parametrize("brush", [PHONE], indirect=True)
def test_a_finger_paints_and_the_page_stays_where_it_is(brush: Page) -> None:
    cdp = brush.context.new_cdp_session(brush)
    points = [place(brush, 10, 12), place(brush, 30, 20), place(brush, 50, 12)]
    before = brush.evaluate("scrollY")
    for kind, point in zip(("touchStart", "touchMove", "touchMove"), points, strict=True):
        cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": point[0], "y": point[1]}]})
    cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(brush.get_by_role("button", name="Undo stroke")).to_be_enabled()
    assert brush.evaluate("scrollY") == before
    mask = saved(brush)
    assert mask[12, 10] == mask[20, 30] == mask[12, 49] == 2 and mask[30, 30] == 0
    assert brush.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_keys_paint_as_long_as_space_is_held_and_say_what_is_there(brush: Page) -> None:
    stage = brush.get_by_role("application")
    stage.focus()
    brush.keyboard.press("5")
    expect(brush.get_by_role("radio", name="class 4")).to_be_checked()
    brush.keyboard.press("ArrowLeft")  # half a brush: from 30 to 27
    brush.keyboard.press("Shift+ArrowLeft")
    expect(brush.get_by_text("26 across, 20 down · mask: class 0 · network: class 0")).to_be_visible()
    brush.keyboard.down(" ")
    for _ in range(4):
        brush.keyboard.press("ArrowRight")
    brush.keyboard.up(" ")
    expect(brush.get_by_text("38 across, 20 down · mask: class 4 · network: class 3")).to_be_visible()
    brush.keyboard.press("]")
    expect(brush.get_by_label("Brush")).to_have_value("9")
    mask = saved(brush)
    assert (mask[20, 26:39] == 4).all() and (mask[10] == 0).all()


def test_what_is_painted_is_not_left_behind_unseen_and_the_network_can_be_painted(brush: Page) -> None:
    brush.get_by_text("as the network tells").click()
    brush.mouse.click(*place(brush, 30, 20))
    brush.get_by_role("button", name="Next").click()
    expect(brush.get_by_role("alert")).to_contain_text("is not saved yet")
    assert brush.evaluate("model.sent") == []
    brush.get_by_role("button", name="Stay here").click()
    expect(brush.get_by_role("application")).to_be_focused()
    mask = saved(brush)
    assert (mask[20, 27:30] == 0).all() and (mask[20, 30:33] == 3).all()
    shown(brush, turn=2)
    brush.get_by_role("button", name="Next").click()
    assert brush.evaluate("model.sent.at(-1)") == {"t": "go", "by": 1}
    brush.get_by_text("look", exact=True).click()
    brush.get_by_text("where they differ").click()
    brush.get_by_text("class 3", exact=True).click()
    assert brush.locator(".ta-mask b").count() == 0, "a name is no HTML"


def test_a_large_mask_is_painted_whole(brush: Page) -> None:
    shown(brush, turn=2, width=4000, height=3000)
    brush.get_by_label("Brush").fill("200")
    box = brush.locator(".ta-mask-sheet").bounding_box()
    assert box is not None
    brush.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    brush.get_by_label("Size").select_option("4")
    assert brush.evaluate("document.querySelector('.ta-mask canvas').width") == 1600
    brush.get_by_role("button", name="Save the mask").click()
    brush.wait_for_function("model.buffers !== undefined")
    n = brush.evaluate(
        SENT.replace("[...new Uint8Array(", "new Uint8Array(").replace(
            "arrayBuffer())]", "arrayBuffer()).filter((one) => one === 2).length"
        )
    )
    assert abs(n - np.pi * 100**2) < 1000
