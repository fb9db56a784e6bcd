"""Publishing from the Share page: what is asked, what goes to the run, and what comes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from acting import every, is_shown, one, say, settled, text_of
from ipywidgets import HTML, Button, Checkbox, RadioButtons, Text
from share_acting import opened
from tellapart.runs import Run
from tellapart_dashboards.pages.share import publishing
from tellapart_dashboards.widgets.copy_text.copy_text import CopyText
from tellapart_dashboards.widgets.secret import Secret

TOKEN = "ghp_secret0123456789"


@pytest.fixture(autouse=True)
def nothing_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this computer has is not what is tested."""
    monkeypatch.setattr(publishing, "token_at_hand", lambda: "")
    monkeypatch.setattr(publishing.shutil, "which", lambda name: f"/usr/bin/{name}")


async def ready(root: Path, start: Any) -> tuple[Any, Any]:
    page, view = await opened(root, start_run=start)
    assert not is_shown(view, one(view, Button, "Create the repository")), "a web page needs none"
    one(view, RadioButtons).value = "voila"
    await settled()
    assert one(view, Button, "Create the repository").disabled and "Write owner/name above" in text_of(view)
    one(view, Text, "On GitHub").value = "ada/leaf"
    await settled()
    return page, view


async def test_the_token_goes_to_the_run_and_nowhere_else(
    trained_dir: Path, start: Any, started: list[Any], secrets: list[str]
) -> None:
    page, view = await ready(trained_dir, start)
    field = one(view, Secret)
    sent: list[Any] = []
    field._send = lambda message, buffers=None: sent.append(message)  # what goes to the page
    field.set_state({"value": f" {TOKEN} "})
    assert sent == [] and field.get_state()["value"] == "", "a page that is drawn anew gets an empty field"
    one(view, Button, "Create the repository").click()
    await settled()
    ((task, config),) = started
    assert task == "publish" and config["repository"] == "ada/leaf" and secrets == [TOKEN]
    assert config["is_update"] is False and config["is_current"] is False
    assert config["settings"]["target"] == "voila" and TOKEN not in json.dumps(config)
    assert field.value == "" and [message["state"] for message in sent] == [{"value": ""}]
    assert not any(TOKEN in str(widget.get_state()) for widget in every(view))
    assert not any(TOKEN.encode() in path.read_bytes() for path in trained_dir.rglob("*") if path.is_file())
    assert one(view, Button, "Create the repository").disabled and one(view, Button, "Make the app").disabled
    await page.poll()
    assert "Looking" in text_of(view)

    _again, its_view = await opened(trained_dir, start_run=start)  # the page is loaded again meanwhile
    assert one(its_view, RadioButtons).value == "voila" and "Looking" in text_of(its_view)
    cancels = [w for w in every(its_view) if isinstance(w, Button) and w.description == "Cancel"]
    assert [is_shown(its_view, cancel) for cancel in cancels] == [False, True]


async def test_the_link_is_shown_copied_and_drawn_and_found_again(trained_dir: Path, start: Any) -> None:
    page, view = await ready(trained_dir, start)
    one(view, Button, "Create the repository").click()
    await settled()
    run = page.publishing.run.run
    app = trained_dir / "apps" / "shapes-voila"
    app.mkdir(parents=True)
    made = {
        **{name: run.config[name] for name in ("bundle", "settings")},
        "target": "voila",
        "made": "apps/shapes-voila",
        "megabytes": 9,
    }
    result = {
        "repository": "ada/leaf",
        "link": "javascript:alert(1)",
        "address": "https://evil.example",
        "app": made,
    }
    (run.run_dir / "result.json").write_text(json.dumps(result), "utf-8")
    say(run.run_dir, stage="done", message="Published.")
    await page.poll()
    await settled()
    again = await opened(trained_dir, start_run=start)
    for its_page, its in ((page, view), again):
        said = text_of(its)
        link = "https://mybinder.org/v2/gh/ada/leaf/HEAD?urlpath=voila%2Frender%2Fapp.ipynb"
        assert one(its, CopyText).text == link and "It is published" in said
        assert 'href="https://github.com/ada/leaf"' in said and 'alt="QR code of the link"' in said
        assert "evil" not in said and "javascript" not in said, "of a result only the names are believed"
        assert its_page.state.making.app is not None and its_page.state.is_current
        assert "The app is ready: 9.0 MB" in said and one(its, Button, "Publish it again").disabled is False


async def test_what_went_wrong_is_said_and_the_button_is_free(
    trained_dir: Path, fake_run: Callable[..., Run]
) -> None:
    said = "There is a repository ada/leaf <already>. Choose another name."
    page, view = await ready(
        trained_dir, lambda root, task, config, secret="": fake_run(root, task, "failed", said, config=config)
    )
    one(view, Checkbox, "update it").value = True
    one(view, Button, "Create the repository").click()
    await settled()
    await page.poll()
    await settled()
    assert "ada/leaf &lt;already&gt;" in text_of(view)
    assert not one(view, Button, "Create the repository").disabled
    assert page.publishing.run.config["is_update"] is True


async def test_programs_are_asked_once_for_a_token_however_often_the_page_is_drawn(
    trained_dir: Path, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(publishing, "token_at_hand", lambda: asked.append(1) or "")
    page, view = await opened(trained_dir, start_run=start)
    one(view, RadioButtons).value = "voila"
    one(view, Text, "Title").value = "Which?"
    page.write(about="Shapes")
    await settled()
    assert asked == [1]


async def test_without_git_the_steps_remain_and_with_a_token_at_hand_none_is_asked(
    trained_dir: Path, start: Any, secrets: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "token_at_hand", lambda: TOKEN)
    _page, view = await ready(trained_dir, start)
    assert "leave the field empty to use it" in text_of(view) and TOKEN not in text_of(view)
    one(view, Button, "Create the repository").click()
    await settled()
    assert secrets == [""], "the run finds it by itself"
    monkeypatch.setattr(publishing.shutil, "which", lambda name: None)
    _page, without = await opened(trained_dir, start_run=start)
    await settled()
    assert "git is not installed" in text_of(without)
    assert one(without, Button, "Create the repository").disabled


async def test_the_five_steps_are_filled_in_and_no_text_becomes_html(trained_dir: Path, start: Any) -> None:
    root = trained_dir.rename(trained_dir.with_name("<b>shapes"))
    page, view = await opened(root, start_run=start)
    one(view, RadioButtons).value = "voila"
    one(view, Text, "Title").value = "Which <i>shape</i>?"
    await settled()
    steps = next(w.value for w in every(view) if isinstance(w, HTML) and "ta-by-hand" in w.value)
    assert "github.com/new?name=which-i-shape-i&amp;visibility=public" in steps and "YOUR-NAME" in steps
    assert steps.count("<li>") == 5
    one(view, Text, "On GitHub").value = "ada/leaf"
    one(view, Button, "Make the app").click()
    await settled()
    app = root / "apps" / "<b>shapes-voila"
    app.mkdir(parents=True)
    run = page.run.run
    result = {**run.config, "target": "voila", "made": "apps/<b>shapes-voila", "megabytes": 1}
    (run.run_dir / "result.json").write_text(json.dumps(result), "utf-8")
    say(run.run_dir, stage="done", message="Done.")
    await page.poll()
    await settled()
    steps = next(w.value for w in every(view) if isinstance(w, HTML) and "ta-by-hand" in w.value)
    assert "mybinder.org/v2/gh/ada/leaf/HEAD" in steps and "YOUR-NAME" not in steps
    assert "&lt;b&gt;shapes-voila" in steps and "<b>" not in steps


async def test_a_repository_that_cannot_be_is_said(trained_dir: Path, start: Any, started: list[Any]) -> None:
    page, view = await ready(trained_dir, start)
    one(view, Text, "On GitHub").value = "ada leaf"
    await settled()
    assert "is no repository on GitHub. Write it as OWNER/NAME" in text_of(view)
    assert one(view, Button, "Create the repository").disabled
    page.publish(TOKEN, False)
    assert started == []
