"""The page of a shared classifier, acted on as its browser would, on a real, tiny bundle."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from acting import every, one, settled, text_of, upload
from ipywidgets import Button, ToggleButton
from tellapart.deploy.appearance import Appearance
from tellapart.deploy.voila.settings import read_settings, write_settings
from tellapart.errors import DeployError
from tellapart_dashboards.pages.visitors.page import app_page
from tellapart_dashboards.pages.visitors.papers import paper_html
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
    write_settings(root, Appearance("Which <i>shape</i>?", "One.\nTwo.", "b3261e"), ["examples/1.jpg"])
    return root


async def test_pictures_get_answers_and_are_not_kept(app_dir: Path, trained: Any) -> None:
    page = app_page(app_dir)
    picture = next((trained[0] / "images" / "circle").iterdir()).read_bytes()
    await upload(page, {"one.png": picture, "<b>two.txt": b"bread"})
    text = text_of(page)
    assert "<h1>Which &lt;i&gt;shape&lt;/i&gt;?</h1>" in text and "One.\nTwo." in text
    assert text.count('class="ta-answer"') == 2 and text.count('class="ta-share"') == 3
    assert "Cannot be read" in text and "&lt;b&gt;two.txt" in text
    uploads = one(page, Webcam)._folder
    assert uploads.is_dir() and not list(uploads.rglob("*.*")) and app_dir not in uploads.parents


async def test_an_example_and_a_shot_are_classified(app_dir: Path) -> None:
    page = app_page(app_dir)
    one(page, Button, "Example 1").click()
    await settled()
    assert text_of(page).count('class="ta-answer"') == 1 and "Example 1" in text_of(page)
    camera, shot = one(page, Webcam), (app_dir / "examples" / "1.jpg").read_bytes()
    await camera.receive({"t": "shot", "n": 1, "label": "", "is_last": True}, [memoryview(shot)])
    await settled()
    assert text_of(page).count('class="ta-answer"') == 2 and "From the camera" in text_of(page)


async def test_papers_are_read_when_opened_and_shown_as_text(app_dir: Path) -> None:
    (app_dir / "bundle" / "CREDITS.md").write_text("# Credits\n\n<script>alert(1)</script>", "utf-8")
    page = app_page(app_dir)
    assert "alert(1)" not in text_of(page)
    for fold in [widget for widget in every(page) if isinstance(widget, ToggleButton)]:
        fold.value = True
    await settled()
    text = text_of(page)
    assert "&lt;script&gt;alert(1)" in text and "<script>" not in text
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
    assert "<code>c&lt;d</code> &lt;x&gt; &lt;b&gt; [no](javascript:x)" in made


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
