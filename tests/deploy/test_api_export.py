"""The folder of a service: what is in it, that it proves itself, and that its clients and its check work."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from bundle_records import put_record
from command_line import tellapart
from environments import new_environment, pip
from odd_pictures import scene, variants
from other_process import run_python
from running_service import running_service
from tellapart.classify import Predictor
from tellapart.deploy import Appearance, export_api
from tellapart.deploy.api.export import NEEDED, pins
from tellapart.deploy.app_folder import RECORD
from tellapart.errors import BundleError, DeployError

HOSTILE = '---\n# <script>alert(1)</script> "{{wheel}}" `rm -rf` $(id) ${HOME} \' \\ [a](javascript:x)'


@pytest.fixture(scope="module")
def exported(trained, tmp_path_factory):
    return export_api(
        trained[1].bundle_dir, tmp_path_factory.mktemp("api") / "service", Appearance("Which shape?")
    )


@pytest.fixture(scope="module")
def exported_service(exported):
    """The program of the exported wheel, with the packages that are installed here."""
    program = exported.parent / "program"
    wheel = next(exported.glob("*.whl"))
    zipfile.ZipFile(wheel).extractall(program)
    with running_service(
        "bundle",
        "--own",
        "--texts",
        "service.json",
        cwd=exported,
        PYTHONPATH=str(program),
        PYTHONDONTWRITEBYTECODE="1",
    ) as service:
        yield service


def files_in(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_folder_stands_alone(exported, trained):
    found = files_in(exported)
    assert {
        "README.md", "MODEL_CARD.md", "CREDITS.md", "Containerfile", ".dockerignore", ".containerignore", "compose.yaml",
        ".env.example", "requirements.txt", "service.json", "health_check.py", "slim.py", "clients/client.sh",
        "clients/client.py", "clients/client.mjs", "bundle/bundle.json", "bundle/model.onnx", RECORD,
    } <= found  # fmt: skip
    assert not any(name.endswith((".txt.txt", ".part", ".pyc")) for name in found)
    wheel = next(name for name in found if name.endswith(".whl"))
    for name in ("requirements.txt", "Containerfile"):
        assert wheel in (exported / name).read_text("utf-8")
    assert "{{" not in "".join(
        (exported / name).read_text("utf-8") for name in found if name.endswith((".md", "file"))
    )
    texts = "".join(
        path.read_text("utf-8") for path in exported.glob("*.*") if path.suffix not in (".whl", ".json")
    )
    assert str(exported.parent) not in texts and str(trained[0]) not in texts
    assert json.loads((exported / "service.json").read_text("utf-8"))["title"] == "Which shape?"


def test_the_wheel_asks_for_little_and_every_version_is_pinned(exported):
    with zipfile.ZipFile(next(exported.glob("*.whl"))) as wheel:
        metadata = next(name for name in wheel.namelist() if name.endswith("METADATA"))
        needed = re.findall(r"^Requires-Dist: (\S+)$", wheel.read(metadata).decode(), re.MULTILINE)
    assert tuple(needed) == NEEDED and set(NEEDED) <= set(pins())
    assert {"torch", "onnx", "scipy", "httpx", "typer"} & set(pins()) == set()
    lines = [
        line
        for line in (exported / "requirements.txt").read_text().splitlines()
        if line and line[0] not in "#."
    ]
    assert all(re.fullmatch(r"[\w-]+==[\d.]+", line) for line in lines)


def test_the_container_is_closed_and_not_roots(exported):
    container = (exported / "Containerfile").read_text("utf-8")
    assert re.search(r"^ARG BASE=\S+:\d+\.\d+\.\d+-slim-\w+$", container, re.MULTILINE)
    assert container.index("USER 10001") < container.index("CMD [")
    one = yaml.safe_load((exported / "compose.yaml").read_text("utf-8"))["services"]["classifier"]
    assert one["read_only"] is True and one["cap_drop"] == ["ALL"] and one["ports"] == ["127.0.0.1:8000:8000"]
    assert one["security_opt"] == ["no-new-privileges:true"] and "TELLAPART_API_KEY" in one["environment"]


def test_texts_of_a_stranger_do_nothing_anywhere(trained, exported, tmp_path):
    out = export_api(trained[1].bundle_dir, tmp_path / "service", Appearance(HOSTILE[:120], HOSTILE))
    for name in files_in(exported) - {"README.md", "service.json", RECORD}:
        assert (out / name).read_bytes() == (exported / name).read_bytes(), name  # not even there
    readme = (out / "README.md").read_text("utf-8")
    assert "<script" not in readme and "](javascript" not in readme and readme.startswith("# ")
    assert json.loads((out / "service.json").read_text("utf-8"))["about"].startswith("---\n# <script>")


def test_nothing_is_overwritten_unless_asked_and_only_an_app_is(trained, tmp_path, exported):
    mine = tmp_path / "thesis"
    mine.mkdir()
    (mine / "chapter.txt").write_text("years of work")
    for force in (False, True):
        with pytest.raises(DeployError, match="exists and is not empty|no app that tellapart made"):
            export_api(trained[1].bundle_dir, mine, force=force)
    assert files_in(tmp_path) == {"thesis/chapter.txt"}
    again = shutil.copytree(exported, tmp_path / "again")
    (again / "old.txt").write_text("of the app before")
    export_api(trained[1].bundle_dir, again, force=True)
    assert files_in(again) == files_in(exported)


def test_a_bad_bundle_is_refused_and_nothing_is_written(trained, tmp_path):
    bundle = shutil.copytree(trained[1].bundle_dir, tmp_path / "bundle")
    (bundle / "model.onnx").write_bytes(b"no network")
    with pytest.raises(BundleError, match="is damaged"):
        export_api(bundle, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_an_app_that_does_not_answer_as_it_should_is_not_handed_over(trained, tmp_path, monkeypatch):
    from tellapart.deploy.api import export

    def spoil(folder, requirements):
        name = _write_wheel(folder, requirements)
        record = folder / "bundle" / "bundle.json"
        record.write_text(
            record.read_text("utf-8").replace('"probabilities": [', '"probabilities": [1.5, ', 1), "utf-8"
        )
        return name

    _write_wheel = export.write_wheel
    monkeypatch.setattr(export, "write_wheel", spoil)
    with pytest.raises(
        DeployError, match=r"does not classify its golden pictures: it says: .*is not handed over"
    ):
        export_api(trained[1].bundle_dir, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


FILL = """
import resource
from tellapart.deploy import export_api
from tellapart.errors import TellapartError
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000,) * 2)
try:
    export_api(Path(sys.argv[1]), Path(sys.argv[2]))
except TellapartError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX limits")
def test_a_full_disk_is_said_and_nothing_half_written_stays(trained, tmp_path):
    said = run_python(FILL, trained[1].bundle_dir, tmp_path / "out")
    assert "is full. Nothing was lost; free some space and try again" in said
    assert list(tmp_path.iterdir()) == []


def test_it_is_made_from_a_project_on_the_command_line(trained, tmp_path):
    said = json.loads(
        tellapart("app", trained[0], tmp_path / "out", "--target", "api", "--title", "Which?", "--json")
    )
    assert said["target"] == "api" and Path(said["made"]) == tmp_path / "out" and said["megabytes"] < 30


def test_the_exported_service_says_its_title_and_answers(exported_service, trained):
    predictor = Predictor(trained[1].bundle_dir)
    for file in (trained[1].bundle_dir / "golden").iterdir():
        found = exported_service.predict(file.read_bytes()).json["answers"][0]
        expected = predictor.predict(file)
        assert found["label"] == expected.label
        assert all(
            abs(found["probabilities"][label] - p) < 1e-3 for label, p in expected.probabilities.items()
        )
    assert exported_service.ask("GET", "/openapi.json").json["info"]["title"] == "Which shape?"


def ran(command, service, code=0, **environment):
    url = f"http://127.0.0.1:{service.port}"
    done = subprocess.run(
        [str(one) for one in command], capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "CLASSIFIER_URL": url, **environment},
    )  # fmt: skip
    assert done.returncode == code, done
    return done.stdout + done.stderr


def test_its_health_check_sees_whether_golden_pictures_get_their_answers(
    exported, exported_service, tmp_path
):
    url = f"http://127.0.0.1:{exported_service.port}"
    check = [sys.executable, exported / "health_check.py"]
    assert "golden pictures get the answers" in ran([*check, url], exported_service)
    assert ran([*check, "--quick", url], exported_service) == ""
    assert "does not answer" in ran([*check, "http://127.0.0.1:9"], exported_service, 1)
    other = shutil.copytree(exported, tmp_path / "other")
    record = json.loads((other / "bundle" / "bundle.json").read_text("utf-8"))
    record["golden"][0]["probabilities"].reverse()
    put_record(other / "bundle", record)
    assert "should get" in ran([sys.executable, other / "health_check.py", url], exported_service, 1)


CLIENTS = {"client.py": [sys.executable], "client.sh": ["sh"], "client.mjs": ["node"]}


@pytest.mark.parametrize("name", CLIENTS)
def test_its_clients_tell_what_is_in_pictures(exported, exported_service, trained, name):
    needs = "curl" if name == "client.sh" else CLIENTS[name][0]
    if shutil.which(needs) is None:
        pytest.skip(f"{needs} is not here")
    golden = sorted((exported / "bundle" / "golden").iterdir())
    client = [*CLIENTS[name], exported / "clients" / name]
    said = ran([*client, *golden], exported_service)
    predictor = Predictor(trained[1].bundle_dir)
    found = [json.loads(line) for line in said.splitlines() if line]
    labels = [(one["answers"][0] if "answers" in one else one)["label"] for one in found]
    assert labels == [predictor.predict(file).label for file in golden]
    said = ran([*client, exported / "compose.yaml"], exported_service)
    assert json.loads(said)["error"]["code"] in ("other_kind", "unreadable")


@pytest.fixture(scope="module")
def closed_service(trained):
    """A service that wants to see KEY."""
    with running_service(trained[1].bundle_dir, TELLAPART_API_KEY=KEY) as service:
        yield service


KEY = "a-key-of-more-than-16-characters"


@pytest.mark.parametrize("name", CLIENTS)
def test_its_clients_send_the_key_of_the_environment(exported, closed_service, name):
    needs = "curl" if name == "client.sh" else CLIENTS[name][0]
    if shutil.which(needs) is None:
        pytest.skip(f"{needs} is not here")
    golden = next((exported / "bundle" / "golden").iterdir())
    client = [*CLIENTS[name], exported / "clients" / name, golden]
    assert '"label"' in ran(client, closed_service, TELLAPART_API_KEY=KEY)
    code = 0 if name == "client.sh" else 1
    assert "needed" in ran(client, closed_service, code, TELLAPART_API_KEY="")


def test_its_health_check_sends_the_key_of_the_environment(exported, closed_service):
    check = [sys.executable, exported / "health_check.py", f"http://127.0.0.1:{closed_service.port}"]
    assert "get the answers" in ran(check, closed_service, TELLAPART_API_KEY=KEY)


@pytest.mark.slow
def test_it_installs_from_its_own_files_starts_by_its_own_command_and_is_small(exported, trained, tmp_path):
    app = shutil.copytree(exported, tmp_path / "app")
    python = new_environment(tmp_path / "venv", "-r", "requirements.txt", cwd=app)
    listed = json.loads(pip(python, "list", "--format", "json"))
    installed = {one["name"].lower().replace("_", "-"): one["version"] for one in listed}
    installed = {
        name: version for name, version in installed.items() if name not in ("pip", "setuptools", "tellapart")
    }
    assert installed == pins()  # nothing came along that is not pinned
    golden = next((app / "bundle" / "golden").iterdir()).read_bytes()
    start = ["-m", "tellapart.service", "bundle", "--own", "--texts", "service.json"]
    clean = {"PYTHONPATH": "", "TELLAPART_CACHE": str(tmp_path / "cache")}
    with running_service(*start, command=[python], cwd=app, **clean) as service:
        expected = Predictor(trained[1].bundle_dir).predict(golden)
        found = service.predict(golden).json["answers"][0]
        assert found["label"] == expected.label
        assert all(
            abs(found["probabilities"][label] - p) < 1e-3 for label, p in expected.probabilities.items()
        )
        check = [python, app / "health_check.py", f"http://127.0.0.1:{service.port}"]
        assert "get the answers" in ran(check, service)
        assert service.stop() == 0
    # what the image would hold: packages without what slim.py removes, still answering
    packages = next((tmp_path / "venv").glob("lib/python*/site-packages"))
    for unwanted in ("pip", "setuptools"):
        shutil.rmtree(packages / unwanted, ignore_errors=True)
    for compiled in list(packages.rglob("__pycache__")):
        shutil.rmtree(compiled)
    slim = [python, app / "slim.py", packages]
    said = subprocess.run(slim, capture_output=True, text=True, check=True).stdout
    pictures = list(variants(scene(3)).values())
    with running_service(*start, command=[python], cwd=app, **clean) as service:
        assert service.predict(golden).json["answers"][0]["label"] == expected.label
        answers = service.predict_many(pictures).json["answers"]
        assert all("label" in one for one in answers) and len(answers) > 25  # every format is still read
    bundle_mb, packages_mb = (
        sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
        for folder in (app / "bundle", packages)
    )
    assert packages_mb + bundle_mb + BASE_MB < 250, (packages_mb, bundle_mb, said)


BASE_MB = 122  # python:3.13-slim-bookworm, unpacked
