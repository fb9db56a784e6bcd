"""The JupyterHub recipe: its configuration loads, says what the page says, and names only options that there are."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from environments import new_environment
from traitlets.config.loader import PyFileConfigLoader

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "how-to" / "class-of-thirty"
PAGE = (FOLDER.with_suffix(".md")).read_text("utf-8")
PACKAGES = ("jupyterhub", "jupyterhub-systemdspawner", "jupyterhub-idle-culler")
# Every section of the configuration is a class, and every option a setting of it: asked of the packages themselves.
EXISTS = """
import sys
from traitlets.config.loader import PyFileConfigLoader
from jupyterhub.app import JupyterHub
from systemdspawner import SystemdSpawner
import jupyterhub_idle_culler
config = PyFileConfigLoader("jupyterhub_config.py", path=sys.argv[1]).load_config()
hub = JupyterHub(config=config)
assert hub.spawner_class is SystemdSpawner, hub.spawner_class
classes = {one.__name__: one for one in [JupyterHub, SystemdSpawner, *SystemdSpawner.mro(), *hub.authenticator_class.mro()]}
for section, options in config.items():
    names = classes[section].class_trait_names(config=True)
    wrong = [name for name in options if name not in names]
    assert not wrong, (section, wrong)
    print(section, *options)
print(hub.authenticator_class.__name__, hub.active_server_limit)
"""


def loaded():
    return PyFileConfigLoader("jupyterhub_config.py", path=str(FOLDER)).load_config()


def test_the_configuration_loads_and_holds_no_password(monkeypatch):
    monkeypatch.setenv("CLASS_PASSWORD", "four quiet grey geese")
    monkeypatch.setenv("TEACHER_PASSWORD", "one loud white swan, and a duck")
    config = loaded()
    assert config.SharedPasswordAuthenticator.user_password == "four quiet grey geese"
    assert config.SharedPasswordAuthenticator.admin_password.startswith("one loud")
    assert config.JupyterHub.bind_url.startswith("http://127.0.0.1"), "TLS is spoken in front of it"
    assert config.JupyterHub.active_server_limit >= 30
    assert config.Spawner.default_url == "/voila/render/studio.ipynb"
    command = config.Spawner.cmd
    assert command[1:3] == ["-m", "tellapart_dashboards.hosted"]
    text = (FOLDER / "jupyterhub_config.py").read_text("utf-8")
    assert "geese" not in text and "CLASS_PASSWORD" in PAGE


def test_what_the_spawner_starts_becomes_the_server_with_a_project_of_its_own(tmp_path):
    code = (
        "import os; from voila.server_extension import load_config_file; "
        "print(load_config_file().VoilaConfiguration.template); "
        "print(os.environ['JUPYTER_PATH'], os.environ['TELLAPART_PROJECT'], sep='\\n')"
    )
    environment = {**os.environ, "STATE_DIRECTORY": str(tmp_path / "state")}
    environment.pop("TELLAPART_PROJECT", None)
    (tmp_path / "state").mkdir()
    fakes = ROOT / "tests" / "fakes"
    environment |= {
        "PYTHONPATH": str(fakes / "kernels"),
        "TEST_EVERY_RUN": "1",
        "TEST_WORKER": str(fakes / "no_work.py"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tellapart_dashboards.hosted", sys.executable, "-c", code],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    template, jupyter_path, project = done.stdout.splitlines()[-3:]
    assert template == "tellapart", (
        "under another server Voila shows the studio's own look, and serves no file"
    )
    assert Path(project) == tmp_path / "state" / "project" and (Path(project) / "tellapart.db").is_file()
    assert any((Path(one) / "voila/templates/tellapart").is_dir() for one in jupyter_path.split(os.pathsep))
    without = subprocess.run(
        [sys.executable, "-m", "tellapart_dashboards.hosted"], capture_output=True, text=True, check=False
    )
    assert without.returncode == 2 and "Say which server to start" in without.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="systemd is of Linux")
def test_every_option_that_it_names_exists(tmp_path):
    python = new_environment(tmp_path / "hub", *PACKAGES)
    done = subprocess.run([python, "-c", EXISTS, FOLDER], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "SharedPasswordAuthenticator 35" in done.stdout
    assert {line.split()[0] for line in done.stdout.splitlines()} >= {
        "JupyterHub",
        "Spawner",
        "SystemdSpawner",
    }


def test_the_page_names_the_packages_and_the_configuration():
    assert "class-of-thirty/jupyterhub_config.py" in PAGE
    for name in PACKAGES:
        assert name in PAGE
