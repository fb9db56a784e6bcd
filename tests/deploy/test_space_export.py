"""The folder of a Space: its card is YAML that says what it should, its app is short and answers."""

import json
import os
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest
import yaml
from command_line import tellapart
from environments import new_environment
from running_service import PATIENCE_S, multipart
from tellapart.classify import Predictor
from tellapart.corrections.asking import Asking
from tellapart.deploy import Appearance, export_space
from tellapart.deploy.app_folder import RECORD
from tellapart.deploy.space.card import GRADIO, card
from tellapart.errors import BundleError

HOSTILE = '---\n# <script>alert(1)</script>: "{{card}}" `a` ${HOME} \' \\ - [a](javascript:x) 🐻'


@pytest.fixture(scope="module")
def exported(trained, tmp_path_factory):
    return export_space(
        trained[1].bundle_dir, tmp_path_factory.mktemp("space") / "space", Appearance("Which shape?")
    )


def card_of(readme):
    _, block, rest = readme.split("---\n", 2)
    return yaml.safe_load(block), rest


def test_the_folder_is_a_space_as_it_is(exported):
    found, text = card_of((exported / "README.md").read_text("utf-8"))
    assert found["title"] == "Which shape?" and found["sdk"] == "gradio" and found["sdk_version"] == GRADIO
    assert found["app_file"] == "app.py" and found["license"] == "other" and found["emoji"] == "🔎"
    assert text.lstrip().startswith("# Which shape?")
    names = {path.name for path in exported.iterdir()}
    assert {
        "app.py",
        "app.json",
        "requirements.txt",
        "bundle",
        "tellapart",
        "MODEL_CARD.md",
        "CREDITS.md",
        RECORD,
    } <= names
    assert not any(exported.rglob("__pycache__"))
    for example in json.loads((exported / "app.json").read_text("utf-8"))["examples"]:
        assert (exported / example).is_file()


def test_its_app_is_short(exported):
    lines = (exported / "app.py").read_text("utf-8").splitlines()
    assert len(lines) < 30 and max(len(line) for line in lines) <= 120


@pytest.mark.parametrize(
    "text", [HOSTILE, "a: b", "- a", "'", '"', "%", "null", "1.0", "@x", "a\u2028b", "🐻", "\\n"]
)
def test_the_card_is_yaml_whatever_it_is_called(text):
    shown = Appearance(text[:120], text)
    found, _ = card_of(card(shown.title, shown.about, shown.accent))
    assert found["title"] == shown.title and len(found["short_description"]) <= 60
    assert set(found) >= {"title", "emoji", "colorFrom", "colorTo", "sdk", "sdk_version", "license"}


@pytest.mark.parametrize(
    ("accent", "colour"),
    [
        ("#b3261e", "red"),
        ("0b6e5f", "green"),
        ("#00f", "indigo"),
        ("#777", "gray"),
        ("#ffd700", "yellow"),
        ("#1e90ff", "blue"),
    ],
)
def test_the_nearest_colour_that_a_card_knows_is_taken(accent, colour):
    assert card_of(card("a", "b", accent))[0]["colorFrom"] == colour


def test_texts_of_a_stranger_are_text(trained, tmp_path):
    out = export_space(trained[1].bundle_dir, tmp_path / "space", Appearance(HOSTILE[:120], HOSTILE))
    found, rest = card_of((out / "README.md").read_text("utf-8"))
    assert (
        found["title"].startswith("--- # <script>") and "<script" not in rest and "](javascript" not in rest
    )
    assert (out / "app.py").read_bytes().count(b"script") == 0


def test_a_bad_bundle_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(BundleError, match="is not a bundle"):
        export_space(tmp_path / "nowhere", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_it_is_made_from_a_project_on_the_command_line(trained, tmp_path):
    said = json.loads(tellapart("app", trained[0], tmp_path / "out", "--target", "space", "--json"))
    assert said["target"] == "space" and (tmp_path / "out" / "app.py").is_file()


@pytest.mark.slow
def test_the_real_gradio_answers_for_a_golden_picture(exported, trained, tmp_path):
    """Installed into an environment of its own, started as a Space starts it, asked over Gradio's own interface."""
    app = shutil.copytree(exported, tmp_path / "app")
    texts = json.loads((app / "app.json").read_text("utf-8"))
    texts["corrections"] = Asking(True, "Agree?", "http://127.0.0.1:9").to_json()
    (app / "app.json").write_text(json.dumps(texts), "utf-8")
    python = new_environment(tmp_path / "venv", f"gradio=={GRADIO}", "-r", "requirements.txt", cwd=app)
    log = tmp_path / "log.txt"
    environment = {**os.environ, "PYTHONPATH": "", "PYTHONUNBUFFERED": "1", "TELLAPART_CACHE": str(tmp_path / "cache"),
                   "GRADIO_SERVER_PORT": "", "GRADIO_TEMP_DIR": str(tmp_path / "gradio"), "HF_HUB_OFFLINE": "1"}  # fmt: skip
    del environment["GRADIO_SERVER_PORT"]
    with (
        log.open("wb") as out,
        subprocess.Popen([python, "app.py"], cwd=app, stdout=out, stderr=out, env=environment) as process,
    ):
        try:
            url = _address(process, log)
            files = sorted((app / "bundle" / "golden").iterdir())
            for file in files:
                label, probabilities = _asked(url, file.read_bytes())
                expected = Predictor(trained[1].bundle_dir).predict(file)
                assert label == expected.label
                assert all(abs(probabilities[one] - p) < 1e-3 for one, p in expected.probabilities.items())
            (said,) = _called(url, "correct", [_uploaded(url, files[0].read_bytes()), -1, ""])
            assert "cannot be reached" in said, "nobody listens there"
            for path in ("README.md", "app.json", "bundle/bundle.json", "../app/README.md", "/etc/passwd"):
                assert _status(f"{url}/gradio_api/file={path}") in (403, 404), path
        finally:
            process.kill()


def _address(process, log):
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        text = log.read_text("utf-8", errors="replace")
        if "Running on local URL:" in text:
            return text.partition("Running on local URL:")[2].split()[0].strip("* ").rstrip("/")
        time.sleep(0.2)
    raise AssertionError(log.read_text("utf-8", errors="replace")[-3000:])


def _asked(url, data):
    answer = _called(url, "predict", [_uploaded(url, data)])[0]
    return answer["label"], {one["label"]: one["confidence"] for one in answer["confidences"]}


def _uploaded(url, data):
    kind, body = multipart([data], ["golden.jpg"])
    body = body.replace(b'name="pictures"', b'name="files"')
    upload = urllib.request.Request(f"{url}/gradio_api/upload", body, {"Content-Type": kind})
    path = json.load(urllib.request.urlopen(upload))[0]
    return {"path": path, "meta": {"_type": "gradio.FileData"}}


def _called(url, name, values):
    call = urllib.request.Request(
        f"{url}/gradio_api/call/{name}",
        json.dumps({"data": values}).encode(),
        {"Content-Type": "application/json"},
    )
    event = json.load(urllib.request.urlopen(call))["event_id"]
    text = urllib.request.urlopen(f"{url}/gradio_api/call/{name}/{event}", timeout=PATIENCE_S).read().decode()
    assert "event: complete" in text, text
    return json.loads(text.partition("event: complete\ndata: ")[2].split("\n")[0])


def _status(url):
    try:
        return urllib.request.urlopen(url).status
    except urllib.error.HTTPError as error:
        return error.code


def test_the_whole_folder_needs_no_other_path(exported):
    texts = "".join(path.read_text("utf-8") for path in exported.glob("*.*") if path.is_file())
    assert str(Path(exported).parent) not in texts
