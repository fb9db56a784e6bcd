"""Decisions about a picture on any page: one way into the journal, seen on all pages, taken back from each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from acting import mistakes_in, one, opened, settled, stray, tile
from ipywidgets import Widget
from tellapart.gather.wanted_labels import rename_label
from tellapart.runs import Run
from tellapart.store.journal import Mark, Relabel
from tellapart.store.project import open_project
from tellapart.train import keep_as_run, train_head
from tellapart_dashboards.app.pictures.decisions import GONE, N_KEYS, PictureDesk, labels_with_keys
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.pages.gather.state import GatherState
from tellapart_dashboards.pages.gather.view import gather_view
from tellapart_dashboards.pages.train.state import TrainState
from tellapart_dashboards.pages.train.view import train_view
from tellapart_dashboards.widgets.label_rows.label_rows import LabelRows
from tellapart_dashboards.widgets.looking.looking_widget import LookingWidget

FakeRun = Callable[..., Run]


def messages_of(widget: Widget) -> list[dict[str, Any]]:
    """What the widget tells its page from now on."""
    sent: list[dict[str, Any]] = []
    widget.send = lambda content, buffers=None: sent.append(content)
    return sent


async def say(widget: LookingWidget, key: int, **message: Any) -> None:
    """What the page sends about a picture."""
    buffers = [np.array([key], "<u4").tobytes()] if message["t"] == "decide" else []
    widget._handle_custom_msg({"seq": 1, "label": "", "key": key, **message}, buffers)
    await settled()


@pytest.fixture
def training(project_dir: Path, fake_run: FakeRun, train_result: dict[str, Any]) -> dict[str, Any]:
    """One circle taken for a square."""
    fake_run(project_dir, "train", "done", result=train_result)
    return train_result


async def test_a_mistake_is_relabelled_where_it_is_shown_and_taken_back(
    project_dir: Path, training: dict[str, Any]
) -> None:
    project = ProjectState(project_dir, pages=["gather", "train"])
    state = TrainState(project)
    gallery = mistakes_in(train_view(state))
    await settled()
    (key,) = gallery.picture_keys
    assert (gallery.decided, gallery.labels, gallery.suggested) == ([""], ["circle", "square"], ["square"])
    sent = messages_of(gallery)
    await say(gallery, key, t="decide", action="relabel", label="square")
    assert [(m["is_done"], m["text"], m["words"]) for m in sent] == [
        (True, "now: square", [(key, "now: square")])
    ]
    assert gallery.decided == ["now: square"] and gallery.captions == ["circle"], "what it was stays in sight"
    assert project.counts == {"circle": 5, "square": 7}
    (entry,) = project.project.journal.standing()
    assert entry.kind == "relabel" and entry.is_guided, "the model had disagreed with its label"

    await say(gallery, key, t="step", kind="undo")
    assert sent[-1]["words"] == [(key, "")] and "circle → square" in sent[-1]["text"]
    assert gallery.decided == [""] and project.counts == {"circle": 6, "square": 6}
    await say(gallery, key, t="decide", action="remove")
    assert gallery.decided == ["removed"] and project.counts == {"circle": 5, "square": 6}


async def test_the_large_view_of_a_mistake_says_what_is_known(
    project_dir: Path, training: dict[str, Any]
) -> None:
    gallery = mistakes_in(train_view(TrainState(ProjectState(project_dir))))
    await settled()
    sent = messages_of(gallery)
    await say(gallery, gallery.picture_keys[0], t="large")
    (large,) = sent
    assert large["tile"]["label"] == "circle" and large["tile"]["suggested"] == "square"
    assert large["facts"]["reasons"] == ("The model says square with 91 %: the label is circle.",)
    assert large["facts"]["shares"] == (("square", 0.91, "91 %"),) and ".png" in large["facts"]["file"]


def test_a_training_that_kept_its_answers_tells_the_part_of_each_picture(project_dir: Path) -> None:
    with open_project(project_dir) as project:
        desk = PictureDesk(project, lambda: None)
        pictures = project.manifest.pictures()
        assert desk.answers.part(pictures[0]) == "", "nothing is trained yet"
        keep_as_run(project, train_head(project))
        desk.answers.renew()
        parts = [desk.answers.part(one) for one in pictures]
        held = [one for one, part in zip(pictures, parts, strict=True) if part.startswith("held out")]
        assert held and sum(part.startswith("training") for part in parts) == len(pictures) - len(held)
        facts = desk.facts(int(desk.keys_of([held[0].image_id])[0]))
        assert facts is not None and facts.part.startswith("held out")
        assert sum(share for _, share, _ in facts.shares) == pytest.approx(1.0, abs=1e-4)
        project.journal.decide(Mark(pictures[0].image_id, "none of these"))
        assert desk.answers.part(held[0]).startswith("held out"), "what it was then"


def test_which_training_is_the_newest_is_looked_up_once_for_all_tiles(
    project_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, glob = [], Path.glob

    def counted(folder: Path, pattern: str) -> Any:
        looks.append(pattern)
        return glob(folder, pattern)

    with open_project(project_dir) as project:
        desk = PictureDesk(project, lambda: None)
        keys = desk.shown({one.image_id: one.label for one in project.manifest.pictures()})
        with monkeypatch.context() as watched:
            watched.setattr(Path, "glob", counted)
            assert [tile["said"] for tile in desk.tiles(keys)] == [""] * 12
            assert looks == ["*/result.json"]
            assert desk.decided(keys) == [""] * 12
            assert len(looks) == 1, "what was decided is no matter of trainings"
        keep_as_run(project, train_head(project))
        assert any(tile["said"] for tile in desk.tiles(keys)), "a training that ended is noticed"


async def test_what_one_page_decides_the_others_show(flawed_dir: Path) -> None:
    clean, _ = opened(flawed_dir)
    project, wrong = clean.project, stray(flawed_dir)
    gather = GatherState(project)
    rows = one(gather_view(gather), LabelRows)
    await settled()
    desk = gather.search.desk
    (key,) = desk.shown({wrong: "square"})
    await say(rows, key, t="decide", action="relabel", label="circle")
    assert tile(clean, wrong)["decided"] == "now: circle" and wrong not in clean.state.queue.ids
    assert {row["label"]: row["n"] for row in rows.rows} == project.counts == {"circle": 13, "square": 12}
    await clean.desk.undo()
    await project.poll()
    await settled()
    assert desk.decided([key]) == [""] and wrong in clean.state.queue.ids
    assert {row["label"]: row["n"] for row in rows.rows} == {"circle": 12, "square": 13}


async def test_a_strip_follows_its_pictures(project_dir: Path) -> None:
    project = ProjectState(project_dir)
    rows = one(gather_view(GatherState(project)), LabelRows)
    await settled()
    first = rows.strips["circle"]
    assert len(first["keys"]) == len(first["jpegs"]) == 6 and rows.labels == ["circle", "square"]
    await say(rows, first["keys"][0], t="decide", action="remove")
    assert rows.strips["circle"]["keys"] == first["keys"][1:]
    await say(rows, 0, t="step", kind="undo")
    assert rows.strips["circle"] == first


async def test_a_label_renamed_elsewhere_is_not_made_anew_by_a_late_key(
    project_dir: Path, training: dict[str, Any]
) -> None:
    project = ProjectState(project_dir)
    gallery = mistakes_in(train_view(TrainState(project)))
    await settled()
    sent, (key,) = messages_of(gallery), gallery.picture_keys
    with open_project(project_dir) as elsewhere:
        rename_label(elsewhere, "square", "box")
    await say(gallery, key, t="decide", action="relabel", label="square")
    assert not sent[0]["is_done"] and "renamed or emptied elsewhere" in sent[0]["text"]
    assert sent[0]["words"] == [(key, "")] and project.project.journal.decided().about_pictures == []
    await project.poll()
    await settled()
    assert gallery.labels == ["box", "circle"]
    await say(gallery, key, t="decide", action="relabel", label="box")
    assert gallery.decided == ["now: box"]


async def test_a_label_that_got_another_name_is_no_decision(
    project_dir: Path, training: dict[str, Any]
) -> None:
    project = ProjectState(project_dir)
    gallery = mistakes_in(train_view(TrainState(project)))
    await settled()
    with open_project(project_dir) as elsewhere:
        rename_label(elsewhere, "circle", "disc")
    await project.poll()
    await settled()
    assert gallery.decided == [""]


async def test_a_picture_that_vanished_is_a_sentence(project_dir: Path, training: dict[str, Any]) -> None:
    project = ProjectState(project_dir)
    gallery = mistakes_in(train_view(TrainState(project)))
    await settled()
    sent, (key,) = messages_of(gallery), gallery.picture_keys
    image_id = training["mistakes"][0]["image_id"]
    (project_dir / training["mistakes"][0]["path"]).unlink()
    open_project(project_dir).close()  # notices it
    await say(gallery, key, t="decide", action="remove")
    assert sent[-1]["is_done"] and "no longer in its folder" in sent[-1]["text"]

    with project.project.manifest.transaction() as db:
        db.execute("DELETE FROM pictures WHERE image_id = ?", [image_id])
    await say(gallery, key, t="large")
    assert sent[-1]["facts"]["reasons"] == (GONE,) and sent[-1]["tile"]["decided"] == "missing from disk"
    await say(gallery, key, t="decide", action="keep")
    assert not sent[-1]["is_done"] and sent[-1]["text"] == f"{GONE} Nothing was decided."


async def test_the_pictures_of_a_cell_get_the_focus(project_dir: Path, training: dict[str, Any]) -> None:
    state = TrainState(ProjectState(project_dir))
    gallery = mistakes_in(train_view(state))
    await settled()
    assert gallery.arrivals == 0, "nobody has asked for them"
    drawn, n = state.desk.drawn, []
    state.desk.drawn = lambda *of: n.append(1) or drawn(*of)  # type: ignore[func-returns-value, method-assign]
    state.chosen = [0, 1]
    await settled()
    assert gallery.arrivals == 1
    state.chosen = []
    await settled()
    assert gallery.arrivals == 1
    state.chosen = [1, 0]
    await settled()
    assert gallery.arrivals == 2 and len(n) == 3, "a press draws once"


def test_of_many_labels_the_nine_with_the_largest_numbers_have_a_key() -> None:
    n_of = {f"label {i:02}": i for i in range(12)}
    chosen = labels_with_keys(n_of, n_of)
    assert chosen == [f"label {i:02}" for i in range(3, 12)] and len(chosen) == N_KEYS
    assert labels_with_keys(["b", "a"], {}) == ["a", "b"]


def test_a_decision_made_on_the_command_line_shows_too(project_dir: Path) -> None:
    with open_project(project_dir) as project, open_project(project_dir) as elsewhere:
        desk = PictureDesk(project, lambda: None)
        picture = project.manifest.pictures(label="circle")[0]
        (key,) = desk.shown({picture.image_id: "circle"})
        elsewhere.journal.decide(Relabel(picture.image_id, "square"))
        assert desk.decided([key]) == ["now: square"]
