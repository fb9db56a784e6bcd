"""The answers on Classify alone in the browser, without a kernel: how many there may be, and what late ones leave alone."""

from __future__ import annotations

from collections.abc import Callable

from alone import HEARD, alone
from driving import PHONE, Tab
from playwright.sync_api import expect

Open = Callable[..., Tab]
ADD = """([first, n, batch]) => {
  const row = (number) => ({ number, batch, name: `${number}.jpg`, label: number % 3 ? "oak" : "elm", is_none: number % 7 === 0,
    shares: [["oak", "97 %", 0.97], ["elm", "3.0 %", 0.03]], reason: "", has_picture: false });
  const rows = Array.from({ length: n }, (_, i) => row(first + i));
  model.handlers.filter(([event]) => event === "msg:custom").forEach(([, call]) => call({ t: "add", rows }, []));
}"""


def test_hundreds_of_answers_are_a_short_page_whose_nodes_stay(open_tab: Open) -> None:
    page = alone(open_tab(PHONE).page, "answers", labels=["oak", "elm"], can_put_right=True)
    page.evaluate(ADD, [1, 3, 1])
    expect(page.locator(".ta-answer")).to_have_count(3)
    page.evaluate("window.first = document.querySelector('[aria-label=\"1.jpg\"]')")
    page.evaluate(ADD, [4, 5, 2])
    expect(page.locator(".ta-answer")).to_have_count(8)
    assert page.evaluate("window.first === document.querySelector('[aria-label=\"1.jpg\"]')")
    page.evaluate(ADD, [1, 3, 1])  # said again, as to a page that is drawn anew
    page.evaluate(ADD, [9, 192, 3])
    expect(page.locator(".ta-pager span")).to_have_text("1 to 12 of 200")
    height = page.evaluate("document.documentElement.scrollHeight")
    print(f"200 answers on a phone: a page of {height} px")  # noqa: T201
    assert height < 2600
    expect(page.locator(".ta-tally")).to_have_text("115 oak, 57 elm, 28 none of these")
    older = page.get_by_role("button", name="Older")
    for _ in range(16):
        older.click()
    expect(page.locator(".ta-pager span")).to_have_text("193 to 200 of 200")
    expect(page.get_by_role("button", name="Newer")).to_be_focused()
    assert page.evaluate("window.first.isConnected"), "the oldest answer is the node that it was"
    page.get_by_role("combobox", name="Show answers").select_option(label="none of these (28)")
    expect(page.locator(".ta-pager span")).to_have_text("1 to 12 of 28")
    page.evaluate(ADD, [201, 4800, 4])
    expect(page.get_by_role("option", name="All (5,000)")).to_be_attached()
    assert page.locator(".ta-answer").count() == 12


def test_answers_on_their_way_do_not_outlive_a_press_on_clear(open_tab: Open) -> None:
    page = alone(open_tab().page, "answers", labels=["oak"], can_put_right=True)
    row = {"batch": 1, "label": "oak", "shares": [["oak", "90 %", 0.9]], "is_none": False, "reason": ""}
    row |= {"has_picture": False}
    answers = page.locator(".ta-answer")
    page.evaluate(HEARD, {"t": "add", "rows": [{**row, "number": 1, "name": "one.jpg"}]})
    expect(answers).to_have_count(1)
    page.get_by_role("button", name="Clear").click()
    assert "clear" in page.evaluate("model.sent.map((message) => message.t)")
    page.evaluate(HEARD, {"t": "add", "rows": [{**row, "number": 2, "name": "two.jpg"}]})
    expect(answers).to_have_count(1)
    page.evaluate(HEARD, {"t": "reply", "to": "clear", "number": 0})
    expect(answers).to_have_count(0)


def test_a_label_that_is_being_typed_outlives_what_was_said_of_another_picture(open_tab: Open) -> None:
    page = alone(open_tab().page, "answers", labels=["oak", "elm"], can_put_right=True)
    page.evaluate(ADD, [1, 2, 1])
    one, two = (page.get_by_role("group", name=f"{number}.jpg", exact=True) for number in (1, 2))
    said = {"t": "reply", "to": "put right", "sentence": "Saved as elm.", "can_undo": True}
    for answer in (one, two):
        answer.get_by_role("button", name="That’s wrong, it is").click()
    one.get_by_role("button", name="elm", exact=True).click()
    words = two.get_by_role("textbox", name="Another label for 2.jpg")
    words.press_sequentially("as")
    page.evaluate(HEARD, {**said, "number": 1})
    expect(one).to_contain_text("Saved as elm.")
    expect(one.get_by_role("textbox")).to_be_hidden()
    expect(words).to_be_focused()
    page.keyboard.type("h")
    page.keyboard.press("Enter")
    assert page.evaluate("model.sent.at(-1)") == {"t": "put right", "number": 2, "label": "ash"}
    page.evaluate(HEARD, {**said, "number": 2})
    expect(two.get_by_role("button", name="Undo what was said of 2.jpg")).to_be_focused()
