"""The Classify page on a real, tiny bundle."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from acting import every, is_shown, one, settled, shown, text_of, upload
from ipywidgets import HTML, ToggleButton
from tellapart.store.project import open_project
from tellapart.train import TrainConfig, train_head
from tellapart_dashboards.app.studio import classify_page
from tellapart_dashboards.pages.classify import answers, why
from tellapart_dashboards.pages.classify.answers import AT_ONCE, Answer, answer_html
from tellapart_dashboards.pages.classify.view import ClassifyState, classify_view
from tellapart_dashboards.widgets.upload.upload import UploadedFile


async def test_before_a_model_exists_the_page_says_what_to_do(project_dir: Path) -> None:
    view = classify_view(ClassifyState(project_dir=str(project_dir)))
    await settled()
    assert "No model yet" in text_of(view) and "Train one first" in text_of(view)


async def test_each_picture_gets_an_answer_and_bad_files_a_reason(trained_dir: Path, tmp_path: Path) -> None:
    view = classify_view(ClassifyState(project_dir=str(trained_dir)))
    await settled()
    good = next((trained_dir / "images" / "circle").iterdir()).read_bytes()
    await upload(view, {"<i>good.png": good, "text.jpg": b"bread and milk", "empty.jpg": b""})
    shown = text_of(view)
    assert shown.count('class="ta-answer"') == 3 and "&lt;i&gt;good.png" in shown
    assert shown.count('class="ta-share"') == 2, "two classes, two bars"
    assert "empty file" in shown and shown.count("Cannot be read") == 2
    assert "This model knows circle and square" in shown
    assert not list((trained_dir / "cache" / "uploads").rglob("*.*")), "a visitor's pictures are not kept"


async def test_the_newest_batch_is_on_top_and_old_answers_leave(trained_dir: Path) -> None:
    view = classify_view(ClassifyState(project_dir=str(trained_dir)))
    await settled()
    good = next((trained_dir / "images" / "circle").iterdir()).read_bytes()
    await upload(view, {f"first-{n}.png": good for n in range(AT_ONCE + 1)}, batch="one")
    await upload(view, {"second.png": good}, batch="two")
    shown = text_of(view)
    assert shown.index("second.png") < shown.index("first-0.png") < shown.index(f"first-{AT_ONCE}.png")


async def test_a_damaged_bundle_is_said_in_words(trained_dir: Path) -> None:
    bundle = next((trained_dir / "bundles").iterdir())
    (bundle / "model.onnx").write_bytes(b"not a model")
    view = classify_view(ClassifyState(project_dir=str(trained_dir)))
    await settled()
    shown = text_of(view)
    assert ("Stopped." in shown and str(bundle.name) in shown) or "model.onnx" in shown


async def test_a_newer_model_is_noticed(project_dir: Path) -> None:
    state = ClassifyState(project_dir=str(project_dir))
    await state.warm_up()
    assert state.stage == "no model"
    with open_project(project_dir) as project:
        train_head(project, TrainConfig())
    await state.poll()
    await settled()
    assert state.stage == "ready" and "circle and square" in state.model_text


async def test_an_unforeseen_error_is_shown(trained_dir: Path) -> None:
    state = ClassifyState(project_dir=str(trained_dir))
    view = classify_view(state)
    await settled()
    missing = UploadedFile(trained_dir / "nowhere.jpg", "nowhere.jpg", (), 3)
    state.take_upload(trained_dir / "cache" / "uploads" / "classify" / "x", [missing])
    await settled()
    assert "file not found" in text_of(view) and state.n_left == 0


async def test_after_an_error_the_pictures_that_still_wait_are_counted(trained_dir: Path) -> None:
    class FailsOnce(ClassifyState):
        def _look(self, files: list[UploadedFile]) -> list[Answer]:
            if files[0].name == "first.jpg":
                raise OSError(28, "No space left on device")
            seen.append(self.n_left)
            return [Answer(file.name, b"", "cat") for file in files]

    seen: list[int] = []
    state = FailsOnce(project_dir=str(trained_dir))
    for name, n in (("first.jpg", 3), ("second.jpg", 2)):
        state.take_upload(trained_dir / name, [UploadedFile(trained_dir / name, name, (), 3)] * n)
    await settled()
    assert seen == [2] and state.n_left == 0 and "No space left" in state.message


def test_names_and_labels_never_become_markup() -> None:
    made = answer_html(Answer("<b>.jpg", b"", "<script>", (("<script>", 0.5),)))
    assert "<script>" not in made and "<b>.jpg" not in made
    none = answer_html(Answer("x.jpg", b"", "cat", (("cat", 0.4),), is_none_of_these=True))
    assert "none of these" in none


async def test_the_page_alone_opens_no_database(trained_dir: Path) -> None:
    page = classify_page(trained_dir)
    assert "What is in the picture?" in await shown(page) and is_shown(page, one(page, HTML))


def test_the_page_imports_nothing_heavy(trained_dir: Path) -> None:
    code = f"""
import asyncio, sys
from tellapart_dashboards.app.studio import classify_page
async def show():
    page = classify_page({str(trained_dir)!r})
    page.children[1].is_drawn = True  # as a browser says it
    while "What is in the picture?" not in str([one.value for one in page.children[2].children[1:] for one in
                                                one.children[0].children if hasattr(one, "value")]):
        await asyncio.sleep(0.01)
asyncio.run(asyncio.wait_for(show(), 300))
print([name for name in ("torch", "scipy", "sklearn", "matplotlib", "pandas") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_why_shows_where_the_evidence_lies_and_hides_it_again(trained_dir: Path) -> None:
    view = classify_view(ClassifyState(project_dir=str(trained_dir)))
    await settled()
    good = next((trained_dir / "images" / "circle").iterdir()).read_bytes()
    await upload(view, {"<i>good.png": good, "text.jpg": b"bread and milk"})
    buttons = [w for w in every(view) if isinstance(w, ToggleButton) and w.description == "Why?"]
    assert len(buttons) == 1, "what cannot be read has no why"
    assert "<figure>" not in text_of(view)
    buttons[0].value = True
    assert "Looking …" in text_of(view), "the page goes on meanwhile"
    await settled()
    said = text_of(view)
    assert said.count("<figure>") == 1 and "data:image/jpeg;base64," in said
    assert "What speaks for <b>" in said or "Nothing in the picture speaks for <b>" in said
    buttons[0].value = False
    assert "<figure>" not in text_of(view)
    buttons[0].value = True
    await settled()
    assert text_of(view).count("<figure>") == 1, "shown again, not drawn again"


async def test_why_of_an_answer_by_an_older_model_is_said_in_words(trained_dir: Path) -> None:
    state = ClassifyState(project_dir=str(trained_dir))
    view = classify_view(state)
    await settled()
    good = next((trained_dir / "images" / "circle").iterdir()).read_bytes()
    await upload(view, {"good.png": good})
    with open_project(trained_dir) as project:
        train_head(project, TrainConfig())
    await state.poll()
    await settled()
    one(view, ToggleButton, "Why?").value = True
    await settled()
    assert "A newer model has been trained since" in text_of(view)


async def test_why_that_fails_unforeseen_is_shown(trained_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> str:
        raise ZeroDivisionError("why")

    monkeypatch.setattr(why.Why, "drawn", broken)
    view = classify_view(ClassifyState(project_dir=str(trained_dir)))
    await settled()
    await upload(view, {"good.png": next((trained_dir / "images" / "circle").iterdir()).read_bytes()})
    one(view, ToggleButton, "Why?").value = True
    await settled()
    assert "ZeroDivisionError" in text_of(view) and "Looking …" not in text_of(view)


async def test_answers_that_leave_take_their_pictures_along(
    trained_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOST_SHOWN", AT_ONCE)
    view = classify_view(ClassifyState(project_dir=str(trained_dir)))
    await settled()
    good = next((trained_dir / "images" / "circle").iterdir()).read_bytes()
    await upload(view, {"first.png": good}, batch="one")
    old = one(view, ToggleButton, "Why?")
    await upload(view, {"second.png": good}, batch="two")
    assert old.comm is None and one(view, ToggleButton, "Why?") is not old
