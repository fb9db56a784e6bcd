"""Apps made from the Share page: by a run that any page finds again, zipped, opened, or why not."""

from __future__ import annotations

import json
import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from acting import is_shown, one, say, settled, text_of
from ipywidgets import Button, Checkbox, RadioButtons, Text
from share_acting import made_app, opened
from tellapart.deploy.targets import TARGETS, Target
from tellapart.errors import RunError
from tellapart.runs import Run
from tellapart_dashboards.pages.share import controller
from tellapart_dashboards.widgets.download.download import Download


async def test_the_app_is_made_by_a_run_and_shown(
    trained_dir: Path, start: Any, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    page, view = await opened(trained_dir, start_run=start)
    one(view, Text, "Title").value = "Which shape?"
    await settled()
    make = one(view, Button, "Make the app")
    one(view, Text, "Where the file lies").value = ' "/somewhere/ort.tgz" '
    make.click()
    await settled()
    await page.poll()
    ((task, config),) = started
    assert task == "app" and config["settings"]["title"] == "Which shape?"
    assert config["own"] == {"runtime": "/somewhere/ort.tgz"}
    assert (trained_dir / "bundles" / config["bundle"]).is_dir()
    assert make.disabled and "Looking" in text_of(view) and is_shown(view, one(view, Button, "Cancel"))

    again, its_view = await opened(trained_dir, start_run=start)  # the page is loaded again meanwhile
    assert "Looking" in text_of(its_view) and is_shown(its_view, one(its_view, Button, "Cancel"))

    assert page.run.run is not None
    app = made_app(page, page.run.run)
    for which, its in ((page, view), (again, its_view)):
        await which.poll()
        await settled()
        said = text_of(its)
        assert "The app is ready: 10.6 MB" in said and str(app) in said and "Something changed" not in said
        assert not is_shown(its, one(its, Button, "Cancel"))
        assert one(its, Button, "Make the app again").disabled is False
        assert one(its, Download).file_name == "shapes.html"
    one(view, Text, "Title").value = "Which form?"
    await settled()
    assert "Something changed since" in text_of(view)


async def test_a_made_app_is_zipped_and_opened(
    trained_dir: Path, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, view = await opened(trained_dir, start_run=start)
    one(view, Button, "Make the app").click()
    await settled()
    assert page.run.run is not None
    app = made_app(page, page.run.run)
    await page.poll()
    await settled()
    one(view, Button, "Save as zip").click()
    await settled()
    zipped = app.with_name("shapes.html.zip")
    assert zipped.is_file() and str(zipped) in text_of(view)
    opened_pages: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address, new: opened_pages.append(address) or True)
    one(view, Button, "Open it").click()
    await settled()
    assert opened_pages == [app.as_uri()] and "Opened in a browser" in text_of(view)
    monkeypatch.setattr("webbrowser.open", lambda address, new: False)
    one(view, Button, "Open it").click()
    await settled()
    assert "Open the file yourself" in text_of(view)
    app.unlink()
    one(view, Button, "Save as zip").click()
    await settled()
    assert "is no longer there. Make the app again" in text_of(view)
    _, its_view = await opened(trained_dir)
    assert not is_shown(its_view, one(its_view, Button, "Save as zip")), "an app that is gone is not offered"


async def test_a_page_for_a_web_site_comes_with_its_second_file(
    trained_dir: Path, start: Any, started: list[Any]
) -> None:
    page, view = await opened(trained_dir, start_run=start)
    tick = one(view, Checkbox, "For a web site")
    assert is_shown(view, tick) and not tick.value
    tick.value = True
    await settled()
    one(view, Button, "Make the app").click()
    await settled()
    run = page.run.run
    assert run is not None and started[0][1]["settings"]["service_worker"] is True
    app = made_app(page, run)
    app.with_name("shapes-service-worker.js").write_text("// Keeps the page it was made with")
    await page.poll()
    await settled()
    download = one(view, Download)
    assert "shapes-service-worker.js" in text_of(view) and "Put both files into one folder" in text_of(view)
    assert download.file_name == "" and is_shown(view, one(view, Button, "Open it"))
    one(view, Button, "Save as zip").click()
    await settled()
    assert download.file_name == "shapes.html.zip" and download.description == "Download the zip"
    with zipfile.ZipFile(trained_dir / "apps" / "shapes.html.zip") as archive:
        assert archive.namelist() == ["shapes.html", "shapes-service-worker.js"]
    one(view, RadioButtons).value = "api"
    await settled()
    assert not is_shown(view, tick), "other kinds have none"
    again, its_view = await opened(trained_dir, start_run=start)
    assert one(its_view, Checkbox, "For a web site").value and again.state.making.app is not None
    assert again.state.making.app.second == app.with_name("shapes-service-worker.js")


async def test_an_app_that_is_made_once_more_is_not_offered_with_its_old_zip(
    trained_dir: Path, start: Any
) -> None:
    page, view = await opened(trained_dir, start_run=start)
    for n in range(2):
        one(view, Button, "Make the app").click()
        await settled()
        assert page.run.run is not None
        app = made_app(page, page.run.run)
        os.utime(app, (time.time() + 10 * n,) * 2)
        await page.poll()
        await settled()
        assert page.state.making.app is not None and page.state.making.app.zip is None
        one(view, Button, "Save as zip").click()
        await settled()
        assert page.state.making.app.zip is not None


async def test_a_folder_is_offered_as_a_zip(
    trained_dir: Path, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = lambda *given, **named: None  # noqa: E731
    folder = Target("made-up", "my-app", "a folder", "Look <at> it: cd OUT", export, ("repository",))
    monkeypatch.setitem(TARGETS, "made-up", folder)
    page, view = await opened(trained_dir, start_run=start)
    one(view, RadioButtons).value = "made-up"
    await settled()
    assert is_shown(view, one(view, Text, "On GitHub")) and not is_shown(
        view, one(view, Text, "Where the file lies")
    )
    one(view, Text, "On GitHub").value = "ada/leaf"
    await settled()
    one(view, Button, "Make the app").click()
    await settled()
    run = page.run.run
    assert run is not None and run.config["settings"]["target"] == "made-up"
    assert run.config["settings"]["repository"] == "ada/leaf" and run.config["own"] == {}
    app = trained_dir / "apps" / "shapes-made-up"
    app.mkdir(parents=True)
    (app / "a.txt").write_text("one")
    result = {**run.config, "target": "made-up", "made": "apps/shapes-made-up", "megabytes": 1}
    (run.run_dir / "result.json").write_text(json.dumps(result), "utf-8")
    say(run.run_dir, stage="done", message="Done.")
    await page.poll()
    await settled()
    download = one(view, Download)
    assert not is_shown(view, one(view, Button, "Open it")) and download.file_name == ""
    one(view, Button, "Save as zip").click()
    await settled()
    assert f"Look &lt;at&gt; it: cd {app}" in text_of(view)
    assert download.file_name == "shapes-made-up.zip" and download.description == "Download the zip"


@pytest.mark.parametrize("stage", ["failed", "cancelled"])
async def test_what_went_wrong_is_said_and_the_button_is_free(
    trained_dir: Path, fake_run: Callable[..., Run], stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controller, "is_kept", lambda: False)
    message = "onnxruntime-web could not be downloaded <b>"
    page, view = await opened(
        trained_dir, start_run=lambda root, task, config: fake_run(root, task, stage, message, config=config)
    )
    one(view, Button, "Make the app").click()
    await settled()
    await page.poll()
    await settled()
    assert "could not be downloaded &lt;b&gt;" in text_of(view)
    is_said = is_shown(view, one(view, Text, "Where the file lies"))
    assert is_said == (stage == "failed"), "what to do without a connection comes into sight"
    assert not one(view, Button, "Make the app").disabled


async def test_an_app_made_before_is_still_shown_when_a_later_run_failed(
    trained_dir: Path, fake_run: Callable[..., Run]
) -> None:
    (trained_dir / "apps").mkdir()
    (trained_dir / "apps" / "shapes.html").write_text("<h1>app</h1>")
    result = {"target": "html", "made": "apps/shapes.html", "megabytes": 10, "bundle": "x", "settings": {}}
    fake_run(trained_dir, "app", "done", result=result)
    fake_run(trained_dir, "app", "failed", "The disk is full.")
    _page, view = await opened(trained_dir)
    assert "The disk is full." in text_of(view) and "The app is ready: 10.0 MB" in text_of(view)
    assert "Something changed since" in text_of(view)


async def test_a_run_that_cannot_start_is_said(trained_dir: Path) -> None:
    def refuse(*_: Any) -> Run:
        raise RunError("The disk is full.")

    _page, view = await opened(trained_dir, start_run=refuse)
    one(view, Button, "Make the app").click()
    await settled()
    assert "The disk is full." in text_of(view) and not one(view, Button, "Make the app").disabled


async def test_a_run_can_be_cancelled(trained_dir: Path, start: Any) -> None:
    page, view = await opened(trained_dir, start_run=start)
    one(view, Button, "Make the app").click()
    await settled()
    one(view, Button, "Cancel").click()
    await settled()
    assert page.run.run is not None and page.run.run.is_cancel_asked()


@pytest.mark.parametrize("made", ["../outside.html", "/etc/passwd", 3, "apps/nothing.html"])
async def test_a_result_that_leads_elsewhere_is_no_app(
    trained_dir: Path, fake_run: Callable[..., Run], made: Any
) -> None:
    (trained_dir.parent / "outside.html").write_text("secret")
    result = {"target": "html", "made": made, "megabytes": 1, "bundle": "x", "settings": {}}
    fake_run(trained_dir, "app", "done", result=result)
    page, view = await opened(trained_dir)
    assert page.state.making.app is None and not is_shown(view, one(view, Button, "Open it"))
