"""The Share page without a browser: words, looks and check, as they are shown and kept."""

from __future__ import annotations

import json
from pathlib import Path

from acting import every, is_shown, one, settled, shown, text_of
from ipywidgets import HTML, Button, Checkbox, ColorPicker, RadioButtons, Text, Textarea
from share_acting import SCRIPT, frame, opened
from tellapart.corrections.asking import CONSENT, Asking
from tellapart.deploy.appearance import Appearance
from tellapart.deploy.card_answers import CardAnswers
from tellapart.deploy.share_settings import ShareSettings, keep_share, read_share
from tellapart.deploy.targets import TARGETS
from tellapart.store.project import open_project
from tellapart.train import TrainConfig, train_head
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.app.studio import share_page
from tellapart_dashboards.pages.share.controller import SharePage
from tellapart_dashboards.pages.share.view import share_view
from tellapart_dashboards.widgets.choices.choices import Choices


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
    one(view, Checkbox, "Visitors may say").value = True
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
    assert is_shown(view, one(view, Checkbox, "Visitors may say")) and "it needs an address" in text_of(view)


async def test_a_title_of_five_hundred_signs_is_refused_and_nothing_is_lost(trained_dir: Path) -> None:
    page, view = await opened(trained_dir)
    title = one(view, Text, "Title")
    title.value = "Which?"
    await settled()
    title.value = "x" * 500
    await settled()
    said = "The title has 500 characters; at most 120 fit"
    assert text_of(view).count(said) == 2, "below the fields, and beside the button that waits for it"
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


async def test_two_pages_that_are_open_keep_what_is_typed_in_each(trained_dir: Path) -> None:
    (_, one_view), (_, other_view) = await opened(trained_dir), await opened(trained_dir)
    one(one_view, Text, "Title").value = "Which shape?"
    await settled()
    one(other_view, Textarea, "A few words").value = "Circles and squares."
    await settled()
    with open_project(trained_dir) as project:
        kept = read_share(project.manifest).appearance
    assert (kept.title, kept.about) == ("Which shape?", "Circles and squares.")
