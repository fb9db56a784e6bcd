"""The Classify page on a real, tiny bundle."""

from __future__ import annotations

import asyncio
import csv
import io
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from acting import is_shown, one, settled, shown, text_of, upload
from classifying import a_circle, ask, opened, rows
from ipywidgets import HTML
from tellapart.store.project import open_project
from tellapart.train import TrainConfig, train_head
from tellapart_dashboards.app.studio import classify_page
from tellapart_dashboards.pages.classify.answers import AT_ONCE, Answer, answer_html
from tellapart_dashboards.pages.classify.view import ClassifyState, classify_view
from tellapart_dashboards.widgets.answers.answers import Answers
from tellapart_dashboards.widgets.upload.upload import UploadedFile
from tellapart_dashboards.widgets.webcam.webcam import Webcam


async def test_before_a_model_exists_the_page_says_what_to_do(project_dir: Path) -> None:
    view = classify_view(ClassifyState(project_dir=str(project_dir)))
    await settled()
    assert "No model yet" in text_of(view) and "Train one first" in text_of(view)


async def test_each_picture_gets_an_answer_and_bad_files_a_reason(trained_dir: Path, tmp_path: Path) -> None:
    _, view = await opened(trained_dir)
    files = {"<i>good.png": a_circle(trained_dir), "text.jpg": b"bread and milk", "empty.jpg": b""}
    await upload(view, files)
    good, text, empty = rows(view)
    assert [one["name"] for one in (good, text, empty)] == list(files)
    assert [label for label, _, _ in good["shares"]] == sorted(
        ["circle", "square"], key=lambda label: label != good["label"]
    )
    assert abs(sum(share for _, _, share in good["shares"]) - 1) < 1e-5 and not good["reason"]
    assert text["reason"].startswith("not a picture") and empty["reason"].startswith("empty file")
    assert "This model knows circle and square" in text_of(view)


async def test_pictures_stay_until_they_are_cleared(trained_dir: Path) -> None:
    _, view = await opened(trained_dir)
    await upload(view, {"good.png": a_circle(trained_dir), "text.jpg": b"bread and milk"})
    await upload(view, {"more.png": a_circle(trained_dir)}, batch="c")
    kept = trained_dir / "cache" / "classified"
    assert sorted(path.name for path in kept.rglob("*.*")) == ["good.png", "more.png"]
    assert (await ask(view, "clear"))["to"] == "clear"
    await settled()
    assert list(kept.iterdir()) == [] and rows(view) == []
    assert "good.png" not in (await ask(view, "table"))["pictures"][0].decode()


async def test_clearing_while_a_picture_is_looked_at_forgets_its_answer(trained_dir: Path) -> None:
    state, view = await opened(trained_dir)
    loop, look = asyncio.get_running_loop(), state._look

    def cleared_meanwhile(files: list[UploadedFile]) -> list[Answer]:
        asyncio.run_coroutine_threadsafe(one(view, Answers).receive({"t": "clear"}), loop).result(60)
        return look(files)

    state._look = cleared_meanwhile  # type: ignore[method-assign]
    await upload(view, {"good.png": a_circle(trained_dir), "text.jpg": b"bread and milk"})
    assert rows(view) == [] and state.n_left == 0
    assert list((trained_dir / "cache" / "classified").iterdir()) == []
    (data,) = (await ask(view, "table"))["pictures"]
    assert len(data.decode().splitlines()) == 1, "only the line with the names of the columns"
    state._look = look  # type: ignore[method-assign]
    await upload(view, {"again.png": a_circle(trained_dir)}, batch="next")
    assert [row["name"] for row in rows(view)] == ["again.png"]


async def test_only_so_many_bytes_stay_and_the_oldest_leave_first(trained_dir: Path) -> None:
    good = a_circle(trained_dir)
    _, view = await opened(trained_dir, most_kept_bytes=2 * len(good))
    await upload(view, {f"{n}.png": good for n in range(4)})
    kept = trained_dir / "cache" / "classified"
    assert sorted(path.name for path in kept.rglob("*.*")) == ["2.png", "3.png"]
    for question in ("why", "larger", "put right"):
        reply = await ask(view, question, 1, label="square")
        assert "0.png is no longer kept here" in reply["problem"] and not reply["pictures"], question
    (jpeg,) = (await ask(view, "larger", 4))["pictures"]
    assert jpeg.startswith(b"\xff\xd8")


async def test_the_table_has_a_line_for_each_and_calculates_nothing(trained_dir: Path) -> None:
    _, view = await opened(trained_dir)
    await upload(view, {"=1+1.png": a_circle(trained_dir), "text.jpg": b"bread"})
    (data,) = (await ask(view, "table"))["pictures"]
    lines = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert list(lines[0]) == ["file", "label", "probability", "remark", "circle", "square"]
    assert lines[0]["file"] == "'=1+1.png" and lines[0]["label"] in ("circle", "square")
    assert abs(float(lines[0]["circle"]) + float(lines[0]["square"]) - 1) < 1e-3
    assert lines[1]["label"] == "" and lines[1]["remark"].startswith("not a picture")


async def test_answers_that_come_while_the_table_is_written_do_not_break_it(trained_dir: Path) -> None:
    state, view = await opened(trained_dir)
    await upload(view, {f"{n}.png": a_circle(trained_dir) for n in range(2)})

    class Growing(tuple[tuple[str, float], ...]):
        """While it is read, one more answer comes, as from another thread."""

        def __iter__(self) -> Iterator[tuple[str, float]]:
            number = 100 + len(state._answers)
            state._answers[number] = replace(last, number=number)
            return super().__iter__()

    first, last = state._answers.values()
    state._answers[first.number] = replace(first, probabilities=Growing(first.probabilities))
    (data,) = (await ask(view, "table"))["pictures"]
    assert len(data.decode("utf-8-sig").splitlines()) == 3
    state._answers[last.number] = replace(last, probabilities=(("circle",),))  # type: ignore[arg-type]
    assert "problem" in await ask(view, "table"), "the page says it"


async def test_the_page_that_is_drawn_anew_gets_all_answers(trained_dir: Path) -> None:
    state, view = await opened(trained_dir)
    await upload(view, {f"{n}.png": a_circle(trained_dir) for n in range(3)})
    assert not any(answer.thumbnail for answer in state._answers.values()), "those are for the page"
    heard: list[Any] = []
    widget = one(view, Answers)
    widget.send = lambda content, buffers=None: heard.append((content, buffers))
    await widget.receive({"t": "hello"})
    ((content, buffers),) = heard
    assert [row["name"] for row in content["rows"]] == ["0.png", "1.png", "2.png"] and len(buffers) == 3
    assert all(row["has_picture"] for row in content["rows"])


async def test_nobody_waits_for_pictures_that_were_given_up(trained_dir: Path) -> None:
    state, view = await opened(trained_dir)
    good = a_circle(trained_dir)
    look = state._look

    def look_and_stop(files: list[UploadedFile]) -> list[Answer]:
        state.give_up()
        return look(files)

    state._look = look_and_stop  # type: ignore[method-assign]
    await upload(view, {f"{n}.png": good for n in range(2 * AT_ONCE + 1)})
    assert len(rows(view)) == AT_ONCE and state.n_left == 0
    kept = trained_dir / "cache" / "classified"
    assert len(list(kept.rglob("*.png"))) == AT_ONCE
    state._look = look  # type: ignore[method-assign]
    await upload(view, {"again.png": good}, batch="next")
    assert rows(view)[-1]["name"] == "again.png"


async def test_a_frame_of_the_camera_is_answered_and_a_broken_one_said(trained_dir: Path) -> None:
    _, view = await opened(trained_dir)
    camera, heard = one(view, Webcam), []
    camera.send = lambda content, buffers=None: heard.append(content)
    assert camera.is_live
    await camera.receive({"t": "frame", "n": "frame 1"}, [a_circle(trained_dir)])
    await camera.receive({"t": "frame", "n": "frame 2"}, [b"no picture"])
    await camera.receive({"t": "frame", "n": "frame 3"}, [b"x" * 2**21])
    await camera.receive({"t": "frame", "n": "frame 4"}, [])
    answered, broken, large, none = heard
    assert answered["n"] == "frame 1" and (answered["is_sure"] or answered["closest"] in ("circle", "square"))
    assert "not a picture" in broken["text"] and not broken["is_sure"]
    assert large["text"] == none["text"] == ""
    assert rows(view) == [], "frames leave nothing behind"


async def test_the_newest_batch_is_a_batch_of_its_own(trained_dir: Path) -> None:
    _, view = await opened(trained_dir)
    good = a_circle(trained_dir)
    await upload(view, {f"first-{n}.png": good for n in range(AT_ONCE + 1)}, batch="one")
    await upload(view, {"second.png": good}, batch="two")
    assert [row["batch"] for row in rows(view)] == [1] * (AT_ONCE + 1) + [2]
    assert [row["number"] for row in rows(view)] == list(range(1, AT_ONCE + 3))


async def test_a_damaged_bundle_is_said_in_words(trained_dir: Path) -> None:
    bundle = next((trained_dir / "bundles").iterdir())
    (bundle / "model.onnx").write_bytes(b"not a model")
    view = classify_view(ClassifyState(project_dir=str(trained_dir)))
    await settled()
    shown = text_of(view)
    assert ("Stopped." in shown and str(bundle.name) in shown) or "model.onnx" in shown
    await upload(view, {"one.png": a_circle(trained_dir), "two.png": a_circle(trained_dir)})
    assert [row["number"] for row in rows(view)] == [1, 2]
    assert {row["reason"] for row in rows(view)} == {"the model cannot be used, see above"}
    assert not any(path.is_file() for path in (trained_dir / "cache" / "classified").rglob("*"))


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
    assert rows(view)[0]["reason"] == "file not found" and state.n_left == 0


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
from tellapart_dashboards.app.journal_words import step_words
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
