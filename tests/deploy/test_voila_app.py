"""An exported app in the real Voila: a visitor's browser gets answers, and nobody gets a file."""

import http.client
import json
import re
import shutil
import socket
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import psutil
import pytest
from axe import assert_accessible
from playwright.sync_api import expect
from voila_apps import HOSTILE, HOSTILE_LABELS, PATIENCE_S, app_tab, served, unpacked_program

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def shapes(trained):
    """A picture of each label, by its place among the labels, that the classifier gets right."""
    from tellapart.classify import Predictor

    predictor = Predictor(trained[1].bundle_dir)
    found = []
    for label in predictor.classes:
        files = sorted((trained[0] / "images" / label).iterdir())
        found.append(
            next(
                file
                for file, said in zip(files, predictor.predict_many(files), strict=True)
                if (said.label, said.is_none_of_these) == (label, False)
            )
        )
    return found


def status(url, **headers):
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, headers=headers), timeout=PATIENCE_S
        ) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def handshake(app, path, **headers):
    """The status of an answer to a browser that wants a websocket."""
    upgrade = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }  # fmt: skip
    connection = http.client.HTTPConnection(urlsplit(app.url).netloc, timeout=PATIENCE_S)
    connection.request("GET", path, headers={**upgrade, **headers})
    code = connection.getresponse().status
    connection.close()
    return code


GIVE = """([data, kind, name]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(data)], name, { type: "image/png" }));
  const event = kind === "drop" ? new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true })
    : new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true });
  document.querySelector(".ta-drop").dispatchEvent(event);
}"""
PRESS = """one => ["keydown", "keyup"].forEach((name) => one.dispatchEvent(new KeyboardEvent(name, { key: " " })))"""


def test_a_visitor_s_pictures_get_the_right_labels_however_they_come(served_app, browser, shapes, tmp_path):
    text = tmp_path / "<b>text.jpg"
    text.write_text("bread and milk")
    with app_tab(browser) as tab:
        tab.open(f"{served_app.url}/")  # the root leads to the app
        page = tab.page
        expect(page).to_have_title(HOSTILE)
        expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
        tab.choose(shapes[1])
        (answer,) = tab.answers(1)
        assert answer.startswith(HOSTILE_LABELS[1]) and shapes[1].name in answer
        tab.choose(shapes[0], shapes[2], text)
        answers = tab.answers(4)
        assert answers[0].startswith(HOSTILE_LABELS[0]) and answers[1].startswith(HOSTILE_LABELS[2])
        assert "Cannot be read" in answers[2] and "<b>text.jpg" in answers[2]
        assert answers[3] == answer
        page.get_by_role("button", name="Clear").click()
        tab.answers(0)
        drop_paste_and_photograph(tab, list(shapes[1].read_bytes()), 0)
        page.get_by_role("button", name="Credits").click()
        paper = page.locator(".ta-paper").last
        expect(paper).to_contain_text("<script>alert(2)</script> bold site")
        expect(paper.get_by_role("cell", name="<b>x</b>")).to_be_visible()
        expect(paper.get_by_role("link", name="site")).to_have_attribute("href", "https://example.org/a")
        page.get_by_role("button", name="About this classifier").click()
        expect(page.get_by_text(f"About {HOSTILE}").last).to_be_visible()
        page.set_viewport_size({"width": 390, "height": 844})
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
            "nothing is wider than a phone"
        )


def drop_paste_and_photograph(tab, data, n_before):
    """Three more answers, each for a picture that comes in another way; the camera stays open for nobody."""
    for n, way in enumerate(("drop", "paste"), n_before + 1):
        tab.page.evaluate(GIVE, [data, way, f"{way}.png"])
        assert f"{way}.png" in tab.answers(n)[0]
    tab.page.get_by_role("button", name="Use the camera").click()
    shutter = tab.page.get_by_role("button", name="Take a picture")
    expect(shutter).to_be_enabled(timeout=PATIENCE_S * 1000)
    shutter.evaluate(PRESS)
    assert "From the camera" in tab.answers(n_before + 3)[0]
    tab.page.get_by_role("button", name="Close the camera").click()


@pytest.mark.slow
def test_axe_finds_nothing_wrong(voila_app, browser, shapes, tmp_path):
    """As it opens; with an answer, a refusal, the camera and all papers open; on a phone."""
    text = tmp_path / "text.jpg"
    text.write_text("bread and milk")
    program = unpacked_program(voila_app, tmp_path / "program")
    with served(voila_app, tmp_path / "log.txt", **program) as app, app_tab(browser) as tab:
        page = tab.open(f"{app.url}/voila/render/app.ipynb").page
        assert_accessible(page, "as it opens")
        tab.choose(shapes[0], text)
        tab.answers(2)
        for paper in ("About this classifier", "Model card", "Credits"):
            page.get_by_role("button", name=paper).click()
            expect(
                page.locator(".ta-paper-fold", has_text=paper).locator("h2, h3, p, li").last
            ).to_be_visible(timeout=PATIENCE_S * 1000)
        page.get_by_role("button", name="Use the camera").click()
        expect(page.get_by_role("button", name="Take a picture")).to_be_enabled(timeout=PATIENCE_S * 1000)
        assert_accessible(page, "in use")
        page.set_viewport_size({"width": 390, "height": 844})
        assert_accessible(page, "on a phone")


def test_the_plain_app_answers_too(served_app, browser, shapes):
    with app_tab(browser) as tab:
        page = tab.page
        page.goto(f"{served_app.url}/voila/render/app_plain.ipynb")
        page.get_by_role("button", name="Classify", exact=True).click()
        expect(page.get_by_text("Upload a picture first.")).to_be_visible(timeout=PATIENCE_S * 1000)
        expect(page.get_by_role("heading", level=1)).to_contain_text("<script>alert(1)</script>")
        with page.expect_file_chooser() as chooser:
            page.locator("button.jupyter-widget-upload, button.widget-upload").first.click()
        chooser.value.set_files(shapes[1])
        expect(page.get_by_role("button", name="Upload (1)")).to_be_visible(timeout=PATIENCE_S * 1000)
        page.get_by_role("button", name="Classify", exact=True).click()
        expect(page.get_by_text(f"{HOSTILE_LABELS[1]},", exact=False)).to_be_visible(
            timeout=PATIENCE_S * 1000
        )


FILES = [
    "app.json",
    "voila.json",
    "README.md",
    "app.ipynb",
    "check.py",
    "bundle/bundle.json",
    "bundle/model.onnx",
    "bundle/golden/1.jpg",
    ".gitignore",
]


@pytest.mark.parametrize(
    "route",
    ["voila/files", "voila/static", "voila/templates/tellapart_app", "files", "static", "voila/render"],
)
def test_no_route_gives_a_file_of_the_folder(served_app, hostile_app, route):
    ways = ["", "../", "../../", "..%2f", "%2e%2e/", "..%2f..%2f", "..\\", "%2e%2e%5c", "./"]
    for file in [one for one in FILES if route != "voila/render" or one != "app.ipynb"]:
        content = (hostile_app / file).read_bytes()
        for way in ways:
            _, found = status(f"{served_app.url}/{route}/{way}{file}")
            assert content not in found, (route, way, file)
    _, found = status(f"{served_app.url}/{route}/..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc/passwd")
    assert b"root:" not in found


@pytest.mark.parametrize(
    "path", ["api/contents", "lab", "tree", "voila/api/contents/bundle/bundle.json?content=1"]
)
def test_nothing_of_a_jupyter_server_is_there(served_app, path):
    code, found = status(f"{served_app.url}/{path}")
    assert code in (403, 404) and b"golden" not in found


def test_a_missing_page_is_said_in_our_words(served_app):
    code, found = status(f"{served_app.url}/voila/render/other.ipynb")
    assert code == 404 and b"There is no such page" in found and b"Traceback" not in found


def test_nobody_fills_the_memory_with_the_body_of_a_question(served_app):
    for length in ("Content-Length: 2000000", "Transfer-Encoding: chunked"):
        with socket.create_connection(urlsplit(served_app.url).netloc.split(":"), PATIENCE_S) as connection:
            asked = f"POST /voila/render/other.ipynb HTTP/1.1\r\nHost: localhost\r\n{length}\r\n\r\n"
            connection.sendall(asked.encode() + (b"" if "Content" in length else b"1e8480\r\n"))
            assert connection.recv(100).startswith(b"HTTP/1.1 400"), "without waiting for more of it"


def test_a_page_has_one_heap_for_all_its_threads(served_app, browser):
    """A kernel of notebooks keeps what each thread once needed."""
    with app_tab(browser) as tab:
        tab.open(f"{served_app.url}/voila/render/app.ipynb")
        kernel = max(psutil.Process(served_app.process.pid).children(), key=lambda one: one.create_time())
        assert "tellapart_dashboards.app.page_kernel" in kernel.cmdline()


def test_another_name_for_this_computer_is_not_answered(served_app):
    code, _ = status(f"{served_app.url}/voila/render/app.ipynb", Host="evil.example")
    assert code == 403
    code, found = status(f"{served_app.url}/voila/render/other.ipynb", Host="localhost:1")
    assert code == 404 and b"There is no such page" in found, "this one has two names"


@pytest.mark.slow
def test_in_a_codespace_its_addresses_are_answered_and_others_are_not(hostile_app, tmp_path):
    program = unpacked_program(hostile_app, tmp_path / "program")
    with served(
        hostile_app, tmp_path / "log.txt", "--Voila.config_file_paths=.devcontainer", **program
    ) as app:
        host = {"Host": "some-8866.app.github.dev"}
        code, found = status(f"{app.url}/voila/render/app.ipynb", **host)
        assert code == 200
        kernel = json.loads(found.split(b'id="jupyter-config-data"')[1].split(b">")[1].split(b"<")[0])[
            "kernelId"
        ]
        address = f"/api/kernels/{kernel}/channels"
        assert handshake(app, address, **host, Origin="https://some-8866.app.github.dev") == 101
        assert handshake(app, address, **host, Origin="https://evil.example") == 403


@pytest.mark.slow
def test_it_works_in_jupyterlab_too(voila_app, browser, shapes, tmp_path):
    app_dir = shutil.copytree(voila_app, tmp_path / "app")  # Jupyter leaves folders of its own there
    program = unpacked_program(app_dir, tmp_path / "program")
    own = {f"JUPYTER_{name}_DIR": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    options = ["--allow-root", "--IdentityProvider.token=secret", "--ServerApp.ip=127.0.0.1"]
    options += [
        "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    with (
        served(app_dir, tmp_path / "log.txt", *options, program=["jupyterlab"], **program, **own) as app,
        app_tab(browser) as tab,
    ):
        page = tab.page
        page.goto(f"{app.url}/doc/tree/app.ipynb?token=secret")
        page.locator(".jp-CodeCell .jp-InputArea-editor").click()
        expect(page.get_by_text(re.compile(r"Python 3.*Idle"))).to_be_visible(timeout=PATIENCE_S * 1000)
        page.keyboard.press("Control+Enter")
        tab.choose(shapes[0])
        assert shapes[0].name in tab.answers(1)[0]
