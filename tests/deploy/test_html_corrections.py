"""“That is wrong” on the web page, in the real Chromium: kept until it is saved, or sent when the visitor presses Send."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from running_service import running_service
from tellapart.corrections.asking import CONSENT, Asking
from tellapart.corrections.box import CorrectionBox
from tellapart.deploy import Appearance, export_html
from tellapart.gather import take_corrections

HOSTILE = "<img src=x onerror=alert(1)> {{title}} </script>"


def chosen(trained, label="circle"):
    return next((trained[0] / "images" / label).iterdir())


def page_of(trained, runtime, folder, asking):
    return export_html(
        trained[1].bundle_dir, folder / "page.html", Appearance("W"), runtime=runtime, corrections=asking
    )


def correct(page, what, words=""):
    page.get_by_role("button", name=re.compile("That is wrong")).first.click()
    page.get_by_label("What is it?").select_option(label=what)
    if words:
        page.get_by_label("In your words").fill(words)
    page.get_by_role("button", name=re.compile("^(Send|Keep it)$")).click()


def test_a_visitor_saves_corrections_and_they_come_into_a_project(
    trained, runtime, open_page, tmp_path, tiny_project
):
    asking = Asking(True, f"Agree? {HOSTILE}")
    tab = open_page(page_of(trained, runtime, tmp_path, asking))
    tab.answers([chosen(trained), chosen(trained, "square"), chosen(trained, "cross")])
    page = tab.page
    page.get_by_role("button", name=re.compile("That is wrong")).first.click()
    expect(page.locator(".consent")).to_have_text(f"Agree? {HOSTILE}")
    expect(page.get_by_role("button", name="Keep it")).to_be_disabled()
    page.get_by_role("button", name="Cancel").click()
    correct(page, "Something else …", HOSTILE)
    correct(page, "None of these")
    expect(page.locator("#corrections-said")).to_contain_text("2 corrections in this page")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save corrections").click()
    assert download.value.suggested_filename == "corrections.zip"
    assert tab.requests == [tab.address] and tab.errors == []
    summary = take_corrections(tiny_project, Path(download.value.path()))
    assert (summary.n_added, summary.n_refused) == (2, 0), summary.refusals


def test_with_an_address_it_is_sent_when_send_is_pressed_and_never_before(
    trained, runtime, open_page, tmp_path
):
    with running_service(
        trained[1].bundle_dir, "--own", "--corrections", tmp_path / "box", TELLAPART_ALLOWED_ORIGINS="null"
    ) as service:
        address = f"http://127.0.0.1:{service.port}/corrections"
        tab = open_page(page_of(trained, runtime, tmp_path, Asking(True, "", address)))
        expect(tab.page.locator("#state")).to_have_text(
            "Ready. Pictures stay on this device unless you send one."
        )
        tab.answers([chosen(trained)])
        assert tab.requests == [tab.address]
        correct(tab.page, "square")
        expect(tab.page.locator(".correction")).to_contain_text("Thank you.")
        assert tab.requests == [tab.address, address]
        tab.requests.remove(address)  # the one that was asked for
    ((correction, picture),) = list(CorrectionBox(tmp_path / "box"))
    assert (correction.kind, correction.said, correction.answered) == ("label", "square", "circle")
    assert picture.read_bytes().startswith(b"\xff\xd8") and b"Exif" not in picture.read_bytes()


def test_a_page_that_asks_nobody_has_nothing_of_it(page_file, trained, runtime, tmp_path):
    text = page_file.read_text("utf-8")
    assert '"corrections":null' in text and "connect-src 'none'" in text and "never leave this device" in text
    off = page_of(trained, runtime, tmp_path, Asking(False, "", "https://example.org/c"))
    assert "connect-src 'none'" in off.read_text("utf-8")
    asking = page_of(trained, runtime, tmp_path / "on", Asking(True, "", "https://example.org/c")).read_text(
        "utf-8"
    )
    assert "connect-src https://example.org/c;" in asking and "only when you send one" in asking
    facts = json.loads(re.search(r'<script id="facts" type="application/json">(.*?)</script>', asking)[1])
    assert facts["corrections"]["consent"] == CONSENT and len(facts["corrections"]["model"]) == 64


@pytest.mark.parametrize("status", ["refused", "offline"])
@pytest.mark.slow
def test_what_could_not_be_sent_can_still_be_saved(trained, runtime, open_page, tmp_path, status):
    with running_service(trained[1].bundle_dir, "--own") as service:  # takes none
        port = service.port if status == "refused" else 9
        tab = open_page(
            page_of(trained, runtime, tmp_path, Asking(True, "", f"http://127.0.0.1:{port}/corrections"))
        )
        tab.answers([chosen(trained)])
        correct(tab.page, "None of these")
        expect(tab.page.locator(".correction")).to_contain_text(
            "It could not be sent. Save it as a file below"
        )
        expect(tab.page.get_by_role("button", name="Save corrections")).to_be_visible()
        tab.requests[1:], tab.errors[:] = [], []  # the browser tells of the refusal


def test_two_that_could_not_be_sent_at_once_keep_their_own_pictures(
    trained, runtime, open_page, tmp_path, tiny_project
):
    tab = open_page(page_of(trained, runtime, tmp_path, Asking(True, "", "http://127.0.0.1:9/corrections")))
    tab.answers([chosen(trained), chosen(trained, "square")])
    page = tab.page
    for number in (0, 1):
        page.get_by_role("button", name=re.compile("That is wrong")).first.click()
        page.get_by_label("What is it?").nth(number).select_option(label="None of these")
    page.evaluate("document.querySelectorAll('.correction button.primary').forEach((send) => send.click())")
    expect(page.locator("#corrections-said")).to_contain_text("2 corrections in this page")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save corrections").click()
    summary = take_corrections(tiny_project, Path(download.value.path()))
    assert (summary.n_added, summary.n_repeated, summary.n_refused) == (2, 0, 0), summary.refusals
    tab.requests[1:], tab.errors[:] = [], []  # the browser tells that nobody is there
