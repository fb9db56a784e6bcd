"""Making a repository with an app: what is in it, what is refused in a sentence, what is never overwritten."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from email import message_from_bytes

import pytest
from command_line import tellapart
from other_process import run_python
from PIL import Image
from tellapart.deploy import Appearance, export_voila
from tellapart.deploy.app_folder import read_record
from tellapart.deploy.voila.pins import pinned
from tellapart.deploy.voila.repository import Repository, parsed, suggested_name
from tellapart.errors import BundleError, DeployError
from voila_apps import HOSTILE, HOSTILE_LABELS, unpacked_program

HEAVY = {
    "torch",
    "torchvision",
    "scipy",
    "onnx",
    "httpx",
    "typer",
    "rich",
    "scikit-learn",
    "safetensors",
}


def code_of(notebook):
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_folder_is_a_whole_repository(voila_app):
    assert names(voila_app) == sorted([
        ".devcontainer", ".gitignore", "CREDITS.md", "LICENSE.md", "MODEL_CARD.md", "README.md", "app.ipynb", "app.json",
        "app_plain.ipynb", "binder", "bundle", "check.py", "examples", "requirements.txt",
        next(voila_app.glob("*.whl")).name, "tellapart-app.json", "voila.json",
    ])  # fmt: skip
    assert names(voila_app / "binder") == ["postBuild", "requirements.txt", "runtime.txt"]
    assert read_record(voila_app)["target"] == "voila"
    assert sum(path.stat().st_size for path in voila_app.rglob("*")) < 30_000_000
    assert max(path.stat().st_size for path in voila_app.rglob("*")) < 25_000_000, (
        "GitHub's page takes no more"
    )
    if sys.platform != "win32":
        assert (voila_app / "binder" / "postBuild").stat().st_mode & 0o111
        subprocess.run(["bash", "-n", voila_app / "binder" / "postBuild"], check=True)


def test_the_app_is_ten_lines_and_the_plain_one_uses_plain_widgets(voila_app):
    lines = [line for code in code_of(voila_app / "app.ipynb") for line in code.splitlines() if line.strip()]
    assert 1 <= len(lines) <= 10
    plain = "\n".join(code_of(voila_app / "app_plain.ipynb"))
    compile(plain, "app_plain.ipynb", "exec")
    for word in ("FileUpload", "Button", "Output", "Label", "VBox", "on_click", "predict"):
        assert word in plain
    assert "tellapart_dashboards" not in plain and len(plain.splitlines()) < 50
    for name in ("app.ipynb", "app_plain.ipynb"):
        cells = json.loads((voila_app / name).read_text("utf-8"))["cells"]
        assert all("![" not in "".join(cell["source"]) for cell in cells), "voila#1473"
        assert all(cell.get("outputs", []) == [] for cell in cells)


def test_everything_is_pinned_and_nothing_heavy_is_needed(voila_app):
    wheel = next(voila_app.glob("*.whl")).name
    lines = [
        line for line in (voila_app / "requirements.txt").read_text().splitlines() if not line.startswith("#")
    ]
    assert lines[0] == f"./{wheel}" and len(lines) > 40
    pins = {line.partition("==")[0] for line in lines[1:]}
    assert all(re.fullmatch(r"[a-z0-9-]+==[\w.!]+(; .+)?", line) for line in lines[1:])
    assert {
        "voila",
        "ipywidgets",
        "anywidget",
        "onnxruntime",
        "numpy",
        "pillow",
        "msgspec",
        "jupyter-server",
    } <= pins
    assert pins & HEAVY == set() and "tellapart" not in pins
    archive = zipfile.ZipFile(voila_app / wheel)
    metadata = message_from_bytes(
        archive.read(next(one for one in archive.namelist() if one.endswith("METADATA")))
    )
    needs = {one.partition(">=")[0] for one in metadata.get_all("Requires-Dist")}
    assert needs <= pins and needs & HEAVY == set()
    assert "+app" in metadata["Version"]


def test_texts_of_strangers_stay_text_in_every_file(hostile_app):
    readme = (hostile_app / "README.md").read_text("utf-8")
    licence = (hostile_app / "LICENSE.md").read_text("utf-8")
    assert (
        readme.startswith("# &lt;script&gt;alert\\(1\\)")
        and "{{ 7" not in readme
        and "javascript:alert" not in readme
    )
    assert "<script>" not in readme + licence and "<img" not in readme and "onerror" in readme
    for name in ("app.ipynb", "app_plain.ipynb"):
        notebook = json.loads((hostile_app / name).read_text("utf-8"))
        assert notebook["metadata"]["title"] == HOSTILE
        markdown = "".join(
            "".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown"
        )
        assert "<script>" not in markdown and "&lt;script&gt;" in markdown
        assert not any("alert" in code for code in code_of(hostile_app / name))
    container = json.loads((hostile_app / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    assert "<script>" in container["name"] and "${" not in container["name"]
    assert HOSTILE not in json.dumps({key: one for key, one in container.items() if key != "name"})
    assert json.loads((hostile_app / "app.json").read_text("utf-8"))["title"] == HOSTILE
    assert HOSTILE not in (hostile_app / "voila.json").read_text("utf-8")


def test_voila_serves_no_file_and_answers_to_this_computer_only(voila_app):
    settings = json.loads((voila_app / "voila.json").read_text("utf-8"))
    assert settings["VoilaConfiguration"]["file_allowlist"] == ["(?!)"]
    assert settings["VoilaConfiguration"]["show_tracebacks"] is False
    assert settings["Voila"]["ip"] == "127.0.0.1"
    assert settings["Voila"]["tornado_settings"]["allow_remote_access"] is False
    codespace = json.loads((voila_app / ".devcontainer" / "voila.json").read_text("utf-8"))
    assert codespace["VoilaConfiguration"] == settings["VoilaConfiguration"]
    pattern = codespace["Voila"]["tornado_settings"]["allow_origin_pat"]
    assert re.match(pattern, "https://some-name-8866.app.github.dev")
    assert not re.match(pattern, "https://some-name.app.github.dev.evil.org")


def test_the_settings_are_the_studio_s_where_both_have_them(voila_app):
    from tellapart_dashboards.app.launcher import CONTENT_POLICY, voila_config

    ours, studio = json.loads((voila_app / "voila.json").read_text("utf-8")), voila_config(8866, "")
    assert ours["Voila"]["tornado_settings"]["headers"]["Content-Security-Policy"] == CONTENT_POLICY
    for name, value in ours["VoilaConfiguration"].items():
        own = ("template", "multi_kernel_manager_class")
        assert name in own or value == studio["VoilaConfiguration"][name]
    assert ours["MappingKernelManager"] == studio["MappingKernelManager"]
    connection = "kernel_websocket_connection_class"
    assert ours["Voila"][connection] == studio["Voila"][connection]


def test_examples_are_small_copies_without_metadata(voila_app):
    files = json.loads((voila_app / "app.json").read_text("utf-8"))["examples"]
    assert files == ["examples/1.jpg", "examples/2.jpg"]
    for file in files:
        with Image.open(voila_app / file) as picture:
            assert max(picture.size) <= 480 * 3 and picture.format == "JPEG"
            assert not picture.getexif() and b"secret" not in (voila_app / file).read_bytes()


def test_the_check_says_yes_in_one_line_and_no_with_a_reason(voila_app, tmp_path):
    moved = tmp_path / "moved"
    shutil.unpack_archive(shutil.make_archive(str(tmp_path / "app"), "zip", voila_app), moved)
    program = unpacked_program(moved, tmp_path / "program")

    def check():
        return subprocess.run(
            [sys.executable, moved / "check.py"],
            cwd=tmp_path,
            env=program,
            capture_output=True,
            text=True,
            check=False,
        )

    done = check()
    said = json.loads(done.stdout)
    assert (done.returncode, said["ok"], said["labels"]) == (0, True, 3) and said["golden_pictures"] >= 1
    (moved / "bundle" / "model.onnx").write_bytes(b"no network")
    done = check()
    said = json.loads(done.stdout)
    assert (done.returncode, said["ok"]) == (1, False) and "damaged" in said["reason"]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"repository": "maria"}, "is no repository on GitHub. Write it as OWNER/NAME"),
        ({"repository": "maria/which leaf"}, "is no repository"),
        ({"repository": "maria/../x"}, "is no repository"),
        ({"repository": "maria/leaf.git"}, "is no repository"),
        ({"repository": "-maria/leaf"}, "is no repository"),
        ({"repository": "maria/leaf?x=<script>"}, "is no repository"),
        ({"repository": "m" * 500 + "/leaf"}, "is no repository"),
        ({"examples": ["nowhere.jpg"]}, "The example nowhere.jpg cannot be used.*Choose another picture"),
        ({"examples": ["golden/99.jpg"]}, "cannot be used"),
        ({"examples": [__file__]}, "cannot be used"),
        ({"examples": ["golden/1.jpg"] * 13}, "13 examples are too many; choose at most 12"),
    ],
)
def test_a_wrong_wish_is_said_and_nothing_is_made(trained, tmp_path, how, said):
    with pytest.raises(DeployError, match=said):
        export_voila(trained[1].bundle_dir, tmp_path / "deep" / "app", **how)
    assert names(tmp_path) == []


def test_a_damaged_bundle_is_refused_and_nothing_is_made(trained, tmp_path):
    bundle = shutil.copytree(trained[1].bundle_dir, tmp_path / "bundle")
    (bundle / "model.onnx").write_bytes(b"no network")
    with pytest.raises(BundleError, match="is damaged"):
        export_voila(bundle, tmp_path / "deep" / "app")
    with pytest.raises(BundleError, match="is not a bundle"):
        export_voila(tmp_path / "nowhere", tmp_path / "deep" / "app")
    assert names(tmp_path) == ["bundle"]


def test_only_an_app_is_replaced_and_one_that_fails_its_check_replaces_nothing(
    trained, voila_app, tmp_path, monkeypatch
):
    out = tmp_path / "app"
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    for force in (False, True):
        with pytest.raises(DeployError, match="is not empty|no app that tellapart made"):
            export_voila(trained[1].bundle_dir, out, force=force)
    assert names(out) == ["thesis.txt"]
    shutil.rmtree(out)
    shutil.copytree(voila_app, out)
    with pytest.raises(DeployError, match=r"\(--force\)"):
        export_voila(trained[1].bundle_dir, out)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", shutil.which("false") or "false")
        with pytest.raises(DeployError, match="does not work here, so it was not kept"):
            export_voila(trained[1].bundle_dir, out, Appearance("Broken"), force=True)
    assert (out / "README.md").read_text("utf-8").startswith("# Which shape?")
    export_voila(trained[1].bundle_dir, out, Appearance("Second"), force=True, repository="maria/which-leaf")
    readme = (out / "README.md").read_text("utf-8")
    assert readme.startswith("# Second\n\n[![Open the app on mybinder.org]")
    link = "https://mybinder.org/v2/gh/maria/which-leaf/HEAD?urlpath=voila%2Frender%2Fapp.ipynb"
    assert (
        link in readme and "https://codespaces.new/maria/which-leaf" in readme and "YOUR-NAME" not in readme
    )
    assert names(tmp_path) == ["app"]


FILL = """
import resource
from tellapart.deploy import export_voila
from tellapart.errors import TellapartError
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000,) * 2)
try:
    export_voila(Path(sys.argv[1]), Path(sys.argv[2]))
except TellapartError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX limits")
def test_a_full_disk_is_said_and_nothing_half_written_stays(trained, tmp_path):
    said = run_python(FILL, trained[1].bundle_dir, tmp_path / "app")
    assert "is full. Nothing was lost; free some space and try again" in said
    assert names(tmp_path) == []


def test_without_a_repository_the_steps_are_filled_in(voila_app):
    readme = (voila_app / "README.md").read_text("utf-8")
    assert "https://github.com/new?name=which-shape&visibility=public" in readme
    assert (
        "https://mybinder.org/v2/gh/YOUR-NAME/which-shape/HEAD?urlpath=voila%2Frender%2Fapp.ipynb" in readme
    )
    assert "five steps" in readme and not re.search(r"\{\{\w", readme)


def test_names_for_repositories_are_plain():
    assert suggested_name("Which leaf is it?") == "which-leaf-is-it"
    assert suggested_name("Ünïcode, très --- long " * 9).startswith("unicode-tres-long")
    assert suggested_name("葉") == "classifier-app"
    assert parsed(" maria/which.leaf_2 ") == Repository("maria", "which.leaf_2")


def test_an_app_is_made_from_a_project_on_the_command_line(trained, tmp_path):
    out = tmp_path / "made"
    more = ["--example", "golden/1.jpg", "--repository", "maria/leaf", "--title", "Which one?"]
    said = json.loads(tellapart("app", trained[0], out, "--target", "voila", *more, "--json"))
    assert said["target"] == "voila" and said["megabytes"] < 30 and (out / "examples" / "1.jpg").is_file()
    assert "--force" in tellapart("app", trained[0], out, "--target", "voila", code=1)
    wrong = tellapart("app", trained[0], tmp_path / "x.html", "--repository", "maria/leaf", code=2)
    assert "--repository is for --target voila; html needs none" in wrong
    wrong = tellapart("app", trained[0], tmp_path / "x", "--target", "voila", "--runtime", out, code=2)
    assert "--runtime is for --target html" in wrong


def distribution(folder, name, version, *requires):
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    lines = [f"Requires-Dist: {one}" for one in requires]
    (info / "METADATA").write_text(
        "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *lines, ""])
    )


def test_pins_follow_what_is_needed_here_with_its_conditions(tmp_path, monkeypatch):
    distribution(
        tmp_path,
        "zz-app",
        "1.0",
        "zz.One[fast]>=1",
        'zz-two; sys_platform == "win32"',
        "zz-absent",
        "zz-six (>=2)",
    )
    distribution(
        tmp_path, "zz-one", "2.0+cpu",
        "zz-three; extra == 'fast'", "zz-never; extra == 'slow'", 'zz-app; python_version < "4"',
    )  # fmt: skip
    distribution(tmp_path, "zz-two", "3.0", 'zz-four; (python_version >= "3") and extra == "x"', "zz-five")
    for name in ("zz-three", "zz-four", "zz-five", "zz-never"):
        distribution(tmp_path, name, "4.0")
    distribution(tmp_path, "zz-six", "5.0", 'zz-five; os_name == "nt" and python_version > "3"')
    monkeypatch.syspath_prepend(tmp_path)
    assert pinned(["zz-app"]) == [
        "zz-app==1.0",
        'zz-five==4.0; ((os_name == "nt" and python_version > "3")) or ((sys_platform == "win32"))',
        "zz-one==2.0",
        "zz-six==5.0",
        "zz-three==4.0",
        'zz-two==3.0; (sys_platform == "win32")',
    ]
    with pytest.raises(DeployError, match=r"needs zz-absent, which is not installed.*tellapart\[studio\]"):
        pinned(["zz-absent"])


def test_labels_may_hold_anything(hostile_app):
    assert (
        json.loads((hostile_app / "bundle" / "bundle.json").read_text("utf-8"))["classes"] == HOSTILE_LABELS
    )
