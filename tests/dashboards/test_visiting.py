"""Visitors' projects: made once, limited, and no other one is opened."""

from __future__ import annotations

import html
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import pytest
from acting import every, is_shown, one, settled, shown, text_of, upload
from ipywidgets import Button, Text
from make_data import make_tiny_folder
from share_acting import opened as opened_share
from tellapart import runs, worker
from tellapart.errors import ProjectError
from tellapart.gather import intake, take_in
from tellapart.runs import VISITOR, latest
from tellapart.store.limits import ProjectLimits, limits_of, set_limits
from tellapart.store.project import create_project, open_project
from tellapart_dashboards.app.project_state import ProjectState, project_dir_from
from tellapart_dashboards.app.public.visiting import Quotas, VisitError, Visitors
from tellapart_dashboards.app.studio import classify_page, gather_page
from tellapart_dashboards.pages.classify import state as classify_state
from tellapart_dashboards.pages.gather.state import GatherState
from tellapart_dashboards.pages.projects.from_file import FromFile
from tellapart_dashboards.pages.projects.state import ProjectsState
from tellapart_dashboards.pages.projects.view import projects_view
from tellapart_dashboards.pages.share.publish_texts import token_html
from tellapart_dashboards.pages.share.publishing import PublishFacts
from tellapart_dashboards.pages.train.settings.recipe_choice import Estimates, recipe_state
from tellapart_dashboards.pages.train.settings.recipe_view import recipe_html
from tellapart_dashboards.widgets.upload.upload import UploadWidget

ADA, BEN = "a" * 32, "b" * 32


@pytest.fixture
def visitors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Visitors:
    monkeypatch.setattr(runs, "_launch", lambda run_dir, secret: None)
    (tmp_path / "visitors").mkdir()
    return Visitors(tmp_path / "visitors", Quotas(n_visitors=2, n_pictures=7, n_megabytes=1))


def test_a_visitor_gets_one_empty_project_with_limits_and_a_sample_beside_it(visitors: Visitors) -> None:
    place = visitors.project_of(ADA)
    assert place == visitors.root / ADA == visitors.project_of(ADA)
    assert latest(place) is None, "no sample is drawn into a project of one's own"
    sample = visitors.project_of(ADA, is_sample=True)
    assert sample == visitors.root / f"{ADA}-sample" and latest(sample, "samples") is not None
    for root in (place, sample):
        with open_project(root) as project:
            assert limits_of(project.manifest) == ProjectLimits(7, 1_000_000)
    visitors.project_of(BEN)
    for is_sample in (False, True):
        with pytest.raises(VisitError, match="takes 2 visitors, and all places are taken"):
            visitors.project_of("c" * 32, is_sample)
    assert visitors.project_of(BEN, is_sample=True).is_dir(), "who has a place has room for the sample"


async def test_a_visitors_list_shows_their_own_two_projects_and_changes_none(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own, other = visitors.project_of(ADA), visitors.project_of(BEN)
    monkeypatch.setenv(VISITOR, str(own))
    monkeypatch.setenv("TELLAPART_PROJECTS", str(visitors.root))
    state = ProjectsState(own)
    await state.look()
    assert [(row["name"], row["address"], row["is_open"]) for row in state.rows] == [
        ("my project", "?", True), ("sample", "?project=sample", False),
    ]  # fmt: skip
    for name, values in (
        ("new", {"name": "mine"}), ("rename", {"name": BEN, "to": "mine"}), ("delete", {"name": BEN}),
        ("duplicate", {"name": BEN}), ("folder", {"path": str(other)}), ("restore", {"key": "x"}),
    ):  # fmt: skip
        await state.wish(name, values)
    assert state.go_to == "" and sorted(path.name for path in visitors.root.iterdir()) == [ADA, BEN]
    assert ADA not in str(state.rows) and ProjectState(own).name == "my project"
    monkeypatch.setenv("QUERY_STRING", f"project={BEN}")
    assert project_dir_from(own) == own, "a visitor's address names no folder"


def test_pages_that_come_at_once_get_one_project_each_visitor(visitors: Visitors) -> None:
    with ThreadPoolExecutor(8) as pool:
        places = list(pool.map(visitors.project_of, [ADA, BEN] * 8))
    assert set(places) == {visitors.root / ADA, visitors.root / BEN}


def test_whatever_stops_it_no_project_without_limits_is_left(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr("tellapart.store.limits.set_limits", mock.Mock(side_effect=KeyboardInterrupt))
        visitors.project_of(ADA)
    assert list(visitors.root.iterdir()) == []
    with open_project(visitors.project_of(ADA)) as project:
        assert limits_of(project.manifest) == ProjectLimits(7, 1_000_000)


def test_other_limits_count_for_the_projects_that_are_there(visitors: Visitors) -> None:
    place = visitors.project_of(ADA)
    Visitors(visitors.root, Quotas(n_pictures=9, n_megabytes=2)).project_of(ADA)
    with open_project(place) as project:
        assert limits_of(project.manifest) == ProjectLimits(9, 2_000_000)


def test_a_secret_that_a_full_disk_cut_off_is_made_anew_and_then_kept(visitors: Visitors) -> None:
    (visitors.root / ".cookie-secret").write_bytes(b"half")
    secret = visitors.cookie_secret()
    assert len(secret) == 64 and secret == visitors.cookie_secret()
    assert [path.name for path in visitors.root.iterdir()] == [".cookie-secret"]


@pytest.mark.parametrize("name", ["", "..", "a/../" + "b" * 32, "A" * 32, "a" * 31, "a" * 32 + "\n", "/etc"])
def test_a_name_that_this_studio_never_gave_opens_nothing(visitors: Visitors, name: str) -> None:
    with pytest.raises(VisitError, match="does not know you"):
        visitors.project_of(name)
    assert list(visitors.root.iterdir()) == []


def test_a_visitors_folder_that_leads_elsewhere_is_not_opened(visitors: Visitors, tmp_path: Path) -> None:
    create_project(tmp_path / "mine").close()
    (visitors.root / ADA).symlink_to(tmp_path / "mine")
    with pytest.raises(VisitError, match="leads elsewhere"):
        visitors.project_of(ADA)


def test_a_visitors_page_opens_no_other_project(
    visitors: Visitors, project_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other = visitors.project_of(ADA), visitors.project_of(BEN)
    monkeypatch.setenv(VISITOR, str(own))
    assert project_dir_from(own) == own
    for foreign in (other, project_dir, own / ".." / BEN):
        with pytest.raises(ProjectError, match="a project of your own, and on no other"):
            project_dir_from(foreign)
    monkeypatch.delenv(VISITOR)
    assert project_dir_from(other) == other


async def test_a_visitor_names_no_folder_of_this_computer(
    trained_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VISITOR, str(trained_dir))
    state = GatherState(ProjectState(trained_dir, pages=["gather"]))
    state.folder_text = "/etc"
    state.add_folder()
    await settled()
    assert "whose folders are not yours" in state.message and latest(trained_dir, "intake") is None
    page = gather_page(trained_dir)
    await shown(page)
    with pytest.raises(StopIteration):
        one(page, Text, "Folder or archive on this computer")
    started: list[dict[str, object]] = []
    _share, view = await opened_share(
        trained_dir,
        start_run=lambda root, task, config: started.append(config) or runs.start(root, task, config),
    )
    monkeypatch.setattr(runs, "_launch", lambda run_dir, secret: None)
    assert "Nothing leaves the studio's computer until" in html.unescape(text_of(view))
    assert not is_shown(view, one(view, Text, "Where the file lies"))
    one(view, Text, "Where the file lies").value = "/etc/passwd"
    one(view, Button, "Make the app").click()
    await settled()
    assert started[0]["own"] == {}


async def test_a_visitor_makes_no_project_of_a_file_of_this_computer(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own, files = visitors.project_of(ADA), tmp_path / "files"
    monkeypatch.setenv(VISITOR, str(own))
    monkeypatch.setenv("TELLAPART_PROJECTS", str(tmp_path / "projects"))
    view = projects_view(ProjectsState(own))
    for kind in (UploadWidget, Text):
        assert not any(isinstance(part, kind) for part in every(view)), "not even a place to name one"
    files.mkdir()
    (files / "secret.csv").write_text("text,label\n" + "".join(f"word {i},{i % 2}\n" for i in range(20)))
    state = FromFile(tmp_path / "projects", lambda root: None)
    state.path = str(files / "secret.csv")
    state.take_path()
    await settled()
    assert "a project of your own, and make no other" in state.problem and state.offer is None
    state.make({})
    await settled()
    assert not (tmp_path / "projects" / "secret").exists()


async def test_few_pictures_that_a_visitor_classifies_stay_and_the_page_says_where(
    trained_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = next((trained_dir / "images" / "circle").iterdir()).read_bytes()
    assert classify_state.MOST_KEPT_OF_VISITORS == 100_000_000
    monkeypatch.setattr(classify_state, "MOST_KEPT_OF_VISITORS", 2 * len(picture))
    for batch, visitor, where, n_kept in (
        ("own", "", "this computer", 4), ("visiting", str(trained_dir), "the studio's computer", 2),
    ):  # fmt: skip
        monkeypatch.setenv(VISITOR, visitor)
        page = classify_page(trained_dir)
        assert html.escape(f"Pictures stay on {where}, until") in await shown(page)
        await upload(page, {f"{n}.png": picture for n in range(4)}, batch=batch)
        kept = trained_dir / "cache" / "classified" / batch
        assert len(list(kept.rglob("*.png"))) == n_kept


@pytest.mark.parametrize(("visitor", "computer"), [("", "this computer"), (ADA, "the studio's computer")])
def test_every_page_calls_the_computer_as_its_reader_would(
    monkeypatch: pytest.MonkeyPatch, visitor: str, computer: str
) -> None:
    monkeypatch.setenv(VISITOR, visitor)
    for said in (
        recipe_html(recipe_state("thorough", Estimates(thorough_s=42.0), False, "")),
        recipe_html(recipe_state("thorough", Estimates(), True, "")),
        token_html(PublishFacts(has_git=False)),
    ):
        assert re.findall(r"on (this computer|.+?s computer)", html.unescape(said)) == [computer], said


def test_a_full_project_says_so_and_keeps_what_it_has(tmp_path: Path) -> None:
    files = make_tiny_folder(tmp_path / "shapes", ("circle", "square"), n_per_class=4)
    with create_project(tmp_path / "leaves") as project:
        assert limits_of(project.manifest) is None
        set_limits(project.manifest, ProjectLimits(6, 1_000_000))
        take_in(project, files["circle"][0].parent, label="circle")
        with pytest.raises(
            ProjectError, match="may hold 6 pictures. This one has 4, and the next 4 do not fit"
        ):
            take_in(project, files["square"][0].parent, label="square")
        assert project.manifest.n_pictures() == 4
        take_in(project, files["square"][0], label="square")
        set_limits(
            project.manifest, ProjectLimits(100, sum(one.n_bytes for one in project.manifest.pictures()) + 10)
        )
        with pytest.raises(ProjectError, match=r"may hold 0 MB of pictures, those in the trash too"):
            take_in(project, files["square"][1], label="square")
        assert project.manifest.n_pictures() == 5
    with open_project(tmp_path / "leaves") as project:
        assert project.manifest.n_pictures() == 5 and list(project.incoming_dir.glob("*.png")) == []


def test_where_there_is_no_room_no_file_comes_after_the_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files are checked on threads ahead; those end before what they left is cleared away."""
    files = make_tiny_folder(tmp_path / "shapes", ("circle",), n_per_class=40)
    monkeypatch.setattr(intake, "_BATCH", 2)
    with create_project(tmp_path / "leaves") as project:
        set_limits(project.manifest, ProjectLimits(1, 1_000_000))
        with pytest.raises(ProjectError, match="may hold 1 pictures"):
            take_in(project, files["circle"][0].parent, label="circle")
        assert not any(thread.name.startswith("intake") for thread in threading.enumerate())
        assert list(project.incoming_dir.iterdir()) == [] and project.manifest.n_pictures() == 0


def test_models_and_apps_are_counted_too(visitors: Visitors, monkeypatch: pytest.MonkeyPatch) -> None:
    """A visitor who trains again and again fills no disk; whose studio it is may."""
    own = visitors.project_of(ADA)
    with (own / "bundles" / "many models").open("wb") as file:
        file.truncate(4_000_000)
    (own / "apps").mkdir(exist_ok=True)
    for task in ("train", "app", "publish"):
        run = runs.start(own, task, {})
        monkeypatch.setenv(VISITOR, str(own))
        assert worker.main(run.run_dir) == 1
        said = run.status().message
        assert "its models, runs and apps, takes 4 MB, and 4 MB may be taken here" in said, said
        assert "ask whoever runs this studio for more room" in said
        monkeypatch.delenv(VISITOR)
        assert worker.main(run.run_dir) == 1 and "may be taken here" not in run.status().message


@pytest.mark.parametrize(
    "kept", [5, [], {}, {"n_pictures": "7", "n_bytes": 3}, {"n_pictures": True, "n_bytes": 3}]
)
def test_limits_that_a_stranger_wrote_stop_nobody(tmp_path: Path, kept: object) -> None:
    files = make_tiny_folder(tmp_path / "shapes", ("circle",), n_per_class=2)
    with create_project(tmp_path / "leaves") as project:
        project.manifest.set_setting("limits", kept)
        assert limits_of(project.manifest) is None
        assert take_in(project, files["circle"][0], label="circle").n_added == 1


async def test_an_upload_is_no_larger_than_the_project_may_be(tmp_path: Path, visitors: Visitors) -> None:
    own = visitors.project_of(ADA)
    state = GatherState(ProjectState(own, pages=["gather"]))
    assert (state.upload_limits.n_files, state.upload_limits.n_bytes) == (7, 1_000_000)
    assert "give its path" not in state.upload_limits.instead
