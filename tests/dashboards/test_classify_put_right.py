"""Classify: what a person says of an answer, and why it came out so. On a real, tiny bundle."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import pytest
from acting import one, settled, upload
from classifying import a_circle, ask, opened
from PIL import Image
from tellapart.store.journal import Remove
from tellapart.store.project import open_project
from tellapart.train import TrainConfig, train_head
from tellapart_dashboards.app.journal_words import step_words
from tellapart_dashboards.pages.classify import why
from tellapart_dashboards.widgets.answers.answers import Answers


async def test_what_is_said_of_a_picture_goes_into_the_project_and_can_be_undone(trained_dir: Path) -> None:
    _, view = await opened(trained_dir)
    with Image.open(io.BytesIO(a_circle(trained_dir))) as picture:
        picture.transpose(Image.Transpose.ROTATE_90).resize((50, 40)).save(buffer := io.BytesIO(), "PNG")
    await upload(view, {"turned.png": buffer.getvalue(), "copy.png": a_circle(trained_dir)})
    said = await ask(view, "put right", 1, label="square")
    assert said["sentence"] == "Added to the project as “square”." and said["can_undo"]
    with open_project(trained_dir) as project:
        assert project.manifest.label_counts() == {"circle": 6, "square": 7}
        taken = await ask(view, "take back", 1)
        assert (taken["sentence"], taken["can_undo"]) == ("Taken back.", False)
        assert project.manifest.label_counts() == {"circle": 6, "square": 6}
        said = await ask(view, "put right", 2, label="square")
        assert "It was in the project, as “circle”" in said["sentence"]
        assert project.manifest.label_counts() == {"circle": 5, "square": 7}


async def test_a_picture_that_is_none_of_these_goes_below_its_closest_label_that_is_there(
    trained_dir: Path,
) -> None:
    state, view = await opened(trained_dir)
    files: dict[str, bytes] = {}
    with Image.open(io.BytesIO(a_circle(trained_dir))) as picture:
        for name, size in (("a car.png", (50, 40)), ("a bus.png", (40, 50))):
            picture.transpose(Image.Transpose.ROTATE_90).resize(size).save(buffer := io.BytesIO(), "PNG")
            files[name] = buffer.getvalue()
    await upload(view, files)
    closest, of_second = (answer.label for answer in state._answers.values())
    with open_project(trained_dir) as project:
        before = project.manifest.label_counts()
        said = await ask(view, "none of these", 1)
        assert said["sentence"] == "Added to the project, marked none of these." and said["can_undo"]
        (added,) = [one for one in project.manifest.pictures() if one.original_name == "a car.png"]
        assert (added.label, added.mark, added.is_member) == (closest, "none of these", False)
        step = project.journal.next_undo()
        assert step is not None and step_words(step.entry, 1) == "add as none of these, 1 picture"
        taken = await ask(view, "take back", 1)
        assert (taken["sentence"], taken["can_undo"]) == ("Taken back.", False)
        assert project.manifest.label_counts() == before
        project.journal.decide(*[Remove(one.image_id) for one in project.manifest.pictures(of_second)])
        await ask(view, "none of these", 2)
        (added,) = [one for one in project.manifest.pictures() if one.original_name == "a bus.png"]
        assert added.label != of_second, "a label that is gone is not made anew"


async def test_a_picture_put_right_twice_is_taken_back_step_by_step(trained_dir: Path) -> None:
    _, view = await opened(trained_dir)
    with Image.open(io.BytesIO(a_circle(trained_dir))) as picture:
        picture.transpose(Image.Transpose.ROTATE_90).resize((50, 40)).save(buffer := io.BytesIO(), "PNG")
    await upload(view, {"turned.png": buffer.getvalue()})
    for label in ("square", "circle"):
        assert (await ask(view, "put right", 1, label=label))["can_undo"]
    with open_project(trained_dir) as project:
        for left, can_undo in (({"circle": 6, "square": 7}, True), ({"circle": 6, "square": 6}, False)):
            taken = await ask(view, "take back", 1)
            assert (taken["sentence"], taken["can_undo"]) == ("Taken back.", can_undo)
            assert project.manifest.label_counts() == left
    assert (await ask(view, "take back", 1))["sentence"] == "", "there is nothing more"


async def test_a_decision_on_a_picture_that_vanished_is_said(trained_dir: Path) -> None:
    _, view = await opened(trained_dir)
    await upload(view, {"good.png": a_circle(trained_dir)})
    shutil.rmtree(trained_dir / "cache" / "classified")
    for question in ("why", "alike", "larger", "put right"):
        reply = await ask(view, question, 1, label="square")
        assert "good.png is no longer kept here" in reply["problem"]


async def test_why_shows_where_the_evidence_lies(trained_dir: Path) -> None:
    _, view = await opened(trained_dir)
    await upload(view, {"<i>good.png": a_circle(trained_dir), "text.jpg": b"bread and milk"})
    reply = await ask(view, "why", 1)
    assert reply["pictures"][0].startswith(b"\xff\xd8") and reply["alt"]
    assert "What speaks for “" in reply["words"] or "Nothing in the picture speaks for “" in reply["words"]
    assert (await ask(view, "why", 2))["problem"], "what cannot be read has no why"


async def test_the_pictures_of_the_project_that_are_like_it_are_shown_nearest_first(
    trained_dir: Path,
) -> None:
    _, view = await opened(trained_dir)
    (own, *_) = sorted((trained_dir / "images" / "circle").iterdir())
    await upload(view, {"again.png": own.read_bytes(), "text.jpg": b"bread and milk"})
    reply = await ask(view, "alike", 1)
    first, *others = reply["alike"]
    assert first == {"label": "circle", "name": own.name, "is_same": True}
    assert len(others) == 3 and not any(one["is_same"] for one in others)
    assert len(reply["pictures"]) == 4 and all(one.startswith(b"\xff\xd8") for one in reply["pictures"])
    assert (await ask(view, "alike", 2))["problem"]
    shutil.rmtree(trained_dir / "images")
    assert "moved or deleted" in (await ask(view, "alike", 1))["problem"]


async def test_why_of_an_answer_by_an_older_model_is_said_in_words(trained_dir: Path) -> None:
    state, view = await opened(trained_dir)
    await upload(view, {"good.png": a_circle(trained_dir)})
    with open_project(trained_dir) as project:
        train_head(project, TrainConfig())
    await state.poll()
    await settled()
    assert "A newer model has been trained since" in (await ask(view, "why", 1))["problem"]


async def test_why_that_fails_unforeseen_is_shown(trained_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> str:
        raise ZeroDivisionError("why")

    monkeypatch.setattr(why.Why, "explained", broken)
    _, view = await opened(trained_dir)
    await upload(view, {"good.png": a_circle(trained_dir)})
    assert "ZeroDivisionError" in (await ask(view, "why", 1))["problem"]


async def test_a_question_about_nothing_is_not_answered(trained_dir: Path) -> None:
    _, view = await opened(trained_dir)
    heard: list[Any] = []
    widget = one(view, Answers)
    widget.send = lambda *content, **_: heard.append(content)
    for message in ({"t": "why", "number": 9}, {"t": "drop", "number": 1}, {"t": "why"}, {}):
        await widget.receive(message)
    assert heard == []
