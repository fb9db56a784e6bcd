"""Pages of other things than pictures without a browser: what they show, and what becomes of a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from acting import one, settled, shown, text_of
from ipywidgets import Button, Dropdown
from made_texts import made_reviews, write_csv
from tellapart.errors import IntakeError, ProjectError
from tellapart.kinds import kind as kind_table
from tellapart.kinds.decisions import ThingDecision
from tellapart.kinds.kind import ThingKind, kind_of_project
from tellapart.store.project import create_project
from tellapart.texts import new_project, open_project
from tellapart.workspace.changing import delete_project, duplicate_project, rename_project
from tellapart.workspace.listing import listed_projects
from tellapart_dashboards.app.cell_pages import close_whole
from tellapart_dashboards.app.launcher import project_to_open
from tellapart_dashboards.app.page_frame import Frame
from tellapart_dashboards.app.project_state import any_project, project_dir_from
from tellapart_dashboards.app.studio import studio
from tellapart_dashboards.pages.kinds.cases import Case, Doubt, Looked
from tellapart_dashboards.pages.kinds.classifier_words import classifier_before, classifier_details
from tellapart_dashboards.pages.kinds.cleaning import ThingsCleaning
from tellapart_dashboards.pages.kinds.cleaning_state import ALL, cleaning_state
from tellapart_dashboards.pages.kinds.doors import door_of, doors_from_files
from tellapart_dashboards.pages.kinds.offer_menus import offer_menus
from tellapart_dashboards.pages.kinds.things import NewestModel
from tellapart_dashboards.pages.kinds.training import ThingsTraining
from tellapart_dashboards.pages.projects.from_file import FromFile
from tellapart_dashboards.pages.projects.from_file_view import from_file_view
from tellapart_dashboards.pages.projects.state import ProjectsState
from tellapart_dashboards.pages.texts import door as texts_door
from tellapart_dashboards.pages.texts.looking import TextsLooked
from tellapart_dashboards.pages.texts.marking import marked, marked_html
from tellapart_dashboards.widgets.steps.steps import Steps
from tellapart_dashboards.widgets.upload.upload import UploadedFile


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TELLAPART_PROJECTS", str(tmp_path / "projects"))
    monkeypatch.setenv("TELLAPART_SETTINGS", str(tmp_path / "settings"))
    return tmp_path / "projects"


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    texts, labels, _ = made_reviews(80, n_wrong=4)
    return write_csv(tmp_path / "reviews.csv", texts, labels)


def name_of(root: Path) -> str:
    kind = kind_of_project(root)
    return kind.name if kind else ""


def case(thing_id: str, *codes: str) -> Case:
    return Case(thing_id, tuple(Doubt(code, 0.9, f"It is {code}.") for code in codes))


LOOKED = Looked(9, (case("a", "odd", "copy"), case("b", "short"), case("c", "odd")), ("x", "y"))


def test_the_state_counts_things_by_their_findings_and_leaves_out_what_is_decided() -> None:
    state = cleaning_state("text", LOOKED, {}, ALL, 2, False)
    assert (state.title, state.n_open, state.n_more) == ("3 texts to review", 3, 1)
    assert [(one["label"], one["n"]) for one in state.options] == [
        ("all", "3"), ("odd", "2"), ("copy", "1"), ("short", "1"),
    ]  # fmt: skip
    state = cleaning_state("text", LOOKED, {"b": "keep"}, "short", 2, False)
    assert state.cases == () and state.empty == "No text is like that any more."
    assert {"key": "short", "label": "short", "n": "0"} in state.options
    state = cleaning_state("text", LOOKED, {"a": "keep", "b": "remove", "c": "relabel"}, ALL, 2, False)
    assert state.title == "Nothing left to review" and state.n_open == 0
    assert cleaning_state("text", Looked(9, (), ()), {}, ALL, 2, False).title == "Nothing stands out"


def test_words_are_marked_by_what_they_speak_for_and_nothing_is_taken_for_html() -> None:
    pieces = marked("a <b> dull day", [(2, 5, 0.05), (6, 10, 1.0), (11, 14, -0.5)])
    assert pieces == [["a <b> ", ""], ["dull", "for"], [" ", ""], ["day", "against"]]
    assert "<b>" not in marked_html(pieces, "x<y") and "Speaks for x&lt;y: dull" in marked_html(pieces, "x<y")
    assert marked("nothing known", []) == [["nothing known", ""]] and marked("", []) == []


async def test_a_named_file_is_looked_at_and_made_a_project_beside_those_of_pictures(
    workspace: Path, reviews: Path
) -> None:
    made: list[Path] = []
    state = FromFile(workspace, made.append)
    state.path = f' "{reviews}" '
    state.take_path()
    await settled()
    assert state.offer is not None and state.offer.sentence == "A table of texts: 80 rows."
    assert [(one.key, one.value) for one in state.offer.choices] == [
        ("text_column", "text"), ("label_column", "label"),
    ]  # fmt: skip
    state.make({"text_column": "text", "label_column": "label"})
    await settled()
    assert made == [workspace / "reviews"] and name_of(made[0]) == "texts" and state.offer is None
    (row,) = listed_projects(workspace)
    assert (row.facts, row.problem) == ("texts from reviews.csv", "")


def test_titles_with_a_space_after_the_comma_can_be_chosen(tmp_path: Path) -> None:
    file = tmp_path / "spaced.csv"
    file.write_text(
        "text, label\na lovely film, good\na dull one, bad\nlovely again, good\ndull again, bad\n"
    )
    menus = offer_menus(texts_door.offer(file))
    assert (menus["text_column"].value, menus["label_column"].value) == ("text", "label")


async def test_what_is_taken_for_something_else_can_be_said(workspace: Path, reviews: Path) -> None:
    state = FromFile(workspace, lambda root: None)
    state.path = str(reviews)
    state.take_path()
    await settled()
    assert state.kind == "texts"
    state.take_for("tables")
    await settled()
    assert state.kind == "tables" and state.offer is not None and state.offer.choices[0].key == "target"
    state.take_for("ratings")
    await settled()
    assert state.kind == "tables" and "no table of ratings" in state.problem and state.offer is not None


async def test_a_folder_of_texts_is_dropped(workspace: Path) -> None:
    batch = workspace / ".uploads" / "b2"
    files = []
    for label in ("good", "bad"):
        (batch / "folders" / label).mkdir(parents=True)
        for i in range(3):
            path = batch / "folders" / label / f"{i}.txt"
            path.write_text(f"a {label} text {i}")
            files.append(UploadedFile(path, path.name, (label,), 20))
    made: list[Path] = []
    state = FromFile(workspace, made.append)
    state.take_upload(batch, files)
    await settled()
    assert state.offer is not None and state.offer.sentence == "A folder of texts for each label."
    state.make({})
    await settled()
    assert open_project(made[0]).label_counts() == {"bad": 3, "good": 3} and not batch.exists()


async def test_a_sixth_kind_is_a_folder_and_a_line_in_the_table(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kind_table, "KINDS", (*kind_table.KINDS, "tones.kind"))
    (tmp_path / "scale.tones").write_text("100 low\n900 high\n", "utf-8")
    made: list[Path] = []
    state = FromFile(workspace, made.append)
    view = from_file_view(state)
    state.path = str(tmp_path / "scale.tones")
    state.take_path()
    await settled()
    assert state.kind == "tones" and state.offer is not None and state.offer.sentence == "2 tones."
    assert one(view, Dropdown, "Taken for").value == "tones"
    state.make({})
    await settled()
    assert made == [workspace / "scale"]
    monkeypatch.setenv("TELLAPART_PROJECT", str(made[0]))
    page = studio()
    text = await shown(page)
    assert "<h1>2 tones</h1>" in text
    assert [step["label"] for step in one(page, Steps).steps] == ["Listen"]
    page.close()
    projects = ProjectsState(made[0])
    await projects.look()
    assert [(row["name"], row["facts"]) for row in projects.rows] == [("scale", "tones from scale.tones")]


async def test_pictures_go_through_the_same_table(workspace: Path, project_dir: Path) -> None:
    root, kind = any_project(project_dir)
    door = door_of(kind)
    assert kind.name == "pictures" and "pictures" not in doors_from_files()
    page = door.opened(root)
    frame = Frame([])
    page.fill(frame, root)
    assert "Ready to tell 2 labels apart" in await shown(frame.widget)
    close_whole(frame.widget)
    with pytest.raises(IntakeError, match="Pictures go into a new project"):
        door.offer(project_dir)


async def test_what_cannot_be_a_project_is_said_and_the_file_can_be_given_again(
    workspace: Path, reviews: Path, tmp_path: Path
) -> None:
    (tmp_path / "cat.png").write_bytes(b"\x89PNG")
    (tmp_path / "empty.csv").write_text("text,label\n")
    (tmp_path / "one.jsonl").write_text('{"text": "hi"\n')
    state = FromFile(workspace, lambda root: None)
    for path, said in (
        ("reviews.csv", "not a full path"),
        (str(tmp_path / "gone.csv"), "not on the studio's computer"),
        (str(tmp_path / "cat.png"), "Pictures go into a new project"),
        (str(tmp_path / "one.jsonl"), "is no JSON"),
    ):
        state.path = path
        state.take_path()
        await settled()
        assert said in state.problem and state.offer is None and not state.is_busy
    state.path = str(tmp_path / "empty.csv")
    state.take_path()
    await settled()
    state.make({})
    await settled()
    assert "empty.csv" in state.problem and not (workspace / "empty").exists()
    batch = workspace / ".uploads" / "b1" / "loose"
    batch.mkdir(parents=True)
    (batch / "mine.csv").write_bytes(reviews.read_bytes())
    state.take_upload(batch.parent, [UploadedFile(batch / "mine.csv", "mine.csv", (), 10)])
    await settled()
    assert state.name == "mine" and not state.problem
    state.drop()
    await settled()
    assert not batch.parent.exists() and listed_projects(workspace) == []


async def test_a_look_gives_cards_and_a_decision_is_taken_back(workspace: Path, reviews: Path) -> None:
    project = new_project(workspace / "reviews", reviews)
    cleaning = ThingsCleaning(TextsLooked(project))
    assert cleaning.state.title == "Not looked at yet"
    cleaning.look()
    await settled()
    first = cleaning.cards[0]
    assert first["action"] == "relabel" and cleaning.labels == ["bad", "good"] and not cleaning.problem
    await cleaning.look_closer(first["id"])
    texts = {one.text_id: one.text for one in project.items()}
    large = cleaning.large
    assert "".join(text for text, _ in large["pieces"]) == texts[first["id"]]
    assert "for" in {mark for _, mark in large["pieces"]} and large["words"] == first["words"]
    assert len(large["near"]) == 5 and all(one["label"] in ("good", "bad") for one in large["near"])
    await cleaning.look_closer("nobody")
    assert cleaning.large is large
    n = cleaning.state.n_open
    await cleaning.decide(first["id"], "relabel", first["suggested"])
    assert cleaning.state.n_open == n - 1 and cleaning.said.endswith(f"now {first['suggested']}.")
    await cleaning.decide(first["id"], "relabel", " ")
    assert cleaning.problem and cleaning.state.n_open == n - 1
    await cleaning.undo()
    assert cleaning.at == first["id"] and cleaning.cards[0] == first and not cleaning.problem
    open_project(workspace / "reviews").decide([ThingDecision(first["id"], "keep")])
    await cleaning.poll()
    assert cleaning.state.n_open == n - 1, "the command line decided it"
    await cleaning.decide("nobody", "keep", "")
    await cleaning.decide(cleaning.cards[0]["id"], "delete", "")
    assert cleaning.state.n_open == n - 1


async def test_the_head_of_train_says_what_happens_now(workspace: Path, reviews: Path) -> None:
    new_project(workspace / "reviews", reviews)
    page = texts_door.opened(workspace / "reviews")
    training = page.followed[0]
    assert isinstance(training, ThingsTraining)
    view = await page.bodies["train"](lambda key: None)
    button = one(view, Button, "Train")
    assert "<h1>Ready to tell 2 labels apart</h1>" in text_of(view)
    training.stage = "running"
    assert "<h1>Learning to tell 2 labels apart</h1>" in text_of(view) and "From 80 texts" in text_of(view)
    assert button.description == "Training …" and button.disabled
    training.message, training.stage = "No room is left.", "failed"
    shown_now = text_of(view)
    assert "<h1>Ready to tell" in shown_now and "<b>Stopped.</b> No room is left." in shown_now
    measured = {
        "n": 80,
        "n_wrong": 8,
        "error_rate": 0.1,
        "error_interval": [0.05, 0.19],
        "classes": [],
        "seconds": 1.0,
    }
    measured["baselines"] = {"majority": 0.5}
    training.trained = NewestModel(workspace / "reviews", None, measured)
    training.stage = "running"
    assert "<h1>10 % wrong: 8 of 80</h1>" in text_of(view).replace("\u00a0", " ")
    assert classifier_before({"good": 3}, "text")[0] == "Nothing to train on yet"


async def test_a_damaged_model_is_said_and_decisions_since_are_counted(
    workspace: Path, reviews: Path
) -> None:
    from tellapart.texts import load_predictor, train

    project = new_project(workspace / "reviews", reviews)
    first, second = (item.text_id for item in project.items()[:2])
    project.decide([ThingDecision(first, "keep")])
    decided: list[str] = []

    def decide_meanwhile(*_: object) -> None:
        if not decided:
            decided.append(second)
            project.decide([ThingDecision(second, "remove")])

    result = train(project, decide_meanwhile)

    def loaded(bundle: Path) -> tuple[object, dict[str, object]]:
        predictor = load_predictor(bundle)
        return predictor, predictor.model.measured

    training = ThingsTraining(project.root, project.newest_bundle, loaded, project.decisions)
    assert training.trained is not None
    assert training.trained.n_changes == 1, "one was known, one came while it learned"
    assert '<p class="ta-soft">Trained in ' in classifier_details(training.trained.measured, "text")
    project.decide([ThingDecision(project.items()[0].text_id, "keep")])
    await training.poll()
    assert training.trained.n_changes == 2
    for is_there in (False, True):  # another page renames it, and back
        rename_project(workspace, *(("opinions", "reviews") if is_there else ("reviews", "opinions")))
        await training.poll()
        assert (training.trained is not None) is is_there
        assert ("was moved, renamed or deleted meanwhile" in training.problem) is not is_there
    (result.bundle_dir / "text-model.json").write_text("{}")
    again = ThingsTraining(project.root, project.newest_bundle, loaded)
    assert again.trained is None and "no classifier of texts" in again.problem


def test_projects_of_texts_are_opened_renamed_copied_and_deleted_as_others_are(
    workspace: Path, reviews: Path, tmp_path: Path
) -> None:
    new_project(workspace / "reviews", reviews)
    assert project_to_open(Path("reviews")) == workspace / "reviews"
    assert project_to_open(None) == workspace / "reviews"
    with pytest.raises(ProjectError, match="is a project of texts, and this page is for pictures"):
        project_dir_from(workspace / "reviews")
    assert len(open_project(duplicate_project(workspace / "reviews", workspace)).items()) == 80
    assert name_of(rename_project(workspace, "reviews", "opinions")) == "texts"
    assert name_of(delete_project(workspace, "opinions").root) == "texts"
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "tellapart-app.json").write_text('{"format": 1}')
    assert kind_of_project(tmp_path / "app") is None and kind_of_project(tmp_path / "nowhere") is None
    create_project(tmp_path / "pictures").close()
    (tmp_path / "pictures" / "tellapart-texts.json").write_text("{", encoding="utf-8")
    assert name_of(tmp_path / "pictures") == "pictures"
    with pytest.raises(ProjectError, match="no page for pebbles"):
        door_of(ThingKind("pebbles", "pebbles-model.json", "pebbles"))
