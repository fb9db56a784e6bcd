"""The page of a shared classifier, acted on as its browser would, on a real, tiny bundle."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from acting import every, is_shown, one, settled, text_of, upload
from comm import DummyComm
from ipywidgets import Button, Dropdown, Text, ToggleButton
from ipywidgets.widgets.widget import _instances
from tellapart.bundle.papers import paper_html
from tellapart.corrections.asking import Asking
from tellapart.corrections.box import CorrectionBox
from tellapart.corrections.correction import model_of
from tellapart.deploy.appearance import Appearance
from tellapart.deploy.voila.settings import read_settings, write_settings
from tellapart.errors import DeployError
from tellapart_dashboards.pages.visitors import state as visitors
from tellapart_dashboards.pages.visitors.page import app_page
from tellapart_dashboards.pages.visitors.state import is_on_binder
from tellapart_dashboards.widgets.upload.upload import UploadWidget
from tellapart_dashboards.widgets.webcam.webcam import Webcam


@pytest.fixture
def app_dir(trained: Any, tmp_path: Path) -> Path:
    """An app's folder, as far as its page looks."""
    root = tmp_path / "app"
    shutil.copytree(trained[1].bundle_dir, root / "bundle")
    (root / "examples").mkdir()
    shutil.copy(root / "bundle" / "golden" / "1.jpg", root / "examples" / "1.jpg")
    write_settings(
        root,
        Appearance("Which <i>shape</i>?", "One.\nTwo.", "b3261e"),
        {"examples/1.jpg": "[One](<https://a.example/1>) by Ada, CC BY 2.0"},
    )
    return root


async def test_pictures_get_answers_and_are_not_kept(app_dir: Path, trained: Any) -> None:
    page = app_page(app_dir)
    picture = next((trained[0] / "images" / "circle").iterdir()).read_bytes()
    await upload(page, {"one.png": picture, "<b>two.txt": b"bread", "none.png": b""})
    text = text_of(page)
    assert "<h1>Which &lt;i&gt;shape&lt;/i&gt;?</h1>" in text and "One.\nTwo." in text
    assert text.count('class="ta-answer"') == 3 and text.count('class="ta-share"') == 3
    assert "Cannot be read" in text and "&lt;b&gt;two.txt" in text
    assert "empty file (0 bytes).<" in text and text.count("JPEG, PNG, WebP") == 1, "said where it helps"
    uploads = one(page, Webcam)._folder
    assert uploads.is_dir() and not list(uploads.rglob("*.*")) and app_dir not in uploads.parents


async def test_an_answer_is_one_new_widget_and_few_messages(
    app_dir: Path, trained: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each message is felt by who waits for the answer, and each widget that is left stays in memory."""
    page = app_page(app_dir)
    picture = next((trained[0] / "images" / "circle").iterdir()).read_bytes()
    await upload(page, {"first.png": picture}, "a")
    said: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(
        DummyComm, "publish_msg", lambda _, kind, data=None, **__: said.append((kind, data or {}))
    )
    await upload(page, {"second.png": picture}, "b")
    assert "second.png" in text_of(page)
    assert [kind for kind, _ in said].count("comm_open") == 1 and len(said) <= 4
    drawn = [place for place, (_, data) in enumerate(said) if "ta-answer" in str(data)]
    assert "Classifying" in str(said[0]) and drawn == [1], "the answer waits for nothing else"


async def test_an_example_and_a_shot_are_classified(app_dir: Path) -> None:
    page = app_page(app_dir)
    one(page, Button, "Example 1").click()
    await settled()
    assert text_of(page).count('class="ta-answer"') == 1 and "Example 1" in text_of(page)
    camera, shot = one(page, Webcam), (app_dir / "examples" / "1.jpg").read_bytes()
    await camera.receive({"t": "shot", "n": 1, "label": "", "is_last": True}, [memoryview(shot)])
    await settled()
    assert text_of(page).count('class="ta-answer"') == 2 and "From the camera" in text_of(page)


async def test_answers_are_cleared_with_what_still_waits(app_dir: Path) -> None:
    page = app_page(app_dir)
    clear, example = one(page, Button, "Clear"), one(page, Button, "Example 1")
    assert not is_shown(page, clear)
    example.click()
    await settled()
    answers = [widget for widget in every(page) if "ta-first" in getattr(widget, "_dom_classes", ())]
    assert is_shown(page, clear) and len(answers) == 1
    example.click()
    while "Classifying" not in text_of(page):
        await asyncio.sleep(0.001)
    clear.click()  # its answer comes when nobody wants it any more
    await settled()
    assert 'class="ta-answer"' not in text_of(page) and not is_shown(page, clear) and answers[0].comm is None
    example.click()
    await settled()
    assert text_of(page).count('class="ta-answer"') == 1 and is_shown(page, clear)


async def test_papers_are_read_when_opened_and_shown_as_text(app_dir: Path) -> None:
    (app_dir / "bundle" / "CREDITS.md").write_text("# Credits\n\n<script>alert(1)</script>", "utf-8")
    page = app_page(app_dir)
    assert "alert(1)" not in text_of(page)
    for fold in [widget for widget in every(page) if isinstance(widget, ToggleButton)]:
        fold.value = True
    await settled()
    text = text_of(page)
    assert "&lt;script&gt;alert(1)" in text and "<script>" not in text
    assert "Example 1: " in text and 'href="https://a.example/1"' in text and "by Ada" in text
    assert "held-out pictures" in text and '<table class="ta-table">' in text


async def test_a_classifier_that_does_not_load_is_said_once_the_page_is_drawn(app_dir: Path) -> None:
    (app_dir / "bundle" / "model.onnx").write_bytes(b"no network")
    page = app_page(app_dir)
    one(page, UploadWidget).is_drawn = True
    await settled()
    assert "is damaged" in text_of(page)
    await upload(page, {"one.png": b"x"})
    assert "the model cannot be used" in text_of(page)


@pytest.mark.parametrize("text", [None, "{", "[]", '{"format": 9, "title": "x"}', "[" * 9999])
async def test_a_folder_that_is_no_app_is_said_in_words(app_dir: Path, text: str | None) -> None:
    (app_dir / "app.json").unlink()
    if text is not None:
        (app_dir / "app.json").write_text(text)
    assert "app.json cannot be used" in text_of(app_page(app_dir))


def test_a_newer_app_and_a_strange_example_are_refused(app_dir: Path) -> None:
    good = json.loads((app_dir / "app.json").read_text("utf-8"))
    (app_dir / "app.json").write_text(json.dumps({**good, "format": 99}))
    with pytest.raises(DeployError, match="made by a newer tellapart"):
        read_settings(app_dir)
    for example in ("../secret.jpg", "examples/../../x.jpg", "examples/1.jpg\n", "bundle/golden/1.jpg"):
        (app_dir / "app.json").write_text(json.dumps({**good, "examples": [example]}))
        with pytest.raises(DeployError, match="cannot be used"):
            read_settings(app_dir)


async def test_on_binder_the_page_says_that_it_ends(app_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BINDER_LAUNCH_HOST", "BINDER_REPO_URL"):
        monkeypatch.delenv(name, raising=False)
    assert not is_on_binder() and "ten minutes" not in text_of(app_page(app_dir))
    monkeypatch.setenv("BINDER_LAUNCH_HOST", "https://mybinder.org/")
    assert "ten minutes" in text_of(app_page(app_dir)) and is_on_binder()
    await settled()


async def test_fifty_pictures_fit_and_too_many_are_refused_in_words(app_dir: Path) -> None:
    receive = one(app_page(app_dir), UploadWidget).receive
    files = [{"id": n, "path": f"{n}.jpg", "size": 10} for n in range(201)]
    answer = await receive({"t": "announce", "batch": "a", "files": files[:50]}, [])
    assert answer is not None and answer["t"] == "go"
    answer = await receive({"t": "announce", "batch": "b", "files": files}, [])
    assert answer is not None and "at most 200 files and 0.5 GB. Choose fewer at a time." in answer["reason"]


def test_our_markdown_becomes_elements_and_all_else_stays_text() -> None:
    text = "# A\\*b\n\n- one\n- [two](<https://e.org/?a=1&b=2>)\n  more\n\n**bold** *soft* `c<d` &lt;x&gt; <b>\n[no](javascript:x)"
    made = paper_html(text)
    assert "<h2>A*b</h2>" in made and "<li>one</li>" in made and "<strong>bold</strong> <em>soft</em>" in made
    assert (
        '<a href="https://e.org/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">two</a> more' in made
    )
    headings = paper_html("# a\n" * 20_000 + " \n### b\n- c\n- d")
    assert headings.count("<h2>a</h2>") == 20_000 and headings.endswith(
        "<h3>b</h3><ul><li>c</li><li>d</li></ul></div>"
    )
    assert "<code>c&lt;d</code> &lt;x&gt; &lt;b&gt; [no](javascript:x)" in made


@pytest.mark.parametrize(
    "piece", ["[", "[a](http://b", "- \n" + " " * 50, "`", "**", "*a", "\\", "|-\n", "<"]
)
def test_a_card_that_was_made_to_hold_the_page_up_does_not(piece: str) -> None:
    """Two megabytes of it would take hours, if each sign made the rest be read once more."""
    text = "- " + piece * (150_000 // len(piece))
    begun = time.process_time()
    made = paper_html(text)
    assert time.process_time() - begun < 20 and made.startswith('<div class="ta-paper">')


def test_the_page_is_light() -> None:
    code = "import sys, tellapart_dashboards.pages.visitors.page; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {
        "torch",
        "scipy",
        "onnx",
        "onnxruntime",
        "httpx",
        "rich",
        "typer",
        "matplotlib",
        "pandas",
        "safetensors",
    }
    assert set(done.stdout.split()) & heavy == set()


# -- “That is wrong”


def asking_app(app_dir: Path, **said: Any) -> Path:
    write_settings(app_dir, Appearance("Which?"), {"examples/1.jpg": ""}, Asking(True, **said))
    return app_dir


async def answered(app_dir: Path) -> Any:
    page = app_page(app_dir)
    one(page, Button, "Example 1").click()
    await settled()
    return page


async def test_a_visitor_says_what_it_is_and_it_is_kept_beside_the_app(app_dir: Path) -> None:
    page = await answered(asking_app(app_dir, consent="Kept for <b>science</b>."))
    assert "kept" in text_of(page) and not (app_dir / "corrections").exists()
    one(page, Button, "That is wrong").click()
    assert "Kept for &lt;b&gt;science&lt;/b&gt;." in text_of(page)
    send, what, words = one(page, Button, "Send"), one(page, Dropdown), one(page, Text, "In your words")
    assert send.disabled and words.layout.display == "none"
    what.value = ("other", "")
    assert send.disabled and words.layout.display == ""
    words.value = "<script>alert(1)</script>\u202e a boat"
    send.click()
    send.click()
    await settled()
    assert "Thank you." in text_of(page) and "<script>" not in text_of(page)
    ((correction, picture),) = list(CorrectionBox(app_dir / "corrections"))
    assert correction.kind == "other" and "a boat" in correction.said and "\u202e" not in correction.said
    assert correction.consent == Asking(consent="Kept for <b>science</b>.").version
    assert correction.model == model_of(app_dir / "bundle") and picture.read_bytes().startswith(b"\xff\xd8")


async def test_a_form_that_is_left_leaves_nothing_in_memory(app_dir: Path) -> None:
    page = await answered(asking_app(app_dir))
    n_widgets = []
    for _ in range(3):
        one(page, Button, "That is wrong").click()
        cancel = one(page, Button, "Cancel")
        cancel.click()
        cancel.click()
        n_widgets.append(len(_instances))
    assert n_widgets[0] == n_widgets[2]
    one(page, Button, "That is wrong").click()
    one(page, Dropdown).value = ("label", "cross")
    one(page, Button, "Send").click()
    await settled()
    assert "Thank you." in text_of(page) and len(_instances) <= n_widgets[0]


async def test_nobody_is_asked_unless_the_owner_says_so(app_dir: Path) -> None:
    page = await answered(app_dir)
    assert not [button for button in every(page) if getattr(button, "description", "") == "That is wrong"]
    assert "That is wrong" not in text_of(page)


async def test_a_label_is_chosen_and_none_of_these_is_one_more(app_dir: Path, trained: Any) -> None:
    page = app_page(asking_app(app_dir))
    await upload(page, {"one.png": next((trained[0] / "images" / "circle").iterdir()).read_bytes()})
    one(page, Button, "That is wrong").click()
    what = one(page, Dropdown)
    labels = [text for text, (kind, _) in what.options if kind == "label"]
    assert len(labels) == 2 and ("None of these", ("none of these", "")) in what.options
    what.value = ("label", labels[0])
    one(page, Button, "Send").click()
    await settled()
    ((correction, _),) = list(CorrectionBox(app_dir / "corrections"))
    assert (correction.kind, correction.said) == ("label", labels[0])


async def test_what_cannot_be_sent_is_said_and_one_page_floods_nobody(
    app_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await answered(asking_app(app_dir, address="http://127.0.0.1:9/corrections"))
    one(page, Button, "That is wrong").click()
    one(page, Dropdown).value = ("label", "cross")
    one(page, Button, "Send").click()
    await settled()
    assert "cannot be reached" in text_of(page) and not one(page, Button, "Send").disabled
    assert not (app_dir / "corrections").exists()
    monkeypatch.setattr(visitors, "MOST_CORRECTIONS", 0)
    one(page, Button, "Send").click()
    await settled()
    assert "which is all that one page takes" in text_of(page)


@pytest.mark.parametrize(
    "corrections",
    [
        {"is_on": True, "consent": "", "address": "http://evil.example.org/"}, {"is_on": 1, "consent": "", "address": ""},
        {"is_on": True, "consent": "x" * 2000, "address": ""}, [], {"is_on": True},
    ],
)  # fmt: skip
def test_an_app_whose_corrections_would_go_astray_is_refused(app_dir: Path, corrections: Any) -> None:
    good = json.loads((app_dir / "app.json").read_text("utf-8"))
    (app_dir / "app.json").write_text(json.dumps({**good, "corrections": corrections}))
    with pytest.raises(DeployError, match="cannot be used"):
        read_settings(app_dir)


async def test_answers_are_logged_where_the_owner_says(
    app_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELLAPART_LOG", str(tmp_path / "answers.jsonl"))
    await answered(app_dir)
    (line,) = [json.loads(line) for line in (tmp_path / "answers.jsonl").read_text("utf-8").splitlines()]
    assert line["event"] == "answer" and len(line["sketch"]) == 16 and "Example" not in json.dumps(line)
