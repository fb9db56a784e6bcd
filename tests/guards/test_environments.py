"""Three files say what to install and must agree: pyproject.toml, environment.yml, binder/environment.yml."""

import importlib
import itertools
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import yaml
from tellapart.doctor import checks

from .sources import CORE, DASHBOARDS, imports, python_files

if sys.version_info >= (3, 11):
    import tomllib
else:
    tomllib = pytest.importorskip("tomli", reason="reading pyproject.toml needs Python 3.11")

ROOT = Path(__file__).resolve().parents[2]
# What conda-forge calls a package when that is not the name on the package index.
CONDA_NAMES = {
    "torch": "pytorch",
    "playwright": "playwright-python",
    "mkdocstrings": "mkdocstrings-python",
    "prometheus-client": "prometheus_client",
}


def bounds(requirements):
    """{"numpy": ">=1.24"} of ["numpy>=1.24"]; extras and references to ourselves are left out."""
    found = {}
    for text in requirements:
        name, rule = re.match(r"([\w.-]+)(?:\[[^]]*\])?\s*([^;\s]*)", text).groups()
        if name != "tellapart":
            found[name.lower()] = rule
    return found


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def conda_bounds(path):
    """The same of a conda file and its part for pip, under the names of the package index, without Python and pip."""
    names = {conda: pip for pip, conda in CONDA_NAMES.items()}
    dependencies = yaml.safe_load(path.read_text(encoding="utf-8"))["dependencies"]
    by_pip = [
        line for part in dependencies if isinstance(part, dict) for line in part["pip"] if line[0] != "-"
    ]
    found = bounds([*(line for line in dependencies if isinstance(line, str)), *by_pip])
    return {names.get(name, name): rule for name, rule in found.items() if name not in ("python", "pip")}


def test_environment_yml_has_everything_with_the_same_lower_bounds():
    declared = project()
    groups = [declared["dependencies"], *declared["optional-dependencies"].values()]
    assert conda_bounds(ROOT / "environment.yml") == bounds(itertools.chain(*groups))


def test_binder_has_the_light_path_and_the_studio_and_no_torch():
    declared = project()
    groups = declared["optional-dependencies"]
    wanted = bounds(
        [
            *declared["dependencies"],
            *groups["studio"],
            *groups["search"],
            *groups["map"],
            *groups["tables"],
            *groups["share"],
        ]
    )
    assert conda_bounds(ROOT / "binder" / "environment.yml") == wanted
    assert "torch" not in wanted and "torchvision" not in wanted


def test_every_conda_environment_takes_from_one_channel():
    for path in (ROOT / "environment.yml", ROOT / "binder" / "environment.yml"):
        assert yaml.safe_load(path.read_text(encoding="utf-8"))["channels"] == ["conda-forge", "nodefaults"]


def test_the_doctor_looks_at_every_package_of_the_light_path_and_the_studio():
    declared = project()
    assert set(checks.LIGHT_PATH) == set(bounds(declared["dependencies"]))
    assert set(checks.STUDIO) == set(bounds(declared["optional-dependencies"]["studio"]))


def test_the_version_is_the_same_everywhere():
    import tellapart

    assert project()["version"] == tellapart.__version__


@pytest.mark.skipif(sys.platform == "win32", reason="Binder runs on Linux")
def test_binder_s_scripts_are_executable():
    for name in ("start", "postBuild"):
        path = ROOT / "binder" / name
        subprocess.run(["bash", "-n", str(path)], check=True)
        assert path.stat().st_mode & 0o111


@pytest.mark.skipif(sys.platform == "win32", reason="Binder runs on Linux")
def test_binder_starts_the_server_with_our_template_and_a_project_outside_the_checkout(tmp_path):
    from tellapart_dashboards.app.launcher import voila_config

    names = ("JUPYTER_PATH", "TELLAPART_PROJECT", "JUPYTER_CONFIG_PATH")
    code = f"import os; print(*(os.environ[name] for name in {names}), sep='\\n')"
    done = subprocess.run(
        [str(ROOT / "binder" / "start"), sys.executable, "-c", code],
        env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "TMPDIR": str(tmp_path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    jupyter_path, project_dir, settings_dir = done.stdout.splitlines()[-3:]
    folders = [Path(folder) for folder in jupyter_path.split(":")]
    assert any((folder / "voila/templates/tellapart/index.html.j2").exists() for folder in folders)
    assert ROOT not in Path(project_dir).parents and (Path(project_dir) / "tellapart.db").exists()
    settings = json.loads((Path(settings_dir.split(":")[0]) / "voila.json").read_text(encoding="utf-8"))[
        "VoilaConfiguration"
    ]
    studio = voila_config(8866, "")["VoilaConfiguration"]
    assert settings == {name: studio[name] for name in settings} and settings["file_allowlist"] == ["(?!)"]


def test_the_readme_s_binder_badge_opens_the_studio_of_the_one_repository(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    links = importlib.import_module("repository_links")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert links.with_badge(readme) == readme, "python tools/repository_links.py writes it"
    (address,) = re.findall(r"https://mybinder\.org/v2/\S+?(?=\))", readme)
    assert project()["urls"]["Repository"] == f"https://github.com/{links.repository()}"
    place, _, query = address.removeprefix("https://mybinder.org/v2/gh/").partition("?")
    assert place == f"{links.repository()}/HEAD"
    (opens,) = parse_qs(query)["urlpath"]
    assert opens.startswith("voila/render/") and (ROOT / opens.removeprefix("voila/render/")).is_file()
    with pytest.raises(ValueError, match="has no lines"):
        links.with_badge("# tellapart\n")


def test_whatever_the_core_imports_is_declared():
    """A package that is there only because another one needs it is missing on the next computer."""
    declared = project()
    light = set(bounds(declared["dependencies"]))
    groups = declared["optional-dependencies"]
    optional = set(
        bounds(
            [
                *(*groups["torch"], *groups["charts"], *groups["gpu"], *groups["timm"]),
                *(*groups["heic"], *groups["search"], *groups["map"], *groups["tables"], *groups["share"]),
                *groups["parquet"],
            ]
        )
    )
    service = set(bounds(groups["api"]))
    names = {"PIL": "pillow", "pillow_heif": "pillow-heif", "sklearn": "scikit-learn"}
    names |= {"lightning_fabric": "lightning-fabric"}
    names |= {"python_multipart": "python-multipart", "prometheus_client": "prometheus-client"}
    undeclared = set()
    for path in python_files(CORE):
        for found in imports(path):
            top = found.module.partition(".")[0]
            name = names.get(top, top)
            if top in sys.stdlib_module_names or top == "tellapart" or name in light:
                continue
            if name in service and CORE / "service" in path.parents:
                continue
            if name == "gradio" and CORE / "deploy" / "space" in path.parents:  # a Space brings it
                continue
            if not (name in optional and (found.is_late or CORE / "network" in path.parents)):
                undeclared.add(str(found))
    assert undeclared == set()


def test_whatever_the_views_import_is_declared():
    declared = project()
    allowed = set(bounds([*declared["dependencies"], *declared["optional-dependencies"]["studio"]]))
    # ipywidgets stands on these and they are part of its interface.
    allowed |= {"traitlets", "IPython", "tornado", "jupyter_server", "PIL"}
    allowed |= {"tellapart", "tellapart_dashboards"}
    ours = [found for path in python_files(DASHBOARDS) for found in imports(path)]
    tops = {str(found): found.module.partition(".")[0] for found in ours}
    allowed |= sys.stdlib_module_names
    assert {where for where, top in tops.items() if top not in allowed} == set()
