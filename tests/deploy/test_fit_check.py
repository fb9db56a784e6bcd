"""Before an app is published: what is found, as codes with facts, on real bundles; and what each finding says."""

import json
import shutil

import numpy as np
import pytest
from bundle_records import put_record
from command_line import tellapart
from tellapart.bundle import start_process
from tellapart.deploy import fit_check as fit
from tellapart.deploy.card_answers import CardAnswers
from tellapart.deploy.fit_check import FitCode, FitFinding, FitLevel, findings_of, fit_check, worst
from tellapart.deploy.fit_words import fit_sentence
from tellapart.deploy.measuring import Start, installed_mb, measured_start

QUICK = Start(start_s=0.8, picture_s=0.01, peak_mb=90.0, n_golden=8)
COMPLETE = CardAnswers("to learn", "children", "snow", "me")


@pytest.fixture
def bundle(trained, tmp_path):
    """A bundle of one's own."""
    return shutil.copytree(trained[1].bundle_dir, tmp_path / "bundle")


def change(bundle, **parts):
    """The bundle with other facts in its record: part -> what is merged into it."""
    record = json.loads((bundle / "bundle.json").read_text("utf-8"))
    for part, facts in parts.items():
        record[part] = facts if isinstance(record[part], list) else {**record[part], **facts}
    put_record(bundle, record)


def found(bundle, target="html", answers=COMPLETE, start=QUICK, reason="", app=None):
    findings = findings_of(bundle, target, answers, start, reason, app)
    assert len({one.code for one in findings}) == len(findings)
    return {one.code: one for one in findings}


def test_a_good_model_is_measured_in_a_process_of_its_own_and_is_fine(trained):
    findings = fit_check(trained[1].bundle_dir, "voila", COMPLETE)
    by_code = {one.code: one for one in findings}
    assert set(by_code) == set(FitCode)
    assert by_code[FitCode.ANSWERS].facts["n_golden"] == 8
    memory, start = by_code[FitCode.MEMORY].facts, by_code[FitCode.START].facts
    assert 158 + 30 < memory["one_mb"] < 1000 and memory["ten_mb"] > 5 * memory["one_mb"]
    assert 0 < start["picture_s"] < start["start_s"]
    assert by_code[FitCode.INSTALLED].facts["megabytes"] > 50
    json.dumps([one.to_json() for one in findings])
    order = list(FitLevel)
    assert [order.index(one.level) for one in findings] == sorted(order.index(one.level) for one in findings)


def test_a_model_that_was_never_tried_here_is_measured_without_its_trial(bundle, own_cache):
    change(bundle, scores={"n_wrong": 0})  # another record, so nobody remembers it
    start = measured_start(bundle)
    assert start.n_golden == 8 and start.start_s < 60


def test_the_memory_is_that_of_the_start_and_not_of_who_asked_for_it(bundle):
    held = np.ones(50_000_000)  # 400 MB, every page of them written
    assert measured_start(bundle).peak_mb < 350 < held.nbytes / 1e6


@pytest.mark.parametrize(
    ("rate", "guessing", "level"),
    [
        (0.0, 0.66, "fine"),
        (0.10, 0.66, "fine"),
        (0.2, 0.66, "think about it"),
        (0.34, 0.66, "stop"),
        (0.2, 0.2, "stop"),
    ],
)
def test_too_often_wrong(bundle, rate, guessing, level):
    change(bundle, scores={"error_rate": rate, "baselines": {"majority": guessing, "pixels": 0.5}})
    error = found(bundle)[FitCode.ERROR]
    assert error.level.value == level
    assert error.facts == {"error_rate": rate, "guessing": guessing}


@pytest.mark.parametrize(("n", "level"), [(29, FitLevel.THINK), (30, FitLevel.FINE)])
def test_too_few_held_out_pictures(bundle, n, level):
    change(bundle, scores={"n_valid": n, "error_interval": [0.01, 0.2]})
    held_out = found(bundle)[FitCode.HELD_OUT]
    assert held_out.level is level and held_out.facts == {"n_valid": n, "low": 0.01, "high": 0.2}


def test_pictures_without_a_licence_count_where_they_would_be_shown(bundle):
    golden = json.loads((bundle / "bundle.json").read_text("utf-8"))["golden"]
    assert [one["lacks_licence"] for one in golden] == [False] * 8, "a person's own pictures need none"
    assert found(bundle, "voila")[FitCode.LICENCES].level is FitLevel.FINE
    lacking = [{**one, "lacks_licence": i < 3} for i, one in enumerate(golden)]
    change(bundle, golden=lacking, counts={"n_without_licence": 12})
    shown = found(bundle, "voila")[FitCode.LICENCES]
    assert shown.level is FitLevel.THINK
    assert shown.facts == {"n_shown": 8, "n_shown_without": 3, "n_made_from_without": 12}
    assert fit_sentence(shown).startswith("3 pictures in the app have no known licence")
    hidden = found(bundle, "html")[FitCode.LICENCES]
    assert hidden.level is FitLevel.FINE and hidden.facts["n_shown"] == 0
    assert "12 pictures it learned from have no known licence" in fit_sentence(hidden)


def test_a_bundle_of_an_older_version_does_not_say_whose_its_pictures_are(bundle):
    golden = json.loads((bundle / "bundle.json").read_text("utf-8"))["golden"]
    change(bundle, golden=[{name: one[name] for name in ("file", "probabilities")} for one in golden])
    assert found(bundle, "voila")[FitCode.LICENCES].facts["n_shown_without"] == 8


def test_training_notes_which_pictures_nobody_may_show(tiny_project):
    from tellapart.train import train_head

    with tiny_project.manifest.transaction() as db:
        db.execute("UPDATE pictures SET page_url = 'https://example.org/' || number WHERE label != 'square'")
        db.execute("UPDATE pictures SET licence = 'CC BY 4.0' WHERE label = 'cross'")
        db.execute(
            "UPDATE pictures SET licence = 'All rights reserved' WHERE label = 'circle' AND number % 2"
        )
    bundle = train_head(tiny_project, name="from-the-web").bundle_dir
    record = json.loads((bundle / "bundle.json").read_text("utf-8"))
    n_circles = len(tiny_project.manifest.pictures(label="circle"))
    assert record["counts"]["n_without_licence"] == n_circles > 0
    assert 0 < sum(one["lacks_licence"] for one in record["golden"]) < len(record["golden"])


def test_pictures_that_others_may_be_shown_go_into_the_bundle_first(tiny_project):
    """All but three held-out pictures of each label are of visitors, or nobody has said that they may be shown."""
    from tellapart.train import train_head

    first = train_head(tiny_project, name="first")
    held_out = {one for one, part in zip(first.image_ids, first.splits, strict=True) if part == "valid"}
    free = set()
    for label in first.classes:
        of_label = [one.image_id for one in tiny_project.manifest.pictures(label=label)]
        free |= set(sorted(held_out & set(of_label))[-3:])
    with tiny_project.manifest.transaction() as db:
        for row in db.execute("SELECT image_id, number FROM pictures").fetchall():
            if row[0] not in free:
                column = "source = 'visitor'" if row[1] % 2 else "page_url = 'https://example.org/1'"
                db.execute(f"UPDATE pictures SET {column} WHERE image_id = ?", [row[0]])
    bundle = train_head(tiny_project, name="second").bundle_dir
    golden = json.loads((bundle / "bundle.json").read_text("utf-8"))["golden"]
    assert len(free) == 9 and [one["lacks_licence"] for one in golden] == [False] * 8


def test_questions_nobody_has_answered(bundle):
    card = found(bundle, answers=CardAnswers(purpose="to learn"))[FitCode.CARD]
    assert card.level is FitLevel.THINK and card.facts == {"missing": ["users", "weak_points", "contact"]}
    assert found(bundle)[FitCode.CARD].level is FitLevel.FINE


def test_the_size_of_the_app_counts_once_it_is_made(bundle, tmp_path):
    before = found(bundle)[FitCode.SIZE]
    n_bytes = sum(path.stat().st_size for path in bundle.rglob("*") if path.is_file())
    assert before.facts["of"] == "bundle" and before.facts["megabytes"] == round(n_bytes / 1e6, 1)
    app = tmp_path / "app.html"
    with app.open("wb") as file:
        file.truncate(26_000_000)
    after = found(bundle, app=app)[FitCode.SIZE]
    assert after.level is FitLevel.THINK and after.facts["megabytes"] == 26.0 and after.facts["of"] == "app"
    assert "mail" in fit_sentence(after)


def test_a_system_that_says_less_of_its_memory_is_measured_too(tmp_path, monkeypatch):
    """Some containers have /proc/self/status without the peak."""
    (tmp_path / "status").write_text("Name:\tpython\nVmRSS:\t1000 kB\n")
    monkeypatch.setattr(start_process, "Path", lambda _: tmp_path / "status")
    assert 20 < start_process.peak_mb() < 20_000


@pytest.mark.parametrize(
    ("peak_mb", "level"), [(100, FitLevel.FINE), (400, FitLevel.THINK), (1900, FitLevel.STOP)]
)
def test_memory_against_what_binder_gives(bundle, peak_mb, level):
    memory = found(bundle, "voila", start=Start(1.0, 0.1, peak_mb, 8))[FitCode.MEMORY]
    assert memory.level is level
    assert memory.facts["one_mb"] == 102 + 56 + peak_mb and memory.facts["ten_mb"] == 102 + 10 * (
        56 + peak_mb
    )
    assert (memory.facts["guaranteed_mb"], memory.facts["limit_mb"]) == (450, 2000)
    assert found(bundle, "html", start=Start(1.0, 0.1, peak_mb, 8))[FitCode.MEMORY].level is FitLevel.FINE


def test_what_is_installed_must_fit_into_binder(bundle, monkeypatch):
    assert FitCode.INSTALLED not in found(bundle, "html")
    assert found(bundle, "voila")[FitCode.INSTALLED].level is FitLevel.FINE
    monkeypatch.setattr(fit, "installed_mb", lambda names: 2700.0)
    assert found(bundle, "voila")[FitCode.INSTALLED].level is FitLevel.STOP
    assert installed_mb(["no-such-thing"]) == 0 < installed_mb(["numpy"])


def test_a_slow_start_is_said(bundle):
    assert found(bundle, start=Start(11.0, 0.1, 90, 8))[FitCode.START].level is FitLevel.THINK
    assert found(bundle, start=Start(1.0, 1.5, 90, 8))[FitCode.START].level is FitLevel.THINK


def test_a_damaged_bundle_stops_and_nothing_is_measured(bundle):
    (bundle / "model.onnx").write_bytes(b"no network")
    findings = fit_check(bundle, "voila", COMPLETE)
    assert findings[0].code is FitCode.ANSWERS and worst(findings) is FitLevel.STOP
    assert "is damaged" in findings[0].facts["reason"] == fit_sentence(findings[0])
    assert {FitCode.START, FitCode.MEMORY} & {one.code for one in findings} == set()


def test_a_record_that_says_nothing_about_itself_is_something_to_think_about(bundle):
    change(bundle, scores={"error_rate": "small"})
    findings = found(bundle)
    assert findings[FitCode.ERROR] == FitFinding(FitCode.ERROR, FitLevel.THINK)
    assert FitCode.HELD_OUT not in findings


def test_every_finding_has_a_sentence_on_every_level(bundle):
    for target in ("html", "voila", "api"):
        for start in (QUICK, Start(20, 2, 500, 8), Start(20, 2, 3000, 8)):
            for one in found(bundle, target, CardAnswers(), start).values():
                said = fit_sentence(one)
                assert (
                    said.endswith(".") and "None" not in said.replace("None of the", "") and "{" not in said
                )


def test_the_command_says_what_to_think_about(trained, runtime, tmp_path):
    page = tmp_path / "page.html"
    said = tellapart("app", trained[1].bundle_dir, page, "--runtime", runtime)
    assert "Before you publish it:" in said and "4 questions of the model card are open" in said
