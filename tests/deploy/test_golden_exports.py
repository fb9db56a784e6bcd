"""What an older version exported, opened by this one: the bundle, the page, the app in Voila, the service, the Space."""

import base64
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect
from running_service import running_service
from tellapart.classify import Predictor
from tellapart.deploy.app_folder import read_record
from tellapart.deploy.voila.configuration import template_files
from tellapart_dashboards.app.wording import percent
from voila_apps import PATIENCE_S, app_tab, served

GOLDEN = Path(__file__).parents[1] / "golden"
BLANK = re.compile(r"\{\{(onnxruntime-web-[\d.]+\.wasm)\}\}")
# A Space's app.py does with Gradio what this stands for: it says what to show, and hands a picture to a function.
GRADIO = """
import json, sys, types
class Part:
    def __init__(self, *given, **named): pass
    def __enter__(self): return self
    def __exit__(self, *given): return None
    def change(self, function, *given, **named): Part.asked = function
    def launch(self, **named): print(json.dumps([Part.asked(one)[0] for one in sys.argv[1:]]))
gradio = types.ModuleType("gradio")
gradio.Blocks = gradio.Markdown = gradio.Image = gradio.Label = gradio.Examples = Part
sys.modules["gradio"] = gradio
import runpy
runpy.run_path("app.py")
"""


@dataclass(frozen=True)
class Exports:
    """An archive, unpacked for the tests of this module, which only look at it. answers: what the version that made it
    said of each picture."""

    folder: Path
    answers: dict

    @property
    def pictures(self):
        return [self.folder / "pictures" / name for name in self.answers]


@pytest.fixture(scope="module", params=sorted(GOLDEN.glob("exports-*.zip")), ids=lambda path: path.stem)
def exports(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("golden")
    with zipfile.ZipFile(request.param) as archive:
        archive.extractall(folder)
    return Exports(folder, json.loads((folder / "answers.json").read_text("utf-8")))


def assert_same(found, expected, tolerance=1e-3):
    assert found["label"] == expected["label"]
    assert found["is_none_of_these"] == expected["is_none_of_these"]
    assert found["probabilities"] == pytest.approx(expected["probabilities"], abs=tolerance)


def run_by_this_program(*command, cwd):
    done = subprocess.run(
        [sys.executable, "-B", *map(str, command)], cwd=cwd, capture_output=True, text=True, timeout=PATIENCE_S,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_there_is_one_and_it_has_every_kind_of_app(exports):
    assert {path.name for path in exports.folder.iterdir()} == {
        "answers.json", "pictures", "bundle", "page.html", "voila", "api", "space",
    }  # fmt: skip
    assert len({one["label"] for one in exports.answers.values()}) == 3
    assert {one["is_none_of_these"] for one in exports.answers.values()} == {True, False}


@pytest.mark.parametrize("kind", ["voila", "api", "space"])
def test_an_app_s_record_is_read_so_that_it_can_be_replaced(exports, kind):
    record = read_record(exports.folder / kind)
    assert record is not None and record["target"] == kind


def test_the_bundle_answers_as_it_did(exports):
    predictor = Predictor(exports.folder / "bundle")
    for path in exports.pictures:
        found = predictor.predict(path)
        said = {name: getattr(found, name) for name in ("label", "is_none_of_these", "probabilities")}
        assert_same(said, exports.answers[path.name], 1e-4)


@pytest.mark.browser
def test_the_page_opens_from_disk_and_answers_as_it_did(exports, open_page, tmp_path):
    def filled(blank):
        with zipfile.ZipFile(GOLDEN / f"{blank[1]}.zip") as archive:
            return base64.b64encode(gzip.compress(archive.read(blank[1]), 6)).decode()

    text, n = BLANK.subn(filled, (exports.folder / "page.html").read_text("utf-8"))
    assert n == 1
    (tmp_path / "page.html").write_text(text, "utf-8")
    tab = open_page(tmp_path / "page.html")
    for path, said in zip(exports.pictures, tab.answers(exports.pictures), strict=True):
        expected = exports.answers[path.name]
        assert said["said"] == ("None of these" if expected["is_none_of_these"] else expected["label"])
        probabilities = dict(zip(expected["probabilities"], said["probabilities"], strict=True))
        assert probabilities == pytest.approx(expected["probabilities"], abs=5e-3)


@pytest.mark.slow
@pytest.mark.browser
def test_the_app_in_voila_answers_as_it_did_and_so_does_the_plain_one(exports, browser, tmp_path):
    app = exports.folder / "voila"
    assert json.loads(run_by_this_program("check.py", cwd=app))["ok"] is True
    for name, data in template_files():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    look = str(tmp_path / "share" / "jupyter")
    with (
        served(app, tmp_path / "log.txt", JUPYTER_PATH=look) as running,
        app_tab(browser) as tab,
    ):
        tab.open(f"{running.url}/voila/render/app.ipynb")
        expect(tab.page.get_by_role("heading", level=1)).to_have_text('Which <ground> is "it"?')
        tab.choose(*exports.pictures)
        tab.answers(len(exports.answers))
        rows = dict(
            tab.page.locator(".ta-answer").evaluate_all(
                "all => all.map((one) => [one.getAttribute('aria-label'), one.innerText])"
            )
        )
        for name, expected in exports.answers.items():
            is_none = expected["is_none_of_these"]
            assert rows[name].startswith("none of these?" if is_none else expected["label"]), rows[name]
            share = percent(max(expected["probabilities"].values()))
            assert (f"closest: {expected['label']}" if is_none else share) in rows[name]
        first, expected = next(iter(exports.answers.items()))
        page = tab.page
        page.goto(f"{running.url}/voila/render/app_plain.ipynb")
        with page.expect_file_chooser() as chooser:
            page.locator("button.jupyter-widget-upload, button.widget-upload").first.click()
        chooser.value.set_files(exports.folder / "pictures" / first)
        page.get_by_role("button", name="Upload (1)").wait_for()
        page.get_by_role("button", name="Classify", exact=True).click()
        nearest = f"{expected['label']}, {max(expected['probabilities'].values()):.0%}."
        page.get_by_text(nearest).wait_for()


def test_the_service_answers_as_it_did_and_its_own_check_and_client_agree(exports, tmp_path):
    app = exports.folder / "api"
    with running_service("bundle", "--own", "--texts", "service.json", cwd=app) as service:
        reply = service.predict_many([path.read_bytes() for path in exports.pictures])
        for path, found in zip(exports.pictures, reply.json["answers"], strict=True):
            assert_same(found, exports.answers[path.name])
        assert service.ask("GET", "/openapi.json").json["info"]["title"] == 'Which <ground> is "it"?'
        url = f"http://127.0.0.1:{service.port}"
        assert "golden pictures get the answers" in run_by_this_program("health_check.py", url, cwd=app)
        client = shutil.copy(app / "clients" / "client.py", tmp_path)
        said = subprocess.run(
            [sys.executable, client, *exports.pictures], env={**os.environ, "CLASSIFIER_URL": url},
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        for line in said.splitlines():
            found = json.loads(line)
            assert_same(found, exports.answers[Path(found["file"]).name])


def test_the_space_s_app_answers_as_it_did(exports, tmp_path):
    (tmp_path / "opened.py").write_text(GRADIO, "utf-8")
    said = run_by_this_program(tmp_path / "opened.py", *exports.pictures, cwd=exports.folder / "space")
    for path, found in zip(exports.pictures, json.loads(said), strict=True):
        assert found == pytest.approx(exports.answers[path.name]["probabilities"], abs=1e-3)
