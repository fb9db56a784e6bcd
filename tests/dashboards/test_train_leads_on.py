"""Train leads on: what the main button is, what the last training changed, one headline error, how sharply to look."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from acting import every, is_shown, one, opened, say, settled, text_of, upload
from ipywidgets import Button, Dropdown, ToggleButton
from tellapart.clean.gain import Gain
from tellapart.errors import WeightsError
from tellapart.learning.statistics.paired import Paired
from tellapart.planning.snapshot import snapshot
from tellapart.runs import Run
from tellapart.store.journal import Relabel, Remove
from tellapart.store.project import open_project
from tellapart_dashboards.app.project_state import ProjectState
from tellapart_dashboards.app.studio import studio
from tellapart_dashboards.app.wording import train_again_words, wrong_words
from tellapart_dashboards.pages.clean.texts import error_words, measured_html
from tellapart_dashboards.pages.train import scores
from tellapart_dashboards.pages.train.runs_state import LastStep
from tellapart_dashboards.pages.train.runs_texts import step_html
from tellapart_dashboards.pages.train.settings import weights_desk
from tellapart_dashboards.pages.train.settings.sharpness import Offer, OwnFile, about_html, options
from tellapart_dashboards.pages.train.state import TrainState
from tellapart_dashboards.pages.train.training_notice import training_notice
from tellapart_dashboards.pages.train.view import train_view
from tellapart_dashboards.widgets.choices.choices import Choices
from tellapart_dashboards.widgets.steps.steps import Steps

FakeRun = Callable[..., Run]
OFFERS = [
    Offer("efficientnet_lite0", 13.0, True, 2.0, "Built in."),
    Offer(
        "efficientnet_b0", 21.4, False, 31.0, "Better.", 'Needs torch once: pip install "tellapart[torch]".'
    ),
    Offer("convnext_tiny", 114.4, True, 200.0, "The slowest."),
    Offer("resnet50", 102.5, False, 90.0, "A classic."),
]


@pytest.fixture
def trained_page(
    project_dir: Path, fake_run: FakeRun, train_result: dict[str, Any], start: Any
) -> Callable[[], tuple[TrainState, Any]]:
    """Opens the Train page of a project that was just trained."""
    with open_project(project_dir) as project:
        stood = snapshot(project).to_json()
    fake_run(project_dir, "train", "done", result={**train_result, "snapshot": stood})

    def open_page() -> tuple[TrainState, Any]:
        pages = ["gather", "clean", "train", "classify", "share"]
        state = TrainState(ProjectState(project_dir, pages=pages), start_run=start)
        return state, train_view(state)

    return open_page


def is_primary(button: Button) -> bool:
    return "ta-primary" in button._dom_classes


async def test_trying_it_is_next_until_something_changes(
    trained_page: Callable[[], tuple[TrainState, Any]], started: list[Any]
) -> None:
    state, view = trained_page()
    await settled()
    try_it, train = one(view, Button, "Try it"), one(view, Button, "Train again")
    assert is_shown(view, try_it) and is_primary(try_it) and not is_shown(view, train)
    picture = state.project.project.manifest.pictures("circle")[0].image_id
    state.project.project.journal.decide(Relabel(picture, "square"))
    await state.project.poll()
    assert train.description == "1 change since: train again" and is_shown(view, train)
    assert is_primary(train) and not is_primary(try_it)

    train.click()
    await settled()
    assert started[0][0] == "train" and train.disabled
    state.project.project.journal.undo()
    await state.project.poll()
    assert not is_shown(view, train) and is_primary(try_it)
    try_it.click()
    assert state.project.current == "classify"
    one(view, Button, "Share").click()
    assert state.project.current == "share"


async def test_changes_are_no_longer_told_once_they_are_learned(
    trained_page: Callable[[], tuple[TrainState, Any]], train_result: dict[str, Any]
) -> None:
    state, view = trained_page()
    await settled()
    train, project = one(view, Button, "Train again"), state.project.project
    project.journal.decide(Relabel(project.manifest.pictures("circle")[0].image_id, "square"))
    await state.project.poll()
    train.click()
    await settled()
    assert train.description == "Training …"

    assert state.run is not None
    learned = {**train_result, "snapshot": snapshot(project).to_json()}
    (state.run.run_dir / "result.json").write_text(json.dumps(learned), "utf-8")
    say(state.run.run_dir, stage="done", message="Done.")
    await state.poll()
    assert train.description == "Train again" and not is_shown(view, train)


async def test_changes_are_known_when_the_page_opens_and_beside_classify(
    trained_page: Callable[[], tuple[TrainState, Any]],
) -> None:
    state, _ = trained_page()
    journal = state.project.project.journal
    journal.decide(*(Remove(one.image_id) for one in state.project.project.manifest.pictures("circle")[:2]))
    state, view = trained_page()
    assert one(view, Button, "2 changes since: train again") is not None
    asked: list[int] = []
    notice = training_notice(state.project, lambda: asked.append(1))
    assert is_shown(notice, notice) and "2 changes" in text_of(notice)
    one(notice, Button, "2 changes since").click()
    journal.undo()
    await state.project.poll()
    assert asked == [1] and not is_shown(notice, notice)


async def test_details_are_out_of_sight_until_they_are_asked_for(
    trained_page: Callable[[], tuple[TrainState, Any]],
) -> None:
    _, view = trained_page()
    await settled()
    settings = [one(view, Choices), one(view, Dropdown, "Assume labels are"), one(view, Dropdown, "Network")]
    again = [w for w in every(view) if isinstance(w, Button) and w.description == "Train again"][-1]
    assert not any(is_shown(view, part) for part in (*settings, again))
    assert "How this was measured" in text_of(view) and "Label by label" not in text_of(view)
    one(view, ToggleButton, "Details").value = True
    assert all(is_shown(view, part) for part in (*settings[:2], again)) and "Label by label" in text_of(view)
    assert not is_shown(view, settings[2]), "names of networks lie one fold deeper"


async def test_before_the_first_training_there_is_one_button(project_dir: Path) -> None:
    view = train_view(TrainState(ProjectState(project_dir, pages=["train", "classify", "share"])))
    await settled()
    there = [w.description for w in every(view) if isinstance(w, Button) and is_shown(view, w)]
    assert there == ["Train"] and is_primary(one(view, Button, "Train"))


async def test_the_steps_say_the_error_as_an_error(
    project_dir: Path, fake_run: FakeRun, train_result: dict[str, Any]
) -> None:
    fake_run(project_dir, "train", "done", result=train_result)
    page = studio(project_dir)
    one(page, Steps).is_drawn = True
    await settled()
    badges = {step["key"]: step["badge"] for step in one(page, Steps).steps}
    assert badges["train"] == "25 % wrong" == wrong_words(0.25)
    page.close()


def test_what_the_last_training_changed() -> None:
    assert step_html(None) == ""
    better, likely = Paired(80, 2, 20, 10), Paired(80, 4, 6, 10)
    said = step_html(LastStep(0.14, 0.11, likely))
    assert "14 % → <b>11 % wrong</b>" in said and "may be chance" in said
    assert "More than chance" in step_html(LastStep(0.14, 0.06, better))
    assert "not checked on the same pictures" in step_html(LastStep(0.14, 0.06)).lower()
    assert "As many as before" in step_html(LastStep(0.14, 0.14, likely))
    for after in (0.14, 0.2):  # many copies are wrong now
        assert "More than chance" not in (said := step_html(LastStep(0.14, after, better)))
        assert "near-duplicates counted once, it got better" in said
    assert [train_again_words(n) for n in (0, 1, 1200)] == [
        "Train again", "1 change since: train again", "1,200 changes since: train again",
    ]  # fmt: skip


def test_one_error_leads_and_a_sentence_joins_the_other(train_result: dict[str, Any]) -> None:
    gain = Gain(3, 180, 0.161, 0.122, 0.013, "")
    title, lead = scores.headline(train_result, {})
    assert title == "25 % wrong: 1 of 4" and "had never seen" in lead and "4.6\u00a0% to 70\u00a0%" in lead
    assert scores.headline({**train_result, "n_wrong": 0, "error_rate": 0.0}, {})[0] == "0 % wrong: none of 4"
    measured = scores.measured_html(train_result, gain.to_json())
    assert "Clean says 12 %: there each of 180 pictures" in measured and "shown everywhere" in measured
    assert "Clean says" not in scores.measured_html(train_result, {})
    assert error_words(0.25, gain) == "25\u00a0% wrong. 3 decisions: 3 to 5 fewer of 100 wrong."
    assert "12 %" not in error_words(0.25, gain), "one figure at a time"
    assert "as they came and is 12 % now, 3 to 5 fewer of 100 wrong, on" in measured_html(0.25, gain)
    assert "25 % wrong is the figure of the last training" in measured_html(0.25, gain)
    nothing = Gain(0, 0, float("nan"), float("nan"), float("nan"), "")
    assert error_words(None, nothing) == "" == measured_html(0.25, nothing)
    assert "beyond chance" in error_words(None, Gain(1, 180, 0.12, 0.121, 0.01, ""))
    worse = Gain(1, 180, 0.12, 0.2, 0.01, "")
    assert "7 to 9 more of 100 wrong" in error_words(None, worse) and "You can undo them" in measured_html(
        None, worse
    )
    assert error_words(0.25, None) == "25\u00a0% wrong when last trained."


def test_clean_shows_the_error_of_the_last_training(
    flawed_dir: Path, fake_run: FakeRun, train_result: dict[str, Any]
) -> None:
    from acting import in_page

    async def look() -> None:
        page, view = opened(flawed_dir)
        page.project.take_training(train_result)
        await settled()
        assert "25\u00a0% wrong" in text_of(view)
        assert one(view, Button, "Train again") is not None, "nothing changed that is known"
        assert not is_primary(one(view, Button, "Train again"))

    in_page(look())


def test_levels_say_seconds_and_megabytes_and_names_stay_behind() -> None:
    shown = options(OFFERS, "efficientnet_lite0", None)
    assert [(one["label"], one["n"]) for one in shown] == [
        ("Quick", "a few seconds, built in"), ("Sharper", "about 30 s, 21 MB download"),
        ("Sharpest", "about 3 min, 114 MB"),
    ]  # fmt: skip
    told = "".join(about_html(OFFERS, one["key"], None) for one in shown)
    assert not any(offer.name in told for offer in OFFERS) and "Needs torch once" in told
    named = options(OFFERS, "resnet50", None)
    assert (named[3]["label"], named[3]["n"]) == ("By name", "resnet50") and "A classic" in about_html(
        OFFERS, "resnet50", None
    )
    own = OwnFile("/p/weights/w.pth", "<w>.pth", "resnet18")
    assert options([], "efficientnet_lite0", own)[3]["n"] == "<w>.pth"
    assert "&lt;w&gt;.pth" in about_html([], "efficientnet_lite0", own)


async def test_a_sharper_level_and_a_file_of_ones_own_go_into_the_training(
    project_dir: Path, start: Any, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []
    monkeypatch.setattr(weights_desk, "network_of", lambda path: seen.append(path.read_bytes()) or "resnet18")
    state = TrainState(ProjectState(project_dir), start_run=start)
    view = train_view(state)
    await settled()
    level = next(
        w for w in every(view) if isinstance(w, Choices) and w.accessible_name == "How sharply it looks"
    )
    assert [one["label"] for one in level.options] == ["Quick", "Sharper", "Sharpest"]
    level.chosen = "efficientnet_b0"
    assert state.backbone == "efficientnet_b0" == one(view, Dropdown, "Network").value
    await upload(view, {"mine.pth": b"tensors"})
    assert seen == [b"tensors"] and level.chosen == "file" and level.options[3]["n"] == "mine.pth"
    one(view, Button, "Train").click()
    await settled()
    (config,) = (config for _, config in started)
    kept = Path(config["weights"])
    assert kept.parent == project_dir / "weights" and kept.read_bytes() == b"tensors"

    level.chosen = "efficientnet_lite0"
    assert state.weights.own is None and kept.exists(), "the training names it"
    await upload(view, {"notes.txt": b"bread"}, batch="c")
    assert "notes.txt is no weights file" in state.weights.problem and len(seen) == 1

    def refuse(_: Path) -> str:
        raise WeightsError("<b>.pth is not the state dict of a known network.")

    monkeypatch.setattr(weights_desk, "network_of", refuse)
    one(view, ToggleButton, "Details").value = True
    one(view, ToggleButton, "Networks by name").value = True
    await upload(view, {"other.pth": b"?"}, batch="d")
    assert "&lt;b&gt;.pth is not the state dict" in text_of(view) and state.weights.own is None
    assert [path.name for path in kept.parent.iterdir()] == [kept.name], "what cannot be used is not kept"


async def test_training_again_goes_on_with_what_was_chosen_last(
    project_dir: Path, fake_run: FakeRun, train_result: dict[str, Any], start: Any, started: list[Any]
) -> None:
    weights = project_dir / "weights" / "w.pth"
    weights.parent.mkdir()
    weights.write_bytes(b"?")
    config = {"backbone": "efficientnet_b0", "prior": "equal", "recipe": "quick", "weights": str(weights)}
    fake_run(project_dir, "train", "done", result={**train_result, "config": config}, config=config)
    state = TrainState(ProjectState(project_dir), start_run=start)
    train_view(state)
    await settled()
    state.train()
    await settled()
    assert started == [("train", config)]
    shutil.rmtree(weights.parent)
    assert TrainState(ProjectState(project_dir)).weights.own is None
    assert json.dumps(config)
