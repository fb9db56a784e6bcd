"""The Share page without a browser: act as the browser would, then look at the state and at what is shown."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from acting import every, is_shown, one, say, settled, shown, text_of
from ipywidgets import HTML, Button, Checkbox, ColorPicker, RadioButtons, Text, Textarea
from tellapart.corrections.asking import CONSENT, Asking
from tellapart.deploy.appearance import Appearance
from tellapart.deploy.card_answers import CardAnswers
from tellapart.deploy.measuring import Start, measured_start
from tellapart.deploy.share_settings import ShareSettings, keep_share, read_share
from tellapart.deploy.targets import TARGETS, Target
from tellapart.errors import DeployError, RunError
from tellapart.runs import Run
from tellapart.store.project import open_project
from tellapart.train import TrainConfig, train_head
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.app.studio import share_page
from tellapart_dashboards.pages.share import controller
from tellapart_dashboards.pages.share.controller import SharePage
from tellapart_dashboards.pages.share.state import (
    CheckFacts,
    Draft,
    MakingFacts,
    ModelFacts,
    SharePhase,
    draft_of,
    settings_of,
    share_state,
)
from tellapart_dashboards.pages.share.view import share_view
from tellapart_dashboards.widgets.choices.choices import Choices
from tellapart_dashboards.widgets.download.download import MAX_BYTES, Download

SCRIPT = "<script>alert(1)</script>\"'&"


STARTS: dict[tuple[bytes, ...], Start] = {}  # each model is really started once, for all tests that have it


@pytest.fixture(autouse=True)
def a_quick_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(bundle_dir: Path) -> Start:
        files = [(bundle_dir / name).read_bytes() for name in ("bundle.json", "model.onnx")]
        key = tuple(sha256(data).digest() for data in files)
        if key not in STARTS:
            STARTS[key] = measured_start(bundle_dir)
        return STARTS[key]

    monkeypatch.setattr(controller, "TYPING_S", 0.0)
    monkeypatch.setattr(controller, "measured_start", measured)


@pytest.fixture(scope="session")
def with_model(plain_source_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    import shutil

    root = Path(shutil.copytree(plain_source_dir, tmp_path_factory.mktemp("share") / "project"))
    with open_project(root) as project:
        train_head(project, TrainConfig())
    return root


@pytest.fixture
def trained_dir(with_model: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(with_model, tmp_path / "shapes"))


async def opened(root: Path, **run: Any) -> tuple[SharePage, Any]:
    page = SharePage(ProjectState(root, pages=["train", "share"]), **run)
    view = share_view(page, lambda: None)
    await settled()
    return page, view


def frame(view: Any) -> str:
    """The document in the preview's frame."""
    value = next(w.value for w in every(view) if isinstance(w, HTML) and "srcdoc" in w.value)
    return html.unescape(value.split('srcdoc="')[1].rsplit('"></iframe>')[0])


def made_app(page: SharePage, run: Run, path: str = "apps/shapes.html") -> Path:
    """What a worker does: the app is there, and the run says so."""
    root = run.project_dir
    app = root / path
    app.parent.mkdir(exist_ok=True)
    app.write_text("<h1>app</h1>", "utf-8")
    result = {
        "target": "html", "made": path, "megabytes": 10.6, "bundle": run.config["bundle"],
        "settings": run.config["settings"],
    }  # fmt: skip
    (run.run_dir / "result.json").write_text(json.dumps(result), "utf-8")
    say(run.run_dir, stage="done", message="shapes.html, 10.6 MB")
    return app


# the state


def state_of(draft: Draft, usable: ShareSettings | None = None, **facts: Any) -> Any:
    return share_state(
        facts.get("is_read", True),
        facts.get("model", ModelFacts("a", ("x", "y"))),
        draft,
        usable or ShareSettings(),
        facts.get("check", CheckFacts()),
        facts.get("making", MakingFacts()),
    )


def test_the_state_says_where_the_page_is() -> None:
    draft = draft_of(ShareSettings())
    assert state_of(draft, is_read=False).phase is SharePhase.OPENING
    assert state_of(draft, model=ModelFacts()).phase is SharePhase.NO_MODEL
    assert state_of(draft).phase is SharePhase.READY


def test_what_cannot_be_used_is_said_and_what_could_is_kept_to() -> None:
    good = ShareSettings(Appearance("Which?"))
    draft = draft_of(good)
    assert settings_of(draft) == good and state_of(draft, good).wrong == ""
    for change in ({"title": "x" * 500}, {"about": "x" * 3000}, {"accent": "blue"}, {"users": "x" * 2001}):
        state = state_of(draft.changed(**change), good)
        assert state.settings == good and state.wrong.endswith((".", "b6e5f.")), change
    assert "500 characters; at most 120 fit" in state_of(draft.changed(title="x" * 500), good).wrong


def test_a_kind_of_app_that_only_another_version_knows_is_not_chosen() -> None:
    assert draft_of(ShareSettings(target="hologram")).target == "html"


# the page


async def test_before_there_is_a_model_the_page_says_what_to_do(project_dir: Path) -> None:
    went: list[str] = []
    page = SharePage(ProjectState(project_dir, pages=["train", "share"]))
    view = share_view(page, lambda: went.append("train"))
    assert "Reading the model" in text_of(view)
    await settled()
    assert "Nothing to share yet" in text_of(view) and "Train a model first on the Train page" in text_of(
        view
    )
    assert not is_shown(view, one(view, Button, "Make the app"))
    one(view, Button, "Train a model").click()
    assert went == ["train"]
    alone = await shown(share_page(project_dir))
    assert "with the notebook 3_train.ipynb" in alone


async def test_the_page_shows_the_model_its_check_and_a_preview(trained_dir: Path) -> None:
    _page, view = await opened(trained_dir)
    said = text_of(view)
    assert "It tells circle and square apart" in said and "Nothing leaves this computer" in said
    assert "It starts, and gives the answers it was made with" in said
    assert "4 questions of the model card are open" in said and "Think about it: " in said
    assert "Measured here: ready after" in said
    assert "What is in the picture?" in frame(view) and "data:image/jpeg;base64," in frame(view)
    assert next(text for text, _ in one(view, RadioButtons).options).startswith("One web page")
    assert len(one(view, RadioButtons).options) == len(TARGETS)


async def test_typing_changes_the_preview_and_is_kept(trained_dir: Path) -> None:
    _page, view = await opened(trained_dir)
    one(view, Text, "Title").value = "Which shape?"
    one(view, Textarea, "A few words about it").value = "For children."
    one(view, ColorPicker, "Colour").value = "#b3261e"
    one(view, Textarea, "Whom can people ask?").value = "Ada"
    await settled()
    assert "<h1>Which shape?</h1>" in frame(view) and "--accent:#b3261e" in frame(view)
    assert ">For children.</p>" in frame(view)
    assert "3 questions of the model card are open" in text_of(view)
    again, its_view = await opened(trained_dir)
    assert one(its_view, Text, "Title").value == "Which shape?" and "Which shape?" in frame(its_view)
    assert one(its_view, Textarea, "Whom can people ask?").value == "Ada"
    assert read_share(again.project.project.manifest) == ShareSettings(
        Appearance("Which shape?", "For children.", "#b3261e"), "html", CardAnswers(contact="Ada")
    )


async def test_the_owner_lets_visitors_correct_and_sees_what_they_agree_to(trained_dir: Path) -> None:
    page, view = await opened(trained_dir)
    consent, address = one(view, Textarea, "What they agree to"), one(view, Text, "Your own service")
    assert consent.value == CONSENT and not is_shown(view, consent)
    one(view, Checkbox).value = True
    assert is_shown(view, consent)
    consent.value = "Only <b>if</b> you like."
    address.value = "http://example.org/"
    await settled()
    assert "Corrections cannot be sent to" in text_of(view) and one(view, Button, "Make the app").disabled
    address.value = "https://example.org"
    await settled()
    kept = read_share(page.project.project.manifest).corrections
    assert kept == Asking(True, "Only <b>if</b> you like.", "https://example.org/corrections")
    one(view, RadioButtons).value = "space"
    assert not is_shown(view, one(view, Checkbox))


async def test_a_title_of_five_hundred_signs_is_refused_and_nothing_is_lost(trained_dir: Path) -> None:
    page, view = await opened(trained_dir)
    title = one(view, Text, "Title")
    title.value = "Which?"
    await settled()
    title.value = "x" * 500
    await settled()
    assert "The title has 500 characters; at most 120 fit" in text_of(view)
    assert one(view, Button, "Make the app").disabled and "<h1>Which?</h1>" in frame(view)
    assert read_share(page.project.project.manifest).appearance.title == "Which?"
    title.value = "Short"
    await settled()
    assert not one(view, Button, "Make the app").disabled and "at most 120" not in text_of(view)


async def test_no_text_becomes_html(trained_dir: Path) -> None:
    keep = ShareSettings(Appearance(SCRIPT, SCRIPT), "html", CardAnswers(contact=SCRIPT))
    with open_project(trained_dir) as project:
        keep_share(project.manifest, keep)
        bundle = next(project.bundles_dir.iterdir())
    record = json.loads((bundle / "bundle.json").read_text("utf-8"))
    (bundle / "bundle.json").write_text(
        json.dumps({**record, "classes": ["<script>alert(2)</script>", "square"]}), "utf-8"
    )
    _page, view = await opened(trained_dir)
    shown_html = " ".join(w.value for w in every(view) if isinstance(w, HTML))
    assert "<script>alert" not in shown_html and "<script>alert" not in frame(view)
    assert "alert(2)" in frame(view) and "alert(1)" in frame(view)


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
    one(view, Button, "Make the app").click()
    await settled()
    run = page.run.run
    assert run is not None and run.config["settings"]["target"] == "made-up"
    assert run.config["own"] == {"repository": "ada/leaf"}
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


async def test_a_newer_model_is_noticed(trained_dir: Path) -> None:
    page, _view = await opened(trained_dir)
    before = page.state.model.name
    with open_project(trained_dir) as project:
        newer = train_head(project, TrainConfig(), name="a-newer-one").bundle_dir.name
    await page.poll()
    await settled()
    assert page.state.model.name == newer != before


async def test_a_damaged_model_is_said(trained_dir: Path) -> None:
    (next((trained_dir / "bundles").iterdir()) / "model.onnx").write_bytes(b"no network")
    _page, view = await opened(trained_dir)
    assert "is damaged" in text_of(view) and "Do not publish it yet: see 1 point below" in text_of(view)
    one(view, Button, "Check again").click()
    await settled()
    assert "is damaged" in text_of(view)


async def test_phone_or_laptop(trained_dir: Path) -> None:
    _page, view = await opened(trained_dir)
    assert 'title="Preview on a phone"' in text_of(view)
    one(view, Choices).set_state({"chosen": "laptop"})
    await settled()
    assert 'title="Preview on a laptop" sandbox=""' in text_of(view)


# the download


async def test_a_download_sends_the_offered_file_in_pieces_and_nothing_else(tmp_path: Path) -> None:
    data = bytes(range(256)) * 6000
    (tmp_path / "app.html").write_bytes(data)
    download = Download()
    sent: list[tuple[dict[str, Any], list[bytes]]] = []
    download.send = lambda content, buffers=None: sent.append((content, buffers or []))  # type: ignore[method-assign,assignment]
    await download.receive({"t": "ask", "off": 0})
    assert sent.pop()[0]["t"] == "refused", "nothing is offered"
    download.offer(tmp_path / "app.html")
    got = b""
    while len(got) < len(data):
        await download.receive({"t": "ask", "off": len(got), "file": "/etc/passwd"})
        ((content, (piece,)),) = sent
        sent.clear()
        assert content == {"t": "piece", "off": len(got), "total": len(data)} and len(piece) <= 2**20
        got += piece
    assert got == data
    for strange in (
        {"t": "ask", "off": -1},
        {"t": "ask", "off": "0"},
        {"t": "give"},
        {"t": "ask", "off": MAX_BYTES + 1},
    ):
        await download.receive(strange)
    assert sent == []
    (tmp_path / "app.html").unlink()
    await download.receive({"t": "ask", "off": 0})
    assert "cannot be read" in sent.pop()[0]["reason"]
    with (tmp_path / "large.zip").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    download.offer(tmp_path / "large.zip")
    await download.receive({"t": "ask", "off": 0})
    assert "too large" in sent.pop()[0]["reason"]


def test_the_draft_is_what_was_typed() -> None:
    settings = ShareSettings(Appearance("Which?", "a", "#123456"), "html", CardAnswers("b", "c", "d", "e"))
    assert settings_of(draft_of(settings)) == settings
    assert draft_of(ShareSettings()).title == "", "the usual title is a placeholder"
    with pytest.raises(DeployError):
        settings_of(replace(draft_of(settings), accent="red; background: url(x)"))
