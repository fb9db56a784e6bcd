"""watch: shares, confidence and drift week by week, from a log of which any line may be broken."""

import json
import shutil
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from html.parser import HTMLParser

import numpy as np
import pytest
from bundle_records import put_record
from command_line import tellapart
from make_data import make_tiny_folder
from PIL import Image, ImageEnhance
from tellapart.bundle.loading import load_bundle
from tellapart.bundle.reference import FILE, Reference, read_reference, reference_of
from tellapart.classify import Predictor
from tellapart.classify.answer_log import MAX_LOG_BYTES, AnswerLog, answer_facts
from tellapart.corrections.correction import model_of
from tellapart.errors import BundleError, WatchError
from tellapart.file_lock import try_lock
from tellapart.watching.log_lines import AnswerLines, LoggedAnswer
from tellapart.watching.watch import watch_log
from tellapart.watching.weekly_page import weekly_page, write_page
from tellapart.watching.weeks import _count, _Gathered, _quantiles, watch

MONDAY = datetime(2026, 9, 7, 12, tzinfo=timezone.utc)


@pytest.fixture(scope="module")
def bundle_dir(trained):
    return trained[1].bundle_dir


@pytest.fixture(scope="module")
def predictor(bundle_dir):
    return Predictor(bundle_dir, is_own=True, gives_sketches=True)


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    """Ninety pictures of the same kinds as the model was made from, none of which it has seen."""
    folder = tmp_path_factory.mktemp("visitors") / "shapes"
    make_tiny_folder(folder, n_per_class=60, size_px=48)
    files = [path for label in sorted(folder.iterdir()) for path in sorted(label.iterdir())[30:60]]
    return [Image.open(path).convert("RGB") for path in files]


@pytest.fixture(scope="module")
def usual(predictor, others):
    return list(predictor.predict_many(others))


def lines_of(answers, at, model, apart=True):
    return [
        json.dumps({
            "time": (at + timedelta(minutes=i)).isoformat(), "level": "info", "event": "answer",
            **answer_facts(one, model, f"{at:%j}{i}" if apart else f"{at:%j}"),
        })
        for i, one in enumerate(answers)
    ]  # fmt: skip


def log_of(path, *lines):
    path.write_text("".join(line + "\n" for line in lines), "utf-8")
    return path


def test_answers_with_sketches_are_those_without(bundle_dir, predictor, others):
    plain = Predictor(bundle_dir, is_own=True)
    one, other = plain.predict(others[0]), predictor.predict(others[0])
    assert one.sketch == () and len(other.sketch) == 16 and one.label == other.label
    assert one.confidence == pytest.approx(other.confidence, abs=1e-5)


def test_a_bundle_without_a_reference_still_answers(bundle_dir, tmp_path, others):
    old = shutil.copytree(bundle_dir, tmp_path / "old")
    (old / FILE).unlink()
    record = json.loads((old / "bundle.json").read_text("utf-8"))
    del record["files"][FILE]
    put_record(old, record)
    assert (
        read_reference(old) is None
        and Predictor(old, is_own=True, gives_sketches=True).predict(others[0]).sketch == ()
    )
    log = log_of(tmp_path / "log", *lines_of(Predictor(old).predict_many(others[:40]), MONDAY, model_of(old)))
    watched = watch_log([log], old)
    assert watched.n == 40 and "made by this version or a later one" in watched.why_no_drift


@pytest.mark.parametrize(
    "damage", ["{", '{"format": 1}', "[" * 9000, '{"format":1,"mean":[1],"scale":[],"sketches":[]}']
)
def test_a_damaged_reference_is_told(tmp_path, damage):
    (tmp_path / FILE).write_text(damage)
    with pytest.raises(BundleError, match="damaged"):
        read_reference(tmp_path)


def test_a_changed_reference_makes_the_bundle_damaged(bundle_dir, tmp_path):
    copy = shutil.copytree(bundle_dir, tmp_path / "copy")
    (copy / FILE).write_bytes((copy / FILE).read_bytes() + b" ")
    with pytest.raises(BundleError, match=FILE):
        load_bundle(copy, is_own=True)


def test_a_reference_of_other_embeddings_is_told_when_the_bundle_is_loaded(bundle_dir, tmp_path, others):
    """And not to each visitor, as a failure of the service."""
    copy = shutil.copytree(bundle_dir, tmp_path / "copy")
    data = reference_of(np.zeros((40, 7)), np.zeros(7), np.ones(7), np.full(5, 0.5))
    (copy / FILE).write_bytes(data)
    record = json.loads((copy / "bundle.json").read_text("utf-8"))
    record["files"][FILE] = sha256(data).hexdigest()
    put_record(copy, record)
    with pytest.raises(BundleError, match="its reference is of embeddings of another size"):
        Predictor(copy, is_own=True, gives_sketches=True)
    assert Predictor(copy, is_own=True).predict(others[0]).label


def test_what_is_kept_of_training_is_small_and_the_same_each_time(bundle_dir):
    assert (bundle_dir / FILE).stat().st_size < 100_000
    rng = np.random.default_rng(0)
    many = rng.normal(size=(3000, 64)).astype(np.float32)
    made = [
        reference_of(many, many.mean(axis=0), many.std(axis=0), rng.random(9) * 0 + 0.5) for _ in range(2)
    ]
    assert made[0] == made[1]
    (record,) = [json.loads(made[0])]
    assert len(record["sketches"]) == 500 and len(record["sketches"][0]) == 16


def brightened(pictures, factor):
    return [ImageEnhance.Brightness(one).enhance(factor) for one in pictures]


@pytest.fixture(scope="module")
def bright(predictor, others):
    return list(predictor.predict_many(brightened(others, 1.8)))


@pytest.mark.parametrize("seed", range(6))
def test_drift_is_told_when_pictures_change_and_not_when_they_do_not(
    bundle_dir, predictor, usual, bright, tmp_path, seed
):
    model, rng = model_of(bundle_dir), np.random.default_rng(seed)
    weeks = [[usual[i] for i in rng.permutation(len(usual))[:60]] for _ in range(3)]
    weeks.append([bright[i] for i in rng.permutation(len(bright))[:60]])
    lines = [
        line for n, week in enumerate(weeks) for line in lines_of(week, MONDAY + timedelta(7 * n), model)
    ]
    watched = watch_log([log_of(tmp_path / "log", *lines)], bundle_dir)
    assert [one.has_drift for one in watched.weeks] == [False, False, False, True]
    assert [one.n for one in watched.weeks] == [60] * 4 and watched.expected_none is not None
    assert "In 1 of 4 week(s)" in watched.sentences()[0] and watched.weeks[3].drift.share > 0.01


def a_log_of_weeks(n_weeks, n_changed, n_each=40):
    """Answers with sketches like those of the reference, in the last weeks unlike them; and the reference."""
    rng = np.random.default_rng(8)
    usual = Reference(np.zeros(4), np.ones(4), rng.normal(size=(120, 16)), np.full(30, 0.9))
    answers = [
        LoggedAnswer(
            MONDAY + timedelta(7 * week, minutes=i), "ab" * 6, f"{week} {i}", "oak", 0.8, False,
            tuple(rng.normal(size=16) + (1.0 if week >= n_weeks - n_changed else 0.0)),
        )
        for week in range(n_weeks)
        for i in range(n_each)
    ]  # fmt: skip
    return answers, usual


@pytest.mark.parametrize("n_weeks", [1, 12, 60])
def test_a_change_is_told_after_however_many_weeks(n_weeks):
    """Corrected for many weeks, the least p that 999 permutations can give would be none to speak of."""
    answers, usual = a_log_of_weeks(n_weeks, 1)
    watched = watch(answers, reference=usual)
    assert [one.has_drift for one in watched.weeks] == [False] * (n_weeks - 1) + [True]
    tested = [one.drift is not None for one in watched.weeks]
    assert tested == [False] * (n_weeks - min(n_weeks, 52)) + [True] * min(n_weeks, 52)
    assert f"In 1 of {min(n_weeks, 52)} week(s)" in watched.sentences()[0]


def test_a_week_of_many_answers_takes_no_more_memory_and_has_the_same_numbers():
    rng = np.random.default_rng(3)
    confidences = rng.random(30_000).round(4)
    answers = (
        LoggedAnswer(MONDAY, "ab" * 6, str(i), "oak", float(one), False, (float(i),) * 16)
        for i, one in enumerate(confidences)
    )
    week = _Gathered()
    for answer in answers:
        _count(week, answer)
    assert week.n == 30_000 and len(week.sketches) == 400 and len(week.probabilities) <= 10_001
    assert _quantiles(week.probabilities) == tuple(np.quantile(confidences, (0.1, 0.5, 0.9)).round(4))
    kept = week.sketches.rows()[:, 0]
    assert 12_000 < kept.mean() < 18_000, "a fair sample of the whole week"
    again = _Gathered()
    _count(again, LoggedAnswer(MONDAY, "ab" * 6, "one", "oak", 0.5, False, (1.0,) * 16))
    _count(again, LoggedAnswer(MONDAY, "ab" * 6, "one", "oak", 0.5, False, (2.0,) * 16))
    assert again.sketches.rows().tolist() == [[1.0] * 16], "of one batch the first"


def test_pictures_that_came_together_count_once_in_the_test(bundle_dir, usual, tmp_path):
    lines = lines_of(usual, MONDAY, model_of(bundle_dir), apart=False)
    watched = watch_log([log_of(tmp_path / "log", *lines)], bundle_dir)
    assert watched.weeks[0].n == len(usual) and watched.weeks[0].drift is None
    assert "no week has 30 that came apart" in watched.why_no_drift


def test_broken_and_hostile_lines_are_passed_over(bundle_dir, usual, tmp_path):
    model = model_of(bundle_dir)
    good = json.loads(lines_of(usual[:1], MONDAY, model)[0])
    bad = [
        {**good, "probability": 2}, {**good, "probability": None}, {**good, "sketch": [1, 2]}, {**good, "time": "soon"},
        {**good, "sketch": ["a"] * 16}, {**good, "label": "x" * 500}, {**good, "none_of_these": "yes"},
        {**good, "time": "0001-01-01T00:00:00+10:00"}, {**good, "time": "9999-12-31T23:59:00-10:00"},
        {**good, "sketch": [1e300] * 16},
    ]  # fmt: skip
    hostile = {**good, "label": "<script>alert(1)</script>\u202e"}
    lines = [
        "", "{", "[1]", "null", '{"event": "request"}', "x" * 50_000, *map(json.dumps, bad), json.dumps(hostile),
        json.dumps(good), '{"event":"answer"', json.dumps({**good, "model": "0" * 12}),
    ]  # fmt: skip
    path = tmp_path / "log"
    path.write_bytes("\n".join(lines).encode() + b"\n\xff\xfe\x00\n" + json.dumps(good).encode())
    watched = watch_log([path], bundle_dir)
    assert (watched.n, watched.n_of_others) == (3, 1) and watched.n_broken == 14
    page = weekly_page(watched, "<i>leaves</i>")
    assert "<script" not in page and "<i>" not in page.replace("<input", "") and "\u202e" not in page


def test_logs_without_answers_are_said(tmp_path, bundle_dir):
    with pytest.raises(WatchError, match="holds no answers"):
        watch_log([log_of(tmp_path / "log", '{"event": "request"}')], bundle_dir)
    with pytest.raises(WatchError, match="cannot be read"):
        watch_log([tmp_path / "nowhere"])
    said = tellapart("watch", tmp_path / "log", "--bundle", tmp_path / "nowhere", code=1)
    assert "nowhere is not a bundle" in said and "written" not in said
    odd = {"event": "answer", "time": "2026-09-07", "model": "ab\u202e", "label": "oak", "probability": 0.8}
    assert "\u202e" not in watch(AnswerLines([log_of(tmp_path / "odd", json.dumps(odd))])).model
    assert watch(iter(())).sentences() == ["There is no answer of this model in the log yet."]


def test_shares_have_intervals_and_weeks_begin_on_monday(tmp_path):
    line = {"event": "answer", "model": "a" * 12, "label": "oak", "probability": 0.8, "none_of_these": False}
    lines = [
        json.dumps(
            {**line, "time": f"2026-09-{day:02}T23:59:59Z", "none_of_these": day % 2 == 0, "batch": str(day)}
        )
        for day in range(7, 21)
    ]
    watched = watch(AnswerLines([log_of(tmp_path / "log", *lines)]), expected_none=0.05)
    assert [str(one.monday) for one in watched.weeks] == ["2026-09-07", "2026-09-14"]
    assert (watched.weeks[0].n_none, watched.weeks[1].n_none) == (3, 4)
    assert watched.weeks[1].none_interval == (0.2505, 0.8418) and watched.weeks[0].labels == {"oak": 4}
    assert any("That is more than on held-out pictures" in one for one in watched.sentences())


class Asks(HTMLParser):
    """Everything a page would fetch or run."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found += [tag] if tag in ("script", "iframe", "img", "form") else []
        self.found += [value for name, value in attrs if name in ("src", "href") and value != "data:,"]
        self.found += [name for name, _ in attrs if name.startswith("on")]


def test_the_page_stands_alone_and_only_its_own_kind_is_replaced(bundle_dir, usual, tmp_path):
    log = log_of(tmp_path / "log", *lines_of(usual, MONDAY, model_of(bundle_dir)))
    out = tmp_path / "weekly.html"
    said = tellapart("watch", log, "--bundle", bundle_dir, "--html", out)
    assert "The pictures look like those the model was made from" in said and str(out) in said
    page = out.read_text("utf-8")
    assert (
        Asks(page).found == []
        and page.count("<svg") == 2
        and "prefers-color-scheme:dark" in page.replace(" ", "")
    )
    found = json.loads(tellapart("watch", log, "--bundle", bundle_dir, "--html", out, "--json"))
    assert found["n"] == len(usual) and found["weeks"][0]["drift"]["p"] > 0.01 and found["page"] == str(out)
    out.write_text("my own page")
    assert "no page of tellapart watch" in tellapart("watch", log, "--html", out, code=1)
    assert out.read_text() == "my own page"


def test_a_full_disk_leaves_the_old_page(bundle_dir, usual, tmp_path, monkeypatch):
    from tellapart import atomic_files

    watched = watch_log([log_of(tmp_path / "log", *lines_of(usual[:5], MONDAY, model_of(bundle_dir)))])

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_files, "write_bytes", full)
    with pytest.raises(WatchError, match="No space left"):
        write_page(watched, tmp_path / "page.html", "leaves")


def test_an_apps_own_log_is_read_and_never_grows_for_ever(usual, tmp_path, monkeypatch):
    from tellapart.classify import answer_log

    log = AnswerLog(tmp_path / "answers.jsonl", "ab" * 32)
    log.write(usual[:3])
    found = list(AnswerLines([tmp_path / "answers.jsonl"]))
    assert (
        len(found) == 3
        and {one.model for one in found} == {"ab" * 6}
        and len({one.batch for one in found}) == 1
    )
    monkeypatch.setattr(answer_log, "MAX_LOG_BYTES", 2000)
    for _ in range(30):
        log.write(usual[:3])
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 6000 < MAX_LOG_BYTES
    AnswerLog(tmp_path / "no" / "folder", "ab").write(usual)  # answers go on


def test_one_page_of_an_app_at_a_time_puts_the_older_half_of_a_log_aside(usual, tmp_path, monkeypatch):
    from tellapart.classify import answer_log

    monkeypatch.setattr(answer_log, "MAX_LOG_BYTES", 200)
    path, aside = tmp_path / "answers.jsonl", tmp_path / "answers.jsonl.1"
    log = AnswerLog(path, "ab" * 32)
    log.write(usual[:3])
    with (tmp_path / ".answers.jsonl.lock").open("ab") as another:
        assert try_lock(another)
        log.write(usual[:3])
        assert not aside.exists() and len(list(AnswerLines([path]))) == 6
    log.write(usual[:3])
    assert len(list(AnswerLines([aside]))) == 6 and len(list(AnswerLines([path]))) == 3
