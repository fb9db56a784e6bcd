"""What a visitor meets: ways in, many pictures, the camera, what cannot be opened, strange names, other screens."""

import json
import shutil

import pytest
from axe import assert_accessible
from bundle_records import put_record
from camera_tracks import NOTE_TRACKS
from odd_pictures import saved, scene
from playwright.sync_api import expect
from tellapart.deploy import Appearance, export_html

pytestmark = pytest.mark.browser
expect.set_options(timeout=200_000)  # a page on a busy machine is slow, not wrong
PHONE = (390, 844)
DROP = """([name, type, bytes]) => {
  const moved = new DataTransfer();
  moved.items.add(new File([new Uint8Array(bytes)], name, { type }));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: moved, bubbles: true, cancelable: true }));
  }
}"""
PASTE = """([name, type, bytes]) => {
  const pasted = new DataTransfer();
  pasted.items.add(new File([new Uint8Array(bytes)], name, { type }));
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: pasted, bubbles: true }));
}"""

REFUSE = (
    "(name) => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', name); }; }"
)


@pytest.fixture(scope="module")
def png() -> bytes:
    return saved(scene(5, 90, 70), "PNG")


def test_pictures_are_chosen_dropped_and_pasted(tab, png):
    tab.answers([{"name": "chosen.png", "mimeType": "image/png", "buffer": png}])
    for way, name in ((DROP, "dropped.png"), (PASTE, "pasted.png")):
        tab.page.evaluate(way, [name, "image/png", list(png)])
        expect(tab.page.locator("#rows img").first).to_have_attribute("alt", name)
    said = [one["said"] for one in tab.answers([])]
    assert len(said) == 3 and len(set(said)) == 1
    expect(tab.page.locator("#summary")).to_contain_text("3 pictures: 3")


def test_what_cannot_be_opened_is_said_and_the_others_are_answered(tab, png):
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64)
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    files = {
        "empty.jpg": b"",
        "phone.heic": heic,
        "letter.txt": b"dear",
        "drawing.svg": svg,
        "half.png": png[:300],
    }
    given = [
        {"name": name, "mimeType": "", "buffer": data} for name, data in {**files, "good.png": png}.items()
    ]
    texts = [one["text"] for one in tab.answers(given)]
    for text, reason in zip(
        texts,
        [
            "is empty",
            "cannot open HEIC pictures. Save it as JPEG",
            "not a picture",
            "SVG drawing",
            "damaged",
            "%",
        ],
        strict=True,
    ):
        assert reason in text
    expect(tab.page.locator("#summary")).to_contain_text("5 not classified")


@pytest.mark.slow
def test_the_page_never_freezes_while_fifty_pictures_are_answered(tab, png):
    tab.page.evaluate("""() => {
      window.longest = 0;
      let last = performance.now();
      const beat = () => {
        const now = performance.now();
        window.longest = Math.max(window.longest, now - last);
        last = now;
        window.nBeats = (window.nBeats ?? 0) + 1;
        if (tellapart.answers.entries.length < 50 || tellapart.answers.isRunning) setTimeout(beat, 5);
      };
      beat();
    }""")
    tab.answers([{"name": f"{i}.png", "mimeType": "image/png", "buffer": png} for i in range(50)])
    # a picture takes 54 ms of a calm core: were they answered on the page's own thread, there would be 50 beats
    assert tab.page.evaluate("window.nBeats") > 150
    expect(tab.page.locator("#spoken")).to_contain_text("50 pictures")
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name="Save as CSV").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 51 and lines[0].startswith("picture,answer,")
    tab.page.get_by_role("button", name="Clear").click()
    expect(tab.page.locator("#answers")).to_be_hidden()


def test_the_camera_is_answered_live_and_ends_when_it_is_stopped(tab):
    tab.page.get_by_role("button", name="Use the camera").click()
    before = tab.page.evaluate("tellapart.camera.nAnswers")
    tab.wait_until(f"tellapart.camera.nAnswers >= {before + 3}")
    tab.page.get_by_role("button", name="Keep this picture").click()
    expect(tab.page.locator("#rows img")).to_have_attribute("alt", "picture of the camera")
    tab.page.get_by_role("button", name="Stop the camera").click()
    expect(tab.page.locator("#camera")).to_be_hidden()
    assert tab.page.evaluate(
        "tellapart.camera.stream === null && document.getElementById('video').srcObject === null"
    )


def test_a_double_click_opens_the_camera_once_and_a_stop_on_the_way_ends_it(tab):
    tab.page.evaluate(NOTE_TRACKS)
    tab.page.get_by_role("button", name="Use the camera").dblclick()
    tab.wait_until("window.tracks.length === 2")
    tab.page.get_by_role("button", name="Stop the camera").click()
    live = "window.tracks.filter((one) => one.readyState === 'live').length"
    assert tab.page.evaluate(live) == 0
    assert tab.page.evaluate(
        """async () => {
          const opening = tellapart.camera.start();
          tellapart.camera.stop();
          await opening;
          return tellapart.camera.stream;
        }"""
    ) is None  # fmt: skip
    assert tab.page.evaluate(live) == 0


@pytest.mark.parametrize(
    ("name", "reason"),
    [("NotAllowedError", "Allow it"), ("NotFoundError", "No camera"), ("NotReadableError", "in use")],
)
def test_a_camera_that_is_refused_is_said(tab, name, reason):
    tab.page.evaluate(REFUSE, name)
    tab.page.get_by_role("button", name="Use the camera").click()
    expect(tab.page.locator("#camera-refusal")).to_contain_text(reason)
    expect(tab.page.locator("#camera-refusal")).to_contain_text("choose pictures instead")


def test_everything_is_reached_with_the_keyboard(tab, png):
    tab.answers([{"name": f"{i}.png", "mimeType": "image/png", "buffer": png} for i in range(2)])
    reached = []
    for _ in range(6):
        tab.page.keyboard.press("Tab")
        reached.append(tab.page.evaluate("document.activeElement.textContent.trim()"))
    assert reached == [
        "Choose pictures", "Use the camera", "Save as CSV", "Clear", "About this classifier", "Credits",
    ]  # fmt: skip
    tab.page.keyboard.press("Enter")
    credits = tab.page.locator("details[data-paper=credits] h2", has_text="Credits for")
    expect(credits).to_be_visible()
    expect(tab.page.locator("details[data-paper=credits]")).to_contain_text("onnxruntime-web")
    unnamed = "[...document.querySelectorAll('button, img, video, section')].filter((one) => "
    unnamed += "!(one.textContent.trim() || one.alt || one.getAttribute('aria-label'))).length"
    assert tab.page.evaluate(unnamed) == 0


def test_axe_finds_nothing_wrong(tab, png):
    """Waiting for pictures; with answers, a refusal, the camera and all papers open; and when the camera is refused."""
    assert_accessible(tab.page, "ready")
    tab.answers(
        [
            {"name": name, "mimeType": "", "buffer": data}
            for name, data in (("a.png", png), ("b.txt", b"dear"))
        ]
    )
    for paper in ("About this classifier", "The whole model card", "Credits"):
        tab.page.locator("summary", has_text=paper).click()
    expect(tab.page.locator("details[data-paper=card] table").first).to_be_visible()
    tab.page.get_by_role("button", name="Use the camera").click()
    tab.wait_until("document.getElementById('camera-answer').childElementCount > 0")
    assert_accessible(tab.page, "in use")
    tab.page.get_by_role("button", name="Stop the camera").click()
    tab.page.evaluate(REFUSE, "NotFoundError")
    tab.page.get_by_role("button", name="Use the camera").click()
    expect(tab.page.locator("#camera-refusal")).to_contain_text("No camera")
    tab.look(PHONE)
    assert_accessible(tab.page, "refused, on a phone")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(tab, png, scheme):
    tab.look(PHONE, scheme)
    name = f"{'a-very-long-name-without-any-place-to-break' * 5}.png"
    tab.answers([{"name": name, "mimeType": "image/png", "buffer": png}])
    tab.page.get_by_text("About this classifier").click()
    tab.page.get_by_text("The whole model card").click()
    expect(tab.page.locator("details[data-paper=card] table").first).to_be_visible()
    assert tab.page.evaluate("document.documentElement.scrollWidth") == PHONE[0]


def test_html_in_names_is_shown_and_never_obeyed(trained, runtime, open_page, png, tmp_path):
    evil = "<img src=x onerror=alert(1)>"
    bundle = shutil.copytree(trained[1].bundle_dir, tmp_path / "bundle")
    record = json.loads((bundle / "bundle.json").read_text("utf-8"))
    record["classes"] = [f"{evil}{i}" for i in range(len(record["classes"]))]
    put_record(bundle, record)
    paper = (
        f"# Credits </script><script>alert(2)</script>\n\n- {evil}: [work](javascript:alert(3))\n\n"
        + "# a\n" * 20_000
    )
    (bundle / "CREDITS.md").write_text(paper, "utf-8")
    title = "</title><script>alert(4)</script>"
    out = export_html(bundle, tmp_path / "evil.html", Appearance(title, f"{evil}</p>"), runtime=runtime)
    tab = open_page(out)
    assert tab.page.title() == title and tab.page.locator("h1").inner_text() == title
    tab.answers([{"name": f"{evil}.png", "mimeType": "image/png", "buffer": png}])
    tab.page.get_by_text("About this classifier").click()
    tab.page.locator("details[data-paper=credits] summary").click()
    expect(tab.page.locator("details[data-paper=credits] .paper")).to_contain_text("javascript:alert(3)")
    n_shown = tab.page.locator("#rows").inner_text().count(evil)
    assert n_shown in (4, 5)  # three bars, the file's name, and the verdict unless it is none of these
    assert tab.page.locator("img").count() == 1 and tab.page.locator("a").count() == 0
    assert tab.page.locator("script").count() == 1  # its own; the blocks it carried are let go


def test_a_page_that_was_cut_off_or_changed_says_so_and_answers_nothing(page_file, open_page, png, tmp_path):
    text = page_file.read_text("utf-8")
    cut = tmp_path / "cut.html"
    cut.write_text(text[: len(text) // 3], "utf-8")
    tab = open_page(cut, is_ready=False)
    expect(tab.page.locator("#obstacle")).to_contain_text("The page is damaged")
    changed = tmp_path / "changed.html"
    changed.write_text(text.replace('"interpolation":"bilinear"', '"interpolation":"bicubic"'), "utf-8")
    tab = open_page(changed, is_ready=False)
    expect(tab.page.locator("#obstacle")).to_contain_text("hides the pixels")
    expect(tab.page.locator("#drop")).to_be_hidden()
    for way in (DROP, PASTE):
        tab.page.evaluate(way, ["later.png", "image/png", list(png)])
    assert tab.page.evaluate("tellapart.answers.entries") == []
    tab.page.evaluate(
        "bytes => tellapart.answers.add([new File([new Uint8Array(bytes)], 'a.png')])", list(png)
    )
    tab.wait_until("tellapart.answers.entries[0].file === null")  # as one given before it was known
    assert "Not classified" in tab.page.locator("#rows").inner_text()
