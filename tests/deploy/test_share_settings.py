"""What a project remembers of its app, the answers in its model card, and the app made of both."""

import json
import zipfile
from dataclasses import replace

import pytest
from command_line import tellapart
from other_process import wait
from tellapart import runs
from tellapart.bundle.model_card import with_answers
from tellapart.corrections.asking import Asking
from tellapart.deploy import making
from tellapart.deploy.accent import DEFAULT_ACCENT
from tellapart.deploy.appearance import TITLE, Appearance
from tellapart.deploy.card_answers import CardAnswers, answered
from tellapart.deploy.facts import record_of
from tellapart.deploy.fit_check import FitCode
from tellapart.deploy.html.preview import SampleAnswer, preview_html, sample_of
from tellapart.deploy.making import app_place, make_app, second_file, size_of, zip_app
from tellapart.deploy.share_settings import ShareSettings, keep_share, read_share
from tellapart.deploy.targets import TARGETS, Target
from tellapart.errors import BundleError, DeployError

SCRIPT = "<script>alert(1)</script> *x* `y` [z](https://evil.example) {{title}} \"'&"


def test_settings_are_kept_with_the_project(tiny_project):
    assert read_share(tiny_project.manifest) == ShareSettings()
    kept = ShareSettings(
        Appearance("Which?", "Two\nlines", "#b3261e"), "html", CardAnswers(purpose="play", contact="me")
    )
    keep_share(tiny_project.manifest, kept)
    assert read_share(tiny_project.manifest) == kept
    asking = ShareSettings(corrections=Asking(True, "Agreed?", "https://example.org/corrections"))
    keep_share(tiny_project.manifest, asking)
    assert read_share(tiny_project.manifest) == asking
    assert ShareSettings.from_json(replace(asking, service_worker=True).to_json()).service_worker


def test_two_pages_that_are_open_keep_what_each_of_them_changed(tiny_project):
    before = ShareSettings(Appearance("Which?"), answers=CardAnswers(purpose="play"))
    keep_share(tiny_project.manifest, before)
    one = replace(before, appearance=Appearance("Which leaf?"), answers=CardAnswers("play", users="children"))
    other = replace(before, repository="ada/leaf", answers=CardAnswers("play", contact="me"))
    keep_share(tiny_project.manifest, one, before)
    keep_share(tiny_project.manifest, other, before)
    assert read_share(tiny_project.manifest) == replace(
        one, repository="ada/leaf", answers=CardAnswers("play", users="children", contact="me")
    )


@pytest.mark.parametrize(
    "value",
    [None, 3, [], "x", {"title": 4, "accent": "javascript:alert(1)"}, {"title": "x" * 500}, {"answers": [1]},
     {"answers": {"purpose": "x" * 9000, "users": None}}, {"target": {}, "about": ["a"]}, {"corrections": {"is_on": True, "consent": "", "address": "http://evil.example/"}}],
)  # fmt: skip
def test_what_a_stranger_wrote_there_is_no_harm(tiny_project, value):
    tiny_project.manifest.set_setting("share", value)
    settings = read_share(tiny_project.manifest)
    assert settings.appearance.title == TITLE and settings.appearance.accent == DEFAULT_ACCENT
    assert settings.answers == CardAnswers() and settings.target == "html" and not settings.corrections.is_on


def test_an_answer_that_is_too_long_is_refused():
    with pytest.raises(DeployError, match=r"“Known weak points.” has 2,001 characters; at most 2,000"):
        CardAnswers(weak_points="x" * 2001)


def test_answers_take_the_place_of_the_open_question(trained):
    bundle_dir = trained[1].bundle_dir
    before = (bundle_dir / "MODEL_CARD.md").read_text("utf-8")
    assert "To be written by the person who shares it" in before
    with answered(
        bundle_dir, CardAnswers(purpose="To play.\n\nNothing else.", contact="# me\n- <b>you</b>")
    ) as copy:
        card = (copy / "MODEL_CARD.md").read_text("utf-8")
        assert copy != bundle_dir and copy.name == bundle_dir.name
        assert (copy / "bundle.json").read_bytes() == (bundle_dir / "bundle.json").read_bytes()
    assert not copy.exists()
    assert "To be written" not in card and card.startswith(before.split("## Who made it")[0])
    assert "**What it is for.** To play.\n\nNothing else.\n" in card
    assert r"**Whom to ask.** \# me" in card and "<b>" not in card and "Who should use it" not in card
    assert (bundle_dir / "MODEL_CARD.md").read_text("utf-8") == before
    with answered(bundle_dir, CardAnswers()) as same:
        assert same == bundle_dir


def test_what_a_person_wrote_by_hand_stays():
    by_hand = "# Leaves\n\n## Who made it, and for what\n\nWe did, for fun.\n"
    card = with_answers(by_hand, [("Whom to ask.", "me"), ("Empty.", " ")])
    assert card == f"{by_hand.rstrip()}\n\n**Whom to ask.** me\n"
    assert with_answers("# Leaves\n", [("Whom to ask.", "me")]) == (
        "# Leaves\n\n## Who made it, and for what\n\n**Whom to ask.** me\n"
    )
    assert with_answers(by_hand, [("Whom to ask.", "")]) == by_hand
    hostile = with_answers("", [("A.", SCRIPT)])
    assert "<script" not in hostile and r"\*x\*" in hostile and r"\[z\]" in hostile


def test_the_run_makes_the_app_and_its_card_has_the_answers(tiny_project, runtime):
    bundle = next(tiny_project.bundles_dir.iterdir()).name
    settings = ShareSettings(Appearance(SCRIPT), "html", CardAnswers(contact="Ada <ada@example.org>"))
    run = runs.start(
        tiny_project.root,
        "app",
        {"bundle": bundle, "settings": settings.to_json(), "own": {"runtime": str(runtime)}},
    )
    assert wait(run).stage == "done", run.status().message
    result = run.result()
    made = tiny_project.root / result["made"]
    assert (
        made
        == tiny_project.apps_dir / f"{tiny_project.name}.html"
        == app_place(tiny_project.apps_dir, "html")
    )
    assert result["megabytes"] == round(made.stat().st_size / 1e6, 2) and result["bundle"] == bundle
    assert ShareSettings.from_json(result["settings"]) == settings
    page = made.read_text("utf-8")
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page
    tiny_project.close()
    from tellapart.store.project import open_project

    with open_project(tiny_project.root) as again:  # what tellapart made in it is no stranger's
        assert again.changes == []


def test_a_run_that_cannot_says_why_and_leaves_nothing(tiny_project, runtime):
    settings = ShareSettings().to_json()
    bundle = next(tiny_project.bundles_dir.iterdir()).name
    wrong = {
        "../../elsewhere": {
            "bundle": "../../elsewhere",
            "settings": settings,
            "own": {"runtime": str(runtime)},
        },
        "is not onnxruntime-web": {
            "bundle": bundle,
            "settings": settings,
            "own": {"runtime": str(tiny_project.root)},
        },
        "no apps of the kind 'pdf'": {
            "bundle": bundle,
            "settings": {**settings, "target": "pdf"},
            "own": {},
        },
    }
    for said, config in wrong.items():
        status = wait(runs.start(tiny_project.root, "app", config))
        assert status.stage == "failed" and said in status.message
        assert "Unexpected" not in status.message
    assert not tiny_project.apps_dir.exists() or list(tiny_project.apps_dir.iterdir()) == []


def test_a_link_in_the_place_of_the_apps_is_refused(tiny_project, tmp_path):
    root = tiny_project.root
    tiny_project.close()
    (tmp_path / "outside").mkdir()
    (root / "apps").symlink_to(tmp_path / "outside", target_is_directory=True)
    from tellapart.errors import ProjectError
    from tellapart.store.project import open_project

    with pytest.raises(ProjectError, match="holds links"):
        open_project(root)


def test_each_kind_of_app_has_a_place_named_after_the_project(tmp_path, monkeypatch):
    folder = Target("made-up", "my-app", "a folder", "Look.", lambda *given, **named: None)
    monkeypatch.setitem(TARGETS, "made-up", folder)
    assert app_place(tmp_path / "leaves" / "apps", "made-up").name == "leaves-made-up"
    assert app_place(tmp_path / "leaves" / "apps", "html").name == "leaves.html"


def test_a_zip_holds_the_app_and_no_link(tmp_path):
    app = tmp_path / "leaves-voila"
    (app / "deep").mkdir(parents=True)
    (app / "deep" / "ü {x}.txt").write_text("two")
    (app / "a.txt").write_text("one")
    (tmp_path / "secret.txt").write_text("secret")
    (app / "link.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "leaves-voila.zip").write_text("an old one")
    zipped = zip_app(app)
    with zipfile.ZipFile(zipped) as archive:
        assert archive.namelist() == ["leaves-voila/a.txt", "leaves-voila/deep/ü {x}.txt"]
        assert archive.read("leaves-voila/a.txt") == b"one"
    assert size_of(app) == 6
    page = tmp_path / "leaves.html"
    page.write_text("<h1>")
    with zipfile.ZipFile(zip_app(page)) as archive:
        assert archive.namelist() == ["leaves.html"]
    worker, wanted = tmp_path / "leaves-service-worker.js", ShareSettings(service_worker=True)
    assert second_file(page, wanted) is None
    worker.write_text("const SHA256 = 1;")
    assert second_file(page, wanted) is None, "somebody else's"
    worker.write_text("// Keeps the page it was made with")
    assert second_file(page, wanted) == worker == second_file(page, ShareSettings()), (
        "one may send itself away"
    )
    assert (
        second_file(page, replace(wanted, target="api"))
        is None
        is second_file(page, replace(wanted, target="?"))
    )
    with zipfile.ZipFile(zip_app(page, worker)) as archive:
        assert archive.namelist() == ["leaves.html", "leaves-service-worker.js"]
    with pytest.raises(DeployError, match="no longer there. Make the app again"):
        zip_app(tmp_path / "nothing")
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_a_zip_that_does_not_fit_leaves_nothing(tmp_path, monkeypatch):
    page = tmp_path / "leaves.html"
    page.write_text("<h1>")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(making.atomic_files, "replace", full)
    with pytest.raises(DeployError, match="is full"):
        zip_app(page)
    assert [path.name for path in tmp_path.iterdir()] == ["leaves.html"]


def test_a_damaged_bundle_is_refused_with_answers_too(trained, tmp_path):
    (tmp_path / "bundle").mkdir()
    for answers in (CardAnswers(), CardAnswers(purpose="x")):
        with pytest.raises(BundleError, match="is not a bundle"):
            make_app(tmp_path / "bundle", tmp_path / "page.html", ShareSettings(answers=answers))
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_the_command_takes_what_the_project_remembers(tiny_project, runtime, tmp_path):
    keep_share(
        tiny_project.manifest,
        ShareSettings(Appearance("Which shape?", "For fun."), "html", CardAnswers("play")),
    )
    said = json.loads(
        tellapart(
            "app", tiny_project.root, tmp_path / "a.html", "--runtime", runtime, "--about", "", "--json"
        )
    )
    page = (tmp_path / "a.html").read_text("utf-8")
    assert "<h1>Which shape?</h1>" in page and "For fun." not in page
    check = {one["code"]: one for one in said["check"]}
    assert set(check) == {code.value for code in FitCode} - {"installed"}
    assert check["size"]["facts"]["of"] == "app" and check["card"]["level"] == "think about it"
    assert check["card"]["facts"]["missing"] == ["users", "weak_points", "contact"]


def test_the_preview_has_the_texts_of_the_page_and_runs_nothing(trained):
    bundle_dir = trained[1].bundle_dir
    sample = sample_of(bundle_dir, record_of(bundle_dir))
    assert sample is not None and sample.jpeg.startswith(b"\xff\xd8") and sample.shares[0][1] > 0.5
    looks = Appearance("Which shape?", "Two\nlines.", "#b3261e")
    page = preview_html(("circle", "square"), looks, sample)
    assert "<h1>Which shape?</h1>" in page and ">Two\nlines.</p>" in page and "--accent:#b3261e" in page
    assert (
        "<script" not in page
        and "noscript" not in page
        and "{{" not in page
        and "http" not in page.replace("http-equiv", "")
    )
    assert "<main inert>" in page and 'id="answers" class="card" aria-label="Answers">' in page
    assert sample.shares[0][0] in page and "data:image/jpeg;base64," in page
    plain = preview_html(("circle", "square"), Appearance())
    assert (
        "Tells 2 kinds of things apart: circle and square." in plain
        and 'aria-label="Answers" hidden' in plain
    )


def test_no_text_of_the_preview_becomes_html():
    page = preview_html((SCRIPT,), Appearance(SCRIPT, SCRIPT), SampleAnswer(b"x", ((SCRIPT, 1.0),)))
    assert "<script>alert" not in page and page.count("&lt;script&gt;alert(1)") == 5
    assert page.count("{{title}}") == 5, "what looks like a part of the template is only text"
